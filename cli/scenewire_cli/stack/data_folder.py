"""The data folder: the files of an embedded stack, its locks, and its pending orders."""

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

from scenewire.artifacts.webapp_export import DATABASE
from scenewire.errors import FailureCode, PermanentError, is_disk_full
from scenewire.messages import ScriptRequested
from scenewire.settings import default_data_folder, secret

__all__ = ["DataFolder", "Endpoint", "MadeVideo", "PendingOrder", "require_writable", "write_private"]

_LOCK_POLL_S: Final = 0.05

_KEY_CHARACTERS: Final = 32

_OWN_NAMES: Final = frozenset(
    {"artifacts", "cache", "fonts", "gateway", "lock", "logs", "nats", "orders", "run", "weights"}
)
_OWN_DATABASE: Final = "scenewire.db"

_PRIVATE_MODE: Final = 0o700
_OTHERS_MASK: Final = 0o077


@dataclass(frozen=True)
class Endpoint:
    """The addresses of a stack. Not for logs: that of an embedded one includes its password."""

    nats_url: str
    artifacts_url: str | None
    gateway_url: str | None = None
    """Address of its pages and of REST, if it has a gateway."""
    is_foreign: bool = False
    """Whether it is a server of NATS_URL, with credentials in the environment."""

    def page(self, project_id: UUID) -> str | None:
        """The address of a project's page; None without a gateway."""
        return None if self.gateway_url is None else f"{self.gateway_url}/#/projects/{project_id}"

    @property
    def redacted_url(self) -> str:
        """The address of the bus without credentials."""
        scheme, separator, rest = self.nats_url.partition("://")
        return scheme + separator + rest.rpartition("@")[2]


@dataclass(frozen=True)
class PendingOrder:
    """An order that a process follows. If that process is killed, the same order finds it again."""

    project_id: UUID
    sequence: int | None
    """The order's stream sequence; None if the stream may not have stored it."""
    _path: Path

    def accepted(self, sequence: int) -> None:
        """Records the order's stream sequence."""
        self._write(self.project_id, sequence)

    def renewed(self) -> "PendingOrder":
        """Returns the same order as a new project: the old one was cancelled or deleted."""
        order = PendingOrder(uuid4(), None, self._path)
        self._write(order.project_id, None)
        return order

    def finished(self, video: Path | None = None) -> None:
        """Ends the order: from now on, the same options start a new project.

        Args:
            video: where its video was delivered; remembered, so that a repeated command can name it.
        """
        if video is not None:
            made = {"project_id": str(self.project_id), "video": os.fsdecode(video)}
            write_private(_made_file(self._path.parent, self._path.name[:_KEY_CHARACTERS]), json.dumps(made))
        self._path.unlink(missing_ok=True)

    def _write(self, project_id: UUID, sequence: int | None) -> None:
        # In place: the lock that marks the order as followed belongs to this file.
        self._path.write_text(json.dumps({"project_id": str(project_id), "sequence": sequence}))


@dataclass(frozen=True)
class MadeVideo:
    """A video that an earlier order delivered."""

    project_id: UUID
    video: Path


class DataFolder:
    """A data folder.

    Args:
        root: the folder; None takes the user's default one, whatever the working directory.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root: Final = (root or default_data_folder()).absolute()
        self.artifacts_url: Final = (self.root / "artifacts").as_uri()
        webapp = os.environ.get("WEBAPP_DIR")
        self._database: Final = Path(webapp).absolute() / DATABASE if webapp else self.root / _OWN_DATABASE
        self.database_url: Final = f"sqlite:///{quote(os.fsencode(self._database))}"
        self.nats_store: Final = self.root / "nats"
        self.weights: Final = self.root / "weights"
        self.fonts: Final = self.root / "fonts"
        self.gateway_keys: Final = self.root / "gateway" / "keys.toml"
        self.run: Final = self.root / "run"
        self.log: Final = self.root / "logs" / "scenewire.log"
        self.nats_log: Final = self.root / "logs" / "nats-server.log"

    @property
    def record_url(self) -> str:
        """The database of the record: DATABASE_URL, else a file in this folder. Not for logs: it may hold a password.

        Raises:
            PermanentError: `invalid_settings`, DATABASE_URL_FILE cannot be read.
        """
        return secret("DATABASE_URL") or self.database_url

    @property
    def has_record(self) -> bool:
        """Whether projects of this folder have been recorded so far, as far as this host can tell."""
        return self.has_foreign_record or self._database.exists()

    @property
    def has_foreign_record(self) -> bool:
        """Whether the record is a database outside this folder, which stacks elsewhere may write to."""
        return bool(secret("DATABASE_URL"))

    def prepare(self) -> None:
        """Creates the folders, private to this user: they hold orders, videos and the bus's password.

        Raises:
            PermanentError: `storage_unavailable`.
        """
        if not _is_text(self.root):
            raise PermanentError(
                FailureCode.STORAGE_UNAVAILABLE,
                f"the path of the data folder is not valid UTF-8: {str(self.root)!r}",
                hint="choose another folder with --data",
            )
        require_writable(self.root, option="--data", private=all(_is_own(name) for name in _names(self.root)))
        for folder in (self.run, self.log.parent, self.root / "orders"):
            require_writable(folder, option="--data", private=True)

    @contextmanager
    def ownership(self) -> Iterator[bool]:
        """Yields whether this process may run the stack of this folder; False while another process does."""
        with (self.root / "lock").open("a") as file:
            owner = _locked(file, fcntl.LOCK_EX)
            if owner:
                self.withdraw()  # left behind by a killed owner
            yield owner

    def announce(self, endpoint: Endpoint) -> None:
        """Publishes the stack's address to other processes."""
        facts = {
            "nats_url": endpoint.nats_url,
            "artifacts_url": endpoint.artifacts_url,
            "gateway_url": endpoint.gateway_url,
        }
        write_private(self._endpoint_file, json.dumps(facts))

    def withdraw(self) -> None:
        """Removes the stack's address: nothing answers there from now on."""
        self._endpoint_file.unlink(missing_ok=True)

    def endpoint(self) -> Endpoint | None:
        """Returns the address of this folder's stack, if one is ready. A killed owner's address does not count."""
        if not self._is_owned():
            return None
        try:
            return Endpoint(**json.loads(self._endpoint_file.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @contextmanager
    def lease(self) -> Iterator[Endpoint | None]:
        """Keeps another process's stack running during the block; yields None when there is none."""
        with self._leases() as file:
            yield self.endpoint() if _locked(file, fcntl.LOCK_SH) else None  # else its owner is stopping

    @asynccontextmanager
    async def closing(self, on_wait: Callable[[], None]) -> AsyncIterator[None]:
        """Waits until no other process uses this stack, and keeps them from starting to during the block.

        Args:
            on_wait: called once if there is anything to wait for.
        """
        with self._leases() as file:
            waiting = False
            while not _locked(file, fcntl.LOCK_EX):
                if not waiting:
                    on_wait()
                    waiting = True
                await asyncio.sleep(_LOCK_POLL_S)
            self.withdraw()
            yield

    def made(self, order: ScriptRequested, *, server: str = "") -> MadeVideo | None:
        """Returns the video that an equal order at the same server delivered last, if it is still there."""
        try:
            made = json.loads(_made_file(self.root / "orders", _key(order, server)).read_text(encoding="utf-8"))
            video = MadeVideo(UUID(made["project_id"]), Path(made["video"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return video if video.video.is_file() else None

    @contextmanager
    def pending(self, order: ScriptRequested, *, server: str = "") -> Iterator[PendingOrder]:
        """Yields the equal order that a killed process left unfinished, else a new one.

        An order that a living process follows is not taken over: two equal orders at once are two projects.

        Args:
            order: what is ordered.
            server: address of the server that makes it; empty for the stack of this folder or of --nats.
        """
        key = _key(order, server)
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

    def _is_owned(self) -> bool:
        """Whether a living process runs the stack: the lock ends with its process, its files do not."""
        try:
            with (self.root / "lock").open() as file:
                return not _locked(file, fcntl.LOCK_SH)
        except FileNotFoundError:
            return False

    @property
    def _endpoint_file(self) -> Path:
        return self.run / "endpoint.json"

    @contextmanager
    def _leases(self) -> Iterator[IO[str]]:
        with (self.run / "leases").open("a") as file:
            yield file


def _key(order: ScriptRequested, server: str) -> str:
    """Returns what equal orders have in common in the names of their files."""
    content = order.model_dump_json(exclude={"project_id"}) + server
    return hashlib.sha256(content.encode()).hexdigest()[:_KEY_CHARACTERS]


def _made_file(orders: Path, key: str) -> Path:
    return orders / f"{key}.made.json"


@contextmanager
def _first_lockable(paths: list[Path]) -> Iterator[PendingOrder | None]:
    for path in paths:
        try:
            file = path.open("r+")
        except FileNotFoundError:
            continue  # another process has just finished it
        with file:
            if not _locked(file, fcntl.LOCK_EX):
                continue  # another process follows it
            if not os.fstat(file.fileno()).st_nlink:
                continue  # finished between opening and locking
            try:
                left = json.loads(file.read())
                order = PendingOrder(UUID(left["project_id"]), left["sequence"], path)
            except (ValueError, KeyError, TypeError):
                continue  # its process was killed before it wrote anything
            yield order
            return
    yield None


def _locked(file: IO[str], mode: int) -> bool:
    """Takes a lock, held until the file is closed; returns False if another process holds it."""
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
        return []  # missing, or unusable, which `require_writable` reports


def _is_own(name: str) -> bool:
    return name in _OWN_NAMES or name.startswith((_OWN_DATABASE, ".scenewire-"))


def write_private(path: Path, content: str) -> None:
    """Writes a file atomically, readable by this user only."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    part.write_text(content, encoding="utf-8")
    part.replace(path)


def require_writable(folder: Path, *, option: str, private: bool = False) -> None:
    """Creates a folder if necessary, and checks that it can be written.

    Args:
        folder: the folder.
        option: the option that names it, for the error message.
        private: whether to close it to other users, if this user owns it.

    Raises:
        PermanentError: `storage_unavailable` or `storage_full`, it cannot be created or written.
    """
    try:
        folder.mkdir(mode=_PRIVATE_MODE if private else 0o777, parents=True, exist_ok=True)
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
    if found.st_uid == os.geteuid() and found.st_mode & _OTHERS_MASK:
        folder.chmod(found.st_mode & ~_OTHERS_MASK & 0o7777)
