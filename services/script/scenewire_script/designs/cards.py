"""The cards before the first sentence of a scene: the title of the video and the heading of a section. Pure."""

from collections.abc import Sequence
from typing import Final

from scenewire.messages import Chapter, DesignedSentence, Opening

__all__ = ["with_cards_of"]

_CARDS: Final = (Opening, Chapter)
_MAX_DESIGNS: Final = 4


def with_cards_of(
    sentences: tuple[DesignedSentence, ...], placed: Sequence[DesignedSentence]
) -> tuple[DesignedSentence, ...]:
    """Returns the designed sentences of a scene with the cards of another place in the video.

    Args:
        sentences: of the scene; none if its script is too long for designs.
        placed: the sentences as they were designed at that place.
    """
    if not sentences:
        return ()
    first = sentences[0]
    cards = [design for design in placed[0].designs if isinstance(design, _CARDS)]
    own = [design for design in first.designs if not isinstance(design, _CARDS)]
    designs = (*cards, *own[: _MAX_DESIGNS - len(cards)])
    return (first.model_copy(update={"designs": designs}), *sentences[1:])
