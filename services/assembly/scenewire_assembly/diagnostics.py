"""Reports which writing systems captions can show here, and which encoders work."""

import os
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scenewire.errors import PipelineError
from scenewire.ffmpeg.opening import open_executor
from scenewire.findings import Finding
from scenewire_assembly.captions.fonts import FONTS_HINT
from scenewire_assembly.encoders.selection import EncoderSelection, EncoderSelector
from scenewire_assembly.ffmpeg_job import FfmpegOnDemand
from scenewire_assembly.languages import LETTERS, drawable_writings
from scenewire_assembly.picture.encoder import HARDWARE, EncoderName
from scenewire_assembly.settings import AssemblySettings

__all__ = ["check_captions", "check_encoders"]


async def check_captions(data: Path | None = None) -> list[Finding]:
    """Returns the writing systems that the installed fonts can draw.

    Args:
        data: the data folder, in which fonts may be installed; None takes that of the environment.
    """
    try:
        drawable = await drawable_writings(data)
    except PipelineError as error:
        return [Finding(error.message, ok=False, hint=error.hint)]
    except ValidationError as error:
        return [_invalid(error)]
    missing = ", ".join(writing for writing in LETTERS if writing not in drawable)
    hint = f"captions cannot show {missing}; to show them, {FONTS_HINT}" if missing else ""
    return [Finding(f"captions in {', '.join(writing for writing in LETTERS if writing in drawable)}", hint=hint)]


async def check_encoders(data: Path | None = None) -> list[Finding]:
    """Returns the encoder that new videos get, then the others; tries those of cards.

    Args:
        data: the data folder; None takes that of the environment.
    """
    given: dict[str, Any] = {} if data is None else {"data_folder": data}
    try:
        settings = AssemblySettings(artifacts_url=os.environ.get("ARTIFACTS_URL", "file:///"), **given)
    except ValidationError as error:
        return [_invalid(error)]
    ffmpeg = FfmpegOnDemand(partial(open_executor, settings.ffmpeg))
    try:
        selection = await EncoderSelector(ffmpeg, settings.encoder, settings.encoding).selection()
        tried = await EncoderSelector(ffmpeg, "auto", settings.encoding).selection()
    except PipelineError as error:
        return [Finding(error.message, ok=False, hint=error.hint)]
    preferred = selection.preferred
    place = f" on {preferred.device}" if preferred.is_hardware else ""
    return [
        Finding(f"{preferred.name}{place}, because {selection.reason}"),
        *(_unused(name, tried) for name in HARDWARE if name != preferred.name),
    ]


def _unused(name: EncoderName, tried: EncoderSelection) -> Finding:
    if name in tried.usable:
        return Finding(
            f"{name} on {tried.usable[name].device} works and is not used",
            hint=f"to use it, set ASSEMBLY_ENCODER={name}",
        )
    return Finding(f"{name} is not used", hint=tried.unusable[name])


def _invalid(error: ValidationError) -> Finding:
    fault = error.errors(include_url=False, include_input=False)[0]
    name = " ".join(str(part) for part in fault["loc"])
    return Finding(f"{name}: {fault['msg']}", ok=False, hint="correct that setting")
