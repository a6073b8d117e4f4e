"""Asks a server that speaks the OpenAI interface: for a script, for speech.

Redirects are not followed, and proxies of the environment are not used. Errors are not chained: they contain the request
and its key.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx2
from pydantic import SecretStr

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.http_answers import RETRYABLE, explanation, one_safe_line, retry_after

__all__ = ["ModelServer", "ServerAnswer"]

_CONNECT_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True)
class ServerAnswer:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_ok(self) -> bool:
        """Whether the server did what it was asked for."""
        return self.status == httpx2.codes.OK


class ModelServer:
    """One server. Its address and key never reach another one.

    Args:
        kind: what it is, for errors: "the language model".
        base_url: base address, such as `http://127.0.0.1:11434/v1`.
        key: None if it needs none.
        timeout: limit for one complete answer.
        variable: prefix of the settings that name it, such as `SCRIPT_MODEL`.
        failure: code of errors that a retry may mend.
        max_answer_bytes: a larger answer is an error.
    """

    def __init__(
        self,
        kind: str,
        *,
        base_url: str,
        key: SecretStr | None,
        timeout: timedelta,
        variable: str,
        failure: FailureCode,
        max_answer_bytes: int,
    ) -> None:
        self.base_url: Final = base_url.rstrip("/")
        self.name: Final = f"{kind} at {self.base_url}"
        self._key = key.get_secret_value() if key else ""
        self._timeout_s = timeout.total_seconds()
        self._variable = variable
        self._failure = failure
        self._max_answer_bytes = max_answer_bytes
        authorization = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        self._http = httpx2.AsyncClient(
            headers={"User-Agent": "scenewire", **authorization},
            timeout=httpx2.Timeout(self._timeout_s, connect=_CONNECT_TIMEOUT_S),
            follow_redirects=False,
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def ask(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> ServerAnswer:
        """Returns the answer to a request.

        Raises:
            TransientError: the server cannot be reached, is too slow, or answers too much.
        """
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._http.stream(method, f"{self.base_url}{path}", json=content) as response,
            ):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > self._max_answer_bytes:
                        raise TransientError(
                            self._failure,
                            f"the answer of {self.name} is larger than {self._max_answer_bytes >> 20} MiB",
                        )
        except (TimeoutError, httpx2.TimeoutException):
            raise TransientError(
                self._failure,
                f"{self.name} did not answer within {self._timeout_s:g} s",
                hint=f"raise {self._variable}_TIMEOUT if the server is slow",
            ) from None
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise TransientError(
                self._failure,
                f"{self.name} cannot be reached: {type(error).__name__}",
                hint=f"start the server, or correct {self._variable}_URL",
            ) from None
        return ServerAnswer(response.status_code, response.headers, bytes(body))

    def require_served(self, answer: ServerAnswer) -> None:
        """Checks that a server dealt with the request; what it then answered may still be a refusal.

        Raises:
            TransientError: `rate_limited`, or it is unavailable for a while; with its Retry-After.
            PermanentError: `provider_refused`, it refuses the key or redirects.
        """
        status = answer.status
        if status == httpx2.codes.TOO_MANY_REQUESTS:
            raise TransientError(
                FailureCode.RATE_LIMITED,
                f"the rate limit of {self.name} is reached",
                retry_after=retry_after(answer.headers),
            )
        if status >= httpx2.codes.INTERNAL_SERVER_ERROR or status in RETRYABLE:
            raise TransientError(
                self._failure,
                f"{self.name} is temporarily unavailable ({status}): {self.explanation(answer)}",
                retry_after=retry_after(answer.headers),
            )
        if status in {401, 403}:
            wrong = "rejects the key" if self._key else "requires a key"
            raise PermanentError(
                FailureCode.PROVIDER_REFUSED,
                f"{self.name} {wrong} ({status})",
                hint=f"set {self._variable}_KEY to a key that it accepts",
            )
        if httpx2.codes.is_redirect(status):
            raise PermanentError(
                FailureCode.PROVIDER_REFUSED,
                f"{self.name} redirects to another address ({status}), which is not followed",
                hint=f"set {self._variable}_URL to the final address",
            )

    def unknown_model(self, model: str, reason: str) -> PermanentError:
        """Returns the error of an answer 404."""
        return PermanentError(
            FailureCode.PROVIDER_REFUSED,
            f"{self.name} knows neither the address nor the model {model} (404): {reason}",
            hint=f"check {self._variable}, and {self._variable}_URL, which often ends in /v1",
        )

    def explanation(self, answer: ServerAnswer) -> str:
        """Returns the server's own words, without the key."""
        return explanation(answer.body, self._key)

    def one_safe_line(self, text: str) -> str:
        """Returns text of the server as one line without the key."""
        return one_safe_line(text, self._key)

    def without_key(self, text: str) -> str:
        """Returns text of the server, in case it echoes the key."""
        return text.replace(self._key, "…") if self._key else text
