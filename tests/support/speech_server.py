"""A test double of a speech server with the OpenAI interface: hums, and misbehaves on demand; on the loopback only."""

import io
import wave

import numpy as np
from typing_extensions import override

from scripts.doubles.language_model import Answer, GroqDouble, Request, error

VOICES = ("alloy", "nova")
LETTER_S = 0.06
SILENCE_S = 0.2
"""Before and after the speech, as real servers send it."""


def tone(seconds: float, rate: int) -> bytes:
    """Returns 16-bit samples."""
    silence = np.zeros(round(SILENCE_S * rate))
    samples = np.concatenate((silence, np.sin(np.arange(round(seconds * rate)) * 300 / rate), silence))
    return (samples * 12_000).astype("<i2").tobytes()


def wav(samples: bytes, rate: int = 24_000, *, channels: int = 1, bits: int = 16) -> bytes:
    """Returns a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(channels)
        written.setsampwidth(bits // 8)
        written.setframerate(rate)
        written.writeframes(samples)
    return file.getvalue()


class SpeechDouble(GroqDouble):
    """See the module. `next` holds the answers before those that it makes of the text.

    Args:
        rate: of its samples, hertz.
        formats: that it supports.
    """

    def __init__(self, *, rate: int = 24_000, formats: tuple[str, ...] = ("wav", "pcm")) -> None:
        super().__init__()
        self._rate = rate
        self._formats = formats

    @property
    def address(self) -> str:
        """Base address of the interface."""
        return f"{self.url}/v1"

    @override
    def _answer(self, request: Request) -> Answer:
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return error(401, f"Invalid API Key {request.headers.get('authorization')}", code="invalid_api_key")
        if request.path != "/v1/audio/speech":
            return error(404, "Unknown request URL", code="unknown_url")
        if self.next:
            reply = self.next.pop(0)
            return reply if isinstance(reply, Answer) else reply(request)
        asked = request.body
        if asked["response_format"] not in self._formats:
            return error(400, f"response_format must be one of {', '.join(self._formats)}")
        if asked.get("voice", VOICES[0]) not in VOICES:
            return error(400, f"voice must be one of {', '.join(VOICES)}")
        letters = sum(map(str.isalnum, asked["input"]))
        samples = tone(LETTER_S * letters / asked.get("speed", 1), self._rate)
        if asked["response_format"] == "pcm":
            return Answer(body=samples, headers={"content-type": f"audio/pcm;rate={self._rate}"})
        return Answer(body=wav(samples, self._rate), headers={"content-type": "audio/wav"})
