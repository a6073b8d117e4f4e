"""Measures the engines: seconds of work for a second of speech, memory, and how long they take to start.

espeak runs in a new process for each scene. With a folder of weights, those are measured; without one, a model of the published size with random weights is made,
which takes as long and sounds like nothing. Each model runs in its own process as it does in the service; processor time
and the largest memory are read from that process. The rows with two processes are what two replicas do side by side.

Run from the root of the repository, where the extra tts-gpu (and for a graph of random weights onnx and onnxscript) is
installed: python -m scripts.bench_speech [FOLDER]
"""

import asyncio
import os
import platform
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from typing_extensions import override

from scenewire.processors import usable_processors
from scenewire_tts.engines.espeak.engine import EspeakEngine
from scenewire_tts.engines.kokoro.model.process import ModelProcess
from scenewire_tts.engines.kokoro.voices import parse_mixture
from scenewire_tts.engines.kokoro.weights import examine
from scenewire_tts.engines.selection import EngineName, missing_packages
from scenewire_tts.speech.sound import SAMPLE_RATE

LENGTHS: Final = (30, 60, 100, 180)
"""Phonemes per utterance; the service speaks at most 180 at once, and usually about 100."""

TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """The cost of speaking."""

    wall: float
    processor: float
    speech: float
    memory: int

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.wall + other.wall,
            self.processor + other.processor,
            self.speech + other.speech,
            max(self.memory, other.memory),
        )

    @override
    def __str__(self) -> str:
        return (
            f"{self.wall / self.speech:6.3f} {self.processor / self.speech:9.3f} "
            f"{self.memory / 2**20:8.0f} MiB {self.speech:7.0f} s"
        )


class Measured(ModelProcess):
    """A model whose process can be inspected."""

    @property
    def pid(self) -> int:
        """Id of the process."""
        if self._process is None:
            message = "it was not started"
            raise RuntimeError(message)
        return self._process.pid

    def processor(self) -> float:
        """CPU seconds so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> int:
        """Peak memory so far, bytes."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))


async def main(folder: Path) -> None:
    """Measures every engine that the folder is complete for."""
    weights = examine(folder)
    print(f"{platform.machine()}, {usable_processors()} CPUs, load {os.getloadavg()[0]:.1f}")
    print(f"{'':32}  wall       CPU    memory  spoken   (wall, CPU: seconds per second of speech)")
    await measure_espeak()
    engines: tuple[EngineName, ...] = ("kokoro", "kokoro-onnx")
    for engine in engines:
        missing = [*weights.missing(engine), *missing_packages(engine)]
        if missing:
            print(f"{engine}: not measured, {'; '.join(missing)}")
            continue
        for processes, threads in ((1, 1), (1, 2), (2, 1)):
            await measure(engine, folder, processes=processes, threads=threads)


async def measure_espeak() -> None:
    """Measures a scene of half a minute; before anything else runs, because memory is the largest of all children."""
    engine = EspeakEngine()
    begun = time.monotonic()
    await engine.speak("Two.", language="en", voice=None)
    started = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    speech = await engine.speak("The canal joins two seas. " * 20, language="en", voice=None)
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{'espeak':32} {Cost(wall, processor, len(speech.pcm) / SAMPLE_RATE, after.ru_maxrss << 10)}")
    print(f"{'':18} a word in {started - begun:.1f} s")


async def measure(engine: EngineName, folder: Path, *, processes: int, threads: int) -> None:
    """Measures several processes side by side."""
    models = [Measured(engine, folder, device="cpu", threads=threads) for _ in range(processes)]
    try:
        begun = time.monotonic()
        handshake = (await asyncio.gather(*(model.start() for model in models)))[0]
        loaded = time.monotonic() - begun
        voice = examine(folder).voices[0]
        phonemes = [number for phoneme, number in handshake.vocabulary.items() if phoneme.isalpha()]
        what = f"{engine} {processes} x {threads}"
        await speak(models, LENGTHS[0], phonemes, voice)  # the first one after loading takes longer
        costs = [await speak(models, length, phonemes, voice) for length in LENGTHS]
        for length, cost in zip(LENGTHS, costs, strict=True):
            print(f"{what:18} {length:4} phonemes {cost}")
        print(f"{what:18} together      {sum(costs[1:], costs[0])}")
        print(f"{'':18} loaded in {loaded:.1f} s; {handshake.runtime}")
    finally:
        await asyncio.gather(*(model.aclose() for model in models))


async def speak(models: list[Measured], length: int, phonemes: list[int], voice: str) -> Cost:
    """All models speak an utterance of `length` phonemes at the same time."""
    ids = [phonemes[index % len(phonemes)] for index in range(length)]
    before, begun = sum(model.processor() for model in models), time.monotonic()
    sounds = await asyncio.gather(*(model.speak(ids, parse_mixture(voice, [voice]), 1.0) for model in models))
    return Cost(
        time.monotonic() - begun,
        sum(model.processor() for model in models) - before,
        sum(len(sound.audio) for sound in sounds) / SAMPLE_RATE,
        sum(model.memory() for model in models),
    )


def run() -> None:
    """Uses the folder from the command line, or creates one with random weights."""
    if len(sys.argv) > 1 and sys.argv[1]:
        asyncio.run(main(Path(sys.argv[1]).absolute()))
        return
    if missing := missing_packages("kokoro"):
        sys.exit(
            f"random weights need {', '.join(missing)} (requirements/tts-gpu.txt); or name a folder: WEIGHTS=<folder>"
        )
    from tests.support.untrained import export_graph, write_untrained  # noqa: PLC0415 - needs what real weights do not

    with tempfile.TemporaryDirectory() as folder:
        print("random weights of the published size")
        write_untrained(Path(folder), full=True)
        try:
            export_graph(Path(folder))
        except ImportError as error:
            print(f"no graph: {error}")
        asyncio.run(main(Path(folder)))


if __name__ == "__main__":
    run()
