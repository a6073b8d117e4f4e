"""What the work behind a message used: time, processors, bytes and providers."""

from pydantic import AwareDatetime, Field

from scenewire.messages.base import Name, WireModel

__all__ = ["Accounted", "ProviderUse", "Work"]


class ProviderUse(WireModel):
    """What one model of one provider was asked for and charged."""

    provider: Name
    model: str = Field(max_length=200)
    requests: int = Field(ge=1, description="Answered requests.")
    input_tokens: int | None = Field(default=None, ge=0, description="None: the provider doesn't report it.")
    output_tokens: int | None = Field(default=None, ge=0, description="None: the provider doesn't report it.")
    characters: int | None = Field(default=None, ge=0, description="Spoken characters; None for language models.")
    money: float | None = Field(
        default=None, ge=0, description="In the currency of the configured prices; None: unknown, without a price."
    )


class Work(WireModel):
    """What a service used between taking a message, or its previous result, and publishing this result.

    docs/costs.md says how it is measured and what is not counted.
    """

    service: Name
    worker: str = Field(max_length=300, description="Host name and process id.")
    started_at: AwareDatetime
    wall_s: float = Field(ge=0, description="Seconds, with waits for rate limits and outages.")
    paused_s: float = Field(default=0, ge=0, description="Seconds of these that waited for rate limits and outages.")
    deliveries: int = Field(
        default=1, ge=1, description="How often the message was delivered: more than once after failures."
    )
    own_cpu_s: float = Field(ge=0, description="Processor seconds of the service's own code for this message.")
    child_cpu_s: float = Field(ge=0, description="Processor seconds of the child processes for this message.")
    bytes_fetched: int = Field(default=0, ge=0, description="Received from a bucket or from download hosts.")
    bytes_stored: int = Field(default=0, ge=0, description="Written to the artifact store.")
    results_reused: int = Field(default=0, ge=0, description="Stored results that were used again.")
    results_made: int = Field(default=0, ge=0, description="Results that were made and stored.")
    providers: tuple[ProviderUse, ...] = ()

    @property
    def is_reused(self) -> bool:
        """Whether nothing had to be made: all results were stored already."""
        return self.results_reused > 0 and self.results_made == 0


class Accounted(WireModel):
    """Base of the messages that report the work behind them."""

    work: Work | None = Field(default=None, description="What it took; None where nobody measured it.")
