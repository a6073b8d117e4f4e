"""espeak-ng as it really speaks, alone and behind the bus."""

import json
import shutil
import sys
import time
import wave
from bisect import bisect_right
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import espeakng_loader
import numpy as np
import pytest

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import AudioRendered, ScenesScripted
from scenewire.processes.run import run_program
from scenewire_tts.app import create_app
from scenewire_tts.engines.espeak import child as espeak_child
from scenewire_tts.engines.espeak import engine as engine_module
from scenewire_tts.engines.espeak.engine import EspeakAnswer, EspeakEngine, read_text, run_espeak
from scenewire_tts.settings import TtsSettings
from scenewire_tts.speech.postprocess import finish
from scenewire_tts.speech.sound import SAMPLE_RATE
from scenewire_tts.speech.spoken_text import clean, split_words
from tests.support import builders
from tests.support.nats import provisioned_server

TEXTS = {
    "en": "Work began in 1859, and it cost $1,234,567.89 — or 3.5 dollars a day. Don't tell the U.S.A.!",
    "de": "Der Kanal wurde 1869 eröffnet — mit großem Fest. Über 150 Jahre später fahren täglich Schiffe hindurch.",
    "fr": "L'œuvre fut achevée en 1869 ; l'été, « c'est » le vent qui souffle. Où êtes-vous ?",
    "ru": "Канал соединяет Средиземное море с Красным морем. Его длина — 193 километра.",
    "zh-Hans": "苏伊士运河连接地中海和红海。",
}


def loud(pcm: np.ndarray) -> np.ndarray:
    """Positions of samples within 40 dB of the loudest."""
    level = np.abs(pcm.astype(int))
    return np.flatnonzero(level > level.max() / 100)


@pytest.mark.parametrize("language", TEXTS)
async def test_b12_speech_can_be_heard_and_its_words_are_where_the_sound_is(language: str) -> None:
    text = clean(TEXTS[language])

    spoken = await EspeakEngine().speak(text, language=language, voice=None)
    finished = finish(spoken, text, pause=1000)

    assert [word.text for word in finished.words] == [token.text for token in split_words(text)]
    heard = loud(finished.pcm)
    assert abs(finished.words[0].start_sample - int(heard[0])) < SAMPLE_RATE // 50
    assert abs(finished.words[-1].end_sample - int(heard[-1])) < SAMPLE_RATE // 50
    inside = np.zeros(len(finished.pcm), bool)
    for word in finished.words:
        inside[word.start_sample : word.end_sample] = True
    assert inside[heard].mean() > 0.98, "sound outside all words"
    level = np.sqrt(np.mean(finished.pcm[: heard[-1]].astype(float) ** 2))
    assert 1000 < level < 10_000
    spectrum = np.abs(np.fft.rfft(finished.pcm.astype(float)))
    hertz = np.fft.rfftfreq(len(finished.pcm), 1 / SAMPLE_RATE)
    assert (spectrum[hertz < 4000] ** 2).sum() > 0.8 * (spectrum**2).sum(), "speech lies below 4 kHz"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "37 " * 300),
        ("en", "99,999 " * 150),
        ("en", "a " * 500),
        ("en", "read the book again 37 " * 60),
        ("de", "siebenundsiebzigtausend " * 90),
        ("hi", "पानी 37 " * 100),
        ("th", "น้ำ 37 " * 100),
        ("zh", "国" * 500),
    ],
)
async def test_every_word_of_a_long_text_without_punctuation_is_spoken_when_it_is_marked(
    language: str, text: str
) -> None:
    text = text.strip()

    answer = await read_text(text, language=language, voice=None, words_per_minute=150)

    ends = [token.end for token in split_words(text)]
    spoken = [bisect_right(ends, mark[0]) for mark in answer.header["marks"]]
    assert sorted(set(spoken)) == list(range(len(ends)))
    assert spoken == sorted(spoken)
    shares = np.diff([mark[1] for mark in answer.header["marks"]]) / answer.header["sample_rate"]
    assert shares.max() < 3, "a word lasts as long as several"


async def test_prose_is_read_without_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "The boat that the old man had built for the boy who lived by the river was such as " * 5

    async def once(request: Mapping[str, object]) -> EspeakAnswer:
        texts.append(str(request["text"]))
        return await run_espeak(request)

    texts: list[str] = []
    monkeypatch.setattr(engine_module, "run_espeak", once)
    await read_text(text, language="en", voice=None, words_per_minute=150)

    assert texts == [text]


async def test_a_sentence_begins_after_the_pause_before_it() -> None:
    spoken = await EspeakEngine().speak("One two three. Four five.", language="en", voice=None)

    four = spoken.words[3]
    before, after = (
        spoken.pcm[four.start_sample - SAMPLE_RATE // 10 :][: SAMPLE_RATE // 10],
        spoken.pcm[four.start_sample :],
    )
    assert four.text == "Four"
    assert np.abs(before).max() < np.abs(spoken.pcm).max() / 100
    assert np.abs(after[: SAMPLE_RATE // 10]).max() > np.abs(spoken.pcm).max() / 10


async def test_speech_is_deterministic() -> None:
    """A breathy voice, across a change of the clock's second: left alone, the library seeds its noise with that."""
    engine, started = EspeakEngine(), int(time.time())

    first = await engine.speak(TEXTS["en"], language="en", voice="en-us+f3")
    later = False
    while not later:
        later = int(time.time()) > started
        again = await engine.speak(TEXTS["en"], language="en", voice="en-us+f3")

        assert np.array_equal(first.pcm, again.pcm)
        assert (first.words, first.voice) == (again.words, "en-US+f3")


async def test_variants_and_speed_are_heard() -> None:
    plain = await EspeakEngine().speak(TEXTS["en"], language="en", voice=None)
    variant = await EspeakEngine().speak(TEXTS["en"], language="en", voice="+f3")
    faster = await EspeakEngine(words_per_minute=250).speak(TEXTS["en"], language="en", voice=None)
    sped_up = await EspeakEngine(words_per_minute=125).speak(TEXTS["en"], language="en", voice=None, speed=2)

    assert (plain.voice, variant.voice) == ("en", "en+f3")
    assert not np.array_equal(plain.pcm, variant.pcm)
    assert len(faster.pcm) < 0.75 * len(plain.pcm)
    assert np.array_equal(sped_up.pcm, faster.pcm)


@pytest.mark.parametrize("speed", [0.5, 2.0])
async def test_a_speed_that_the_voice_cannot_keep_is_refused(speed: float) -> None:
    with pytest.raises(PermanentError, match="espeak-ng supports 80 to 450") as caught:
        await EspeakEngine(words_per_minute=150 if speed < 1 else 230).speak(
            "Hello.", language="en", voice=None, speed=speed
        )

    assert caught.value.code == FailureCode.SPEECH_FAILED


@pytest.mark.parametrize(
    ("text", "language", "voice", "said"),
    [
        ("Hello.", "xx", None, "does not speak 'xx'"),
        ("Hello.", "en", "nobody", "no voice 'nobody'"),
        ("Hello.", "en", "en+nobody", "no variant 'nobody'"),
        (TEXTS["ru"], "en", None, "letter by letter"),
        ("スエズ運河は、地中海と紅海を結ぶ。", "ja", None, "letter by letter"),
    ],
)
async def test_unsupported_voices_and_languages_are_refused_without_fallback(
    text: str, language: str, voice: str | None, said: str
) -> None:
    with pytest.raises(PermanentError, match=said) as caught:
        await EspeakEngine().speak(text, language=language, voice=voice)

    assert caught.value.code == FailureCode.SPEECH_FAILED
    assert caught.value.hint


async def test_a_bundle_under_a_very_long_path_speaks(tmp_path: Path) -> None:
    place = tmp_path / ("d" * 120) / ("e" * 120)
    shutil.copytree(Path(espeakng_loader.__file__).parent, place / "espeakng_loader")
    shutil.copy(espeak_child.__file__, place)

    done = await run_program(
        [sys.executable, place / "child.py"],
        stdin=b'{"text": "Ein Ei.", "language": "de", "voice": null, "words_per_minute": 150}',
        timeout=30,
    )

    assert done.returncode == 0, done.stderr
    header = json.loads(done.stdout.partition(b"\n")[0])
    assert (header["voice"], header["sample_rate"]) == ("de", 22_050)
    assert [position for position, _ in header["marks"]] == [0, 4]


async def test_b12_b13_a_script_on_the_bus_becomes_narrations_of_all_its_scenes(tmp_path: Path) -> None:
    texts = {1: TEXTS["en"], 2: "The end\n\nIt is over."}
    project = uuid4()
    scenes = tuple(builders.scene(number, text, project) for number, text in texts.items())
    script = ScenesScripted(project_id=project, brief=builders.brief(2), scenes=scenes, writer="outline")
    async with provisioned_server(tmp_path / "bus") as (server, jetstream):
        settings = TtsSettings(
            nats_url=server.url,
            artifacts_url=(tmp_path / "a").as_uri(),
            log_format="console",
            voice="+f3",
            scene_pause=timedelta(seconds=1),
        )
        app = create_app(settings)
        await app.start()
        try:
            for _ in range(2):  # a repeated script makes no second narration
                await jetstream.publish(script.subject, script.model_dump_json().encode())
            inbox = await jetstream.subscribe(AudioRendered.SUBJECT)
            spoken = [AudioRendered.model_validate_json((await inbox.next_msg(timeout=30)).data) for _ in scenes]
        finally:
            await app.stop()
        stored = (await jetstream.stream_info("PIPELINE", subjects_filter=AudioRendered.SUBJECT)).state.subjects

    assert stored == {AudioRendered.SUBJECT: 2}
    spoken.sort(key=lambda message: message.scene.scene_number)
    assert [message.scene for message in spoken] == list(scenes)
    assert [word.text for word in spoken[1].narration.words] == ["The", "end", "It", "is", "over."]
    for message in spoken:
        assert message.narration.voice == "en+f3"
        assert SAMPLE_RATE <= message.narration.samples - message.narration.words[-1].end_sample <= 1.2 * SAMPLE_RATE
        with wave.open(str(await FilesystemStore(tmp_path / "a").open(message.narration.audio))) as file:
            assert (file.getnframes(), file.getframerate()) == (message.narration.samples, SAMPLE_RATE)


SPELLED_ALIKE = "She read the letter, then [[they]] used to close the door. The wind blew."


@pytest.mark.parametrize(
    ("language", "heard"), [("en-us", ["ɹˈɛd", "jˈuːst", "klˈoʊz"]), ("en-gb", ["ɹˈɛd", "jˈuːst", "klˈəʊz"])]
)
async def test_words_that_are_spelled_alike_are_pronounced_by_their_context(language: str, heard: list[str]) -> None:
    answer = await read_text(SPELLED_ALIKE, language=language, voice=None, words_per_minute=150, phonemes=True)

    words = {SPELLED_ALIKE[place:].split(maxsplit=1)[0]: "".join(sounds) for place, _, sounds in answer.header["marks"]}
    assert [words[word] for word in ("read", "used", "close")] == heard
    assert words["wind"] == "wˈɪnd"


async def test_a_voice_of_another_language_reads_them_as_it_would() -> None:
    plain = await run_espeak(
        {"text": SPELLED_ALIKE, "language": "en", "voice": "de", "words_per_minute": 150, "phonemes": True}
    )

    assert await read_text(SPELLED_ALIKE, language="en", voice="de", words_per_minute=150, phonemes=True) == plain


async def test_inline_phonemes_move_no_word_time() -> None:
    spoken = await EspeakEngine().speak(SPELLED_ALIKE, language="en", voice=None)

    assert [word.text for word in spoken.words] == SPELLED_ALIKE.split()
    starts = [word.start_sample for word in spoken.words]
    assert starts == sorted(set(starts))
