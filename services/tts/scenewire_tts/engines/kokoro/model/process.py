"""Starts the model's process, sends it utterances, and restarts it after a crash."""

import asyncio
import json
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from scenewire.accounting import charge, not_accounted
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.processes.run import child_environment, guards, python_module, reap, stderr_tail
from scenewire_tts.engines.kokoro.model.base import OutOfMemoryError, Sound
from scenewire_tts.engines.kokoro.voices import Mixture

__all__ = ["ModelHandshake", "ModelProcess"]

_LOAD_TIMEOUT_S: Final = 300
"""Cold disks and GPUs are slow."""

_SPEAK_TIMEOUT_S: Final = 180
"""For one utterance; a busy CPU takes ten seconds."""

_MAX_LINE_BYTES: Final = 1 << 20
"""The vocabulary is the longest line."""

_GPU_VARIABLES: Final = ("CUDA_", "NVIDIA_", "TORCH_", "PYTORCH_", "MKL_")
"""Prefixes of variables that the model's libraries read."""


@dataclass(frozen=True)
class ModelHandshake:
    """What a loaded model reports."""

    vocabulary: dict[str, int]
    runtime: str
    device: str
    has_durations: bool
    """Whether the model reports the durations of phonemes, which make word times exact."""


class ModelProcess:
    """A model process that speaks one utterance at a time for all callers.

    Args:
        engine: `kokoro` or `kokoro-onnx`.
        folder: the folder of weights.
        device: `auto`, `cuda` or `cpu`.
        threads: number of CPU threads.
        command: replaces the program; the argument is appended.
    """

    def __init__(
        self, engine: str, folder: Path, *, device: str = "auto", threads: int, command: tuple[str, ...] | None = None
    ) -> None:
        argument = {"engine": engine, "folder": str(folder), "device": device, "threads": threads}
        self._command = (*(command or python_module("scenewire_tts.engines.kokoro.model.child")), json.dumps(argument))
        self._threads = threads
        self._lock = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._stderr: asyncio.Task[bytes] | None = None
        self._handshake: ModelHandshake | None = None

    async def start(self) -> ModelHandshake:
        """Loads the model unless it is loaded.

        Raises:
            PermanentError: `invalid_settings`, the weights, a package or the device cannot be used.
            TransientError: the process died or timed out.
        """
        async with self._lock:
            return await self._ensure_started()

    async def speak(self, ids: list[int], mixture: Mixture, speed: float) -> Sound:
        """Speaks an utterance.

        Raises:
            OutOfMemoryError: a shorter utterance may fit.
            PermanentError: `speech_failed`, the utterance cannot be spoken.
            TransientError: the process died or hung; the next call restarts it.
        """
        # Shielded: after a cancellation the answer must still be read, because the next one follows it in the stream.
        pending = asyncio.ensure_future(self._request({"ids": ids, "mixture": mixture, "speed": speed}))
        pending.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(pending)

    async def aclose(self) -> None:
        """Ends the process, even while it speaks."""
        await self._end()

    async def _request(self, request: dict[str, Any]) -> Sound:
        async with self._lock:
            await self._ensure_started()
            answer, body = await self._exchange(json.dumps(request).encode() + b"\n", _SPEAK_TIMEOUT_S)
        charge(child_cpu_s=answer["cpu_s"])
        if "memory" in answer:
            raise OutOfMemoryError(answer["memory"])
        if "unusable" in answer:
            raise PermanentError(FailureCode.SPEECH_FAILED, answer["unusable"])
        durations = answer["durations"]
        return Sound(np.frombuffer(body, "<f4").astype(np.float32), None if durations is None else tuple(durations))

    async def _ensure_started(self) -> ModelHandshake:
        if self._handshake is not None and self._process is not None and self._process.returncode is None:
            return self._handshake
        await self._end()
        with not_accounted():  # it reports what each utterance takes
            self._process = await asyncio.create_subprocess_exec(
                *guards(),
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=self._environment(),
                limit=_MAX_LINE_BYTES,
                start_new_session=True,
            )
        self._stderr = asyncio.create_task(stderr_tail(self._process))
        reply, _ = await self._exchange(b"", _LOAD_TIMEOUT_S)
        if "unusable" in reply:
            await self._end()
            raise PermanentError(
                FailureCode.INVALID_SETTINGS,
                reply["unusable"],
                hint="`scenewire weights check` examines the folder; `scenewire voices install` repairs an installed voice",
            )
        self._handshake = ModelHandshake(reply["vocabulary"], reply["runtime"], reply["device"], reply["durations"])
        return self._handshake

    async def _exchange(self, request: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise TransientError(FailureCode.PROGRAM_FAILED, "the speech model was stopped")
        try:
            async with asyncio.timeout(seconds):
                process.stdin.write(request)
                await process.stdin.drain()
                header = json.loads(await process.stdout.readline())  # an empty line raises ValueError, too
                return header, await process.stdout.readexactly(4 * header.get("samples", 0))
        except TimeoutError as error:
            await self._end()
            raise TransientError(
                FailureCode.PROGRAM_TIMEOUT, f"the speech model did not answer within {seconds:.0f} s and was killed"
            ) from error
        except (EOFError, ConnectionError, ValueError) as error:
            raise TransientError(FailureCode.PROGRAM_FAILED, await self._describe_exit()) from error
        except asyncio.CancelledError:
            await self._end()
            raise

    async def _describe_exit(self) -> str:
        process, stderr = self._process, self._stderr
        await self._end()
        code = process.returncode if process else None
        how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"
        memory = "; it may have run out of memory" if code == -signal.SIGKILL else ""
        last = stderr.result().decode(errors="replace").strip().rpartition("\n")[2][-300:] if stderr else ""
        return f"the speech model {how}{memory}{f': {last}' if last else ''}"

    def _environment(self) -> dict[str, str]:
        """Returns the environment of the process: no secrets, and offline."""
        return child_environment(*_GPU_VARIABLES) | {
            "OMP_NUM_THREADS": str(self._threads),
            "HF_HUB_OFFLINE": "1",
            "TRANSFORMERS_OFFLINE": "1",
        }

    async def _end(self) -> None:
        process, self._process, self._handshake = self._process, None, None
        if process is None:
            return
        if process.returncode is None:
            with suppress(TimeoutError):  # a process that is exiting reports why
                async with asyncio.timeout(0.2 if process.stdout and process.stdout.at_eof() else 0):
                    await process.wait()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(reap(process, process.stdout))
        if self._stderr is not None:
            await asyncio.wait([self._stderr])
