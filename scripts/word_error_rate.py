"""Measures how well a speech recogniser understands the narration, with and without the spoken form.

Needs `faster-whisper`, which is not a dependency of scenewire, and a folder with a Whisper model in CTranslate2's format:

    $ pip install faster-whisper
    $ python scripts/word_error_rate.py ~/models/whisper-base
    $ python scripts/word_error_rate.py ~/models/whisper-base --engine kokoro-onnx --weights ~/models/kokoro
"""

import argparse
import asyncio
import importlib
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.engines.kokoro.engine import open_kokoro
from scenewire_tts.speech.postprocess import write_wav
from scenewire_tts.speech.spoken_text import clean
from scenewire_tts.spoken_form.normalizer import spoken_form

TEXTS: Final = {
    "numbers": (
        (
            "In 1869 it cost $3.5 million. By 1905 the price was £20–£30, and in the 1990s it rose by 15%.",
            (
                "In eighteen sixty-nine it cost three point five million dollars. By nineteen oh five the price was twenty to "
                "thirty pounds, and in the nineteen nineties it rose by fifteen percent."
            ),
        ),
        (
            "The train left at 3:45 pm at 24 km/h, with 1,234 people on the 2nd and 21st of May. It was -5 °C.",
            (
                "The train left at three forty-five p m at twenty-four kilometers per hour, with one thousand two hundred "
                "thirty-four people on the second and twenty-first of May. It was minus five degrees Celsius."
            ),
        ),
        (
            "They sold 3/4 of it for EUR 1,200, about 2.5 kg. On 2026-10-03 the 7-Eleven was open 24/7.",
            (
                "They sold three quarters of it for one thousand two hundred euros, about two point five kilograms. On October "
                "third, twenty twenty-six the seven eleven was open twenty-four seven."
            ),
        ),
        (
            "Call 555-123-4567 before Jan. 5, 2027. Pages 10-20 cover 1914–18, and $3.50 buys 100 m² of it.",
            (
                "Call five five five one two three four five six seven before January fifth, twenty twenty-seven. Pages ten to "
                "twenty cover nineteen fourteen to eighteen, and three dollars and fifty cents buys one hundred square meters "
                "of it."
            ),
        ),
    ),
    "abbreviations": (
        (
            "Dr. Smith of Acme Inc. lives on Main St. with Mr. Jones. See No. 5 and vol. 3, pp. 10-12, e.g. the U.S. Senate.",
            (
                "Doctor Smith of Acme Incorporated lives on Main Street with Mister Jones. See number five and volume three, "
                "pages ten to twelve, for example, the U S Senate."
            ),
        ),
        (
            "World War II came after World War I. Louis XIV and Henry VIII ruled; Chapter IV tells of Elizabeth II.",
            (
                "World War two came after World War one. Louis the fourteenth and Henry the eighth ruled; chapter four tells of "
                "Elizabeth the second."
            ),
        ),
        (
            "Write to me@example.com or see https://example.com/help for CO2 and H2O. The tag is #climate.",
            (
                "Write to me at example dot com or see example dot com slash help for C O two and H two O. The tag is hashtag "
                "climate."
            ),
        ),
        (
            "Cats vs. dogs, tea w/o milk, etc. On Feb. 3 Gen. Grant met Prof. Lee on Mt. Everest, approx. 10 ft apart.",
            (
                "Cats versus dogs, tea without milk, et cetera. On February third General Grant met Professor Lee on Mount "
                "Everest, approximately ten feet apart."
            ),
        ),
    ),
    "names": (
        (
            "Ferdinand de Lesseps met Napoleon and Isambard Kingdom Brunel in Alexandria, near Port Said and Ismailia.",
            None,
        ),
        ("Marie Curie and Albert Einstein walked by Lake Geneva with Niels Bohr and Max Planck.", None),
    ),
    "prose": (
        (
            (
                "The river was quiet in the early morning. A boat passed slowly under the old bridge, and nobody looked up. "
                "The man at the wheel was thinking of his daughter, who had left for the city the week before."
            ),
            None,
        ),
        (
            (
                "Tea is the most popular drink in the world after water. It was first grown in the hills of southern China, "
                "and traders carried it along the roads to the west."
            ),
            None,
        ),
    ),
}
"""What is written, and what a person says; None if that is the same."""


def errors(expected: Sequence[str], heard: Sequence[str]) -> int:
    """Returns the least number of words to insert, delete or replace."""
    row = list(range(len(heard) + 1))
    for index, word in enumerate(expected, start=1):
        previous, row = row, [index]
        for column, (left, above) in enumerate(pairwise(previous)):
            row.append(min(above + 1, row[-1] + 1, left + (word != heard[column])))
    return row[-1]


def words(text: str, language: str = "en") -> list[str]:
    """Returns the words of a text as they sound: recognisers write digits, abbreviations and addresses again."""
    return re.findall(r"\w+", spoken_form(clean(text), language).text.casefold().replace("'", "").replace("’", ""))


def transcribe(recogniser: Any, path: Path, language: str) -> str:
    """Returns what a recogniser hears.

    Args:
        recogniser: a `faster_whisper.WhisperModel`.
        path: of the audio.
        language: its primary language.
    """
    segments, _ = recogniser.transcribe(str(path), language=language, beam_size=5, temperature=0)
    return " ".join(segment.text for segment in segments)


async def measure(engine: SpeechEngine, recogniser: Any, voice: str | None, path: Path) -> None:
    """Prints the word error rate of every kind of text, as written and as spoken.

    Args:
        engine: speaks.
        recogniser: a `faster_whisper.WhisperModel`.
        voice: the engine's voice; None uses its default.
        path: where to write each narration.
    """
    totals = np.zeros((2, 2), int)
    print(f"{'text':<15}{'words':>6}{'written':>9}{'spoken form':>13}")
    for kind, texts in TEXTS.items():
        counts = np.zeros((2, 2), int)
        for written, said in texts:
            expected = words(said or written)
            for column, text in enumerate((clean(written), spoken_form(clean(written), "en").text)):
                speech = await engine.speak(text, language="en-US", voice=voice)
                write_wav(path, speech)
                heard = words(transcribe(recogniser, path, "en"))
                counts[column] += errors(expected, heard), len(expected)
        totals += counts
        print(f"{kind:<15}{counts[0, 1]:>6}{_rate(counts[0]):>9}{_rate(counts[1]):>13}")
    print(f"{'all':<15}{totals[0, 1]:>6}{_rate(totals[0]):>9}{_rate(totals[1]):>13}")


def _rate(counts: Any) -> str:
    return f"{100 * counts[0] / counts[1]:.1f} %"


async def main() -> None:
    """Runs the measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("model", type=Path, help="folder of the recogniser's model")
    parser.add_argument("--engine", choices=("espeak", "kokoro", "kokoro-onnx"), default="espeak")
    parser.add_argument("--weights", type=Path, help="folder of Kokoro's weights")
    parser.add_argument("--voice")
    arguments = parser.parse_args()
    recogniser = importlib.import_module("faster_whisper").WhisperModel(str(arguments.model), compute_type="int8")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "narration.wav"
        if arguments.engine == "espeak":
            await measure(EspeakEngine(), recogniser, arguments.voice, path)
            return
        if arguments.weights is None:
            parser.error("--weights is missing; pass the folder of Kokoro's weights")
        engine = open_kokoro(arguments.engine, arguments.weights, threads=1)
        await engine.start()
        try:
            await measure(engine, recogniser, arguments.voice, path)
        finally:
            await engine.aclose()


if __name__ == "__main__":
    asyncio.run(main())
