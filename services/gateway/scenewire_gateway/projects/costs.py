"""What a project has cost, in JSON."""

from pydantic import Field

from scenewire_gateway.projects.views import View

__all__ = ["CostSums", "CostView"]


class CostSums(View):
    """What the work of a project, or of one of its stages, took."""

    scenes: int
    results: int = Field(description="Results that stages published.")
    reused: int = Field(description="Of these, the results that were stored already.")
    cpu_seconds: float
    wall_seconds: float
    own_cpu_seconds: float = Field(description="Of the services' own code.")
    child_cpu_seconds: float = Field(description="Of ffmpeg, speech and other programs.")
    bytes_fetched: int
    bytes_stored: int
    requests: int = Field(description="Answered requests to providers.")
    input_tokens: int | None = Field(description="Null: a provider does not report them.")
    output_tokens: int | None
    characters: int | None = Field(description="Spoken by speech servers.")
    money: float | None = Field(description="In the currency of the configured prices; null: unknown.")


class StageCost(CostSums):
    """What a stage took."""

    stage: str


class CostPerMinute(View):
    """Cost per minute of video."""

    cpu_seconds: float
    wall_seconds: float
    money: float | None


class CostView(View):
    """What a project has cost, over all its revisions; docs/costs.md says how it is measured."""

    project_id: str
    stages: list[StageCost]
    total: CostSums
    video_seconds: float | None
    per_minute: CostPerMinute | None
