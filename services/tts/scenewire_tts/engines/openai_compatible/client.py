"""Asks a speech server: POST /audio/speech of the OpenAI interface."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import httpx2
import numpy as np
import structlog
from numpy.typing import NDArray
from pydantic import SecretStr

from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.http_answers import RETRYABLE, explanation, one_safe_line, retry_after
from scenewire_tts.engines.openai_compatible.wave_file import DamagedWaveError, read_wave

__all__ = ["SpeechServer"]

_CONNECT_TIMEOUT_S: Final = 5.0
_MAX_ANSWER_BYTES: Final = 32 << 20
"""Of one part of a scene: two minutes of the largest samples."""

_FORMATS: Final = ("wav", "pcm")
"""Best first; `pcm` has no header."""

_FORMAT_REFUSALS: Final = frozenset({400, 415, 422})
_PCM_RATE: Final = 24_000
"""Hertz, unless the answer's type names another rate."""

_RATE: Final = re.compile(r"rate=(\d{4,6})")

log = structlog.get_logger(__name__)


class SpeechServer:
    """A server that speaks the OpenAI interface, and one of its models.

    Redirects are not followed, and proxies of the environment are not used.

    Args:
        base_url: base address, such as `http://127.0.0.1:8880/v1`.
        model: id of the model.
        key: sent only to that server; None if it needs none.
        timeout: limit for one complete answer.
    """

    def __init__(self, *, base_url: str, model: str, key: SecretStr | None, timeout: timedelta) -> None:
        self.base_url: Final = base_url.rstrip("/")
        self.model: Final = model
        self._key = key.get_secret_value() if key else ""
        self._timeout_s = timeout.total_seconds()
        self._format = 0
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

    async def speak(self, text: str, *, voice: str | None, speed: float) -> tuple[NDArray[np.float32], int]:
        """Returns the speech of a text, mono, from -1 to 1, and its sample rate in hertz.

        Args:
            text: to speak.
            voice: of the server; None leaves the choice to it.
            speed: relative to the voice's normal rate; sent only if it is not 1, which some servers do not support.

        Raises:
            TransientError: `rate_limited`, with the server's Retry-After, or `speech_failed`: a retry may succeed.
            PermanentError: `provider_refused` or `speech_failed`: a retry cannot succeed.
        """
        request: dict[str, Any] = {"model": self.model, "input": text}
        request |= {"voice": voice} if voice else {}
        request |= {"speed": speed} if speed != 1 else {}
        first = self._format
        refusals: list[bytes] = []
        for attempt in range(first, len(_FORMATS)):
            kind = _FORMATS[attempt]
            status, headers, body = await self._post("/audio/speech", request | {"response_format": kind})
            if status not in _FORMAT_REFUSALS:
                break
            refusals.append(body)
        self._require_served(status, headers, body)
        if status != httpx2.codes.OK:
            raise self._refusal(status, explanation(refusals[0] if refusals else body, self._key))
        samples, rate = self._audio(kind, headers, body)
        if attempt != first:
            log.info("speech_format_not_supported", refused=_FORMATS[first], uses=kind)
            self._format = attempt
        if not samples.any():
            raise TransientError(FailureCode.SPEECH_FAILED, f"{self._name} returned no sound")
        return samples, rate

    def _audio(self, kind: str, headers: Mapping[str, str], body: bytes) -> tuple[NDArray[np.float32], int]:
        media_type = headers.get("content-type", "")
        if kind == "pcm" and body[:4] != b"RIFF":
            named = _RATE.search(media_type)
            samples = np.frombuffer(body[: len(body) // 2 * 2], "<i2").astype(np.float32) / np.float32(1 << 15)
            if not media_type.startswith(("audio/", "application/octet-stream")):
                raise self._not_speech(f"its type is {one_safe_line(media_type, self._key) or 'not named'}")
            return samples, int(named[1]) if named else _PCM_RATE
        try:
            return read_wave(body)
        except DamagedWaveError as error:
            raise self._not_speech(
                f"{error}; its type is {one_safe_line(media_type, self._key) or 'not named'}"
            ) from None

    def _not_speech(self, reason: str) -> TransientError:
        return TransientError(
            FailureCode.SPEECH_FAILED,
            f"the answer of {self._name} cannot be used: {reason}",
            hint="check TTS_MODEL_URL, and that the server can return wav or pcm",
        )

    async def _post(self, path: str, content: Mapping[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        """Returns status, headers and body of an answer. Errors are not chained: they contain the request and its key."""
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._http.stream("POST", f"{self.base_url}{path}", json=content) as response,
            ):
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > _MAX_ANSWER_BYTES:
                        raise TransientError(
                            FailureCode.SPEECH_FAILED,
                            f"the answer of {self._name} is larger than {_MAX_ANSWER_BYTES >> 20} MiB",
                        )
        except (TimeoutError, httpx2.TimeoutException):
            raise TransientError(
                FailureCode.SPEECH_FAILED,
                f"{self._name} did not answer within {self._timeout_s:g} s",
                hint="raise TTS_MODEL_TIMEOUT if the server is slow",
            ) from None
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise TransientError(
                FailureCode.SPEECH_FAILED,
                f"{self._name} cannot be reached: {type(error).__name__}",
                hint="start the server, or correct TTS_MODEL_URL",
            ) from None
        return response.status_code, response.headers, bytes(body)

    def _require_served(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Raises the error of an answer that has nothing to do with the request itself."""
        if status == httpx2.codes.TOO_MANY_REQUESTS:
            raise TransientError(
                FailureCode.RATE_LIMITED,
                f"the rate limit of {self._name} is reached",
                retry_after=retry_after(headers),
            )
        if status >= httpx2.codes.INTERNAL_SERVER_ERROR or status in RETRYABLE:
            raise TransientError(
                FailureCode.SPEECH_FAILED,
                f"{self._name} is temporarily unavailable ({status}): {explanation(body, self._key)}",
                retry_after=retry_after(headers),
            )
        if status in {401, 403}:
            wrong = "rejects the key" if self._key else "requires a key"
            raise PermanentError(
                FailureCode.PROVIDER_REFUSED,
                f"{self._name} {wrong} ({status})",
                hint="set TTS_MODEL_KEY to a key that it accepts",
            )
        if httpx2.codes.is_redirect(status):
            raise PermanentError(
                FailureCode.PROVIDER_REFUSED,
                f"{self._name} redirects to another address ({status}), which is not followed",
                hint="set TTS_MODEL_URL to the final address",
            )

    def _refusal(self, status: int, reason: str) -> PermanentError:
        """Returns the error of a request that a retry cannot change."""
        if status == httpx2.codes.NOT_FOUND:
            return PermanentError(
                FailureCode.PROVIDER_REFUSED,
                f"{self._name} knows neither the address nor the model {self.model} (404): {reason}",
                hint="check TTS_MODEL, and TTS_MODEL_URL, which often ends in /v1",
            )
        return PermanentError(
            FailureCode.SPEECH_FAILED,
            f"{self._name} refuses the request ({status}): {reason}",
            hint="order a voice that the server has with --voice, or set TTS_VOICE; check TTS_MODEL",
        )

    @property
    def _name(self) -> str:
        return f"the speech server at {self.base_url}"
