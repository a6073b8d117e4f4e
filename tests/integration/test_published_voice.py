"""The published weights of the neural voice. Runs where SCENEWIRE_TEST_WEIGHTS names a folder of them."""

import importlib.util
import os
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from scenewire_tts.engines.kokoro.engine import KokoroEngine, open_kokoro
from scenewire_tts.engines.kokoro.model.onnx_model import OnnxModel
from scenewire_tts.engines.kokoro.voices import find_voices, read_voice
from scenewire_tts.engines.kokoro.weights import examine
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
