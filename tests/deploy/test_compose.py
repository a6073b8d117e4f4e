"""Videos made by containers are correct for any number of replicas, and after kills and restarts."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from scenewire.ffmpeg.discovery import find_ffmpeg
from scenewire.probe.probe import probe_media
from scenewire.processes.run import run_program
from tests.deploy.engine import ARTIFACTS, LOOK, Deployment, docker

pytestmark = pytest.mark.timeout(1800)

SENTENCES = [f"Cup number {cup} is filled with fresh water and set on the stove to boil." for cup in range(6)]
WORKERS = ("script", "tts", "sourcing", "assembly")

ORDER = """
import asyncio, nats, json
async def main():
    password = open("/run/credentials/nats_password").read()
    client = await nats.connect("nats://nats:4222", user="client", password=password, inbox_prefix="_INBOX_client")
    videos = await client.subscribe("video.assembled")
    order = {"topic": "Tea", "text": "Water boils. Tea is poured.", "look": {"width": 320, "height": 180}}
    await client.request("script.requested", json.dumps(order).encode(), timeout=10)
    print((await videos.next_msg(timeout=300)).data.decode())
asyncio.run(main())
"""


async def assert_video_is_correct(deployment: Deployment, video: dict[str, Any], scenes: int) -> None:
    path = await deployment.fetch(video["video"]["key"])
    facts = await probe_media(path)
    assert facts.video is not None
    assert facts.audio is not None
    assert facts.complete
    assert (facts.video.width, facts.video.height) == (LOOK["width"], LOOK["height"])
    assert facts.video.frames == video["frames"]
    assert video["brief"]["scene_count"] == scenes
    assert path.stat().st_size == video["video"]["size"]


async def test_an_order_from_a_plain_nats_client_becomes_a_video_and_rows(
    deployment: Deployment,
) -> None:
    await docker(
        "build", "--tag=scenewire-test/client", "-", stdin=b"FROM python:3.12-slim-bookworm\nRUN pip install nats-py\n"
    )
    name = deployment.name
    mount = f"type=volume,src={name}_credentials,dst=/run/credentials,volume-subpath=client,readonly"
    run = ("run", "--rm", f"--network={name}_bus", f"--mount={mount}", "--user=10001")
    ordered = await docker(*run, "scenewire-test/client", "python", "-c", ORDER, timeout=400)
    video = json.loads(ordered.stdout)
    await assert_video_is_correct(deployment, video, 1)
    rows = await deployment.sql("SELECT current_step, video_path FROM projects")
    assert rows == f"export|{video['video']['key']}"
    assert video["project_id"] in await deployment.scenewire("list")


async def test_replicas_make_the_same_videos_as_one_worker(deployment: Deployment) -> None:
    texts = {"water": SENTENCES, "milk": [text.replace("water", "milk") for text in SENTENCES]}
    async with deployment.customer() as customer:
        alone = {}
        for name, scenes in texts.items():
            project = str(uuid4())
            await customer.order(project, *scenes)
            alone[name] = await customer.video(project)
        await deployment.compose("exec", "assembly", "rm", "-r", f"{ARTIFACTS}/results", f"{ARTIFACTS}/content")
        await deployment.compose("up", "--wait", "--scale", "tts=2", "--scale", "assembly=3")
        before = {durable: await deployment.deliveries(durable) for durable in ("tts", "assembly")}
        together = {name: str(uuid4()) for name in texts}
        await asyncio.gather(*(customer.order(together[name], *scenes) for name, scenes in texts.items()))
        for name, project in together.items():
            video = await customer.video(project)
            await assert_video_is_correct(deployment, video, len(SENTENCES))
            assert video["frames"] == alone[name]["frames"]
            first, second = [await deployment.fetch(made["video"]["key"]) for made in (alone[name], video)]
            assert await picture_hash(first) == await picture_hash(second)
            captions = [await deployment.fetch(made["captions_srt"]["key"]) for made in (alone[name], video)]
            assert captions[0].read_bytes() == captions[1].read_bytes()
        for durable in ("tts", "assembly"):
            shares = await deployment.deliveries(durable) - before[durable]
            assert sum(shares.values()) == 2 * len(SENTENCES)
            assert len(shares) > 1


async def picture_hash(video: Path) -> bytes:
    """Returns the hash of the encoded picture stream."""
    ffmpeg = await find_ffmpeg()
    hashed = await run_program(
        [ffmpeg.path, "-v", "error", "-i", video, "-map", "0:v", "-c", "copy", "-f", "md5", "-"], timeout=60
    )
    assert hashed.stdout.startswith(b"MD5=")
    return hashed.stdout


async def test_row_74_a_killed_replica_loses_nothing_and_restarts(deployment: Deployment) -> None:
    if os.geteuid() != 0:
        pytest.skip("killing the engine's processes needs root")
    await deployment.compose("up", "--wait", "--scale", "assembly=2")
    project = str(uuid4())
    async with deployment.customer() as customer:
        await customer.order(project, *SENTENCES)
        await customer.scenes_started("assembly", 1)
        for victim in await deployment.containers("assembly"):
            state = await docker("inspect", "--format={{.State.Pid}}", victim)
            os.kill(int(state.stdout), signal.SIGKILL)  # after `docker kill` the engine would not restart it
        video = await customer.video(project)
        assert customer.failures == []
        assert customer.assembled_messages == 1
        assert max(customer.started.values()) <= 2
    await assert_video_is_correct(deployment, video, len(SENTENCES))
    for container in await deployment.containers("assembly"):
        restarts = await docker("inspect", "--format={{.RestartCount}} {{.State.Running}}", container)
        assert restarts.stdout.split() == [b"1", b"true"]


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # nats-py leaves the sockets of failed attempts open
async def test_row_74_restarting_every_container_in_turn_loses_nothing(deployment: Deployment) -> None:
    project = str(uuid4())
    async with deployment.customer() as customer:
        await customer.order(project, *SENTENCES, *reversed(SENTENCES))
        await customer.scenes_started("tts", 1)
        for service in ("recorder", *WORKERS, "nats", "postgres"):
            await deployment.compose("restart", service)
        video = await customer.video(project)
        assert customer.failures == []
        assert max(customer.started.values()) <= 2, customer.started
        await wait_until_recorded(deployment, project)
    await assert_video_is_correct(deployment, video, 2 * len(SENTENCES))


async def wait_until_recorded(deployment: Deployment, project: str) -> None:
    """Waits until the video is recorded, then checks its scenes."""
    async with asyncio.timeout(120):
        while await deployment.sql(f"SELECT current_step FROM projects WHERE id = '{project}'") != "export":  # noqa: S608
            await asyncio.sleep(0.5)
    scenes = f"SELECT count(*) FROM scenes WHERE project_id = '{project}'"  # noqa: S608
    assert await deployment.sql(scenes) == str(2 * len(SENTENCES))


async def test_sqlite_deployment_records_in_a_file_without_postgres(tmp_path: Path) -> None:
    files = ("compose.yaml", "compose.sqlite.yaml")
    async with Deployment("scenewire-sqlite", tmp_path, files=files).running() as deployment:
        project = str(uuid4())
        async with deployment.customer() as customer:
            await customer.order(project, "Water boils.")
            await assert_video_is_correct(deployment, await customer.video(project), 1)
        assert not any(
            "postgres" in name for name in (await deployment.compose("ps", "--services")).stdout.decode().split()
        )
        assert project in await deployment.scenewire("list")


async def test_workers_have_least_privileges(deployment: Deployment) -> None:
    script = (
        "import os, socket, sys\n"
        "print(os.getuid(), open('/proc/self/status').read().partition('CapEff:')[2].split()[0])\n"
        "try: open('/app/x', 'w')\n"
        "except OSError as error: print(error.strerror)\n"
        "try: socket.create_connection(('192.0.2.1', 443), 2)\n"
        "except OSError as error: print(type(error).__name__)\n"
        "print(sorted(os.listdir('/run/credentials')), [n for n in os.environ if n.endswith('PASSWORD')])\n"
    )
    for service in ("tts", "assembly", "recorder"):
        lines = (
            (await deployment.compose("exec", "--no-TTY", service, "python", "-c", script)).stdout.decode().splitlines()
        )
        assert lines[0] == "10001 0000000000000000"
        assert lines[1] == "Read-only file system"
        assert lines[2] == "OSError"  # no route; a network with internet access would time out
        own = ["database_url", "nats_password"] if service == "recorder" else ["nats_password"]
        assert lines[3] == f"{own} []"


async def test_without_a_gpu_the_engine_reports_the_missing_driver(tmp_path: Path) -> None:
    if (await docker("info", "--format", "{{json .Runtimes}}")).stdout.find(b"nvidia") >= 0:
        pytest.skip("this engine has the NVIDIA runtime")
    name = "scenewire-gpu"
    files = ("compose.yaml", "compose.gpu.yaml")
    env = {"REGISTRY": "scenewire-test", "TTS_WEIGHTS": str(tmp_path)}
    deployment = Deployment(name, tmp_path, files=files, env=env)  # another image stands in for tts-gpu
    try:
        await Deployment(name, tmp_path).compose("up", "--build", "credentials", "tts", "--no-start")
        await docker("tag", "scenewire/tts:local", "scenewire-test/tts-gpu:local")
        await Deployment(name, tmp_path).compose("up", "credentials")
        up = ("up", "--detach", "--no-build", "--no-deps", "tts")
        completed = await deployment.compose(*up, check=False)
    finally:
        await deployment.down()
    assert completed.returncode != 0
    assert 'could not select device driver "nvidia"' in completed.stderr


@pytest.mark.parametrize(
    "files",
    [
        ("compose.yaml",),
        ("compose.yaml", "compose.sqlite.yaml"),
        ("compose.yaml", "compose.s3.yaml"),
        ("compose.yaml", "compose.speech.yaml"),
        ("compose.yaml", "compose.gpu.yaml"),
        ("compose.worker.yaml",),
        ("compose.worker.yaml", "compose.gpu.yaml"),
        ("compose.yaml", "compose.nvidia.yaml"),
        ("compose.yaml", "compose.vaapi.yaml"),
        ("compose.worker.yaml", "compose.vaapi.yaml"),
    ],
    ids="+".join,
)
async def test_compose_files_are_valid_with_every_profile(files: tuple[str, ...], tmp_path: Path) -> None:
    env = {"ARTIFACTS_URL": "s3://scenewire", "NATS_URL": "tls://bus:4222", "CREDENTIALS": str(tmp_path)}
    env |= {"AWS_ACCESS_KEY_ID_FILE": "/dev/null", "AWS_SECRET_ACCESS_KEY_FILE": "/dev/null"}
    env |= {"RENDER_GROUP": "105"}
    env |= {"TTS_MODEL_URL": "http://speech:8880/v1", "TTS_MODEL": "kokoro", "TTS_WEIGHTS": str(tmp_path)}
    for profile in ("", "gpu-image", "tools"):
        deployment = Deployment("scenewire-config", tmp_path, files=files, env=env)
        checked = await deployment.compose(*([f"--profile={profile}"] if profile else []), "config", "--quiet")
        assert checked.stderr == ""
