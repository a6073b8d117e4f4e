"""Reports which writing systems captions can show here."""

from pathlib import Path

from pydantic import ValidationError

from scenewire.errors import PipelineError
from scenewire.findings import Finding
from scenewire_assembly.captions.fonts import FONTS_HINT
from scenewire_assembly.languages import LETTERS, drawable_writings

__all__ = ["check_captions"]


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
        fault = error.errors(include_url=False, include_input=False)[0]
        name = " ".join(str(part) for part in fault["loc"])
        return [Finding(f"{name}: {fault['msg']}", ok=False, hint="correct that setting")]
    missing = ", ".join(writing for writing in LETTERS if writing not in drawable)
    hint = f"captions cannot show {missing}; to show them, {FONTS_HINT}" if missing else ""
    return [Finding(f"captions in {', '.join(writing for writing in LETTERS if writing in drawable)}", hint=hint)]
