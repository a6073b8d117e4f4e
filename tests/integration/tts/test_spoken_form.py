"""Numbers and abbreviations through the stage and both engines: spoken in words, shown as written."""

import re
from pathlib import Path
from uuid import uuid4

import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.messages import Narration, NarrationRequested
from scenewire_tts.engines.base import SpeechEngine
from scenewire_tts.engines.espeak.engine import EspeakEngine, run_espeak
from scenewire_tts.engines.kokoro.engine import KokoroEngine
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.speech.spoken_text import clean, split_words
from scenewire_tts.speech.word_timing import Mark
from scenewire_tts.spoken_form.normalizer import spoken_form
from scenewire_tts.stage import NarrationStage
from tests.integration.tts.test_neural_speech import ToneModel
from tests.support import builders
from tests.support.weights import write_onnx_folder

TEXTS = {
    "en": "In 1869 it cost $3.5 million. Ships went 24 km/h — about EUR 1,200 a day, says Dr. Smith. No. 5 sank in Jan. 1990. "
    "The $5 bill got 1.2M views from 5-6 pm at 5 MB/s, 2x more than in 2019/20.",
    "de": "Am 3. Oktober 1990 kostete es 3,50 €. Im 19. Jahrhundert fuhr man 24 km/h, z. B. unter Ludwig XIV. in Nr. 5. "
    "Von 9-17 Uhr zahlte 1 Frau seit 1 Jahr 5 €/kg für 1/2 Liter, 1,80 m vom 1./2. Mai.",
    "es": "El 5 de enero de 1869 costó 3,5 millones de €. En el siglo XXI van a 24 km/h, dice el Dr. Pérez en la pág. 3.",
    "fr": "Le 1er janvier 1869 il coûta 3,5 millions d'euros. Au XXIe siècle, à 15h30, M. Dupont roule à 24 km/h.",
    "hi": "15 अगस्त 1947 को ₹3.50 का दाम था। 3:45 बजे गाड़ी 24 km/h से चली, और 50% लोग 19वीं सदी के थे। "
    "५:३० पर रु. 500 लेकर 9876543210 पर कॉल करें।",
    "it": "Il 5 gennaio 1869 costò 3,50 €. Nel XXI secolo, alle 15:30, il dott. Rossi va a 24 km/h.",
    "pt": "Em 5 de janeiro de 1869 custou R$ 3,50. No século XXI, às 15h30, o Dr. Silva vai a 24 km/h.",
}


async def narrate(engine: SpeechEngine, folder: Path, text: str, language: str) -> Narration:
    stage = NarrationStage(FilesystemStore(folder), engine)
    project = uuid4()
    brief = builders.brief(options=builders.options(language=language, voice=None))
    scene = builders.scene(1, text, project)
    rendered = await stage.narrate(NarrationRequested(project_id=project, revision=1, brief=brief, scene=scene))
    return rendered.narration


def assert_words_are_written_and_timed(narration: Narration, text: str) -> None:
    assert [word.text for word in narration.words] == [token.text for token in split_words(clean(text))]
    assert narration.text == clean(text)
    edges = [edge for word in narration.words for edge in (word.start_sample, word.end_sample)]
    assert edges == sorted(edges)
    assert 0 <= edges[0] < edges[-1] <= narration.samples
    assert all(word.start_sample < word.end_sample for word in narration.words if re.search(r"\w", word.text))


@pytest.mark.parametrize("language", TEXTS)
async def test_espeak_speaks_words_and_the_written_words_have_their_times(language: str, tmp_path: Path) -> None:
    narration = await narrate(EspeakEngine(), tmp_path, TEXTS[language], language)

    assert_words_are_written_and_timed(narration, TEXTS[language])


async def test_a_number_lasts_as_long_as_its_spoken_words(tmp_path: Path) -> None:
    written = await narrate(EspeakEngine(), tmp_path, "In 1869 it cost $3.5 million.", "en")
    spelled = await narrate(
        EspeakEngine(), tmp_path, "In eighteen sixty-nine it cost three point five million dollars.", "en"
    )

    assert written.audio == spelled.audio
    said = {word.text: word for word in spelled.words}
    shown = {word.text: word for word in written.words}
    assert shown["1869"].start_sample == said["eighteen"].start_sample
    assert shown["1869"].end_sample == said["sixty-nine"].end_sample
    assert shown["$3.5"].end_sample == said["five"].end_sample
    assert shown["million."].start_sample == said["million"].start_sample
    assert shown["million."].end_sample == said["dollars."].end_sample


async def test_kokoro_speaks_words_and_the_written_words_have_their_times(tmp_path: Path) -> None:
    engine = KokoroEngine("kokoro-onnx", examine(write_onnx_folder(tmp_path / "weights")), ToneModel())
    await engine.start()

    narration = await narrate(engine, tmp_path / "store", TEXTS["en"], "en")

    assert_words_are_written_and_timed(narration, TEXTS["en"])


@pytest.mark.parametrize("language", TEXTS)
async def test_espeak_pronounces_every_word_of_the_spoken_form(language: str) -> None:
    form = spoken_form(clean(TEXTS[language]), language)
    request = {"text": form.text, "language": language, "voice": None, "words_per_minute": 150}

    answer = await run_espeak(request)

    assert not re.search(r"\d", form.text)
    marks = [Mark(*mark) for mark in answer.header["marks"]]
    missed = [
        token.text
        for token in split_words(form.text)
        if re.search(r"\w", token.text) and not any(token.start <= mark.position < token.end for mark in marks)
    ]
    assert len(missed) <= 0.2 * len(marks), missed  # espeak joins words such as "in the"
