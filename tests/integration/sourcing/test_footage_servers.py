"""Footage servers as processes of their own, spoken to through MCP: the shipped one, and ones that misbehave."""

import asyncio
import gzip
import os
import signal
import socket
import sys
from pathlib import Path

import anyio
import pytest
import uvicorn
from mcp import Client, StdioServerParameters
from prometheus_client import CollectorRegistry

from scenewire_sourcing.metrics import FootageMetrics
from scenewire_sourcing.providers.base import FootageUnavailableError
from scenewire_sourcing.providers.mcp_source import McpSource
from scenewire_sourcing.providers.server_config import FootageServer
from scenewire_sourcing.providers.server_process import ServerProcess
from scenewire_sourcing.servers.library.server import create_server
from tests.support.footage import children_of, connected, ended, library_server, script_server
from tests.support.web import Reply, serving


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "tea-pot.mp4").write_bytes(b"clip")
    (folder / "tea-pot.json").write_text('{"title": "Pot of tea", "creator": "Ann", "licence": "CC0", "duration": 4}')
    return folder


async def failure(source: McpSource) -> str:
    with pytest.raises(FootageUnavailableError) as caught:
        await source.search("tea", 5)
    return str(caught.value)


# --- the shipped server ------------------------------------------------------------------------------


async def test_the_library_lists_its_tools_and_answers_any_mcp_client(library: Path) -> None:
    server = library_server(library)
    assert server.command is not None
    parameters = StdioServerParameters(
        command=server.command[0], args=list(server.command[1:]), env={"LIBRARY_DIR": str(library)}
    )
    async with Client(parameters, read_timeout_seconds=30) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"search_footage", "get_footage"}
        assert set(tools["search_footage"].input_schema["properties"]) == {"query", "limit"}
        answer = await client.call_tool("search_footage", {"query": "tea", "limit": 5})
        assert answer.structured_content is not None
        (found,) = answer.structured_content["results"]
        assert (found["title"], found["creator"], found["licence"]) == ("Pot of tea", "Ann", "CC0")
        file = await client.call_tool("get_footage", {"id": found["id"]})
        assert file.structured_content is not None
        assert file.structured_content["path"] == str(library / "tea-pot.mp4")
        assert (await client.call_tool("get_footage", {"id": "../tea-pot.mp4"})).is_error
        assert (await client.call_tool("search_footage", {"query": "tea", "limit": 5_000})).is_error


async def test_one_session_serves_many_questions(library: Path) -> None:
    before = children_of(os.getpid())
    async with connected(library_server(library)) as source:
        assert children_of(os.getpid()) <= before  # nothing runs before it is needed
        (found,) = await source.search("tea", 5)
        (server,) = children_of(os.getpid()) - before
        located = await source.locate(found.id)
        assert located.place == (library / "tea-pot.mp4").resolve()
        answers = await asyncio.gather(*(source.search("tea", 5) for _ in range(5)))
        assert [one.title for (one,) in answers] == ["Pot of tea"] * 5
        assert children_of(os.getpid()) - before == {server}
    assert children_of(os.getpid()) <= before


async def test_a_missing_folder_is_reported_and_used_once_it_exists(tmp_path: Path) -> None:
    async with connected(library_server(tmp_path / "later")) as source:
        assert "is not a folder; set LIBRARY_DIR" in await failure(source)
        (tmp_path / "later").mkdir()
        assert await source.search("tea", 5) == []


async def test_a_server_that_listens_over_http_is_used_the_same_way(library: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        web = uvicorn.Server(uvicorn.Config(create_server(library).streamable_http_app(), log_config=None))
        serving = asyncio.create_task(web.serve(sockets=[listening]))
        remote = FootageServer(name="remote", url=f"http://127.0.0.1:{port}/mcp", root=library)
        async with connected(remote) as source:
            (found,) = await source.search("tea", 5)
            assert (await source.locate(found.id)).footage.creator == "Ann"
        web.should_exit = True
        await serving


async def test_row_63_a_compressed_answer_over_http_is_never_unpacked() -> None:
    """A megabyte of it could become a gigabyte."""
    bomb = gzip.compress(b" " * 5_000_000)
    async with serving() as web:
        web.routes["/mcp"] = Reply(bomb, headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
        async with connected(FootageServer(name="bomb", url=f"{web.url}/mcp")) as source:
            assert "compressed" in await failure(source)
        assert web.asked[0].headers["accept-encoding"] == "identity"


async def test_an_unreachable_url_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with connected(FootageServer(name="gone", url=f"http://127.0.0.1:{port}/mcp")) as source:
        assert (await failure(source)).startswith("it cannot be reached")


async def test_an_answer_over_http_is_bounded(tmp_path: Path) -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000000\r\n\r\n")
        try:
            for _ in range(100):
                writer.write(b" " * 1_000_000)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(flood, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with connected(FootageServer(name="flood", url=f"http://127.0.0.1:{port}/mcp")) as source:
            assert "more than 1 MiB" in await failure(source)


# --- servers that misbehave --------------------------------------------------------------------------


MISBEHAVIOUR = {
    "ends at once": ("", "sys.exit(3)", "it ended with exit code 3"),
    "ends at every question": ("os._exit(4)", "", "it ended with exit code 4"),
    "writes other things than MCP": ("", "while True: print('hello')", "it does not speak MCP"),
    "writes bytes that are no text": ("", "while True: os.write(1, b'\\xff\\xfe\\n')", "it does not speak MCP"),
    "writes a line without end": ("", "while True: os.write(1, b'x' * 65536)", "more than 1 MiB"),
    "answers with numbers that are none": ("answer(request, text='{\"results\": NaN}')", "", "no list of results"),
    "nests without end": ("print('[' * 500_000); answer(request, text='[' * 900_000)", "", "not JSON"),
    "tells of progress without end": (
        "while True: send({'jsonrpc': '2.0', 'method': 'notifications/message', 'params': {'level': 'info', 'data': 1}})",
        "",
        "it sends messages without end",
    ),
    "says that it failed": ("answer(request, text='quota used up', isError=True)", "", "it reports: quota used up"),
    "answers with an error": (
        "send({'jsonrpc': '2.0', 'id': request['id'], 'error': {'code': -32602, 'message': 'no'}})",
        "",
        "it refused: no",
    ),
    "answers in another language": ("answer(request, text=str([{'id': 1}]))", "", "its answer is not JSON"),
    "answers with a list": ("answer(request, text='[1]')", "", "no list of results"),
    "answers without results": ("answer(request, {'result': []})", "", "no list of results"),
    "answers what is no result": (
        "send({'jsonrpc': '2.0', 'id': request['id'], 'result': {'content': 7}})",
        "",
        "its answer is not valid MCP",
    ),
    "asks us to ask the user": (
        "send({'jsonrpc': '2.0', 'id': request['id'], 'result': {'resultType': 'input_required', 'inputRequests': {}}})",
        "",
        "",
    ),
}


@pytest.mark.parametrize("misbehaviour", MISBEHAVIOUR)
async def test_rows_61_and_63_a_misbehaving_server_is_reported_and_leaves_no_process_behind(
    tmp_path: Path, misbehaviour: str
) -> None:
    on_call, at_start, reason = MISBEHAVIOUR[misbehaviour]
    before = children_of(os.getpid())
    async with connected(script_server(tmp_path, on_call or "pass", at_start=at_start)) as source:
        assert reason in await failure(source)
    assert children_of(os.getpid()) <= before


@pytest.mark.parametrize(("on_call", "at_start"), [("time.sleep(600)", ""), ("pass", ""), ("pass", "time.sleep(600)")])
async def test_row_62_a_server_that_never_answers_times_out(tmp_path: Path, on_call: str, at_start: str) -> None:
    before = children_of(os.getpid())
    async with connected(script_server(tmp_path, on_call, at_start=at_start), timeout_s=0.3) as source:
        assert await failure(source) == "it did not answer within 0.3 s"
        assert children_of(os.getpid()) <= before


async def test_row_61_a_missing_command_is_reported(tmp_path: Path) -> None:
    async with connected(FootageServer(name="gone", command=(str(tmp_path / "no-such-server"),))) as source:
        assert "the program does not exist or is not executable" in await failure(source)


async def test_row_63_noise_on_standard_output_is_passed_over(tmp_path: Path) -> None:
    noisy = "print('working…'); print(); answer(request, {'results': [{'id': '1'}]})"
    async with connected(script_server(tmp_path, noisy, at_start="print('starting')")) as source:
        assert [found.id for found in await source.search("tea", 5)] == ["1"]


async def test_results_that_make_no_sense_do_not_spoil_the_others(tmp_path: Path) -> None:
    mixed = "answer(request, {'results': [{'id': ''}, 7, None, {'title': 'x'}, {'id': '1', 'title': 'Tea'}]})"
    async with connected(script_server(tmp_path, mixed)) as source:
        assert [found.title for found in await source.search("tea", 5)] == ["Tea"]


async def test_more_results_than_asked_for_are_not_read(tmp_path: Path) -> None:
    async with connected(
        script_server(tmp_path, "answer(request, {'results': [{'id': str(n)} for n in range(1000)]})")
    ) as source:
        assert len(await source.search("tea", 5)) == 5


async def test_an_answer_as_json_text_is_understood(tmp_path: Path) -> None:
    async with connected(script_server(tmp_path, 'answer(request, text=\'{"results": [{"id": "1"}]}\')')) as source:
        assert len(await source.search("tea", 5)) == 1


async def test_row_64_schemas_of_a_server_are_never_evaluated(tmp_path: Path) -> None:
    """Listing the tools would end this server: their schemas are what a hostile one attacks with."""
    on_call = "answer(request, {'results': []})"
    ends_when_asked = "import builtins; real = json.loads\njson.loads = lambda l: (lambda m: os._exit(9) if m.get('method') == 'tools/list' else m)(real(l))"
    async with connected(script_server(tmp_path, on_call, at_start=ends_when_asked)) as source:
        assert await source.search("tea", 5) == []


async def test_row_61_a_server_that_dies_between_calls_is_restarted(library: Path) -> None:
    before = children_of(os.getpid())
    async with connected(library_server(library)) as source:
        assert len(await source.search("tea", 5)) == 1
        (server,) = children_of(os.getpid()) - before
        os.kill(server, signal.SIGKILL)
        assert len(await source.search("tea", 5)) == 1
        assert children_of(os.getpid()) - before != {server}


async def test_row_61_a_server_that_keeps_failing_enters_a_cooldown(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    at_start = f"open({str(starts)!r}, 'a').write('x'); sys.exit(1)"
    async with connected(script_server(tmp_path, at_start=at_start)) as source:
        for _ in range(5):
            await failure(source)
        assert starts.read_text() == "xxx"
        assert "it failed 3 times and is in cooldown for another" in await failure(source)
    async with connected(script_server(tmp_path, at_start=at_start), cooldown_s=0) as source:
        for _ in range(5):
            await failure(source)
        assert len(starts.read_text()) > 8  # once rested it is tried again


async def test_b18_metrics_show_failures_and_cooldown_per_server(tmp_path: Path) -> None:
    registry = CollectorRegistry()

    def seen(name: str) -> float | None:
        return registry.get_sample_value(name, {"server": "fake"})

    on_call = f"if os.path.exists({str(tmp_path / 'out')!r}): os._exit(1)\nanswer(request, {{'results': []}})"
    metrics = FootageMetrics(registry)
    async with connected(script_server(tmp_path, on_call), cooldown_s=0.5, metrics=metrics) as source:
        assert await source.search("tea", 5) == []
        assert (seen("scenewire_footage_server_failures_total"), seen("scenewire_footage_server_resting")) == (0, 0)
        (tmp_path / "out").touch()
        for _ in range(3):
            await failure(source)
        assert (seen("scenewire_footage_server_failures_total"), seen("scenewire_footage_server_resting")) == (3, 1)
        (tmp_path / "out").unlink()
        async with asyncio.timeout(30):
            while seen("scenewire_footage_server_resting"):
                await asyncio.sleep(0.01)
        assert await source.search("tea", 5) == []


async def test_a_failed_call_does_not_count_as_a_server_failure(tmp_path: Path) -> None:
    async with connected(script_server(tmp_path, "answer(request, text='no', isError=True)")) as source:
        for _ in range(5):
            assert await failure(source) == "it reports: no"


async def test_stopping_does_not_wait_for_an_answer(tmp_path: Path) -> None:
    fifo = tmp_path / "called"
    os.mkfifo(fifo)
    before = children_of(os.getpid())
    async with connected(script_server(tmp_path, f"open({str(fifo)!r}, 'w').close(); time.sleep(600)")) as source:
        asking = asyncio.create_task(source.search("tea", 5))
        await asyncio.to_thread(fifo.read_bytes)  # returns when the server has the question
    with pytest.raises(FootageUnavailableError, match="stopping"):
        await asking
    assert children_of(os.getpid()) <= before


async def test_a_cancelled_call_does_not_disturb_the_next(tmp_path: Path) -> None:
    fifo = tmp_path / "called"
    os.mkfifo(fifo)
    on_call = f"open({str(fifo)!r}, 'w').close(); answer(request, {{'results': [{{'id': arguments['query']}}]}})"
    async with connected(script_server(tmp_path, on_call)) as source:
        first = asyncio.create_task(source.search("first", 5))
        second = asyncio.create_task(source.search("second", 5))
        await anyio.sleep(0)
        first.cancel()
        await asyncio.to_thread(fifo.read_bytes)
        assert [found.id for found in await second] == ["second"]


async def test_a_server_sees_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATS_PASSWORD", "secret")
    on_call = "answer(request, {'results': [{'id': name} for name in os.environ]})"
    async with connected(script_server(tmp_path, on_call, env={"OWN_KEY": "1"})) as source:
        names = {found.id for found in await source.search("tea", 50)}
    assert "OWN_KEY" in names
    assert "NATS_PASSWORD" not in names


# --- nothing outlives a killed worker ------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["library", "deaf"])
async def test_no_server_outlives_a_killed_worker(library: Path, tmp_path: Path, kind: str) -> None:
    deaf = "answer(request, {'results': []})\nwhile True: time.sleep(600)"  # never sees the end of its input
    server = library_server(library) if kind == "library" else script_server(tmp_path, deaf)
    assert server.command is not None
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        Path(__file__).parents[2] / "support" / "footage_worker.py",
        library,
        *server.command,
        stdout=asyncio.subprocess.PIPE,
    )
    assert worker.stdout is not None
    assert await worker.stdout.readline() == b"ready\n"
    (child,) = children_of(worker.pid)
    child_fd = os.pidfd_open(child)
    worker.kill()
    await worker.wait()
    assert await ended(child_fd)


async def test_the_library_ends_when_its_input_does(library: Path) -> None:
    """What protects on systems where a child cannot be tied to its parent's life."""
    command = library_server(library).command
    assert command is not None
    server = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "LIBRARY_DIR": str(library)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert server.stdin is not None
    server.stdin.close()
    async with asyncio.timeout(20):
        assert await server.wait() == 0


async def test_a_server_that_ignores_the_end_of_its_input_is_ended_all_the_same(tmp_path: Path) -> None:
    ignoring = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.write(1, b'up\\n')\nwhile True: time.sleep(600)"
    command = script_server(tmp_path, "pass", at_start=ignoring).command
    assert command is not None
    before = children_of(os.getpid())
    process = ServerProcess("stubborn", command, dict(os.environ))
    async with process.running():
        async for line in process.lines():
            assert line == b"up\n"
            break
    assert children_of(os.getpid()) <= before
