"""Which URLs may be downloaded. Nothing is sent: allowed URLs end at a resolver without hosts."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from scenewire_sourcing.ingest.download import Downloader
from scenewire_sourcing.providers.base import FootageUnavailableError, RemoteFile

HOSTS = ("media.example.org", "*.cdn.example.org")


class Names:
    """A resolver that answers as told and remembers what it was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        if not self._answers:
            raise OSError
        return self._answers.pop(0)


async def refusal(url: str, names: Names, folder: Path, local_hosts: tuple[str, ...] = ()) -> str:
    downloader = Downloader(max_bytes=1_000, timeout_s=5, stall_timeout_s=5, resolver=names)
    with pytest.raises(FootageUnavailableError) as caught:
        await downloader.download(RemoteFile(url, HOSTS, local_hosts), folder)
    return str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://media.example.org/1.mp4",
        "file:///etc/passwd",
        "ftp://media.example.org/1.mp4",
        "//media.example.org/1.mp4",
        "media.example.org/1.mp4",
        "data:video/mp4;base64,AAAA",
        "https://media.example.org:8443/1.mp4",
        "https://media.example.org:22/",
        "https://user@media.example.org/1.mp4",
        "https://user:password@media.example.org/1.mp4",
        "https://evil.example/1.mp4",
        "https://media.example.org.evil.example/1.mp4",
        "https://evilmedia.example.org/1.mp4",
        "https://cdn.example.org/1.mp4",
        "https://evil.example#media.example.org",
        "https://evil.example?media.example.org",
        "https://evil.example\\@media.example.org/",
        "https://media.example.org\\@evil.example/",
        "https://169.254.169.254/latest/meta-data/",
        "https://127.0.0.1/1.mp4",
        "https://2130706433/1.mp4",
        "https://0x7f.1/1.mp4",
        "https://0177.0.0.1/1.mp4",
        "https://[::1]/1.mp4",
        "https://[::ffff:127.0.0.1]/1.mp4",
        "https://localhost/1.mp4",
        "https://media.example.org\u2025evil.example/",
        "https://me\u200bdia.example.org/",
        "https://",
        "",
        "https://exa mple.org/",
        "\x00",
        "https://" + "a" * 70_000,
    ],
)
async def test_row_64_forbidden_urls_are_refused_before_their_host_is_resolved(url: str, tmp_path: Path) -> None:
    names = Names()
    reason = await refusal(url, names, tmp_path)
    assert names.asked == []
    assert reason.startswith("its ")


@pytest.mark.parametrize("url", ["https://media.example.org/1.mp4", "https://MEDIA.example.org:443/1.mp4#x"])
async def test_the_host_of_an_allowed_url_is_resolved_once(url: str, tmp_path: Path) -> None:
    names = Names()
    assert "does not resolve" in await refusal(url, names, tmp_path)
    assert names.asked == [("media.example.org", 443)]


async def test_a_wildcard_allows_subdomains(tmp_path: Path) -> None:
    names = Names()
    await refusal("https://a.b.cdn.example.org/1.mp4", names, tmp_path)
    assert names.asked == [("a.b.cdn.example.org", 443)]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "239.1.2.3",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff0e::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2001:db8::1",
        "nonsense",
        "",
    ],
)
async def test_row_64_a_host_with_a_private_address_is_refused(address: str, tmp_path: Path) -> None:
    reason = await refusal("https://media.example.org/1.mp4", Names([address]), tmp_path)
    assert reason == "its host media.example.org has an address that is not public"


async def test_row_64_one_private_address_among_public_ones_is_enough_to_refuse(tmp_path: Path) -> None:
    names = Names(["1.1.1.1", "10.0.0.1"])
    assert "not public" in await refusal("https://media.example.org/1.mp4", names, tmp_path)


async def test_a_local_host_is_allowed_at_its_port_and_nowhere_else(tmp_path: Path) -> None:
    names = Names()
    assert "does not resolve" in await refusal("http://archive.lan:8080/1.mp4", names, tmp_path, ("archive.lan:8080",))
    assert names.asked == [("archive.lan", 8080)]
    for url in ("http://archive.lan:8081/1.mp4", "http://archive.lan/1.mp4", "gopher://archive.lan:8080/1.mp4"):
        reason = await refusal(url, names, tmp_path, ("archive.lan:8080",))
        assert "does not resolve" not in reason
    assert len(names.asked) == 1


async def test_resolving_a_host_times_out(tmp_path: Path) -> None:
    async def slow(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    downloader = Downloader(max_bytes=1_000, timeout_s=0.05, stall_timeout_s=5, resolver=slow)
    with pytest.raises(FootageUnavailableError, match="longer than"):
        await downloader.download(RemoteFile("https://media.example.org/1.mp4", HOSTS), tmp_path)
