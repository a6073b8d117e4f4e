"""The worker's side of the model's process: starts it, asks it, and starts another when it died."""

import asyncio
import json
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.processes.run import child_environment, guards, python_module, reap
from scenewire_tts.engines.kokoro.model.base import Sound
from scenewire_tts.engines.kokoro.voices import Mixture

__all__ = ["Greeting", "ModelProcess", "NoMemoryError"]

_LOADING: Final = 300
"""Seconds to load the model: cold disks and graphics cards take their time."""

_SPEAKING: Final = 180
"""Seconds for one utterance; a busy processor takes ten."""

_HEADER: Final = 1 << 20
"""Bytes of the longest line: the vocabulary."""

_TAIL: Final = 4_096
"""Bytes kept of what it prints."""

_GRAPHICS_CARD: Final = ("CUDA_", "NVIDIA_", "TORCH_", "PYTORCH_", "MKL_")
"""Prefixes of the variables that the model's libraries read."""


class NoMemoryError(Exception):
    """The model has too little memory for an utterance of this length."""


@dataclass(frozen=True)
class Greeting:
    """What a loaded model says about itself."""

    vocabulary: dict[str, int]
    runtime: str
    device: str


class ModelProcess:
    """A model that is asked one utterance at a time, whoever asks.

    Args:
        engine: `kokoro` or `kokoro-onnx`.
        folder: of weights.
        device: `auto`, `cuda` or `cpu`.
        threads: of processors.
        command: takes the place of the program; it gets the argument behind it.
    """

    def __init__(
        self, engine: str, folder: Path, *, device: str = "auto", threads: int, command: tuple[str, ...] | None = None
    ) -> None:
        argument = {"engine": engine, "folder": str(folder), "device": device, "threads": threads}
        self._command = (*(command or python_module("scenewire_tts.engines.kokoro.model.child")), json.dumps(argument))
        self._threads = threads
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._printed: asyncio.Task[bytes] | None = None
        self._greeting: Greeting | None = None

    async def start(self) -> Greeting:
        """Loads the model, unless it is loaded.

        Raises:
            PermanentError: `invalid_settings`, when the weights, a package or the device cannot be used.
            TransientError: it died or took too long.
        """
        async with self._turn:
            return await self._started()

    async def speak(self, ids: list[int], mixture: Mixture, speed: float) -> Sound:
        """Speaks an utterance.

        Raises:
            NoMemoryError: a shorter one may do.
            PermanentError: `speech_failed`, when it cannot be spoken.
            TransientError: the process died or hung; the next call starts another.
        """
        # Once asked, the answer must be read, even when nobody waits for it any more: the next one stands behind it.
        asking = asyncio.ensure_future(self._ask({"ids": ids, "mixture": mixture, "speed": speed}))
        asking.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(asking)

    async def aclose(self) -> None:
        """Ends the process, whatever it is doing."""
        await self._end()

    async def _ask(self, request: dict[str, Any]) -> Sound:
        async with self._turn:
            await self._started()
            answer, body = await self._exchange(json.dumps(request).encode() + b"\n", _SPEAKING)
        if "memory" in answer:
            raise NoMemoryError(answer["memory"])
        if "unusable" in answer:
            raise PermanentError(FailureCode.SPEECH_FAILED, answer["unusable"])
        durations = answer["durations"]
        return Sound(np.frombuffer(body, "<f4").astype(np.float32), None if durations is None else tuple(durations))

    async def _started(self) -> Greeting:
        if self._greeting is not None and self._process is not None and self._process.returncode is None:
            return self._greeting
        await self._end()
        self._process = await asyncio.create_subprocess_exec(
            *guards(),
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._environment(),
            limit=_HEADER,
            start_new_session=True,
        )
        self._printed = asyncio.create_task(_tail(self._process))
        said, _ = await self._exchange(b"", _LOADING)
        if "unusable" in said:
            await self._end()
            raise PermanentError(
                FailureCode.INVALID_SETTINGS,
                said["unusable"],
                hint="`scenewire weights check` examines the folder that TTS_WEIGHTS names",
            )
        self._greeting = Greeting(said["vocabulary"], said["runtime"], said["device"])
        return self._greeting

    async def _exchange(self, request: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise TransientError(FailureCode.PROGRAM_FAILED, "the speech model was stopped")
        try:
            async with asyncio.timeout(seconds):
                process.stdin.write(request)
                await process.stdin.drain()
                header = json.loads(await process.stdout.readline())  # nothing at all is no JSON either
                return header, await process.stdout.readexactly(4 * header.get("samples", 0))
        except TimeoutError as error:
            await self._end()
            raise TransientError(
                FailureCode.PROGRAM_TIMEOUT, f"the speech model gave no answer within {seconds:.0f} s and was ended"
            ) from error
        except (EOFError, ConnectionError, ValueError) as error:
            raise TransientError(FailureCode.PROGRAM_FAILED, await self._last_words()) from error
        except asyncio.CancelledError:
            await self._end()
            raise

    async def _last_words(self) -> str:
        process, printed = self._process, self._printed
        await self._end()
        code = process.returncode if process else None
        how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"
        memory = "; it may have used more memory than there is" if code == -signal.SIGKILL else ""
        last = printed.result().decode(errors="replace").strip().rpartition("\n")[2][-300:] if printed else ""
        return f"the speech model {how}{memory}{f': {last}' if last else ''}"

    def _environment(self) -> dict[str, str]:
        """No secrets, and no reason to ask a network."""
        return child_environment(*_GRAPHICS_CARD) | {
            "OMP_NUM_THREADS": str(self._threads),
            "HF_HUB_OFFLINE": "1",
            "TRANSFORMERS_OFFLINE": "1",
        }

    async def _end(self) -> None:
        process, self._process, self._greeting = self._process, None, None
        if process is None:
            return
        if process.returncode is None:
            with suppress(TimeoutError):  # one that is ending by itself says why
                async with asyncio.timeout(0.2 if process.stdout and process.stdout.at_eof() else 0):
                    await process.wait()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(reap(process, process.stdout))
        if self._printed is not None:
            await asyncio.wait([self._printed])


async def _tail(process: asyncio.subprocess.Process) -> bytes:
    kept = b""
    while process.stderr is not None and (chunk := await process.stderr.read(65_536)):
        kept = (kept + chunk)[-_TAIL:]
    return kept
