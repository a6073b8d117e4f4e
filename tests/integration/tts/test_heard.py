"""Narrations as a speech recogniser hears them: every engine and language that is installed, with a bar for each voice.

The recogniser is in the dependency group `ear`. Kokoro is heard where its weights are: in TTS_WEIGHTS, or in the user's data folder.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.engines.kokoro.engine import KokoroEngine, open_kokoro
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.settings import read_settings
from scenewire_tts.speech.postprocess import finish, write_wav
from scenewire_tts.speech.spoken_text import clean
from scenewire_tts.spoken_form.normalizer import spoken_form
from scripts.word_error_rate import errors, transcribe, words
from tests.support.ear import load_ear, missing_ear

pytestmark = [
    pytest.mark.skipif(bool(missing_ear()), reason=f"the group `ear` is not installed: {', '.join(missing_ear())}"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

_settings = read_settings()
WEIGHTS = examine(_settings.weights or _settings.installed_weights)

_LANGUAGES = Path(__file__).parents[3] / "scripts" / "length_languages.txt"
SENTENCES = {
    language: " ".join(sentences)
    for language, *sentences in (block.strip().splitlines() for block in _LANGUAGES.read_text("utf-8").split("# ")[1:])
}
"""Four sentences in each language."""

ESPEAK = {"en": 0.06, "de": 0.27, "es": 0.33, "it": 0.45, "pt": 0.73}
"""Highest share of words misheard. The recogniser understands next to nothing of espeak's French and Hindi."""


KOKORO = {
    "af_heart": ("en", 0.02),
    "am_michael": ("en", 0.02),
    "bf_emma": ("en", 0.02),
    "ef_dora": ("es", 0.04),
    "ff_siwis": ("fr", 0.18),
    "if_sara": ("it", 0.1),
    "pf_dora": ("pt", 0.1),
}
"""Language and bar of the default voices."""


@pytest.fixture(scope="session")
def ear(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return load_ear(tmp_path_factory.mktemp("ear"))


@pytest.fixture
async def kokoro() -> AsyncIterator[KokoroEngine]:
    engine = open_kokoro("kokoro-onnx", WEIGHTS.folder)
    await engine.start()
    yield engine
    await engine.aclose()


async def misheard(ear: Any, engine: SpeechEngine, language: str, voice: str | None, path: Path) -> tuple[float, str]:
    """Returns the share of words that are misheard, and what is heard."""
    spoken = spoken_form(clean(SENTENCES[language]), language).text
    write_wav(path, finish(await engine.speak(spoken, language=language, voice=voice), spoken, pause=0))
    heard = transcribe(ear, path, language)
    expected = words(SENTENCES[language], language)
    return errors(expected, words(heard, language)) / len(expected), heard


@pytest.mark.parametrize("language", ESPEAK)
async def test_espeak_is_understood(ear: Any, tmp_path: Path, language: str) -> None:
    share, heard = await misheard(ear, EspeakEngine(), language, None, tmp_path / "narration.wav")

    assert share <= ESPEAK[language], heard


@pytest.mark.skipif(
    WEIGHTS.models["kokoro-onnx"] is None, reason="no weights of Kokoro in TTS_WEIGHTS or in the user's data folder"
)
@pytest.mark.parametrize("voice", KOKORO)
async def test_the_natural_voice_is_understood(ear: Any, kokoro: KokoroEngine, tmp_path: Path, voice: str) -> None:
    if voice not in WEIGHTS.voices:
        pytest.skip(f"{WEIGHTS.folder} has no voice {voice}")
    language, bar = KOKORO[voice]

    share, heard = await misheard(ear, kokoro, language, voice, tmp_path / "narration.wav")

    assert share <= bar, heard
