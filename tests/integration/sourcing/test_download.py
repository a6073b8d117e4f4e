"""Downloads from a real server that behaves and misbehaves: bounded in bytes and time, whole or not at all."""

import asyncio
import gzip
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scenewire_sourcing.ingest.download import Downloader
from scenewire_sourcing.providers.base import FootageUnavailableError, RemoteFile
from tests.support.web import Asked, Reply, Web, partial, serving

VIDEO = (24).to_bytes(4, "big") + b"ftypisom" + bytes(range(256)) * 16_000
"""Begins like a video; 4 MB."""


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as running:
        yield running


def downloader(**changes) -> Downloader:
    return Downloader(**{"max_bytes": 8 << 20, "timeout_s": 20, "stall_timeout_s": 10, **changes})


async def fetched(web: Web, path: str, folder: Path, **changes) -> bytes:
    remote = RemoteFile(web.url + path, (), (web.host,))
    return (await downloader(**changes).download(remote, folder)).read_bytes()


async def refusal(web: Web, path: str, folder: Path, **changes) -> str:
    with pytest.raises(FootageUnavailableError) as caught:
        await fetched(web, path, folder, **changes)
    return str(caught.value)


async def test_a_file_arrives_whole_and_is_named_by_what_it_is(web: Web, tmp_path: Path) -> None:
    web.routes["/evil.exe"] = Reply(VIDEO)
    path = await downloader().download(RemoteFile(f"{web.url}/evil.exe?name=../../x", (), (web.host,)), tmp_path)
    assert path == tmp_path / "clip.mp4"
    assert path.read_bytes() == VIDEO
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("begins", "suffix"),
    [
        (b"\0\0\0\x18ftypqt  ", ".mov"),
        (b"\0\0\0\x18moov\0\0\0\0", ".mov"),
        (b"\x1a\x45\xdf\xa3\0\0\0\0\0\0\0\0", ".mkv"),
    ],
)
async def test_the_first_bytes_say_what_it_is(web: Web, tmp_path: Path, begins: bytes, suffix: str) -> None:
    web.routes["/1.mp4"] = Reply(begins)
    path = await downloader().download(RemoteFile(f"{web.url}/1.mp4", (), (web.host,)), tmp_path)
    assert path.suffix == suffix


async def test_requests_reveal_nothing_and_accept_no_compression(web: Web, tmp_path: Path) -> None:
    web.routes["/first"] = Reply(status=302, headers={"Location": "/1.mp4", "Set-Cookie": "id=7"})
    web.routes["/1.mp4"] = Reply(VIDEO)
    await fetched(web, "/first", tmp_path)
    for asked in web.asked:
        assert asked.headers["accept-encoding"] == "identity"
        assert asked.headers["host"] == web.host
        assert asked.headers.keys() <= {"host", "accept", "accept-encoding", "user-agent"}


async def test_a_proxy_of_the_environment_is_not_used(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.routes["/1.mp4"] = Reply(VIDEO)
    assert await fetched(web, "/1.mp4", tmp_path) == VIDEO


# --- row 66: what archives do ------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 410, 416, 429, 500, 503, 204, 304])
async def test_row_66_a_status_other_than_success_is_a_reason(web: Web, tmp_path: Path, status: int) -> None:
    web.routes["/1.mp4"] = Reply(VIDEO, status)
    assert await refusal(web, "/1.mp4", tmp_path) == f"its host answers {status}"


async def test_row_66_a_file_shorter_than_announced_is_not_taken(web: Web, tmp_path: Path) -> None:
    web.routes["/1.mp4"] = Reply(VIDEO[:-1], length=len(VIDEO))
    assert (await refusal(web, "/1.mp4", tmp_path)).startswith("its download broke off")
    assert not (tmp_path / "clip.mp4").exists()


async def test_row_66_a_download_that_broke_off_is_resumed_where_it_broke(web: Web, tmp_path: Path) -> None:
    rest = partial(VIDEO)

    def answer(asked: Asked) -> Reply:
        if "range" in asked.headers:
            return rest(asked)
        return Reply(VIDEO[:3_000_000], headers={"ETag": '"1"'}, length=len(VIDEO))

    web.routes["/1.mp4"] = answer
    assert await fetched(web, "/1.mp4", tmp_path) == VIDEO
    assert [asked.headers.get("range") for asked in web.asked] == [None, "bytes=3000000-"]
    assert web.asked[1].headers["if-range"] == '"1"'


async def test_row_66_a_file_that_changed_meanwhile_is_fetched_from_the_start(web: Web, tmp_path: Path) -> None:
    other = VIDEO[::-1]
    new = VIDEO[:12] + other[12:]
    rest = partial(new, etag='"2"')

    def answer(asked: Asked) -> Reply:
        if "range" in asked.headers:
            return rest(asked)
        return Reply(VIDEO[:3_000_000], headers={"ETag": '"1"'}, length=len(VIDEO))

    web.routes["/1.mp4"] = answer
    assert await fetched(web, "/1.mp4", tmp_path) == new


async def test_row_66_a_wrong_range_is_refused(web: Web, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        if "range" in asked.headers:
            return Reply(VIDEO[5:], 206, {"Content-Range": f"bytes 5-{len(VIDEO) - 1}/{len(VIDEO)}"})
        return Reply(VIDEO[:2_000_000], headers={"Last-Modified": "Fri, 20 Nov 2026 00:00:00 GMT"}, length=len(VIDEO))

    web.routes["/1.mp4"] = answer
    assert "another part" in await refusal(web, "/1.mp4", tmp_path)


async def test_row_66_an_unsatisfiable_range_is_reported(web: Web, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        if "range" in asked.headers:
            return Reply(status=416)
        return Reply(VIDEO[:2_000_000], headers={"ETag": '"1"'}, length=len(VIDEO))

    web.routes["/1.mp4"] = answer
    assert await refusal(web, "/1.mp4", tmp_path) == "its host answers 416"


async def test_row_66_a_download_that_keeps_breaking_off_is_given_up(web: Web, tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        start = int(asked.headers.get("range", "bytes=0-")[6:-1])
        said = {"ETag": '"1"', "Content-Range": f"bytes {start}-{len(VIDEO) - 1}/{len(VIDEO)}"}
        return Reply(VIDEO[start : start + 1_000], 206 if start else 200, said, length=len(VIDEO) - start)

    web.routes["/1.mp4"] = answer
    assert "broke off" in await refusal(web, "/1.mp4", tmp_path)
    assert len(web.asked) == 3


async def test_row_66_a_file_announced_as_too_large_is_not_begun(web: Web, tmp_path: Path) -> None:
    web.routes["/1.mp4"] = Reply(VIDEO, length=50 << 30)
    assert await refusal(web, "/1.mp4", tmp_path) == f"it has {50 << 30} bytes or more; the limit is {8 << 20}"


async def test_row_66_a_file_without_end_stops_at_the_limit(web: Web, tmp_path: Path) -> None:
    async def endless(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + VIDEO[:12])
        while True:
            writer.write(bytes(1 << 16))
            await writer.drain()

    web.raw["/1.mp4"] = endless
    assert "the limit is" in await refusal(web, "/1.mp4", tmp_path)
    assert (tmp_path / "clip.part").stat().st_size <= 10 << 20


async def test_row_66_a_slow_drip_ends_when_its_time_is_up(web: Web, tmp_path: Path) -> None:
    async def drip(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + VIDEO[:12])
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.01)

    web.raw["/1.mp4"] = drip
    assert await refusal(web, "/1.mp4", tmp_path, timeout_s=0.5) == "downloading it took longer than 0.5 s"


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + VIDEO[:12]])
async def test_row_66_silence_is_given_up(web: Web, tmp_path: Path, head: bytes) -> None:
    async def silent(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        await asyncio.Event().wait()

    web.raw["/1.mp4"] = silent
    assert "nothing arrived for 0.2 s" in await refusal(web, "/1.mp4", tmp_path, stall_timeout_s=0.2)


async def test_row_66_a_gzip_bomb_stays_packed(web: Web, tmp_path: Path) -> None:
    bomb = gzip.compress(VIDEO[:12] + bytes(50_000_000))
    web.routes["/1.mp4"] = Reply(bomb, headers={"Content-Encoding": "gzip"})
    assert "compressed" in await refusal(web, "/1.mp4", tmp_path)
    web.routes["/1.mp4"] = Reply(bomb)  # and unannounced it is no video
    assert "is not an accepted video" in await refusal(web, "/1.mp4", tmp_path)


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><html><body>Please sign in</body></html>",
        b"#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"",
        b"\0\0\0",
        bytes(4_096),
    ],
)
async def test_row_66_a_page_or_script_in_place_of_a_video_is_no_video(web: Web, tmp_path: Path, body: bytes) -> None:
    web.routes["/1.mp4"] = Reply(body, headers={"Content-Type": "video/mp4"})
    assert "is not an accepted video" in await refusal(web, "/1.mp4", tmp_path)


async def test_row_66_a_page_is_recognised_by_its_beginning_however_long_it_is(web: Web, tmp_path: Path) -> None:
    async def endless(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<!doctype html>")
        await writer.drain()
        await asyncio.Event().wait()

    web.raw["/1.mp4"] = endless
    assert "is not an accepted video" in await refusal(web, "/1.mp4", tmp_path)


async def test_row_66_an_answer_that_is_not_http_is_reported(web: Web, tmp_path: Path) -> None:
    async def noise(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00\x01\x02 hello\r\n\r\n")
        await writer.drain()

    web.raw["/1.mp4"] = noise
    assert "broke off" in await refusal(web, "/1.mp4", tmp_path)


async def test_an_unreachable_host_is_reported(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        host = f"127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(FootageUnavailableError, match="cannot be reached"):
        await downloader().download(RemoteFile(f"http://{host}/1.mp4", (), (host,)), tmp_path)


# --- row 64: where addresses lead --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data/", "must use https, not http"),
        ("https://169.254.169.254/latest/meta-data/", "an IP address instead of a host name"),
        ("file:///etc/passwd", "must use https, not file"),
        ("//localhost/1.mp4", "must use https, not http"),
        ("https://media.example.org/1.mp4", "has an address that is not public"),
        ("https://elsewhere.example/1.mp4", "not an allowed download host"),
        ("http://127.0.0.1:1/1.mp4", "must use https, not http"),
        ("https://user@media.example.org/", "contains credentials"),
    ],
)
async def test_row_64_a_redirect_is_examined_like_the_first_address(
    web: Web, tmp_path: Path, target: str, reason: str
) -> None:
    async def names(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    web.routes["/1.mp4"] = Reply(status=302, headers={"Location": target})
    remote = RemoteFile(f"{web.url}/1.mp4", ("media.example.org",), (web.host,))
    with pytest.raises(FootageUnavailableError, match=reason):
        await downloader(resolver=names).download(remote, tmp_path)
    assert len(web.asked) == 1


async def test_row_64_redirects_are_followed_three_times_and_no_more(web: Web, tmp_path: Path) -> None:
    for number in range(4):
        web.routes[f"/{number}"] = Reply(status=302, headers={"Location": f"/{number + 1}"})
    web.routes["/4"] = Reply(VIDEO)
    assert await fetched(web, "/1", tmp_path) == VIDEO
    assert "more than 3 times" in await refusal(web, "/0", tmp_path)


def authority(host: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS for a server of that name, and for clients that trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(certificate.public_bytes(pem) + secret)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    client = ssl.create_default_context(cadata=certificate.public_bytes(pem).decode())
    return server, client


async def test_row_64_a_host_is_resolved_once_and_only_the_checked_address_is_used(
    tmp_path: Path,
) -> None:
    """DNS rebinding: the second answer, which would lead elsewhere, is never asked for. TLS still sees the name."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    asked: list[str] = []

    async def names(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    server, client = authority("archive.example", tmp_path)
    seen: list[str | None] = []
    server.sni_callback = lambda _, name, __: seen.append(name)
    async with serving(server) as web:
        web.routes["/1.mp4"] = Reply(VIDEO)
        remote = RemoteFile(f"https://archive.example:{web.port}/1.mp4", (), (f"archive.example:{web.port}",))
        path = await downloader(resolver=names, tls=client).download(remote, tmp_path)
    assert path.read_bytes() == VIDEO
    assert asked == ["archive.example"]
    assert seen == ["archive.example"]
    assert web.asked[0].headers["host"] == f"archive.example:{web.port}"


async def test_row_64_a_server_that_cannot_prove_its_name_is_refused(tmp_path: Path) -> None:
    async def names(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    server, client = authority("other.example", tmp_path)
    async with serving(server) as web:
        web.routes["/1.mp4"] = Reply(VIDEO)
        remote = RemoteFile(f"https://archive.example:{web.port}/1.mp4", (), (f"archive.example:{web.port}",))
        with pytest.raises(FootageUnavailableError, match="cannot be reached"):
            await downloader(resolver=names, tls=client).download(remote, tmp_path)
    assert web.asked == []


async def test_an_address_where_nobody_listens_gives_way_to_the_next(web: Web, tmp_path: Path) -> None:
    async def names(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.9", "127.0.0.1"]

    assert ipaddress.ip_address("127.0.0.9").is_loopback
    web.routes["/1.mp4"] = Reply(VIDEO)
    remote = RemoteFile(f"http://archive.example:{web.port}/1.mp4", (), (f"archive.example:{web.port}",))
    assert (await downloader(resolver=names).download(remote, tmp_path)).read_bytes() == VIDEO
