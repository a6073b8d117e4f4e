"""Runs the neural model in a child process: loads it once, then speaks one utterance at a time.

The worker's event loop never blocks on the model, its output and crashes stay isolated, and the out-of-memory killer
does not take the worker down. This process cannot open network connections.

    argument  {"engine": "kokoro-onnx", "folder": "/models/kokoro", "device": "auto", "threads": 2}
    handshake one line {"vocabulary": {…}, "runtime": …, "device": …, "durations": true}, or {"unusable": why}
    request   one line {"ids": […], "mixture": [["af_sky", 1.0]], "speed": 1.0}
    answer    one line {"samples": n, "durations": […], "cpu_s": …}, then n 32-bit floats; or {"unusable": why, "cpu_s": …}
              or {"memory": why, "cpu_s": …}
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

from scenewire_tts.engines.kokoro.model.base import OutOfMemoryError, UnusableError, VoiceModel
from scenewire_tts.engines.kokoro.voices import VoicesError, find_voices, mix, read_named

__all__ = ["load", "main", "refuse_network"]


def refuse_network(event: str, _arguments: tuple[Any, ...]) -> None:
    """Audit hook that refuses connections: model libraries would download missing files."""
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        message = "the process of the speech model must not open connections"
        raise PermissionError(message)


def load(engine: str, folder: Path, *, device: str, threads: int) -> VoiceModel:
    """Loads the model of an engine.

    Raises:
        UnusableError: something is missing or damaged.
    """
    if engine == "kokoro":
        from scenewire_tts.engines.kokoro.model.pytorch_model import TorchModel  # noqa: PLC0415 - seconds to import, gigabytes of memory

        return TorchModel(folder, device=device, threads=threads)
    from scenewire_tts.engines.kokoro.model.onnx_model import OnnxModel  # noqa: PLC0415 - likewise

    return OnnxModel(folder, threads=threads)


def main(argument: str) -> int:
    """Answers requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the output of libraries must not mix with answers
    sys.addaudithook(refuse_network)
    config = json.loads(argument)
    folder = Path(config["folder"])
    try:
        model = load(config["engine"], folder, device=config["device"], threads=config["threads"])
        voices = find_voices(folder)
    except (UnusableError, VoicesError) as error:
        _send(answers, {"unusable": str(error)})
        return 2
    _send(
        answers,
        {
            "vocabulary": model.vocabulary,
            "runtime": model.runtime,
            "device": model.device,
            "durations": model.has_durations,
        },
    )
    for line in sys.stdin.buffer:
        _answer(answers, model, voices, json.loads(line))
    return 0


def _answer(answers: BinaryIO, model: VoiceModel, voices: dict[str, Path], request: dict[str, Any]) -> None:
    started = time.process_time()

    def answer(header: dict[str, Any], body: bytes = b"") -> None:
        _send(answers, header | {"cpu_s": time.process_time() - started}, body)

    try:
        mixture = tuple((name, share) for name, share in request["mixture"])
        styles = mix(mixture, {name: read_named(voices, name) for name, _ in mixture})
        ids = request["ids"]
        sound = model.speak(ids, styles[min(len(ids), len(styles)) - 1], request["speed"])
    except OutOfMemoryError as error:
        answer({"memory": str(error)})
    except (UnusableError, VoicesError) as error:
        answer({"unusable": str(error)})
    else:
        answer({"samples": len(sound.audio), "durations": sound.durations}, sound.audio.astype("<f4").tobytes())


def _send(answers: BinaryIO, header: dict[str, Any], body: bytes = b"") -> None:
    answers.write(json.dumps(header).encode() + b"\n" + body)
    answers.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
