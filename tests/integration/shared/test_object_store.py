"""Artifacts in S3: the contract of every store, and what a store far away can do to us."""

import asyncio
import hashlib
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import obstore
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from typing_extensions import override

from scenewire.artifacts.object_store import ObjectStore
from scenewire.artifacts.opening import open_store
from scenewire.artifacts.pruning import Limits, Pruned, Usage, prune_files
from scenewire.artifacts.result_cache import Results
from scenewire.artifacts.store import StoredFile
from scenewire.errors import FailureCode, PermanentError, PipelineError, TransientError
from scenewire.messages import ArtifactRef
from scenewire.processes.run import run_program
from scenewire.settings import ObjectStoreSettings
from tests.support.artifact_stores import ArtifactStoreContract, Made, Rig, added
from tests.support.product import environment
from tests.support.s3 import KEY, S3, running_s3

ROOT = Path(__file__).parents[3]


class Bucket(Rig):
    """A store in a bucket."""

    def __init__(self, s3: S3, cache: Path) -> None:
        self.s3, self.cache, self.name = s3, cache, s3.bucket()
        self.store: ObjectStore = s3.store(self.name, cache)

    @override
    def damage(self, ref: ArtifactRef, content: bytes) -> None:
        obstore.put(self.store._client, ref.key, content)
        shutil.rmtree(self.cache / "content", ignore_errors=True)

    @override
    def remove(self, ref: ArtifactRef) -> None:
        obstore.delete(self.store._client, ref.key)
        shutil.rmtree(self.cache / "content", ignore_errors=True)

    def requests(self, method: str, what: str) -> list[str]:
        """What was asked about keys of ours."""
        return [line for line in self.s3.requests(method, self.name) if what in line]

    def elsewhere(self, tmp_path: Path, **changes: Any) -> ObjectStore:
        """The same store from another host."""
        return self.s3.store(self.name, tmp_path / "elsewhere", **changes)


@pytest.fixture(scope="module")
def server() -> Iterator[S3]:
    with running_s3() as server:
        yield server


@pytest.fixture
def s3(server: S3) -> S3:
    server.work()
    return server


@pytest.fixture
def bucket(s3: S3, tmp_path: Path) -> Bucket:
    return Bucket(s3, tmp_path / "cache")


class TestBucket(ArtifactStoreContract):
    """A bucket fulfils what every store promises."""

    @pytest.fixture
    def rig(self, bucket: Bucket) -> Rig:
        return bucket


async def test_what_one_host_made_another_one_uses(bucket: Bucket, tmp_path: Path):
    ref = await added(bucket.store, b"sound")
    path = await bucket.elsewhere(tmp_path).open(ref)
    assert path.read_bytes() == b"sound"
    assert path.is_relative_to(tmp_path / "elsewhere")


async def test_a_result_does_not_count_when_only_this_host_still_has_its_file(bucket: Bucket, tmp_path: Path):
    results = Results(bucket.store, "test")
    made = Made(file=await added(bucket.store, b"sound"), loudness=1.5)
    await results.save("inputs", made)
    await bucket.store.discard([StoredFile(key=made.file.key, size=5, written=datetime.now(UTC))])
    assert (await bucket.store.open(made.file)).read_bytes() == b"sound"
    assert await results.find("inputs", Made) is None
    assert await added(bucket.store, b"sound") == made.file
    assert (await bucket.elsewhere(tmp_path).open(made.file)).read_bytes() == b"sound"
    assert await results.find("inputs", Made) == made


async def test_old_files_of_a_bucket_are_removed_and_those_in_use_stay(bucket: Bucket, tmp_path: Path):
    store, now = bucket.store, datetime.now(UTC) + timedelta(days=60)  # a server dates its objects itself
    used, unused = await added(store, b"used"), await added(store, b"unused")
    await store.write_once("results/tts/x.json", b"{}")
    film = await store.deliver("output/project/film.mp4", await store.open(unused), "video/mp4")
    usage, limits = Usage(files={used.key: None, unused.key: now - timedelta(days=31)}), Limits(age=timedelta(days=30))
    assert (await prune_files(store, Usage(), limits, now=datetime.now(UTC))).files == 0
    tried = await prune_files(store, usage, limits, now=now, dry_run=True)
    await store.require(unused)
    assert (
        await prune_files(store, usage, limits, now=now)
        == tried
        == Pruned(files=2, bytes=8, kept_files=1, kept_bytes=4)
    )
    elsewhere = bucket.elsewhere(tmp_path)
    for ref in (used, film):
        await elsewhere.open(ref)
    with pytest.raises(PermanentError, match="is not in s3"):
        await elsewhere.open(unused)
    assert await store.read_document("results/tts/x.json") is None


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_credentials_that_may_not_list_or_delete_are_an_error(bucket: Bucket, method: str):
    await added(bucket.store, b"unused")
    bucket.s3.fail(method, bucket.name, status=403, code="AccessDenied")
    later = datetime.now(UTC) + timedelta(days=60)
    with pytest.raises(PermanentError, match="list and delete") as refused:
        await prune_files(bucket.store, Usage(), Limits(size=0), now=later)
    assert refused.value.code == "storage_unavailable"


async def test_thousands_of_objects_are_listed_and_removed_in_pages(bucket: Bucket):
    for number in range(1100):
        obstore.put(bucket.store._client, f"results/tts/{number}.json", b"{}")
    pages = [page async for page in bucket.store.files("results")]
    assert sum(map(len, pages)) == 1100
    await bucket.store.discard([file for page in pages for file in page])
    assert [page async for page in bucket.store.files("results")] == []
    assert len(bucket.requests("POST", "delete")) == 2


async def test_a_file_is_fetched_once_however_many_ask_for_it(bucket: Bucket, tmp_path: Path):
    ref = await added(bucket.store, b"sound")
    assert (await bucket.store.open(ref)).read_bytes() == b"sound"
    assert bucket.requests("GET", ref.key) == []  # made here
    store = bucket.elsewhere(tmp_path)
    assert len({await path for path in asyncio.as_completed([store.open(ref) for _ in range(8)])}) == 1
    await bucket.elsewhere(tmp_path).open(ref)  # another process of that host
    assert len(bucket.requests("GET", ref.key)) == 1


async def test_a36_traffic_with_the_store_is_counted(bucket: Bucket, tmp_path: Path):
    def counted() -> dict[str, float]:
        samples = {
            "sent": ("scenewire_artifact_bytes_total", {"direction": "sent"}),
            "fetched": ("scenewire_artifact_bytes_total", {"direction": "fetched"}),
            "here": ("scenewire_artifacts_opened_total", {"found": "here"}),
            "far": ("scenewire_artifacts_opened_total", {"found": "in the store"}),
            "failed": ("scenewire_object_store_failures_total", {"code": "storage_unavailable"}),
        }
        return {name: REGISTRY.get_sample_value(*sample) or 0 for name, sample in samples.items()}

    before = counted()
    ref = await added(bucket.store, b"sound")
    await bucket.store.open(ref)
    await bucket.elsewhere(tmp_path).open(ref)
    bucket.s3.fail("GET", "a/prefix", status=403)
    with pytest.raises(PermanentError):
        await bucket.store.read_document("x.json")
    now = counted()
    assert {name: now[name] - before[name] for name in now} == {
        "sent": 5,
        "fetched": 5,
        "here": 1,
        "far": 1,
        "failed": 1,
    }


async def test_a_damaged_copy_is_fetched_anew(bucket: Bucket):
    ref = await added(bucket.store, b"sound")
    (await bucket.store.open(ref)).write_bytes(b"noise")
    assert (await bucket.store.open(ref)).read_bytes() == b"sound"


async def test_a_big_file_is_sent_in_parts_and_says_what_it_is(bucket: Bucket):
    ref = await added(bucket.store, bytes(20 << 20))
    assert len(bucket.requests("PUT", ref.key)) == 3
    assert obstore.get(bucket.store._client, ref.key).attributes["Content-Type"] == "audio/wav"


async def test_a_failed_upload_leaves_nothing_to_be_read(bucket: Bucket):
    bucket.s3.fail("PUT", "content/", status=500)
    with pytest.raises(TransientError):
        await added(bucket.s3.store(bucket.name, bucket.cache, timeout=1), bytes(20 << 20))
    bucket.s3.work()
    digest = hashlib.sha256(bytes(20 << 20)).hexdigest()
    ref = ArtifactRef(key=f"content/{digest[:2]}/{digest}.wav", sha256=digest, size=20 << 20, media_type="audio/wav")
    with pytest.raises(PermanentError) as caught:
        await bucket.store.open(ref)
    assert caught.value.code == "artifact_missing"


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503, "code": "SlowDown"}, {"cut": 3}])
async def test_a_fault_that_passes_is_not_noticed(bucket: Bucket, tmp_path: Path, fault: dict[str, Any]):
    ref = await added(bucket.store, b"sound")
    bucket.s3.fail("GET", "content/", times=2, **fault)
    assert (await bucket.elsewhere(tmp_path).open(ref)).read_bytes() == b"sound"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 500}, "InternalError"),
        ({"status": 503, "code": "SlowDown"}, "SlowDown"),
        ({"cut": 0}, "cut off"),
        ({"delay": 1.2, "times": 3}, "no response in time"),
    ],
)
async def test_a_fault_that_stays_is_an_error_that_may_pass(
    bucket: Bucket, tmp_path: Path, fault: dict[str, Any], said: str
):
    ref = await added(bucket.store, b"sound")
    bucket.s3.fail("GET", "content/", **fault)
    with pytest.raises(TransientError, match=said) as caught:
        await bucket.elsewhere(tmp_path, timeout=0.4).open(ref)
    assert caught.value.code == "storage_unavailable"
    assert list((tmp_path / "elsewhere").rglob("*.wav")) == []
    assert list((tmp_path / "elsewhere" / "scratch").iterdir()) == []


async def test_a_server_that_is_down_is_an_error_that_may_pass(bucket: Bucket, tmp_path: Path):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        store = bucket.s3.store(bucket.name, tmp_path / "cache", endpoint_url=endpoint, timeout=0.4)
        for attempt in (store.read_document("x.json"), store.write_once("x.json", b"1"), added(store, b"sound")):
            with pytest.raises(TransientError, match="s3://") as caught:
                await attempt
            assert caught.value.code == "storage_unavailable"


@pytest.mark.parametrize(
    ("method", "code", "said"), [("GET", "AccessDenied", "credentials"), ("PUT", "AccessDenied", "credentials")]
)
async def test_who_has_no_rights_is_told_so_at_once(bucket: Bucket, tmp_path: Path, method: str, code: str, said: str):
    ref = await added(bucket.store, b"sound")
    bucket.s3.fail(method, "a/prefix", status=403, code=code)
    asked = len(bucket.requests(method, "a/prefix"))
    with pytest.raises(PermanentError, match=said) as caught:
        await (
            bucket.elsewhere(tmp_path).open(ref) if method == "GET" else bucket.store.replace_document("x.json", b"")
        )
    assert caught.value.code == "storage_unavailable"
    assert len(bucket.requests(method, "a/prefix")) == asked + 1


async def test_a_bucket_that_is_missing_is_told_from_an_object_that_is_missing(s3: S3, tmp_path: Path):
    store = s3.store("no-such-bucket", tmp_path)
    ref = ArtifactRef(key="content/00/a.wav", sha256="0" * 64, size=1, media_type="audio/wav")
    for attempt in (
        store.read_document("x.json"),
        store.write_once("x.json", b"1"),
        store.open(ref),
        added(store, b"x"),
    ):
        with pytest.raises(PermanentError, match="the bucket does not exist") as caught:
            await attempt
        assert caught.value.code == "storage_unavailable"


async def test_a_document_whose_receipt_was_lost_is_ours_all_the_same(bucket: Bucket):
    bucket.s3.fail("PUT", "results/", times=1, status=500, after=True)  # it was stored; the answer says it was not
    assert await bucket.store.write_once("results/x.json", b"mine") == b"mine"
    assert await bucket.store.write_once("results/x.json", b"yours") == b"mine"


async def test_a_result_that_may_not_be_read_is_not_made_anew_for_that(bucket: Bucket, tmp_path: Path):
    made = Made(file=await added(bucket.store, b"sound"), loudness=1)
    await Results(bucket.store, "test").save("inputs", made)
    bucket.s3.fail("GET", "content/", status=403, code="AccessDenied")
    with pytest.raises(PermanentError, match="credentials"):
        await Results(bucket.elsewhere(tmp_path), "test").find("inputs", Made)


async def test_no_error_and_no_log_shows_a_credential(bucket: Bucket, tmp_path: Path):
    refused = f"<StringToSign>{KEY}</StringToSign>"
    bucket.s3.fail("GET", "a/prefix", status=403, code=f"SignatureDoesNotMatch</Code>{refused}<Code>")
    with capture_logs() as logs, pytest.raises(PipelineError) as caught:
        await bucket.elsewhere(tmp_path).read_document("x.json")
    shown = f"{caught.value} {caught.value.__cause__} {logs} {bucket.store!r} {vars(bucket.store)!r}"
    assert "SignatureDoesNotMatch" in shown
    assert KEY not in shown


async def test_credentials_come_from_files(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "key").write_text(f"{KEY}\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "key"))
    settings = ObjectStoreSettings(endpoint_url=s3.endpoint, region="us-east-1", cache_dir=tmp_path / "cache")
    assert settings.s3_access()["secret_access_key"] == KEY
    store = open_store(f"s3://{s3.bucket()}", settings)
    assert await store.write_once("x.json", b"1") == b"1"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID_FILE", str(tmp_path / "none"))
    with pytest.raises(PermanentError, match="AWS_ACCESS_KEY_ID_FILE") as caught:
        ObjectStoreSettings()
    assert caught.value.code is FailureCode.INVALID_SETTINGS


async def test_empty_variables_are_no_settings(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    bucket = s3.bucket()
    for name, value in (s3.environment(tmp_path) | {"AWS_ENDPOINT_URL_S3": "", "AWS_SESSION_TOKEN": ""}).items():
        monkeypatch.setenv(name, value)
    assert await open_store(f"s3://{bucket}").write_once("x.json", b"1") == b"1"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    assert ObjectStoreSettings().endpoint_url is None
    open_store(f"s3://{bucket}")
    assert "AWS_ENDPOINT_URL" not in os.environ


async def test_processes_of_a_host_may_fetch_the_same_at_once(bucket: Bucket, tmp_path: Path):
    ref = await added(bucket.store, bytes(9 << 20))
    program = (
        "import asyncio, sys\n"
        "from scenewire.artifacts.opening import open_store\n"
        "from scenewire.messages import ArtifactRef\n"
        "ref = ArtifactRef.model_validate_json(sys.argv[2])\n"
        "print(asyncio.run(open_store(sys.argv[1]).open(ref)))\n"
    )
    cache = tmp_path / "shared"
    url = f"s3://{bucket.name}/a/prefix"
    finished = await asyncio.gather(
        *(
            run_program(
                [sys.executable, "-c", program, url, ref.model_dump_json()],
                cwd=ROOT,
                timeout=60,
                env=environment(tmp_path, **bucket.s3.environment(cache)),
            )
            for _ in range(3)
        )
    )
    assert [one.returncode for one in finished] == [0, 0, 0], finished
    assert len({one.stdout for one in finished}) == 1
    assert list((cache / "scratch").iterdir()) == []
