"""Hosts that share nothing but the bus and a bucket: each has a folder and a cache of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.support.media import make_clip
from tests.support.nats import provisioned_server
from tests.support.product import SMALL, environment, kill_group, run
from tests.support.s3 import S3, running_s3

TEXT = "Tea\n\nGreen tea is steamed soon after picking.\n\nBlack tea is left to oxidise before it is dried.\n"
HOSTS = {"one": ("recorder", "script", "sourcing"), "two": ("tts", "assembly")}

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with running_s3() as server:
        yield server


@asynccontextmanager
async def hosts(folder: Path, library: Path, settings: dict[str, str], s3: S3) -> AsyncIterator[None]:
    """All services, each where `HOSTS` puts it."""
    async with AsyncExitStack() as stack:
        for host, services in HOSTS.items():
            home = folder / host
            home.mkdir()
            log = stack.enter_context((home / "log").open("wb"))
            for service in services:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "faststream", "run", f"scenewire_{service}.app:create_app", "--factory"),
                    cwd=home,
                    env=environment(
                        home,
                        PYTHONPATH=str(Path(__file__).parents[2]),
                        DATABASE_URL=f"sqlite:///{home / 'scenewire.db'}",
                        LIBRARY_DIR=str(library) if service == "sourcing" else "",
                        ASSEMBLY_LOOPS="1",
                        **settings,
                        **s3.environment(home / "cache"),
                    ),
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                stack.callback(kill_group, process)
        yield


def files(folder: Path) -> dict[str, bytes]:
    """What a customer got, without the names that hold the project's id."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_row_72_hosts_that_share_bus_and_bucket_make_the_same_video_as_one_host(s3: S3, tmp_path: Path):
    library = tmp_path / "library"
    library.mkdir()
    await make_clip(library / "green tea.mp4", seconds=6)
    script = tmp_path / "tea.txt"
    script.write_text(TEXT)
    bucket = s3.bucket()
    make = ("make", "--script", str(script), "--size", SMALL, "--json", "--out")
    async with provisioned_server(tmp_path) as (server, _):
        settings = {"NATS_URL": server.url, "ARTIFACTS_URL": f"s3://{bucket}/films"}
        async with hosts(tmp_path, library, settings, s3):
            customer = tmp_path / "customer"
            far = await run(
                *make,
                str(tmp_path / "far"),
                data=customer,
                cwd=tmp_path,
                **settings,
                **s3.environment(customer / "cache"),
            )
    assert far.returncode == 0, far.err
    near = await run(*make, str(tmp_path / "near"), data=tmp_path / "data", cwd=tmp_path, LIBRARY_DIR=str(library))
    assert near.returncode == 0, near.err
    assert near.result["painted_scenes"] == far.result["painted_scenes"] != [1, 2]
    assert Path(far.result["video"]).is_relative_to(tmp_path / "far")
    assert files(tmp_path / "far") == files(tmp_path / "near")
    assert len(files(tmp_path / "far")) >= 7
    assert {path.name for path in (tmp_path / "two").iterdir()} == {"cache", "log"}
    assert s3.requests("GET", f"{bucket}/films/content/")  # the clip that one found, where two needed it


async def test_make_works_with_artifacts_in_a_bucket(s3: S3, tmp_path: Path):
    script = tmp_path / "tea.txt"
    script.write_text(TEXT)
    bucket = s3.bucket()
    elsewhere = {"ARTIFACTS_URL": f"s3://{bucket}", **s3.environment(tmp_path / "cache")}
    finished = await run(
        "make", "--script", str(script), "--size", SMALL, "--json", data=tmp_path / "data", cwd=tmp_path, **elsewhere
    )
    assert finished.returncode == 0, finished.err
    assert Path(finished.result["video"]).is_relative_to(tmp_path / "output")
    assert s3.requests("GET", f"{bucket}/content/") == []  # made here, and kept as copies
    assert not (tmp_path / "data" / "artifacts").exists()
    shown = await run("show", finished.result["project_id"], data=tmp_path / "data", cwd=tmp_path, **elsewhere)
    assert f"s3://{bucket}/output/{finished.result['project_id']}/" in shown.out
    examined = await run("doctor", data=tmp_path / "data", cwd=tmp_path, **elsewhere)
    assert f"s3://{bucket}, which answers" in examined.out


async def test_a_missing_bucket_fails_the_command_with_a_hint(s3: S3, tmp_path: Path):
    elsewhere = {"ARTIFACTS_URL": "s3://no-such-bucket", **s3.environment(tmp_path / "cache")}
    finished = await run("make", "Tea", "--size", SMALL, data=tmp_path / "data", cwd=tmp_path, **elsewhere)
    assert finished.returncode == 1
    assert "the bucket does not exist" in finished.err
