"""Asks a speech server: POST /audio/speech of the OpenAI interface."""

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import numpy as np
import structlog
from numpy.typing import NDArray
from pydantic import SecretStr

from scenewire.accounting import charge_provider
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.messages import ProviderUse
from scenewire.model_server import ModelServer, ServerAnswer
from scenewire.spending import MILLION
from scenewire_tts.engines.openai_compatible.wave_file import DamagedWaveError, read_wave

__all__ = ["SpeechServer"]

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

    Args:
        base_url: base address, such as `http://127.0.0.1:8880/v1`.
        model: id of the model.
        key: sent only to that server; None if it needs none.
        timeout: limit for one complete answer.
        price_per_million_characters: None is unknown.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        key: SecretStr | None,
        timeout: timedelta,
        price_per_million_characters: float | None = None,
    ) -> None:
        self.model: Final = model
        self._price = price_per_million_characters
        self._format = 0
        self._server = ModelServer(
            "the speech server",
            base_url=base_url,
            key=key,
            timeout=timeout,
            variable="TTS_MODEL",
            failure=FailureCode.SPEECH_FAILED,
            max_answer_bytes=_MAX_ANSWER_BYTES,
        )

    @property
    def base_url(self) -> str:
        """Its base address."""
        return self._server.base_url

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._server.aclose()

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
        refusal: ServerAnswer | None = None
        for attempt in range(first, len(_FORMATS)):
            kind = _FORMATS[attempt]
            answer = await self._server.ask("POST", "/audio/speech", request | {"response_format": kind})
            if answer.status not in _FORMAT_REFUSALS:
                break
            refusal = refusal or answer
        self._server.require_served(answer)
        if not answer.is_ok:
            raise self._refusal(answer, self._server.explanation(refusal or answer))
        self._charge(len(text))
        samples, rate = self._audio(kind, answer)
        if attempt != first:
            log.info("speech_format_not_supported", refused=_FORMATS[first], uses=kind)
            self._format = attempt
        if not samples.any():
            raise TransientError(FailureCode.SPEECH_FAILED, f"{self._server.name} returned no sound")
        return samples, rate

    def price(self, characters: int) -> float | None:
        """Returns what it costs to speak some characters; None if it is unknown."""
        return None if self._price is None else characters * self._price / MILLION

    def _charge(self, characters: int) -> None:
        charge_provider(
            ProviderUse(
                provider="openai-compatible",
                model=self.model,
                requests=1,
                characters=characters,
                money=self.price(characters),
            )
        )

    def _audio(self, kind: str, answer: ServerAnswer) -> tuple[NDArray[np.float32], int]:
        body, media_type = answer.body, answer.headers.get("content-type", "")
        its_type = f"its type is {self._server.one_safe_line(media_type) or 'not named'}"
        if kind == "pcm" and body[:4] != b"RIFF":
            named = _RATE.search(media_type)
            samples = np.frombuffer(body[: len(body) // 2 * 2], "<i2").astype(np.float32) / np.float32(1 << 15)
            if not media_type.startswith(("audio/", "application/octet-stream")):
                raise self._not_speech(its_type)
            return samples, int(named[1]) if named else _PCM_RATE
        try:
            return read_wave(body)
        except DamagedWaveError as error:
            raise self._not_speech(f"{error}; {its_type}") from None

    def _not_speech(self, reason: str) -> TransientError:
        return TransientError(
            FailureCode.SPEECH_FAILED,
            f"the answer of {self._server.name} cannot be used: {reason}",
            hint="check TTS_MODEL_URL, and that the server can return wav or pcm",
        )

    def _refusal(self, answer: ServerAnswer, reason: str) -> PermanentError:
        """Returns the error of a request that a retry cannot change."""
        if answer.status == HTTPStatus.NOT_FOUND:
            return self._server.unknown_model(self.model, reason)
        return PermanentError(
            FailureCode.SPEECH_FAILED,
            f"{self._server.name} refuses the request ({answer.status}): {reason}",
            hint="order a voice that the server has with --voice, or set TTS_VOICE; check TTS_MODEL",
        )
