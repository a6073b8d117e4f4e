"""Frame rates, and positions and durations in frames."""

from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction
from typing import Self

__all__ = [
    "Duration",
    "FrameRate",
    "Position",
    "Rounding",
    "frames_for",
]


class Rounding(Enum):
    """Direction of rounding for times between two frames or samples."""

    DOWN = auto()
    NEAREST = auto()
    """Ties go to the later one."""
    UP = auto()


@dataclass(frozen=True)
class FrameRate:
    """Frames per second, as an exact fraction.

    Rates are equal only if numerator and denominator are: 60/2 is not 30/1. Compare `fraction` for equal values.

    Raises:
        ValueError: numerator or denominator is not above 0.
    """

    numerator: int
    denominator: int = 1

    def __post_init__(self) -> None:
        if self.numerator <= 0 or self.denominator <= 0:
            message = f"{self.numerator}/{self.denominator} is not a frame rate: both numbers must be above 0"
            raise ValueError(message)

    @property
    def fraction(self) -> Fraction:
        """The exact frames per second."""
        return Fraction(self.numerator, self.denominator)


@dataclass(frozen=True, order=True)
class _Frames:
    """A number of frames, 0 or more.

    Raises:
        ValueError: it is negative.
    """

    frames: int

    def __post_init__(self) -> None:
        if self.frames < 0:
            message = f"{self.frames} frames: the number must not be negative"
            raise ValueError(message)

    @classmethod
    def from_seconds(cls, seconds: float | Fraction, rate: FrameRate) -> Self:
        """Returns the nearest frame to a time.

        Raises:
            ValueError: the time is negative, infinite or not a number.
        """
        try:
            exact = Fraction(seconds)
        except (ValueError, OverflowError) as error:
            message = f"{seconds} is not a time in seconds"
            raise ValueError(message) from error
        if exact < 0:
            message = f"{seconds} seconds: the time must not be negative"
            raise ValueError(message)
        frames = exact * rate.fraction
        return cls(_ratio(frames.numerator, frames.denominator, Rounding.NEAREST))

    def as_seconds(self, rate: FrameRate) -> Fraction:
        """Returns the exact seconds."""
        return Fraction(self.frames * rate.denominator, rate.numerator)

    def at_rate(self, rate: FrameRate, other: FrameRate, rounding: Rounding = Rounding.NEAREST) -> Self:
        """Returns the same time in frames of another rate.

        Args:
            rate: the rate of these frames.
            other: the rate of the result.
            rounding: direction for times between two frames.
        """
        count = self.frames * rate.denominator * other.numerator
        return type(self)(_ratio(count, rate.numerator * other.denominator, rounding))

    @classmethod
    def from_samples(
        cls, samples: int, sample_rate: int, rate: FrameRate, rounding: Rounding = Rounding.NEAREST
    ) -> Self:
        """Returns samples as frames; rounded up, these are the fewest frames that hold them.

        Raises:
            ValueError: the samples are negative, or their rate (hertz) is not above 0.
        """
        _check_sample_rate(sample_rate)
        if samples < 0:
            message = f"{samples} samples: the number must not be negative"
            raise ValueError(message)
        return cls(_ratio(samples * rate.numerator, sample_rate * rate.denominator, rounding))

    def as_samples(self, rate: FrameRate, sample_rate: int, rounding: Rounding = Rounding.NEAREST) -> int:
        """Returns the same time in samples; exact if a frame is a whole number of samples, as at 30 fps and 48 kHz.

        Raises:
            ValueError: the sample rate (hertz) is not above 0.
        """
        _check_sample_rate(sample_rate)
        return _ratio(self.frames * rate.denominator * sample_rate, rate.numerator, rounding)


@dataclass(frozen=True, order=True)
class Duration(_Frames):
    """A length of time in frames, 0 or more."""

    @classmethod
    def between(cls, start: "Position", end: "Position") -> Self:
        """Returns the duration between two positions.

        Raises:
            ValueError: the end is before the start.
        """
        return cls(end.frames - start.frames)


@dataclass(frozen=True, order=True)
class Position(_Frames):
    """A point in time: the frame that starts there, counted from 0."""

    def __add__(self, duration: Duration) -> "Position":
        return Position(self.frames + duration.frames)


def frames_for(samples: int, sample_rate: int, frame_rate: int) -> int:
    """Returns the fewest whole frames that hold so many samples."""
    return Duration.from_samples(samples, sample_rate, FrameRate(frame_rate), Rounding.UP).frames


def _check_sample_rate(sample_rate: int) -> None:
    if sample_rate <= 0:
        message = f"{sample_rate} Hz is not a sample rate"
        raise ValueError(message)


def _ratio(numerator: int, denominator: int, rounding: Rounding) -> int:
    match rounding:
        case Rounding.DOWN:
            return numerator // denominator
        case Rounding.UP:
            return -(-numerator // denominator)
        case Rounding.NEAREST:
            return (2 * numerator + denominator) // (2 * denominator)
