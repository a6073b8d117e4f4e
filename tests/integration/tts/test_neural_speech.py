"""The neural voice: real espeak-ng for the sounds, real runtimes over models without training for the rest."""

import asyncio
import importlib.util
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire_tts.app import create_app
from scenewire_tts.engines.kokoro.engine import KokoroEngine
from scenewire_tts.engines.kokoro.model.base import OutOfMemoryError, Sound
from scenewire_tts.engines.kokoro.model.process import ModelHandshake, ModelProcess
from scenewire_tts.engines.kokoro.voices import Mixture, read_voice
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.settings import TtsSettings
from scenewire_tts.speech.postprocess import finish
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech
from scenewire_tts.speech.spoken_text import split_words
from tests.support.onnx_graph import INT64, STEP, duration, other_rounding
from tests.support.weights import VOCABULARY, write_onnx_folder, write_voice

TEXT = 'The Suez Canal, opened in 1869, joins two seas. Ships pay "dearly" to pass — it is worth it!\n\nWhy? Because.'


class ToneModel:
    """Speaks a tone, four steps a phoneme at speed 1, while it has memory for as many phonemes."""

    def __init__(self, *, most: int = 510, sound: NDArray[np.float32] | None = None) -> None:
        self.most = most
        self.sound = sound
        self.asked: list[tuple[list[int], Mixture, float]] = []

    async def start(self) -> ModelHandshake:
        return ModelHandshake(VOCABULARY, "tones 1", "cpu", has_durations=True)

    async def speak(self, ids: list[int], mixture: Mixture, speed: float) -> Sound:
        if len(ids) > self.most:
            raise OutOfMemoryError(f"{len(ids)} phonemes")
        self.asked.append((ids, mixture, speed))
        durations = (2, *[round(4 / speed)] * len(ids), 2)
        tone = 0.5 * np.sin(np.arange(sum(durations) * STEP) * 0.1)
        return Sound(tone.astype(np.float32) if self.sound is None else self.sound, durations)

    async def aclose(self) -> None:
        pass


async def engine(folder: Path, model: ToneModel) -> KokoroEngine:
    made = KokoroEngine("kokoro-onnx", examine(write_onnx_folder(folder)), model)
    await made.start()
    return made


def assert_words_fit(speech: Speech, text: str) -> None:
    assert [word.text for word in speech.words] == [token.text for token in split_words(text)]
    edges = [edge for word in speech.words for edge in (word.start_sample, word.end_sample)]
    assert edges == sorted(edges)
    assert 0 <= edges[0] < edges[-1] <= len(speech.pcm)


async def test_b12_every_word_is_spoken_in_order_and_has_its_time(tmp_path: Path) -> None:
    speech = await (await engine(tmp_path, ToneModel())).speak(TEXT, language="en", voice=None)

    assert speech.voice == "af_heart"
    assert speech.notes == ()
    assert_words_fit(speech, TEXT)
    assert_words_fit(finish(speech, TEXT, pause=100), TEXT)
    spoken = [word.end_sample - word.start_sample for word in speech.words if word.text != "—"]
    assert min(spoken) > 0


async def test_the_order_says_who_and_how_fast(tmp_path: Path) -> None:
    model = ToneModel()
    made = await engine(tmp_path, model)

    mixed = await made.speak("Hello.", language="en-GB", voice="af_sky:3,bf_emma:1", speed=1.25)
    own = await made.speak("Hello.", language="en-GB", voice=None)

    assert model.asked[0][1:] == ((("af_sky", 0.75), ("bf_emma", 0.25)), 1.25)
    assert (mixed.voice, own.voice) == ("af_sky:3,bf_emma:1", "bf_emma")


async def test_b12_the_prior_systems_voice_is_one_setting_away(tmp_path: Path) -> None:
    made = await engine(tmp_path / "weights", ToneModel())
    settings = TtsSettings(artifacts_url=f"file://{tmp_path}", voice="af_sky")

    speech = await made.speak("Hello.", language="en", voice=settings.voice)

    assert speech.voice == "af_sky"


async def with_voices(folder: Path, *names: str) -> KokoroEngine:
    shutil.rmtree(write_onnx_folder(folder) / "voices")
    for seed, name in enumerate(names):
        write_voice(folder / "voices" / f"{name}.pt", seed)
    made = KokoroEngine("kokoro-onnx", examine(folder), ToneModel())
    await made.start()
    return made


@pytest.mark.parametrize(
    ("names", "language", "voice"),
    [
        (("af_alloy", "af_bella", "af_heart", "am_michael"), "en", "af_heart"),
        (("af_alloy", "af_bella", "am_michael"), "en", "af_bella"),
        (("af_alloy", "am_michael"), "en-US", "am_michael"),
        (("af_sky", "bf_emma"), "en-US", "af_sky"),
        (("af_heart", "bf_lily"), "en-GB", "bf_lily"),
        (("bf_emma", "jm_kumo"), "en-US", "bf_emma"),
        (("jf_alpha", "jm_kumo"), "en", "jm_kumo"),
        (("em_alex", "ff_siwis"), "es-MX", "em_alex"),
    ],
)
async def test_the_default_is_the_best_graded_voice_that_is_installed(
    tmp_path: Path, names: tuple[str, ...], language: str, voice: str
) -> None:
    made = await with_voices(tmp_path, *names)

    assert (await made.speak("Hello.", language=language, voice=None)).voice == voice


@pytest.mark.parametrize(
    ("language", "voice", "noted"),
    [
        ("en-US", "bf_emma", None),
        ("fr", "ff_siwis", None),
        ("en", "ff_siwis", "the English text, with an accent: ff_siwis (French)."),
        ("fr", "af_heart:3,ff_siwis", "the French text, with an accent: af_heart (English)."),
        ("en", "af_heart,ff_siwis,jm_kumo", "English text, with an accent: ff_siwis (French), jm_kumo (Japanese)."),
    ],
)
async def test_voices_of_another_language_speak_and_are_noted(
    tmp_path: Path, language: str, voice: str, noted: str | None
) -> None:
    made = await with_voices(tmp_path, "af_heart", "bf_emma", "ff_siwis", "jm_kumo")

    notes = (await made.speak("Le canal.", language=language, voice=voice)).notes

    assert len(notes) == (noted is not None)
    assert not noted or notes[0].endswith(noted)


@pytest.mark.parametrize(
    ("language", "voice", "said"),
    [
        ("en", "nobody", "no voice 'nobody'"),
        ("de", None, "does not speak 'de'"),
        ("ko", None, "does not speak 'ko'"),
        ("fr", None, "no voice for 'fr'"),
    ],
)
async def test_a_voice_or_language_that_is_not_there_is_refused(
    tmp_path: Path, language: str, voice: str | None, said: str
) -> None:
    with pytest.raises(PermanentError, match=said) as caught:
        await (await engine(tmp_path, ToneModel())).speak("Hello.", language=language, voice=voice)

    assert caught.value.code == FailureCode.SPEECH_FAILED
    assert caught.value.hint


async def test_an_unsupported_script_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="letter by letter"):
        await (await engine(tmp_path, ToneModel())).speak("Суэцкий канал соединяет моря.", language="en", voice=None)


async def test_with_little_memory_it_speaks_in_shorter_parts(tmp_path: Path) -> None:
    model, whole = ToneModel(most=40), ToneModel()
    text = "A ship that is as long as this one needs a canal which is deep enough for it, and a pilot who knows it."

    parts = await (await engine(tmp_path, model)).speak(text, language="en", voice=None)
    await (await engine(tmp_path, whole)).speak(text, language="en", voice=None)

    assert len(model.asked) > 1 == len(whole.asked)
    space = VOCABULARY[" "]
    assert [number for ids, *_ in model.asked for number in ids if number != space] == [
        number for number in whole.asked[0][0] if number != space
    ]
    assert_words_fit(parts, text)


async def test_without_enough_memory_the_scene_is_retried_later(tmp_path: Path) -> None:
    with pytest.raises(TransientError, match="ran out of memory") as caught:
        await (await engine(tmp_path, ToneModel(most=3))).speak("Hello there.", language="en", voice=None)

    assert caught.value.code == FailureCode.SPEECH_FAILED


async def test_implausible_speech_is_refused(tmp_path: Path) -> None:
    broken = ToneModel(sound=np.full(SAMPLE_RATE, np.nan, np.float32))

    with pytest.raises(PermanentError, match="empty or not finite"):
        await (await engine(tmp_path, broken)).speak("Hello there.", language="en", voice=None)


async def test_another_model_is_another_version(tmp_path: Path) -> None:
    one = await engine(tmp_path / "one", ToneModel())
    same = await engine(tmp_path / "same", ToneModel())
    write_onnx_folder(tmp_path / "other", rounding="Ceil")
    other = KokoroEngine("kokoro-onnx", examine(tmp_path / "other"), ToneModel())
    await other.start()

    assert one.version == same.version != other.version


async def test_only_the_voices_in_use_are_part_of_the_key(tmp_path: Path) -> None:
    before = await engine(tmp_path, ToneModel())
    versions = [before.version, before.voice_version("en", None), before.voice_version("en", "af_sky:3,bf_emma")]

    write_voice(tmp_path / "voices" / "am_michael.pt", 9)
    path = tmp_path / "voices" / "af_sky.pt"
    (tmp_path / "voices" / "af_sky.bin").write_bytes(read_voice(path, "af_sky").tobytes())
    path.unlink()  # the same numbers in another format
    after = KokoroEngine("kokoro-onnx", examine(tmp_path), ToneModel())
    await after.start()
    assert [
        after.version,
        after.voice_version("en", None),
        after.voice_version("en", "af_sky:3,bf_emma"),
    ] == versions

    write_voice(tmp_path / "voices" / "bf_emma.pt", 9)
    changed = KokoroEngine("kokoro-onnx", examine(tmp_path), ToneModel())
    await changed.start()
    assert [changed.version, changed.voice_version("en", None)] == versions[:2]
    assert changed.voice_version("en", "af_sky:3,bf_emma") != versions[2]
    assert changed.voice_version("en", "af_sky,bf_emma") != changed.voice_version("en", "af_sky:3,bf_emma")


async def test_a_voice_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    made = await engine(tmp_path, ToneModel())
    path = tmp_path / "voices" / "bf_emma.pt"
    path.write_bytes(path.read_bytes()[:1000])

    with pytest.raises(PermanentError, match="the voice bf_emma cannot be read") as caught:
        made.voice_version("en-GB", "bf_emma")

    assert caught.value.code == FailureCode.SPEECH_FAILED


# --- ONNX Runtime --------------------------------------------------------------------------------


needs_onnx = pytest.mark.skipif(importlib.util.find_spec("onnxruntime") is None, reason="onnxruntime is not installed")


@pytest.fixture
async def opened() -> AsyncIterator[list[ModelProcess]]:
    models: list[ModelProcess] = []
    yield models
    for model in models:
        await model.aclose()


async def onnx_engine(opened: list[ModelProcess], folder: Path, **changes) -> KokoroEngine:
    opened.append(ModelProcess("kokoro-onnx", write_onnx_folder(folder, **changes), threads=1))
    made = KokoroEngine("kokoro-onnx", examine(folder), opened[-1])
    await made.start()
    return made


@needs_onnx
async def test_a_graph_speaks_and_its_durations_are_the_times_of_the_words(
    tmp_path: Path, opened: list[ModelProcess]
) -> None:
    made = await onnx_engine(opened, tmp_path)

    speech = await made.speak(TEXT, language="en", voice="af_sky,af_heart")
    again = await made.speak(TEXT, language="en", voice="af_sky,af_heart")
    faster = await made.speak(TEXT, language="en", voice="af_sky,af_heart", speed=1.5)

    assert np.array_equal(speech.pcm, again.pcm)
    assert speech.words == again.words
    assert_words_fit(speech, TEXT)
    assert len(faster.pcm) < 0.8 * len(speech.pcm)


@needs_onnx
async def test_the_graph_is_given_the_phonemes_between_their_borders(
    tmp_path: Path, opened: list[ModelProcess]
) -> None:
    await onnx_engine(opened, tmp_path)

    sound = await opened[0].speak([5, 6, 7], (("af_sky", 1.0),), 1.0)

    assert sound.durations == tuple(duration(phoneme) for phoneme in (0, 5, 6, 7, 0))
    assert len(sound.audio) == sum(sound.durations) * STEP


@needs_onnx
@pytest.mark.parametrize("clamp", ["Max", "Clip"])
async def test_durations_that_a_graph_computes_and_does_not_return_are_read_all_the_same(
    tmp_path: Path, opened: list[ModelProcess], clamp: str
) -> None:
    returned = await (await onnx_engine(opened, tmp_path / "returned", clamp=clamp)).speak(
        TEXT, language="en", voice=None
    )
    hidden = await (await onnx_engine(opened, tmp_path / "hidden", clamp=clamp, tells_durations=False)).speak(
        TEXT, language="en", voice=None
    )

    assert np.array_equal(hidden.pcm, returned.pcm)
    assert hidden.words == returned.words
    assert hidden.notes == ()


@needs_onnx
async def test_a_graph_without_durations_has_times_by_what_espeak_needed_and_a_note(
    tmp_path: Path, opened: list[ModelProcess]
) -> None:
    exact = await onnx_engine(opened, tmp_path / "exact")
    estimated = await onnx_engine(opened, tmp_path / "estimated", tells_durations=False, rounding="Ceil")

    counted = await exact.speak(TEXT, language="en", voice=None)
    shared = await estimated.speak(TEXT, language="en", voice=None)

    assert_words_fit(shared, TEXT)
    assert np.array_equal(shared.pcm, counted.pcm)
    assert shared.words != counted.words
    assert [note.partition(":")[0] for note in shared.notes] == ["Times of words are estimates"]
    assert "exact word times" in exact.version
    assert "estimated word times" in estimated.version


@needs_onnx
async def test_other_rounded_numbers_are_not_taken_for_durations(tmp_path: Path, opened: list[ModelProcess]) -> None:
    folder = write_onnx_folder(tmp_path, tells_durations=False, rounding="Ceil")
    path = folder / "kokoro.onnx"
    path.write_bytes(path.read_bytes() + other_rounding())
    opened.append(ModelProcess("kokoro-onnx", folder, threads=1))

    assert not (await opened[0].start()).has_durations


@needs_onnx
async def test_without_any_configuration_the_vocabulary_is_the_published_one(
    tmp_path: Path, opened: list[ModelProcess]
) -> None:
    (write_onnx_folder(tmp_path) / "config.json").unlink()
    opened.append(ModelProcess("kokoro-onnx", tmp_path, threads=1))
    made = KokoroEngine("kokoro-onnx", examine(tmp_path), opened[0])
    await made.start()

    assert examine(tmp_path).missing("kokoro-onnx") == []
    assert_words_fit(await made.speak(TEXT, language="en", voice=None), TEXT)


@needs_onnx
async def test_a_graph_may_carry_its_vocabulary_and_name_its_input_otherwise(
    tmp_path: Path, opened: list[ModelProcess]
) -> None:
    write_onnx_folder(tmp_path, tokens="tokens", config={"vocab": VOCABULARY})
    (tmp_path / "config.json").unlink()
    opened.append(ModelProcess("kokoro-onnx", tmp_path, threads=1))

    assert (await opened[0].start()).vocabulary == VOCABULARY
    assert (await opened[0].speak([5], (("af_sky", 1.0),), 1.0)).audio.size


@needs_onnx
async def test_a_graph_for_integer_speeds_refuses_others(tmp_path: Path, opened: list[ModelProcess]) -> None:
    made = await onnx_engine(opened, tmp_path, speed_type=INT64)

    await made.speak("Hello there.", language="en", voice=None)
    with pytest.raises(PermanentError, match="only integer speeds"):
        await made.speak("Hello there.", language="en", voice=None, speed=1.1)


@needs_onnx
async def test_something_else_than_a_voice_is_refused_at_the_start(tmp_path: Path, opened: list[ModelProcess]) -> None:
    folder = write_onnx_folder(tmp_path)
    (folder / "kokoro.onnx").write_bytes((folder / "kokoro.onnx").read_bytes().replace(b"ReduceSum", b"ReduceSam"))
    opened.append(ModelProcess("kokoro-onnx", folder, threads=1))

    with pytest.raises(PermanentError, match="cannot be loaded") as caught:
        await opened[0].start()

    assert caught.value.code == FailureCode.INVALID_SETTINGS


@needs_onnx
async def test_the_worker_is_free_while_the_voice_speaks(tmp_path: Path, opened: list[ModelProcess]) -> None:
    made = await onnx_engine(opened, tmp_path)
    turns = 0

    speaking = asyncio.ensure_future(made.speak(TEXT, language="en", voice=None))
    while not speaking.done():
        turns += 1
        await asyncio.sleep(0)

    assert turns > 100
    assert_words_fit(speaking.result(), TEXT)


async def test_the_service_does_not_start_with_weights_that_cannot_be_used(tmp_path: Path) -> None:
    settings = TtsSettings(artifacts_url=f"file://{tmp_path}", weights=tmp_path)

    with pytest.raises(PermanentError, match="cannot be used") as caught:
        create_app(settings)

    assert caught.value.code == FailureCode.INVALID_SETTINGS


async def test_the_process_of_the_model_cannot_open_connections() -> None:
    code = (
        "import sys, socket; from scenewire_tts.engines.kokoro.model.child import refuse_network; sys.addaudithook(refuse_network)\n"
        "try: socket.create_connection(('127.0.0.1', 9), 1)\n"
        "except PermissionError as error: print(error)"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)

    assert (await process.communicate())[
        0
    ].decode().strip() == "the process of the speech model must not open connections"
