"""Shows what would become of an order's own words, without making anything. The command calls it."""

from scenewire.messages import ScenesScripted, ScriptRequested
from scenewire_script.composition import compose
from scenewire_script.orders.language import resolve_language
from scenewire_script.plans import NO_PROJECT, estimated_duration
from scenewire_script.settings import ScriptSettings
from scenewire_script.writers.outline import OutlineWriter

__all__ = ["estimated_duration", "preview_script", "resolve_language"]


async def preview_script(order: ScriptRequested) -> ScenesScripted:
    """Returns the scenes that an order with a text or scenes would have.

    Raises:
        PermanentError: `invalid_order`, there is nothing to speak.
    """
    settings = ScriptSettings(artifacts_url="file:///")
    return await compose(order, NO_PROJECT, OutlineWriter(), words_per_second=settings.words_per_second)
