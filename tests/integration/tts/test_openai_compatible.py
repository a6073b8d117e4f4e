"""Scripts by servers that speak the OpenAI interface, over real HTTP; the doubles answer in the shapes of the real servers."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from scenewire.artifacts.filesystem import FilesystemStore
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import ScenesScripted, ScriptRequested
from scenewire_script.app import create_app
from scenewire_script.settings import ScriptSettings
from scenewire_script.stage import ScriptStage
from scenewire_script.writers.language_model.answer import SCENES
from scenewire_script.writers.language_model.client import Reply
from scenewire_script.writers.language_model.openai_compatible import OpenAICompatibleClient
from scenewire_script.writers.language_model.writer import LanguageModelWriter
from scenewire_script.writers.outline import OutlineWriter
from scripts.doubles.language_model import KEY, Answer, GroqDouble, Request, error, says, script
from tests.support.groq_stage import PROJECT, RATE, World
from tests.support.nats import provisioned_server
from tests.support.product import run

MODEL = "gemma3:4b"
ORDER = ScriptRequested(topic="Canals", target_duration=60)


def sends(status: int, body: object, **headers: str) -> Answer:
    return Answer(status, json.dumps(body).encode(), headers)


@dataclass(frozen=True)
class Server:
    """How a server differs from OpenAI."""

    models: object
    content: Callable[[str], str]
    """What the model makes of its JSON."""
    formats: tuple[str, ...]
    refusal: Answer | None
    """Answer to a format that is not supported."""
    missing: Answer
    unauthorized: Answer


SERVERS = {
    "Ollama": Server(
        models={"object": "list", "data": [{"id": MODEL, "object": "model", "created": 1, "owned_by": "library"}]},
        content=lambda text: f'<think>\nA draft: {{"scenes": []}}.\n</think>\n\n{text}',
        formats=("json_schema", "json_object", "none"),
        refusal=None,
        missing=sends(
            404,
            {
                "error": {
                    "message": 'model "other" not found, try pulling it first',
                    "type": "not_found_error",
                    "param": None,
                    "code": None,
                }
            },
        ),
        unauthorized=sends(401, {"error": "unauthorized"}),
    ),
    "llama.cpp": Server(
        models={
            "models": [{"name": MODEL}],
            "object": "list",
            "data": [{"id": MODEL, "object": "model", "owned_by": "llamacpp", "meta": {"n_ctx_train": 8192}}],
        },
        content=lambda text: f'A draft: {{"scenes": []}}.</think>{text}',
        formats=("json_object", "none"),
        refusal=sends(
            400, {"error": {"code": 400, "message": "failed to parse grammar", "type": "invalid_request_error"}}
        ),
        missing=sends(404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}),
        unauthorized=sends(401, {"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}}),
    ),
    "vLLM": Server(
        models={"object": "list", "data": [{"id": MODEL, "owned_by": "vllm", "root": MODEL, "max_model_len": 8192}]},
        content=lambda text: f"```json\n{text}\n```",
        formats=("none",),
        refusal=sends(422, {"detail": [{"loc": ["body", "response_format"], "msg": "Extra inputs are not permitted"}]}),
        missing=sends(
            404,
            {
                "object": "error",
                "message": "The model `other` does not exist.",
                "type": "NotFoundError",
                "param": None,
                "code": 404,
            },
        ),
        unauthorized=sends(401, {"error": "Unauthorized"}),
    ),
    "LiteLLM": Server(
        models={"data": [{"id": MODEL, "object": "model", "created": 1677610602, "owned_by": "openai"}]},
        content=lambda text: f"Here is the script:\n\n```\n{text}\n```\nEnjoy!",
        formats=("json_object", "none"),
        refusal=sends(
            400,
            {
                "error": {
                    "message": "litellm.UnsupportedParamsError: does not support parameters: ['response_format']",
                    "type": None,
                    "param": None,
                    "code": "400",
                }
            },
        ),
        missing=sends(
            400,
            {
                "error": {
                    "message": "Invalid model name passed in model=other. Call `/v1/models`",
                    "type": "None",
                    "param": "None",
                    "code": "400",
                }
            },
        ),
        unauthorized=sends(
            401,
            {
                "error": {
                    "message": f"Authentication Error, Invalid proxy server token passed: {KEY}",
                    "type": "auth_error",
                    "param": "None",
                    "code": "401",
                }
            },
        ),
    ),
}


def format_of(request: Request) -> str:
    name: str = request.body.get("response_format", {}).get("type", "none")
    return name


def answers_like(server: Server) -> Callable[[Request], Answer]:
    def reply(request: Request) -> Answer:
        if request.body["model"] != MODEL:
            return server.missing
        if server.refusal is not None and format_of(request) not in server.formats:
            return server.refusal
        return says(server.content(json.dumps(script(request.task))))

    return reply


@pytest.fixture
async def double() -> AsyncIterator[GroqDouble]:
    double = GroqDouble()
    double.models = sends(200, SERVERS["Ollama"].models)
    async with double.serving():
        yield double


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, double: GroqDouble) -> Server:
    server = SERVERS[request.param]
    double.models = sends(200, server.models)
    double.model = answers_like(server)
    return server


def address(double: GroqDouble) -> str:
    return f"{double.url}/openai/v1"


@asynccontextmanager
async def client_of(
    double: GroqDouble, *, model: str = MODEL, key: str = KEY, timeout_s: float = 10, url: str = ""
) -> AsyncIterator[OpenAICompatibleClient]:
    client = OpenAICompatibleClient(
        base_url=url or address(double),
        model=model,
        key=SecretStr(key) if key else None,
        timeout=timedelta(seconds=timeout_s),
        max_tokens=4096,
    )
    try:
        yield client
    finally:
        await client.aclose()


async def write(client: OpenAICompatibleClient, folder: Path) -> ScenesScripted:
    store = FilesystemStore(folder)
    writer = LanguageModelWriter(client, store, words_per_second=RATE)
    return await ScriptStage(store, writer, divider=OutlineWriter()).write(ORDER, PROJECT)


async def ask(client: OpenAICompatibleClient) -> Reply:
    return await client.ask([{"role": "user", "content": "{}"}], SCENES)


# --- what the servers have in common ---------------------------------------------------------------


async def test_every_server_writes_a_script_and_the_format_it_refuses_is_not_tried_again(double, server, tmp_path):
    async with client_of(double) as client:
        await client.check()
        first = await write(client, tmp_path / "a")
        tried = [format_of(request) for request in double.completions]
        await write(client, tmp_path / "b")

    assert (first.writer, first.brief.title, len(first.scenes)) == ("openai-compatible", "The Canal", 5)
    assert {scene.footage_query for scene in first.scenes} == {"canal ship"}
    assert tried[-1] == server.formats[0]
    assert [format_of(request) for request in double.completions] == [*tried, server.formats[0]]
    request = double.completions[0]
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert (request.body["model"], request.body["stream"], request.body["max_tokens"]) == (MODEL, False, 4096)
    assert request.body["response_format"]["json_schema"]["schema"] == SCENES


async def test_a_model_that_the_server_lacks_is_an_error_that_lists_its_models(double, server):
    async with client_of(double, model="other") as client:
        await client.check()  # llama.cpp answers to any name
        with pytest.raises(PermanentError, match="has no model other") as missing:
            await ask(client)

    assert missing.value.code is FailureCode.PROVIDER_REFUSED
    assert missing.value.hint == f"set SCRIPT_MODEL to one of {MODEL}"


async def test_a_refused_key_stops_the_start_and_is_never_shown(double, server):
    double.models = server.unauthorized
    double.model = lambda _: server.unauthorized
    async with client_of(double) as client:
        for call in (client.check, lambda: ask(client)):
            with pytest.raises(PermanentError, match="rejects the key") as refused:
                await call()
            assert refused.value.code is FailureCode.PROVIDER_REFUSED
            assert "SCRIPT_MODEL_KEY" in refused.value.hint
            assert KEY not in str(refused.value) + refused.value.hint
    assert len(double.completions) == 1


# --- one server ------------------------------------------------------------------------------------


async def test_a_server_without_a_key_is_sent_none(double):
    double.key = ""
    async with client_of(double, key="") as client:
        await client.check()
        await ask_script(client)

    assert all("authorization" not in request.headers for request in double.requests)


async def ask_script(client: OpenAICompatibleClient) -> Reply:
    task = {"write": [1], "length": {"about": 5, "unit": "words"}}
    return await client.ask([{"role": "system", "content": "s"}, {"role": "user", "content": json.dumps(task)}], SCENES)


async def test_a_refusal_of_one_request_does_not_change_the_format_of_the_next(double):
    too_long = error(400, "This model's maximum context length is 4096 tokens")
    double.next = [too_long] * 3
    async with client_of(double) as client:
        with pytest.raises(PermanentError, match="maximum context length") as refused:
            await ask_script(client)
        await ask_script(client)

    assert refused.value.code is FailureCode.SCRIPT_FAILED
    assert "SCRIPT_MODEL_MAX_TOKENS" in refused.value.hint
    assert [format_of(request) for request in double.completions] == [
        "json_schema",
        "json_object",
        "none",
        "json_schema",
    ]


async def test_an_answer_that_ends_at_the_token_limit_is_cut_off(double):
    double.next = [says("<think>Let me", finish_reason="length")]
    async with client_of(double) as client:
        assert (await ask(client)).cut_off


@pytest.mark.parametrize(("headers", "seconds"), [({"retry-after": "7"}, 7), ({}, None)])
async def test_a_rate_limit_is_passed_on_with_the_wait_that_the_server_names(double, headers, seconds):
    double.next = [error(429, headers=headers)]
    async with client_of(double) as client:
        with pytest.raises(TransientError) as limited:
            await ask(client)

    assert limited.value.code is FailureCode.RATE_LIMITED
    assert limited.value.retry_after == seconds


TROUBLE = {
    "loading": sends(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}),
    "502": Answer(502, b"<html>Bad gateway</html>", {"content-type": "text/html"}),
    "408": error(408),
    "never answers": Answer(silent=True),
    "never ends": Answer(endless=True),
    "body breaks off": Answer(body=b'{"choices": [', missing_bytes=100),
    "a page": Answer(body=b"<html>Log in</html>", headers={"content-type": "text/html"}),
    "another shape": Answer(body=b'{"answer": 42}'),
    "empty": Answer(body=b""),
    "too large": Answer(body=says("{}").body + b" " * (9 << 20)),
}


@pytest.mark.parametrize("reply", TROUBLE.values(), ids=TROUBLE)
async def test_a_server_in_trouble_is_asked_again_later_and_does_not_stop_the_start(double, reply):
    double.next, double.models = [reply], reply
    async with client_of(double, timeout_s=0.5) as client:
        with pytest.raises(TransientError) as trouble:
            await ask(client)
        await client.check()

    assert trouble.value.code is FailureCode.SCRIPT_FAILED
    assert address(double) in trouble.value.message
    assert len(double.completions) == 1


async def test_an_unreachable_server_is_transient_and_the_hint_names_the_setting(double):
    async with client_of(double, url="http://127.0.0.1:1/v1") as client:
        with pytest.raises(TransientError, match="cannot be reached: ConnectError") as unreachable:
            await ask(client)

    assert "SCRIPT_MODEL_URL" in unreachable.value.hint


async def test_a_redirect_takes_neither_the_request_nor_the_key_elsewhere(double):
    async with GroqDouble().serving() as elsewhere, client_of(double) as client:
        double.next = [Answer(307, headers={"location": f"{address(elsewhere)}/chat/completions"})]
        with pytest.raises(PermanentError, match="redirects") as redirected:
            await ask(client)

    assert "SCRIPT_MODEL_URL" in redirected.value.hint
    assert elsewhere.requests == []


async def test_an_address_without_the_interface_is_an_error_that_names_both_settings(double):
    async with client_of(double, url=double.url) as client:
        await client.check()
        with pytest.raises(PermanentError) as lost:
            await ask(client)

    assert "SCRIPT_MODEL_URL" in lost.value.hint


@pytest.mark.parametrize("body", [{"object": "list", "data": None}, {"object": "list", "data": []}])
async def test_a_server_without_models_does_not_stop_the_start(double, body):
    double.models = sends(200, body)
    async with client_of(double) as client:
        await client.check()


# --- the service -----------------------------------------------------------------------------------


async def test_the_service_writes_with_the_server_of_its_settings_and_logs_no_key(double, server, tmp_path):
    log = tmp_path / "log"
    async with provisioned_server(tmp_path) as (bus, jetstream):
        settings = ScriptSettings(
            nats_url=bus.url,
            artifacts_url=tmp_path.as_uri(),
            groq_api_key=None,
            model_url=address(double),
            model_name=MODEL,
            model_key=SecretStr(KEY),
            log_level="DEBUG",
            log_file=log,
        )
        app = create_app(settings)
        await app.start()
        try:
            await World(jetstream).order(topic="Canals", target_duration=60)
            scripted = await World(jetstream).script()
        finally:
            await app.stop()

    assert scripted.writer == "openai-compatible"
    assert b"chat/completions" in log.read_bytes()
    assert KEY.encode() not in log.read_bytes()


async def test_doctor_says_whether_the_server_answers(double, tmp_path):
    settings = {"SCRIPT_MODEL_URL": address(double), "SCRIPT_MODEL": MODEL, "SCRIPT_MODEL_KEY": KEY, "GROQ_API_KEY": ""}
    answering = await run("doctor", data=tmp_path / "data", cwd=tmp_path, **settings)
    silent = await run(
        "doctor", data=tmp_path / "data", cwd=tmp_path, **{**settings, "SCRIPT_MODEL_URL": "http://127.0.0.1:1"}
    )

    assert f"{MODEL} at {address(double)}, which answers, writes about topics" in answering.out
    assert "the language model at http://127.0.0.1:1 cannot be reached" in silent.out
    assert KEY not in answering.out + answering.err + silent.out + silent.err
