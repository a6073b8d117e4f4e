"""What the benchmarks run on."""

import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.processes.run import run_program
from scenewire.processors import usable_processors

__all__ = ["machine"]

_GIB: Final = 1 << 30
_KIB: Final = 1 << 10


async def machine() -> dict[str, str]:
    """Returns facts about processors, memory, programs and this checkout, by name."""
    memory = Path("/proc/meminfo").read_text().partition("MemTotal:")[2].split()[0]
    model = Path("/proc/cpuinfo").read_text().partition("model name")[2].partition(":")[2].partition("\n")[0].strip()
    described = await run_program(["git", "describe", "--always", "--dirty"], timeout=10)
    commit = described.stdout.decode()
    return {
        "commit": commit.strip() or "unknown",
        "processors": f"{usable_processors()} of {model or platform.machine()}",
        "memory": f"{int(memory) * _KIB / _GIB:.0f} GiB",
        "system": f"Linux {platform.release()}, Python {platform.python_version()}",
        "ffmpeg": (await find_ffmpeg()).version,
        "packages": ", ".join(
            f"{name} {version(name)}" for name in ("faststream", "nats-py", "onnxruntime", "moviepy")
        ),
    }
