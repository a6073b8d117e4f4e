"""An S3 server for tests, and stores on it."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from scenewire.artifacts.object_store import ObjectStore
from scenewire.artifacts.opening import open_store
from scenewire.settings import ObjectStoreSettings

KEY = "a-key-of-tests"


class S3:
    """A running server; each test makes buckets of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.endpoint = f"http://127.0.0.1:{port}"

    def bucket(self) -> str:
        name = f"films-{uuid4().hex}"
        self.ask("PUT", f"/{name}")
        return name

    def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status < 300, content
            return content
        finally:
            connection.close()

    def fail(self, method: str, path: str, *, times: int = 1000, **fault: Any) -> None:
        """Has requests fail from now on; see `s3_child`."""
        self.ask("PUT", "/-/faults", json.dumps([{"method": method, "path": path, "times": times, **fault}]).encode())

    def work(self) -> None:
        """Ends the failing."""
        self.ask("PUT", "/-/faults", b"[]")

    def requests(self, method: str, path: str) -> list[str]:
        """What was asked so far."""
        asked: list[str] = json.loads(self.ask("GET", "/-/requests"))
        return [line for line in asked if line.startswith(f"{method} ") and path in line]

    def environment(self, cache: Path) -> dict[str, str]:
        """What processes need to reach it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
            "ARTIFACTS_CACHE_DIR": str(cache),
        }

    def store(self, bucket: str, cache: Path, **changes: Any) -> ObjectStore:
        settings = ObjectStoreSettings(
            **{
                "endpoint_url": self.endpoint,
                "region": "us-east-1",
                "access_key_id": KEY,
                "secret_access_key": KEY,
                "cache_dir": cache,
                "timeout": 10,
                **changes,
            }
        )
        store = open_store(f"s3://{bucket}/a/prefix", settings)
        assert isinstance(store, ObjectStore)
        return store


@contextmanager
def running_s3() -> Iterator[S3]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.s3_child"],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield S3(int(process.stdout.readline()))
        finally:
            process.kill()
