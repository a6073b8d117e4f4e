"""Lets the double of the language model narrate the sentences of an example, repeatedly.

Like a model, it does not keep to the requested length.
"""

import json
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

from scripts.doubles.language_model import Answer, Request, says

__all__ = ["documentary"]


def documentary(
    title: str, sentences: Sequence[str], shots: Sequence[str], *, pace: float = 0.85
) -> Callable[[Request], Answer]:
    """Returns how the double answers.

    Args:
        title: title of the video.
        sentences: the narration, in order; repeated if necessary.
        shots: words for pictures, one scene after the other.
        pace: how many of the words that it was asked for it writes.
    """
    story = cycle(sentences)

    def texts(numbers: Sequence[int], about: int) -> list[str]:
        written = []
        for _ in numbers:
            words: list[str] = []
            while len(words) < about * pace:
                words += next(story).split()
            written.append(" ".join(words))
        return written

    def answer(request: Request) -> Answer:
        task = request.task
        about: int = task["length"]["about"]
        if "rewrite" in task:
            numbers = [scene["scene_number"] for scene in task["rewrite"]]
            pairs = zip(numbers, texts(numbers, about), strict=True)
            return _says({"scenes": [{"scene_number": number, "text": text} for number, text in pairs]})
        numbers = task["write"]
        scenes = []
        for number, text in zip(numbers, texts(numbers, about), strict=True):
            shot = shots[(number - 1) % len(shots)]
            scenes.append({"scene_number": number, "text": text, "footage_query": shot, "keywords": shot.split()})
        return _says({"title": title, "scenes": scenes})

    return answer


def _says(script: dict[str, Any]) -> Answer:
    return says(json.dumps(script, ensure_ascii=False))
