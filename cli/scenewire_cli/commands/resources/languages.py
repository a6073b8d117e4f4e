"""`scenewire languages`: what is installed for each language."""

from typing import Any

from scenewire.text.writings import LANGUAGE_NAMES, writings_of
from scenewire_cli.options import DataOption, JsonOption
from scenewire_cli.output.record_views import LANGUAGES, print_rows_or_json
from scenewire_cli.running import run
from scenewire_cli.stack.data_folder import DataFolder
from scenewire_cli.stack.embedded import settings_errors

__all__ = ["languages"]


def languages(*, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Lists languages with their engines and caption fonts.

    A language without an engine cannot be spoken here. Without a font, captions leave its letters out.

    Example:
        scenewire languages
    """
    run(_languages(DataFolder(data), as_json=as_json))


async def _languages(folder: DataFolder, *, as_json: bool) -> int:
    from scenewire_assembly.languages import drawable_writings
    from scenewire_tts.voices import list_voices

    with settings_errors():
        voices, drawable = await list_voices(data=folder.root), await drawable_writings(folder.root)
    rows: list[dict[str, Any]] = [
        {
            "language": tag,
            "name": name,
            "engines": list(dict.fromkeys(voice.engine for voice in voices if voice.speaks(tag))),
            "captions": writings_of(tag) <= drawable,
        }
        for tag, name in LANGUAGE_NAMES.items()
    ]
    print_rows_or_json("language", rows, LANGUAGES, as_json=as_json)
    return 0
