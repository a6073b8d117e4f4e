"""Where tests take NATS and Postgres from: containers, or programs on this machine.

SCENEWIRE_TEST_SERVERS says which: `local`, `containers`, or `auto`, which takes containers where an engine answers and is the
default. NATS_IMAGE and POSTGRES_IMAGE name other images than those of compose.yaml.
"""

import os
import socket
from functools import cache
from typing import Final

_SETTING: Final = "SCENEWIRE_TEST_SERVERS"
_TIMEOUT_S: Final = 3

NATS_IMAGE: Final = os.environ.get("NATS_IMAGE", "nats:2-alpine")
POSTGRES_IMAGE: Final = os.environ.get("POSTGRES_IMAGE", "postgres:17")


@cache
def in_containers() -> bool:
    """Whether servers run in containers; decided once, by the process that starts the tests."""
    wanted = os.environ.get(_SETTING, "auto")
    if wanted not in {"local", "containers", "auto"}:
        message = f"{_SETTING} is {wanted!r}; it may be local, containers or auto"
        raise ValueError(message)
    if wanted == "local":
        return False
    why = _engine_trouble()
    if why and wanted == "containers":
        message = f"{_SETTING} is containers, but no engine answers: {why}"
        raise RuntimeError(message)
    return not why


def description() -> str:
    """For the head of a test run."""
    kind = f"containers of {NATS_IMAGE} and {POSTGRES_IMAGE}" if in_containers() else "programs on this machine"
    return f"servers: NATS and Postgres are {kind} ({_SETTING}={os.environ.get(_SETTING, 'auto')})"


def _engine_trouble() -> str:
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if host.startswith("unix://"):  # docker leaves a socket open when nobody answers
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(host.removeprefix("unix://"))
            except OSError as error:
                return f"{host}: {error.strerror}"
    try:
        import docker  # noqa: PLC0415 - half a second that local servers do not need
        from docker.errors import DockerException  # noqa: PLC0415
        from testcontainers.core import container  # noqa: F401, PLC0415
    except ImportError as error:
        return str(error)
    try:
        client = docker.from_env(timeout=_TIMEOUT_S)
        try:
            client.ping()
        finally:
            client.close()
    except DockerException as error:
        return str(error)
    return ""
