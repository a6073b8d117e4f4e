"""The neural model in a process of its own: loaded once, asked one utterance at a time.

So the worker's event loop never waits for it, whatever is printed or broken in there stays there, and a model that the
system ends for want of memory takes no worker with it. No connection can be opened from here.

    argument  {"engine": "kokoro-onnx", "folder": "/models/kokoro", "device": "auto", "threads": 2}
    greeting  one line {"vocabulary": {…}, "runtime": …, "device": …}, or {"unusable": why}
    request   one line {"ids": […], "mixture": [["af_sky", 1.0]], "speed": 1.0}
    answer    one line {"samples": n, "durations": […]}, then n 32-bit floats; or {"unusable": why} or {"memory": why}
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from scenewire_tts.engines.kokoro.model.base import MemoryShortError, UnusableError, VoiceModel
from scenewire_tts.engines.kokoro.voices import VoicesError, find_voices, mix, read_voice

__all__ = ["load", "main", "refuse_network"]


def refuse_network(event: str, _arguments: tuple[Any, ...]) -> None:
    """An audit hook: libraries of models like to fetch what they miss; here everything lies on the disk or is missing."""
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        message = "the process of the speech model opens no connection"
        raise PermissionError(message)


def load(engine: str, folder: Path, *, device: str, threads: int) -> VoiceModel:
    """The model of an engine.

    Raises:
        UnusableError: with what is missing.
    """
    if engine == "kokoro":
        from scenewire_tts.engines.kokoro.model.pytorch_model import TorchModel  # noqa: PLC0415 - seconds and gigabytes

        return TorchModel(folder, device=device, threads=threads)
    from scenewire_tts.engines.kokoro.model.onnx_model import OnnxModel  # noqa: PLC0415 - likewise

    return OnnxModel(folder, threads=threads)


def main(argument: str) -> int:
    """Answers requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    sys.addaudithook(refuse_network)
    wanted = json.loads(argument)
    folder = Path(wanted["folder"])
    try:
        model = load(wanted["engine"], folder, device=wanted["device"], threads=wanted["threads"])
        voices = find_voices(folder)
    except (UnusableError, VoicesError) as error:
        _say(answers, {"unusable": str(error)})
        return 2
    _say(answers, {"vocabulary": model.vocabulary, "runtime": model.runtime, "device": model.device})
    for line in sys.stdin.buffer:
        _answer(answers, model, voices, json.loads(line))
    return 0


def _answer(answers: BinaryIO, model: VoiceModel, voices: dict[str, Path], request: dict[str, Any]) -> None:
    try:
        mixture = tuple((name, share) for name, share in request["mixture"])
        styles = mix(mixture, {name: read_voice(voices[name], name) for name, _ in mixture})
        ids = request["ids"]
        sound = model.speak(ids, styles[min(len(ids), len(styles)) - 1], request["speed"])
    except MemoryShortError as error:
        _say(answers, {"memory": str(error)})
    except (UnusableError, VoicesError) as error:
        _say(answers, {"unusable": str(error)})
    else:
        _say(answers, {"samples": len(sound.audio), "durations": sound.durations}, sound.audio.astype("<f4").tobytes())


def _say(answers: BinaryIO, header: dict[str, Any], body: bytes = b"") -> None:
    answers.write(json.dumps(header).encode() + b"\n" + body)
    answers.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
