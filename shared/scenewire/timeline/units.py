"""Frame rates, and places and lengths counted in frames."""

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
    """Where a time goes that lies between two frames or samples."""

    DOWN = auto()
    NEAREST = auto()
    """The later one of two that are equally near."""
    UP = auto()


@dataclass(frozen=True)
class FrameRate:
    """Frames a second, as an exact fraction.

    Two rates are equal when they are written alike: 60/2 is not 30/1, as in the files that say so. Compare `fraction`
    where the value counts.

    Raises:
        ValueError: numerator or denominator is not above 0.
    """

    numerator: int
    denominator: int = 1

    def __post_init__(self) -> None:
        if self.numerator <= 0 or self.denominator <= 0:
            message = f"{self.numerator}/{self.denominator} is no frame rate: both numbers must be above 0"
            raise ValueError(message)

    @property
    def fraction(self) -> Fraction:
        """Frames a second, exactly."""
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
            message = f"{self.frames} frames are less than none"
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
            message = f"{seconds} is no time in seconds"
            raise ValueError(message) from error
        if exact < 0:
            message = f"{seconds} seconds are less than none"
            raise ValueError(message)
        frames = exact * rate.fraction
        return cls(_ratio(frames.numerator, frames.denominator, Rounding.NEAREST))

    def as_seconds(self, rate: FrameRate) -> Fraction:
        """The same in seconds, exactly."""
        return Fraction(self.frames * rate.denominator, rate.numerator)

    def at_rate(self, rate: FrameRate, other: FrameRate, rounding: Rounding = Rounding.NEAREST) -> Self:
        """The same time in frames of another rate.

        Args:
            rate: whose frames these are.
            other: whose frames are wanted.
            rounding: where a time between two frames goes.
        """
        count = self.frames * rate.denominator * other.numerator
        return type(self)(_ratio(count, rate.numerator * other.denominator, rounding))

    @classmethod
    def from_samples(
        cls, samples: int, sample_rate: int, rate: FrameRate, rounding: Rounding = Rounding.NEAREST
    ) -> Self:
        """So many samples in frames: rounded up, the fewest frames that hold them all.

        Raises:
            ValueError: the samples are negative, or their rate (hertz) is not above 0.
        """
        _check_sample_rate(sample_rate)
        if samples < 0:
            message = f"{samples} samples are less than none"
            raise ValueError(message)
        return cls(_ratio(samples * rate.numerator, sample_rate * rate.denominator, rounding))

    def as_samples(self, rate: FrameRate, sample_rate: int, rounding: Rounding = Rounding.NEAREST) -> int:
        """The same in samples. Exact where a frame is a whole number of samples, as at 30 fps and 48 kHz.

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
        """The time from one position to another.

        Raises:
            ValueError: the end lies before the start.
        """
        return cls(end.frames - start.frames)


@dataclass(frozen=True, order=True)
class Position(_Frames):
    """A place in time: the frame that starts there, counted from 0."""

    def __add__(self, duration: Duration) -> "Position":
        return Position(self.frames + duration.frames)


def frames_for(samples: int, sample_rate: int, frame_rate: int) -> int:
    """Returns the fewest whole frames that hold so many samples."""
    return Duration.from_samples(samples, sample_rate, FrameRate(frame_rate), Rounding.UP).frames


def _check_sample_rate(sample_rate: int) -> None:
    if sample_rate <= 0:
        message = f"{sample_rate} Hz is no sample rate"
        raise ValueError(message)


def _ratio(numerator: int, denominator: int, rounding: Rounding) -> int:
    match rounding:
        case Rounding.DOWN:
            return numerator // denominator
        case Rounding.UP:
            return -(-numerator // denominator)
        case Rounding.NEAREST:
            return (2 * numerator + denominator) // (2 * denominator)
