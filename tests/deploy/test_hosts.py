"""Workers on a second host, which shares only the bus and a bucket with the first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from obstore.store import S3Store

from scenewire.probe.probe import probe_media
from tests.deploy.engine import Deployment, docker

pytestmark = pytest.mark.timeout(1800)

S3_IMAGE = b"""
FROM python:3.12-slim-bookworm
RUN pip install "moto[s3,server]>=5.2"
CMD ["python", "-c", "\\
from moto.moto_server.werkzeug_app import DomainDispatcherApplication as App, create_backend_app as create; \\
from werkzeug.serving import make_server; \\
make_server('0.0.0.0', 5000, App(create), threaded=False).serve_forever()"]
"""
"""Single-threaded, because moto's conditional writes are not atomic."""

SENTENCES = [f"Cup number {cup} is filled with fresh water and set on the stove to boil." for cup in range(5)]


@asynccontextmanager
async def bucket(gateway: str) -> AsyncIterator[str]:
    """Runs an S3 server with the bucket `scenewire`; yields its address."""
    await docker("build", "--tag=scenewire-test/s3", "-", stdin=S3_IMAGE, timeout=600)
    run = ("run", "--rm", "--detach", f"--publish={gateway}:0:5000", "scenewire-test/s3")
    container = (await docker(*run)).stdout.decode().strip()
    try:
        url = f"http://{(await docker('port', container, '5000')).stdout.decode().strip()}"
        async with httpx2.AsyncClient() as http, asyncio.timeout(30):
            while True:
                try:
                    assert (await http.put(f"{url}/scenewire")).status_code == 200
                    break
                except httpx2.TransportError:
                    await asyncio.sleep(0.1)
        yield url
    finally:
        await docker("kill", container, check=False)


async def test_row_72_two_hosts_make_a_video_with_only_bus_and_bucket_in_common(tmp_path: Path) -> None:
    gateway = (await docker("network", "inspect", "bridge", "--format={{(index .IPAM.Config 0).Gateway}}")).stdout
    host = gateway.decode().strip()
    for name in ("s3_id", "s3_key"):
        (tmp_path / name).write_text("testing")
    (tmp_path / "credentials").mkdir()
    async with bucket(host) as url:
        env = {
            "NATS_LISTEN": f"{host}:0",
            "ARTIFACTS_URL": "s3://scenewire",
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID_FILE": str(tmp_path / "s3_id"),
            "AWS_SECRET_ACCESS_KEY_FILE": str(tmp_path / "s3_key"),
            "CREDENTIALS": str(tmp_path / "credentials"),
            "ASSEMBLY_LOOPS": "1",
        }
        first = Deployment("scenewire-first", tmp_path, files=("compose.yaml", "compose.s3.yaml"), env=env)
        async with first.running("--scale", "tts=0"):
            mounts = ("--volume=scenewire-first_credentials:/from:ro", f"--volume={tmp_path / 'credentials'}:/to")
            copy = ("--entrypoint=cp", "scenewire/tools:local", "-a", "/from/tts", "/from/assembly", "/to")
            await docker("run", "--rm", "--user=0", *mounts, *copy)
            bus = (await first.compose("port", "nats", "4222")).stdout.decode().strip()
            second = Deployment(
                "scenewire-second", tmp_path, files=("compose.worker.yaml",), env=env | {"NATS_URL": f"nats://{bus}"}
            )
            async with second.running(), first.customer() as customer:
                project = str(uuid4())
                await customer.order(project, *SENTENCES)
                video = await customer.video(project)
                spoken = await second.deliveries("tts")
                on_second, on_first = await second.deliveries("assembly"), await first.deliveries("assembly")
        store = S3Store(
            "scenewire",
            endpoint=url,
            region="us-east-1",
            access_key_id="testing",
            secret_access_key="testing",
            client_options={"allow_http": True},
        )
        (tmp_path / "video.mp4").write_bytes((await store.get_async(video["video"]["key"])).bytes())
    facts = await probe_media(tmp_path / "video.mp4")
    assert facts.video is not None
    assert facts.complete
    assert facts.video.frames == video["frames"]
    assert sum(spoken.values()) == len(SENTENCES)
    assert sum(on_second.values()) > 0
    assert sum(on_first.values()) > 0
    assert sum(on_second.values()) + sum(on_first.values()) == len(SENTENCES)
