"""What the work behind a message used: time, processors, bytes and providers."""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, Field

from scenewire.messages.base import Name, WireModel

__all__ = ["MAX_MODEL_CHARACTERS", "Accounted", "ProviderUse", "Work"]

MAX_MODEL_CHARACTERS: Final = 200
"""Longest name of a model."""

_MAX_AMOUNT: Final = 1 << 53
"""The record can store and sum it, and every reader of JSON reads it exactly."""

_MAX_COUNT: Final = 1_000_000
_MAX_PROVIDERS: Final = 100

Amount = Annotated[int, Field(ge=0, le=_MAX_AMOUNT)]
Seconds = Annotated[float, Field(ge=0, le=_MAX_AMOUNT)]


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("there is no such time in UTC") from error


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class ProviderUse(WireModel):
    """What one model of one provider was asked for and charged."""

    provider: Name
    model: str = Field(max_length=MAX_MODEL_CHARACTERS)
    requests: int = Field(ge=1, le=_MAX_COUNT, description="Answered requests.")
    input_tokens: Amount | None = Field(default=None, description="None: the provider doesn't report it.")
    output_tokens: Amount | None = Field(default=None, description="None: the provider doesn't report it.")
    characters: Amount | None = Field(default=None, description="Spoken characters; None for language models.")
    money: float | None = Field(
        default=None,
        ge=0,
        le=_MAX_AMOUNT,
        description="In the currency of the configured prices; None: unknown, without a price.",
    )


class Work(WireModel):
    """What a service used between taking a message, or its previous result, and publishing this result.

    docs/costs.md says how it is measured and what is not counted.
    """

    service: Name
    worker: str = Field(max_length=300, description="Host name and process id.")
    started_at: Instant
    wall_s: Seconds = Field(description="Seconds, with waits for rate limits and outages.")
    paused_s: Seconds = Field(default=0, description="Seconds of these that waited for rate limits and outages.")
    deliveries: int = Field(
        default=1,
        ge=1,
        le=_MAX_COUNT,
        description="How often the message was delivered: more than once after failures.",
    )
    own_cpu_s: Seconds = Field(description="Processor seconds of the service's own code for this message.")
    child_cpu_s: Seconds = Field(description="Processor seconds of the child processes for this message.")
    bytes_fetched: Amount = Field(default=0, description="Received from a bucket or from download hosts.")
    bytes_stored: Amount = Field(default=0, description="Written to the artifact store.")
    results_reused: int = Field(default=0, ge=0, le=_MAX_COUNT, description="Stored results that were used again.")
    results_made: int = Field(default=0, ge=0, le=_MAX_COUNT, description="Results that were made and stored.")
    providers: tuple[ProviderUse, ...] = Field(default=(), max_length=_MAX_PROVIDERS)

    @property
    def is_reused(self) -> bool:
        """Whether nothing had to be made: all results were stored already."""
        return self.results_reused > 0 and self.results_made == 0


class Accounted(WireModel):
    """Base of the messages that report the work behind them."""

    work: Work | None = Field(default=None, description="What it took; None where nobody measured it.")
