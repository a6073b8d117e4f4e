"""A store in S3, Google Cloud Storage, Azure or a compatible service. The only file that uses obstore.

Files are fetched into a cache of this host before use, and verified there.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotSupportedError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import ObjectStore as Client
from obstore.store import from_url
from typing_extensions import override

from scenewire.accounting import charge
from scenewire.artifacts.cache import Cache
from scenewire.artifacts.finishing import finish
from scenewire.artifacts.metrics import store_metrics
from scenewire.artifacts.scratch import measure, storage_errors, sync
from scenewire.artifacts.store import ArtifactStore, StoredFile, check_disposable, check_key, content_key
from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.messages import ArtifactRef
from scenewire.observability.tracing import span
from scenewire.settings import ObjectStoreSettings

__all__ = ["ObjectStore", "open_bucket"]

_PART_BYTES: Final = 8 << 20
"""Larger files are uploaded in parts, four at a time."""

_UPLOADS: Final = 4
_PAGE: Final = 1000
"""Objects in one request to list or to remove."""

_CHUNK: Final = 1 << 20
_CREATE_TRIES: Final = 3
MAX_DOCUMENT_BYTES: Final = 16 << 20
_CONNECT_TIMEOUT: Final = timedelta(seconds=10)
_FILE_TIMEOUT: Final = timedelta(hours=2)
"""For one file in all; a store that does not respond ends it sooner."""

_RETRIES: Final = 4
_FIRST_BACKOFF: Final = timedelta(milliseconds=200)
_MAX_BACKOFF: Final = timedelta(seconds=5)

_FAILURES_WITHOUT_RESPONSE: Final = (
    ("kind: Timeout", "no response in time"),
    ("kind: Connect", "cannot be reached"),
    ("kind: Interrupted", "the response was cut off"),
)
"""Text of obstore's errors without a response, and what it means."""

_PROVIDERS: Final = ("AWS_", "GOOGLE_", "AZURE_")
_DENIED: Final = "AccessDenied"
"""A refusal to list or to remove several objects has no class of its own in obstore."""

_NO_BUCKET: Final = {"NoSuchBucket", "ContainerNotFound"}

_ERROR_CODE: Final = re.compile(r"<Code>(\w{1,60})</Code>")


class ObjectStore(ArtifactStore):
    """See `ArtifactStore`. An object becomes visible when it is complete.

    Args:
        client: the bucket, or a prefix in it.
        cache: local copies.
        place: the URL, for errors.
    """

    def __init__(self, client: Client, cache: Cache, *, place: str) -> None:
        self._client = client
        self._cache = cache
        self._place = place
        self._fetching: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @override
    def scratch(self) -> AbstractAsyncContextManager[Path]:
        return self._cache.scratch()

    @override
    async def add(self, path: Path, media_type: str) -> ArtifactRef:
        digest, size = await asyncio.to_thread(measure, path)
        ref = ArtifactRef(key=content_key(digest, media_type), sha256=digest, size=size, media_type=media_type)
        await self._send(path, ref)
        return ref

    @override
    async def deliver(self, key: str, path: Path, media_type: str) -> ArtifactRef:
        digest, size = await asyncio.to_thread(measure, path)
        ref = ArtifactRef(key=check_key(key), sha256=digest, size=size, media_type=media_type)
        await finish(self._send(path, ref))
        return ref

    @override
    async def open(self, ref: ArtifactRef) -> Path:
        check_key(ref.key)
        async with self._alone(ref.sha256):
            found = await asyncio.to_thread(self._cache.find, ref)
            store_metrics().opened.labels("here" if found else "in the store").inc()
            return found or await self._fetch(ref)

    @override
    async def require(self, ref: ArtifactRef) -> None:
        with self._errors(check_key(ref.key)):
            try:
                stored = await obstore.head_async(self._client, ref.key)
            except FileNotFoundError as error:
                raise self._missing(ref, error) from None
        if stored["size"] != ref.size:
            raise _corrupt(ref.key, f"{stored['size']} bytes instead of {ref.size}")
        await self.open(ref)

    @override
    async def read_document(self, key: str) -> bytes | None:
        with self._errors(check_key(key)):
            try:
                answer = await obstore.get_async(self._client, key)
                if answer.meta["size"] > MAX_DOCUMENT_BYTES:
                    raise _corrupt(key, f"{answer.meta['size']} bytes are too many for a document")
                return bytes(await answer.bytes_async())
            except FileNotFoundError as error:  # obstore raises it for a missing object
                if _error_code(error) in _NO_BUCKET:
                    raise
                return None

    @override
    async def write_once(self, key: str, document: bytes) -> bytes:
        for _ in range(_CREATE_TRIES):
            with self._errors(check_key(key)):
                try:
                    await obstore.put_async(self._client, key, document, mode="create", use_multipart=False)
                except AlreadyExistsError:
                    pass
                else:
                    return document
            stored = await self.read_document(key)
            if stored is not None:  # otherwise it was removed in between
                return stored
        raise TransientError(
            FailureCode.STORAGE_UNAVAILABLE,
            f"{key} in {self._place} exists for writes and does not exist for reads",
            hint="check what else writes to the bucket, and whether its reads are consistent",
        )

    @override
    async def replace_document(self, key: str, document: bytes) -> None:
        with self._errors(check_key(key)):
            await obstore.put_async(self._client, key, document, use_multipart=False)

    @override
    async def remove_output(self, project_id: object) -> None:
        folder = check_key(f"output/{project_id}")
        with self._errors(folder):
            for stored in await obstore.list(self._client, prefix=folder).collect_async():
                with suppress(FileNotFoundError):  # others may be removing the same objects
                    await obstore.delete_async(self._client, stored["path"])

    @override
    async def files(self, folder: str) -> AsyncIterator[Sequence[StoredFile]]:
        with self._errors(check_key(folder)):
            async for page in obstore.list(self._client, prefix=folder, chunk_size=_PAGE):
                yield [
                    StoredFile(key=stored["path"], size=stored["size"], written=stored["last_modified"])
                    for stored in page
                ]

    @override
    async def discard(self, files: Sequence[StoredFile]) -> None:
        keys = [check_disposable(file.key) for file in files]
        for first in range(0, len(keys), _PAGE):
            with self._errors(keys[first]), suppress(FileNotFoundError):
                await obstore.delete_async(self._client, keys[first : first + _PAGE])

    async def _send(self, path: Path, ref: ArtifactRef) -> None:
        """Uploads a file, also over an equal one, which may be damaged; keeps one of ours as a copy."""
        with span("store artifact", media_type=ref.media_type, bytes=ref.size), self._errors(ref.key):
            await obstore.put_async(
                self._client,
                ref.key,
                path,
                attributes={"Content-Type": ref.media_type},
                use_multipart=ref.size > _PART_BYTES,
                chunk_size=_PART_BYTES,
                max_concurrency=_UPLOADS,
            )
        store_metrics().bytes.labels("sent").inc(ref.size)
        charge(bytes_stored=ref.size)
        if self._cache.holds_scratch(path):
            await asyncio.to_thread(self._cache.keep, path, ref)

    async def _fetch(self, ref: ArtifactRef) -> Path:
        part = await asyncio.to_thread(self._cache.new_file)
        try:
            with (
                span("fetch artifact", media_type=ref.media_type, bytes=ref.size),
                self._errors(ref.key),
                storage_errors(part),
            ):
                digest = await self._download(ref, part)
            if digest != ref.sha256:
                raise _corrupt(ref.key, f"other content than the announced {ref.size} bytes")
            await asyncio.to_thread(sync, part)
            return await asyncio.to_thread(self._cache.keep, part, ref)
        finally:
            await asyncio.to_thread(part.unlink, missing_ok=True)

    async def _download(self, ref: ArtifactRef, part: Path) -> str:
        try:
            answer = await obstore.get_async(self._client, ref.key)
        except FileNotFoundError as error:  # obstore raises it for a missing object
            raise self._missing(ref, error) from None
        if answer.meta["size"] != ref.size:
            raise _corrupt(ref.key, f"{answer.meta['size']} bytes instead of {ref.size}")
        digest = hashlib.sha256()
        received = 0
        with await asyncio.to_thread(part.open, "xb") as file:
            async for chunk in answer.stream(min_chunk_size=_CHUNK):
                received += len(chunk)
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
        if received != ref.size:
            raise TransientError(
                FailureCode.STORAGE_UNAVAILABLE,
                f"{self._place} sent {received} of the {ref.size} bytes of {ref.key}",
                hint="check the store and the network",
            )
        store_metrics().bytes.labels("fetched").inc(received)
        charge(bytes_fetched=received)
        return digest.hexdigest()

    def _missing(self, ref: ArtifactRef, error: FileNotFoundError) -> Exception:
        """Returns what to raise for an object that was not found; the error itself if there is no bucket."""
        if _error_code(error) in _NO_BUCKET:
            return error
        return PermanentError(
            FailureCode.ARTIFACT_MISSING,
            f"artifact {ref.key} is not in {self._place}",
            hint="order again; if objects vanish, check the bucket's lifecycle rules",
        )

    @contextmanager
    def _errors(self, key: str) -> Iterator[None]:
        """Translates errors of the store; their own text may contain a key or a signature."""
        try:
            yield
        except (BaseError, FileNotFoundError, NotImplementedError) as error:
            failure = _translated(error, key, self._place)
            store_metrics().failures.labels(failure.code).inc()
            raise failure from None

    def _alone(self, digest: str) -> asyncio.Lock:
        """Returns the lock of a file: this process fetches it once at a time. Other processes may fetch it too."""
        return self._fetching.setdefault(digest, asyncio.Lock())


def open_bucket(url: str, settings: ObjectStoreSettings) -> ObjectStore:
    """Opens the store of a URL such as s3://bucket/prefix; no request is made yet.

    Args:
        url: the URL; its scheme selects the provider.
        settings: access to the store; the provider's own variables supply the rest.

    Raises:
        PermanentError: `invalid_settings`, the URL or the access is invalid.
    """
    _forget_empty_variables()
    access: Any = settings.s3_access() if url.startswith("s3:") else {}
    endpoint = settings.endpoint_url or ""
    try:
        client = from_url(
            url,
            config=access,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": min(settings.timeout, _CONNECT_TIMEOUT),
                "read_timeout": settings.timeout,
                "timeout": _FILE_TIMEOUT,
            },
            retry_config={
                "max_retries": _RETRIES,
                "retry_timeout": settings.timeout * 2,
                "backoff": {"init_backoff": _FIRST_BACKOFF, "max_backoff": _MAX_BACKOFF, "base": 2},
            },
        )
    except BaseError as error:
        raise PermanentError(
            FailureCode.INVALID_SETTINGS,
            f"ARTIFACTS_URL or its credentials are invalid: {type(error).__name__}",
            hint="docs/artifacts.md lists the valid ones",
        ) from None
    return ObjectStore(client, Cache(settings.cache_dir, limit=settings.cache_size), place=url)


def _forget_empty_variables() -> None:
    """Unsets empty variables: compose files pass unset variables on as empty ones, which obstore rejects."""
    for name, value in list(os.environ.items()):
        if not value and name.startswith(_PROVIDERS):
            del os.environ[name]


def _error_code(error: Exception) -> str:
    """Returns the store's error code; of an error without one, its kind."""
    text = str(error)
    found = _ERROR_CODE.search(text)
    return (
        found[1]
        if found
        else next((meaning for words, meaning in _FAILURES_WITHOUT_RESPONSE if words in text), type(error).__name__)
    )


def _translated(error: Exception, key: str, place: str) -> PipelineError:
    what = f"{place}, {key}: {_error_code(error)}"
    if isinstance(error, FileNotFoundError):
        return PermanentError(
            FailureCode.STORAGE_UNAVAILABLE, what, hint="the bucket does not exist: create it, or correct ARTIFACTS_URL"
        )
    if isinstance(error, (PermissionDeniedError, UnauthenticatedError)) or _error_code(error) == _DENIED:
        return PermanentError(
            FailureCode.STORAGE_UNAVAILABLE,
            what,
            hint="check the credentials, and their permission to read, write, list and delete below ARTIFACTS_URL",
        )
    if isinstance(error, (NotSupportedError, NotImplementedError)):
        return PermanentError(
            FailureCode.STORAGE_UNAVAILABLE,
            what,
            hint="the store must support conditional writes (If-None-Match); use another or a newer one",
        )
    return TransientError(FailureCode.STORAGE_UNAVAILABLE, what, hint="check the store and the network")


def _corrupt(key: str, what: str) -> PermanentError:
    return PermanentError(
        FailureCode.ARTIFACT_CORRUPT,
        f"artifact {key} does not match its reference: {what}",
        hint="remove the object and order again",
    )
