"""Replies to requests, also those of handlers that fail."""

from collections.abc import Awaitable, Callable

import structlog
from faststream.nats import NatsMessage

from scenewire.errors import FailureCode, PipelineError, TransientError
from scenewire.topology import Retry

__all__ = ["Answer", "answered"]

Answer = Callable[[bytes], Awaitable[dict[str, object]]]

log = structlog.get_logger(__name__)


def answered(
    handler: Answer, subject: str, *, service: str, retry: Retry
) -> Callable[[NatsMessage], Awaitable[dict[str, object]]]:
    """Returns a handler that answers every request: a failure with its code, its message and its hint.

    Args:
        handler: takes the body of a request.
        subject: of the requests.
        service: whose log has the traceback of a bug.
        retry: when to ask again after a failure that may pass and names no time itself.
    """

    async def reply(message: NatsMessage) -> dict[str, object]:
        try:
            return await handler(message.body)
        except PipelineError as error:
            log.info("request_refused", subject=subject, code=error.code, error=str(error))
            refusal = {"code": error.code, "message": error.message, "hint": error.hint}
            if isinstance(error, TransientError):
                return {"error": refusal | {"retry_after": error.retry_after or retry.delay(1)}}
            return {"error": refusal}
        except Exception as error:
            log.exception("request_failed", subject=subject)
            fault = f"{subject} failed by a bug: {type(error).__name__}"
            hint = f"see the traceback in the log of {service}"
            return {"error": {"code": FailureCode.RETRIES_EXHAUSTED, "message": fault, "hint": hint}}

    return reply
