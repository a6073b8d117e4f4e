"""Makes the designs of a very long script fit into a message. Pure."""

from collections.abc import Callable, Iterator
from typing import Final

from scenewire.messages import DesignedSentence, ScenesScripted

__all__ = ["lighter_scripts"]

_NOTE: Final = "The script is so long that its scenes have no designs: without footage they show their whole text."

_Sentences = tuple[DesignedSentence, ...]


def lighter_scripts(scripted: ScenesScripted) -> Iterator[ScenesScripted]:
    """Yields a script as it is, then with two designs a sentence, then without any, which a note says."""
    yield scripted
    yield _with(scripted, lambda sentences: tuple(map(_first_and_last, sentences)))
    plain = _with(scripted, lambda _: ())
    yield plain.model_copy(update={"brief": plain.brief.model_copy(update={"notes": (*plain.brief.notes, _NOTE)})})


def _with(scripted: ScenesScripted, change: Callable[[_Sentences], _Sentences]) -> ScenesScripted:
    scenes = tuple(scene.model_copy(update={"sentences": change(scene.sentences)}) for scene in scripted.scenes)
    return scripted.model_copy(update={"scenes": scenes})


def _first_and_last(sentence: DesignedSentence) -> DesignedSentence:
    """Keeps what is shown, and the statement that suits every picture."""
    return sentence.model_copy(update={"designs": tuple(dict.fromkeys((sentence.designs[0], sentence.designs[-1])))})
