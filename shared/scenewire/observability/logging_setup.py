"""Structured logs: one event per line, with bound context and without secrets."""

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final, Literal

import structlog
from opentelemetry.trace import format_span_id, format_trace_id

from scenewire.observability.tracing import current_context

__all__ = ["configure_logs", "redacted"]

_SECRET: Final = re.compile(r"(?i)((?:api[_-]?key|token|password|secret)[\"']?\s*[=:]\s*[\"']?)[^\s&\"',}]+")
_TOKEN: Final = re.compile(r"\b(sw_|whsec_)[A-Za-z0-9+/=_-]{16,}")
"""API keys of the gateway, and secrets of webhooks."""
_PROJECT_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_URL_USER: Final = re.compile(r"(://)[^/@\s]+@")


def redacted(text: str) -> str:
    """Returns a text without the keys, passwords and tokens that are recognised in it."""
    return _URL_USER.sub(r"\1…@", _TOKEN.sub(r"\1…", _SECRET.sub(r"\1…", text)))


def _redact(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = redacted(value)
    return event


def _add_trace_ids(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Names the current span, or the trace of the project that an event is about."""
    if (context := current_context()) is not None:
        event["trace_id"], event["span_id"] = format_trace_id(context.trace_id), format_span_id(context.span_id)
    elif project_id := _PROJECT_ID.fullmatch(str(event.get("project_id"))):
        event["trace_id"] = project_id[0].replace("-", "")
    return event


def configure_logs(
    *,
    level: str = "INFO",
    style: Literal["json", "console"] = "json",
    file: Path | None = None,
    file_size: int = 20 << 20,
    files: int = 5,
) -> None:
    """Configures one output and format for events of scenewire and of libraries. May be called again.

    Args:
        level: the lowest level that is logged.
        style: one JSON object per line, or text for people.
        file: the file that lines are appended to; None logs to standard error.
        file_size: bytes at which the file is rotated.
        files: number of files that are kept, the current one included.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_trace_ids,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    renderer = structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    handler = (
        RotatingFileHandler(file, maxBytes=file_size, backupCount=files - 1, encoding="utf-8")
        if file
        else logging.StreamHandler(sys.stderr)
    )
    # It logs addresses, which may hold keys of others.
    logging.getLogger("httpx2").setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level)
    framework = logging.getLogger("faststream")  # it has a handler of its own, and logs every finished task
    framework.handlers.clear()
    framework.propagate = True
    framework.setLevel(logging.WARNING)
