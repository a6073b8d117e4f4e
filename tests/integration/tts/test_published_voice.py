"""The published weights of the neural voice. Runs where SCENEWIRE_TEST_WEIGHTS names a folder of them."""

import importlib.util
import os
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from scenewire.errors import FailureCode, PermanentError
from scenewire_tts.engines.automatic import AutomaticEngine
from scenewire_tts.engines.kokoro.engine import KokoroEngine, open_kokoro
from scenewire_tts.engines.kokoro.model.onnx_model import OnnxModel
from scenewire_tts.engines.kokoro.voices import find_voices, read_voice
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.engines.opening import open_engine
from scenewire_tts.engines.selection import select_engine
from scenewire_tts.settings import TtsSettings
from scenewire_tts.speech.postprocess import finish
from scenewire_tts.speech.sound import SAMPLE_RATE
from scripts.narration_sound import trimmed, utterances

FOLDER = Path(os.environ.get("SCENEWIRE_TEST_WEIGHTS", "nowhere"))
GRAPH = examine(FOLDER).models["kokoro-onnx"]

pytestmark = pytest.mark.skipif(GRAPH is None, reason="SCENEWIRE_TEST_WEIGHTS names no folder with a published graph")

IDS = list(range(43, 70))


@pytest.fixture
async def engine() -> AsyncIterator[KokoroEngine]:
    engine = open_kokoro("kokoro-onnx", FOLDER, threads=1)
    await engine.start()
    yield engine
    await engine.aclose()


def test_its_durations_add_up_to_the_audio_and_leave_it_as_it_was():
    import onnxruntime  # noqa: PLC0415 - may be missing

    name, path = next(iter(find_voices(FOLDER).items()))
    style = read_voice(path, name)[len(IDS) - 1]
    untouched = onnxruntime.InferenceSession(str(GRAPH), providers=["CPUExecutionProvider"])
    tokens = next(given.name for given in untouched.get_inputs() if given.name not in {"style", "speed"})
    feed = {tokens: [[0, *IDS, 0]], "style": style[np.newaxis], "speed": np.ones(1, np.float32)}

    sound = OnnxModel(FOLDER, threads=1).speak(IDS, style, 1)

    assert sound.durations is not None
    assert len(sound.durations) == len(IDS) + 2
    assert sum(sound.durations) * 600 == len(sound.audio)
    assert np.array_equal(sound.audio, untouched.run(None, feed)[0].reshape(-1))


async def test_its_word_times_are_exact(engine: KokoroEngine):
    speech = await engine.speak("The canal joins two seas. Ships pay to pass.", language="en", voice=None)

    assert "exact word times" in engine.version
    assert speech.notes == ()
    starts = [word.start_sample for word in speech.words]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("voice", ["af_heart", "am_michael"])
async def test_its_rate_is_the_wanted_one_at_the_speed_that_it_asks_for(engine: KokoroEngine, voice: str):
    text = (
        "Tea is the most popular drink in the world after water, and it was first grown in the hills of southern China."
    )
    own, slower, faster = [
        len((await engine.speak(text, language="en", voice=voice, speed=engine.speed_for(rate))).pcm)
        for rate in (1, 0.85, 1.15)
    ]

    assert engine.speed_for(1) == 1
    assert own / slower == pytest.approx(0.85, abs=0.045)  # texts differ by 3 %
    assert own / faster == pytest.approx(1.15, abs=0.045)


async def start_and_stop(settings: TtsSettings) -> None:
    engine = open_engine(settings, select_engine(settings))
    assert isinstance(engine, AutomaticEngine)
    try:
        await engine.start()
    finally:
        await engine.aclose()


@pytest.mark.parametrize(
    ("kept", "zeros", "reason"), [(0.7, 0, "is truncated"), (1, 0.1, "cannot be loaded"), (0, 0, r"\.onnx is missing")]
)
async def test_a_damaged_copy_of_it_is_named_before_anything_is_spoken(
    tmp_path: Path, kept: float, zeros: float, reason: str
):
    assert GRAPH is not None
    size = GRAPH.stat().st_size
    content = bytearray(GRAPH.read_bytes()[: round(kept * size)])
    content[size // 2 : size // 2 + round(zeros * size)] = bytes(round(zeros * size))
    if content:
        (tmp_path / GRAPH.name).write_bytes(content)
    for entry in FOLDER.iterdir():
        if entry != GRAPH:
            (tmp_path / entry.name).symlink_to(entry)

    with pytest.raises(PermanentError, match=reason) as caught:
        await start_and_stop(TtsSettings(artifacts_url="file:///", weights=tmp_path))

    assert caught.value.code in {FailureCode.INVALID_SETTINGS, FailureCode.PROGRAM_MISSING}
    assert "weights check" in caught.value.hint


async def test_its_scenes_and_utterances_are_equally_loud(engine: KokoroEngine):
    meter = pyloudnorm.Meter(SAMPLE_RATE)
    texts = ("No! Stop.\n\nHe did not wait, and nobody looked up when the boat passed slowly under the bridge.", "Yes.")

    scenes = [finish(await engine.speak(text, language="en", voice=None), text, pause=0) for text in texts]

    parts = [part for scene in scenes for part in utterances(scene)]
    assert len(parts) == 3
    parts += [trimmed(scene.pcm / 32_768) for scene in scenes]
    loudness = [meter.integrated_loudness(part) for part in parts]
    assert max(loudness) - min(loudness) < 1.5  # of half a second, meters differ by 1 LU


@pytest.mark.parametrize(
    ("package", "language", "text"),
    [("pyopenjtalk", "ja", "お茶は水の次に多く飲まれています。"), ("pypinyin", "zh", "茶是最受欢迎的饮料。")],
)
async def test_it_speaks_japanese_and_chinese(engine: KokoroEngine, package: str, language: str, text: str):
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")

    speech = await engine.speak(text, language=language, voice=None)

    assert 1.5 < len(speech.pcm) / SAMPLE_RATE < 6
    assert "".join(word.text for word in speech.words) == text
