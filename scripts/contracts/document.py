"""The AsyncAPI document and the JSON Schemas of all channels."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from scenewire.messages.orders import SCHEMA_VERSION
from scenewire.topology import MAX_BODY
from scripts.contracts.channels import Channel, Refusal

__all__ = ["Json", "asyncapi", "schemas"]

Json = dict[str, Any]

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

_DESCRIPTION: Final = f"""\
Messages, requests and progress between services, over NATS JetStream. A message stays readable for ever: services ignore
fields that they don't know, and a field that a message lacks has its default. Bodies have at most {MAX_BODY:,} bytes.
Schemas say what services publish and store; a few rules between fields stand in docs/orders.md and the descriptions."""


def schemas(channels: Sequence[Channel]) -> dict[str, Json]:
    """Returns the JSON Schema of each versioned message, by the path of its file."""
    return {
        f"v{SCHEMA_VERSION}/{channel.name}.schema.json": {"$schema": _DRAFT}
        | channel.model.model_json_schema(mode="validation")
        for channel in channels
        if channel.is_versioned and channel.model is not None
    }


def asyncapi(channels: Sequence[Channel], version: str) -> Json:
    """Returns the AsyncAPI document.

    Args:
        channels: what it describes.
        version: of the contract.
    """
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "scenewire",
            "version": version,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {channel.name: _channel(channel) for channel in channels} | dict(_reply_channels(channels)),
        "operations": dict(_operations(channels)),
        "components": {"messages": dict(_messages(channels)), "schemas": _components(channels)},
    }


def _channel(channel: Channel) -> Json:
    names = re.findall(r"{(\w+)}", channel.address)
    return {
        "address": channel.address,
        "summary": channel.summary,
        "messages": {"message": {"$ref": f"#/components/messages/{_message_name(channel)}"}},
        **({"parameters": {name: {} for name in names}} if names else {}),
        "x-stream": channel.stream,
    }


def _reply_channels(channels: Sequence[Channel]) -> Iterator[tuple[str, Json]]:
    for channel in channels:
        if channel.reply is not None:
            kinds = (channel.reply.__name__, Refusal.__name__)
            yield (
                f"{channel.name}.reply",
                {"address": None, "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in kinds}},
            )


def _operations(channels: Sequence[Channel]) -> Iterator[tuple[str, Json]]:
    for channel in channels:
        ends = [("send", service) for service in channel.sent_by]
        ends += [("receive", service) for service in channel.received_by]
        for action, service in ends:
            operation = {
                "action": action,
                "channel": {"$ref": f"#/channels/{channel.name}"},
                "tags": [{"name": service}],
            }
            if channel.reply is not None:
                operation["reply"] = {"channel": {"$ref": f"#/channels/{channel.name}.reply"}}
            yield f"{service}.{action}.{channel.name}", operation


def _message_name(channel: Channel) -> str:
    if channel.reply is None and channel.model is not None:
        return channel.model.__name__
    return channel.name


def _messages(channels: Sequence[Channel]) -> Iterator[tuple[str, Json]]:
    for channel in channels:
        message: Json = {"name": _message_name(channel), "summary": channel.summary}
        if channel.headers:
            message["headers"] = {
                "type": "object",
                "properties": {
                    name: {"type": "string", "description": meaning} for name, meaning in channel.headers.items()
                },
            }
        if "correlation_id" in channel.headers:
            message["correlationId"] = {"location": "$message.header#/correlation_id"}
        message["payload"] = {} if channel.model is None else _reference(channel.model)
        yield _message_name(channel), message
        for answer in (channel.reply, Refusal) if channel.reply is not None else ():
            yield answer.__name__, {"name": answer.__name__, "payload": _reference(answer)}


def _reference(model: type[BaseModel]) -> Json:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _components(channels: Sequence[Channel]) -> Json:
    models: list[type[BaseModel]] = [Refusal]
    models += [model for channel in channels for model in (channel.model, channel.reply) if model is not None]
    _, combined = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(models)],
        ref_template="#/components/schemas/{model}",
    )
    defined: Json = combined["$defs"]
    return dict(sorted(defined.items()))
