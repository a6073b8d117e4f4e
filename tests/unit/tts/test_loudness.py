import math

import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray

from scenewire_tts.engines.kokoro.audio_chunks import AudioChunk, join
from scenewire_tts.engines.kokoro.phonemes import Break
from scenewire_tts.speech.loudness import TARGET_LUFS, levelling_gain, loudness
from scenewire_tts.speech.postprocess import finish
from scenewire_tts.speech.sound import SAMPLE_RATE, Speech

METER = pyloudnorm.Meter(SAMPLE_RATE)


def speechlike(seconds: float, level: float = 0.1, seed: int = 1) -> NDArray[np.float32]:
    """Noise in syllables of a quarter of a second, with treble like a voice's."""
    noise = np.random.default_rng(seed).normal(0, level, round(seconds * SAMPLE_RATE))
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(len(noise)) / SAMPLE_RATE)
    return np.asarray(np.convolve(noise, np.ones(8) / 8, "same") * syllables, np.float32)


def test_a_full_scale_sine_of_1_khz_is_3_lu_below_full_scale():
    sine = np.sin(2 * np.pi * 997 * np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE)

    assert loudness(np.asarray(sine, np.float32)) == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize("frequency", [60, 200, 1000, 3000, 8000])
def test_the_measure_agrees_with_another_meter(frequency: int):
    sine = 0.2 * np.sin(2 * np.pi * frequency * np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE)

    assert loudness(np.asarray(sine, np.float32)) == pytest.approx(METER.integrated_loudness(sine), abs=0.15)


def test_pauses_do_not_count():
    spoken = speechlike(3)
    paused = np.concatenate([spoken, np.zeros(4 * SAMPLE_RATE, np.float32), spoken])

    assert loudness(paused) == pytest.approx(loudness(spoken), abs=0.3)


@pytest.mark.parametrize("samples", [0, 1, 100, SAMPLE_RATE])
def test_silence_has_no_loudness_and_is_left_alone(samples: int):
    silence = np.zeros(samples, np.float32)

    assert loudness(silence) == -math.inf
    assert levelling_gain(silence) == 1


@pytest.mark.parametrize("level", [0.15, 0.2, 0.4])
def test_speech_is_brought_to_the_target(level: float):
    spoken = speechlike(2, level)

    assert loudness(spoken * levelling_gain(spoken)) == pytest.approx(TARGET_LUFS, abs=0.3)


def test_the_gain_has_limits():
    whisper = speechlike(2, 0.02)
    plosive = speechlike(2, 0.12)
    plosive[1000] = 0.9

    assert levelling_gain(whisper) == pytest.approx(10 ** (6 / 20))
    assert levelling_gain(plosive) == pytest.approx(0.97 / 0.9)


def test_levelled_speech_is_left_alone():
    spoken = speechlike(2, 0.2)

    assert levelling_gain(spoken * levelling_gain(spoken)) == 1


def test_utterances_of_a_narration_are_equally_loud():
    loud, quiet = speechlike(0.6, 0.4), speechlike(3, 0.15, seed=2)

    pcm, _ = join([AudioChunk(loud, (), Break.SENTENCE), AudioChunk(quiet, (), Break.SENTENCE)], 1.0)

    pause = np.flatnonzero(np.diff(np.concatenate(([0], pcm == 0, [0])).astype(int)))
    begin = next(place for place, after in zip(pause[::2], pause[1::2], strict=True) if after - place > 2400)
    first, second = pcm[:begin] / 32_768, pcm[begin + 7200 :] / 32_768
    assert METER.integrated_loudness(first) == pytest.approx(METER.integrated_loudness(second), abs=0.7)


@pytest.mark.parametrize("level", [0.15, 0.3])
def test_scenes_are_equally_loud_whoever_speaks_them(level: float):
    pcm = np.round(speechlike(2, level) * 32_767).astype(np.int16)

    finished = finish(Speech(pcm, (), "somebody"), "Twenty letters or so.", pause=SAMPLE_RATE)

    assert METER.integrated_loudness(finished.pcm[: 2 * SAMPLE_RATE] / 32_768) == pytest.approx(TARGET_LUFS, abs=0.4)
    assert not finished.pcm[-SAMPLE_RATE:].any()
