"""The data folder: everything an embedded stack keeps, who runs it, and which orders are under way."""

import asyncio
import fcntl
import hashlib
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote
from uuid import UUID, uuid4

import platformdirs

from scenewire.artifacts.webapp_export import DATABASE
from scenewire.errors import FailureCode, PermanentError, is_disk_full
from scenewire.messages import ScriptRequested

__all__ = ["Endpoint", "Home", "PendingOrder", "require_writable", "write_private"]

_LOOK_AGAIN: Final = 0.05
"""Seconds between two looks whether another process has let go of a lock."""


_OURS: Final = frozenset({"artifacts", "cache", "lock", "logs", "nats", "orders", "run"})
_OUR_DATABASE: Final = "scenewire.db"

_PRIVATE: Final = 0o700
_OTHERS: Final = 0o077


@dataclass(frozen=True)
class Endpoint:
    """How to reach a stack. Not for logs: the address of an embedded one holds its password."""

    nats_url: str
    artifacts_url: str | None
    is_foreign: bool = False
    """Whether it is somebody's server, for which the environment has the credentials."""

    @property
    def place(self) -> str:
        """The address of the bus without credentials, for people."""
        scheme, separator, rest = self.nats_url.partition("://")
        return scheme + separator + rest.rpartition("@")[2]


@dataclass(frozen=True)
class PendingOrder:
    """An order that one process is seeing through; found again by its words when that process was killed."""

    project_id: UUID
    sequence: int | None
    """Where the stream holds it; None when it may not have been accepted."""
    _path: Path

    def accepted(self, sequence: int) -> "PendingOrder":
        """Remembers that the stream has it."""
        order = PendingOrder(self.project_id, sequence, self._path)
        self._path.write_text(json.dumps({"project_id": str(self.project_id), "sequence": sequence}))
        return order

    def renewed(self) -> "PendingOrder":
        """Starts the same words again as another project: this one can no longer be made."""
        order = PendingOrder(uuid4(), None, self._path)
        self._path.write_text(json.dumps({"project_id": str(order.project_id), "sequence": None}))
        return order

    def finished(self) -> None:
        """Forgets it: the same words are a new order from now on."""
        self._path.unlink(missing_ok=True)


class Home:
    """A data folder.

    Args:
        root: the folder; None takes the user's own, the same from any working directory.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root: Final = (root or platformdirs.user_data_path("scenewire")).absolute()
        self.artifacts_url: Final = (self.root / "artifacts").as_uri()
        webapp = os.environ.get("WEBAPP_DIR")
        database = Path(webapp).absolute() / DATABASE if webapp else self.root / _OUR_DATABASE
        self.database_url: Final = f"sqlite:///{quote(os.fsencode(database))}"
        self.nats_store: Final = self.root / "nats"
        self.run: Final = self.root / "run"
        self.log: Final = self.root / "logs" / "scenewire.log"
        self.nats_log: Final = self.root / "logs" / "nats-server.log"

    def prepare(self) -> None:
        """Makes the folders, for this user alone: they hold orders, films and the bus's password.

        Raises:
            PermanentError: `storage_unavailable`.
        """
        if not _is_text(self.root):
            raise PermanentError(
                FailureCode.STORAGE_UNAVAILABLE,
                f"the path of the data folder is not UTF-8: {str(self.root)!r}",
                hint="choose another folder with --data",
            )
        require_writable(self.root, option="--data", private=all(_is_ours(name) for name in _names(self.root)))
        for folder in (self.run, self.log.parent, self.root / "orders"):
            require_writable(folder, option="--data", private=True)

    @contextmanager
    def ownership(self) -> Iterator[bool]:
        """Whether this process may run the stack of this folder; False while another one does."""
        with (self.root / "lock").open("a") as file:
            owner = _locked(file, fcntl.LOCK_EX)
            if owner:
                self._endpoint_file.unlink(missing_ok=True)  # a killed owner leaves it behind
            yield owner

    def announce(self, endpoint: Endpoint) -> None:
        """Tells other processes where the stack listens."""
        facts = {"nats_url": endpoint.nats_url, "artifacts_url": endpoint.artifacts_url}
        write_private(self._endpoint_file, json.dumps(facts))

    def endpoint(self) -> Endpoint | None:
        """Where the stack of this folder listens, if one is ready."""
        try:
            return Endpoint(**json.loads(self._endpoint_file.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @contextmanager
    def lease(self) -> Iterator[Endpoint | None]:
        """Keeps another process's stack running while the block uses it; None when there is none to use."""
        with self._leases() as file:
            yield self.endpoint() if _locked(file, fcntl.LOCK_SH) else None  # else its owner is just stopping

    @asynccontextmanager
    async def closing(self, on_wait: Callable[[], None]) -> AsyncIterator[None]:
        """Waits until nobody else uses our stack, and lets nobody begin to while the block stops it.

        Args:
            on_wait: called once when there is somebody to wait for.
        """
        with self._leases() as file:
            waiting = False
            while not _locked(file, fcntl.LOCK_EX):
                if not waiting:
                    on_wait()
                    waiting = True
                await asyncio.sleep(_LOOK_AGAIN)
            self._endpoint_file.unlink(missing_ok=True)
            yield

    @contextmanager
    def pending(self, order: ScriptRequested) -> Iterator[PendingOrder]:
        """The order with these words that a killed process left unfinished, else a new one.

        An order that a living process is seeing through is left to it: the same words twice at once are two orders.
        """
        words = order.model_dump_json(exclude={"project_id"})
        key = hashlib.sha256(words.encode()).hexdigest()[:32]
        with _first_lockable(sorted((self.root / "orders").glob(f"{key}-*.json"))) as found:
            if found is not None:
                yield found
                return
            project_id = uuid4()
            path = self.root / "orders" / f"{key}-{project_id}.json"
            with path.open("x") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(json.dumps({"project_id": str(project_id), "sequence": None}))
                file.flush()
                yield PendingOrder(project_id, None, path)

    @property
    def _endpoint_file(self) -> Path:
        return self.run / "endpoint.json"

    @contextmanager
    def _leases(self) -> Iterator[IO[str]]:
        with (self.run / "leases").open("a") as file:
            yield file


@contextmanager
def _first_lockable(paths: list[Path]) -> Iterator[PendingOrder | None]:
    for path in paths:
        with path.open("r+") as file:
            if not _locked(file, fcntl.LOCK_EX):
                continue  # another process has it in hand
            try:
                left = json.loads(file.read())
                order = PendingOrder(UUID(left["project_id"]), left["sequence"], path)
            except (ValueError, KeyError, TypeError):
                continue  # its process was killed before it wrote a word
            yield order
            return
    yield None


def _locked(file: IO[str], mode: int) -> bool:
    """Whether the lock could be had without waiting; it is held until the file is closed."""
    try:
        fcntl.flock(file, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_text(path: Path) -> bool:
    try:
        return bool(str(path).encode())
    except UnicodeEncodeError:
        return False


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []  # not there yet; or it cannot be used, which is found out in a moment


def _is_ours(name: str) -> bool:
    return name in _OURS or name.startswith((_OUR_DATABASE, ".scenewire-"))


def write_private(path: Path, content: str) -> None:
    """Writes a file that only this user can read. Whoever reads it sees all of it or what was there before."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    part.write_text(content, encoding="utf-8")
    part.replace(path)


def require_writable(folder: Path, *, option: str, private: bool = False) -> None:
    """Makes a folder if need be.

    Args:
        folder: the folder.
        option: the option that names it, for the error.
        private: whether it is closed to other users, if it is this user's.

    Raises:
        PermanentError: `storage_unavailable`, it cannot be made or written.
    """
    try:
        folder.mkdir(mode=_PRIVATE if private else 0o777, parents=True, exist_ok=True)
        if private:
            _close_to_others(folder)
        probe = folder / f".scenewire-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise PermanentError(
            FailureCode.STORAGE_FULL if is_disk_full(error) else FailureCode.STORAGE_UNAVAILABLE,
            f"cannot write to {folder}: {error.strerror}",
            hint=f"choose another folder with {option}",
        ) from error


def _close_to_others(folder: Path) -> None:
    found = folder.stat()
    if found.st_uid == os.geteuid() and found.st_mode & _OTHERS:
        folder.chmod(found.st_mode & ~_OTHERS & 0o7777)
