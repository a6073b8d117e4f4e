"""Builds clips from facts, without a file."""

from typing import Any

from scenewire.messages import ArtifactRef, Clip, Credit, SourceFacts
from tests.support.builders import artifact


def clip(
    frames: int,
    rate: tuple[int, int] = (30, 1),
    in_frame: int = 0,
    file: ArtifactRef | None = None,
    name: str = "c",
    **facts: Any,
) -> Clip:
    return Clip(
        file=file or artifact(name if name.isalnum() else "c", "video/mp4"),
        in_frame=in_frame,
        out_frame=in_frame + frames,
        facts=SourceFacts(
            frame_rate_numerator=rate[0],
            frame_rate_denominator=rate[1],
            duration_frames=in_frame + frames,
            video_codec="h264",
            **{"width": 640, "height": 360, **facts},
        ),
        source_id=name,
        credit=Credit(
            provider="library",
            title=f"Clip {name}",
            creator="Jo",
            licence="CC0",
            source_url=f"https://example.org/{name}",
        ),
    )


def still(width: int = 1600, height: int = 900, name: str = "s", **facts: Any) -> Clip:
    return clip(
        1, (1, 1), name=name, width=width, height=height, **{"matrix": 5, "still": True, "focus": (0.5, 0.5), **facts}
    )
