"""Checks the voices of an order before anything starts."""

from collections.abc import Collection, Sequence

from scenewire.messages import ScriptRequested
from scenewire_cli.stack.data_folder import DataFolder

__all__ = ["check_voices"]


async def check_voices(order: ScriptRequested, folder: DataFolder, recorded: Collection[int] = ()) -> Sequence[str]:
    """Refuses an order that a stack of this data folder cannot speak. A running one may have another engine.

    Returns notes about voices that another engine or voice would replace.

    Args:
        order: the order.
        folder: the data folder.
        recorded: scenes that need no voice.

    Raises:
        PermanentError: `speech_failed`, there is no such voice or language; or no engine can be used.
    """
    if folder.endpoint() is not None:
        return ()
    from scenewire_script.preview import resolve_language
    from scenewire_tts.voices import check_voice

    language = resolve_language(order).tag
    voices = [
        scene.voice or order.voice
        for at, scene in enumerate(order.scenes or (), 1)
        if scene.narration is None and (scene.scene_number or at) not in recorded
    ]
    voices += [*([] if order.scenes else [order.voice]), *(order.voices or {}).values()]
    notes = [await check_voice(language, voice, data=folder.root) for voice in dict.fromkeys(voices)]
    return [*dict.fromkeys(filter(None, notes))]
