"""Structured logs: one event a line, with what the work is about bound to it, and no secrets."""

import logging
import re
import sys
from pathlib import Path
from typing import Final, Literal

import structlog

__all__ = ["configure_logs", "redacted"]

_SECRET: Final = re.compile(r"(?i)((?:api[_-]?key|token|password|secret)[\"']?\s*[=:]\s*[\"']?)[^\s&\"',}]+")
_URL_USER: Final = re.compile(r"(://)[^/@\s]+@")


def redacted(text: str) -> str:
    """A text without the keys, passwords and tokens that can be recognised in it."""
    return _URL_USER.sub(r"\1…@", _SECRET.sub(r"\1…", text))


def _redact(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = redacted(value)
    return event


def configure_logs(
    *, level: str = "INFO", style: Literal["json", "console"] = "json", file: Path | None = None
) -> None:
    """Sends our events and those of the libraries to one place in one form. Safe to call again.

    Args:
        level: the least severe level that is kept.
        style: a JSON object a line, or text for people.
        file: where the lines are appended; None is standard error.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
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
    handler = logging.FileHandler(file, encoding="utf-8") if file else logging.StreamHandler(sys.stderr)
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
    framework = logging.getLogger("faststream")  # it brings a handler of its own, and tells of every finished task
    framework.handlers.clear()
    framework.propagate = True
    framework.setLevel(logging.WARNING)
