"""Estimates how long scenes last at their own pace. Pure."""

from scenewire.messages import NO_VOICE, Options
from scenewire.text.reading import reading_seconds
from scenewire_script.text.lengths import count_words
from scenewire_script.timing.speaking_rates import words_per_second as rate_of

__all__ = ["Estimates"]


class Estimates:
    """Estimated durations of the scenes of a video.

    Args:
        options: its language, voice and speed.
        words_per_second: speaking rate of English.
    """

    def __init__(self, options: Options, words_per_second: float) -> None:
        self._options = options
        self._speed = options.speed or 1
        self.words_per_second = rate_of(words_per_second, options.language) * self._speed
        """Speaking rate of its language at its speed."""

    def is_silent(self, voice: str | None) -> bool:
        """Returns whether a scene with this voice, or the video's if None, is not spoken."""
        return (voice or self._options.voice) == NO_VOICE

    def seconds(self, text: str, voice: str | None) -> float:
        """Returns how long it takes to speak a text, or to read it if it is silent."""
        if self.is_silent(voice):
            return round(reading_seconds(text, self._options.language) / self._speed, 2)
        return round(count_words(text) / self.words_per_second, 2)
