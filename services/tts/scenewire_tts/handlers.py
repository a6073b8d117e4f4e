"""Handlers: scripts to narration requests, narration requests to narrations, and requests about voices."""

from pydantic import ValidationError

from scenewire.bus import Bus
from scenewire.errors import FailureCode, PermanentError
from scenewire.messages import NarrationRequested, ScenesScripted, describe_faults
from scenewire.topology import LIST_VOICES, SAMPLE_VOICE, TTS, TTS_FANOUT
from scenewire_tts.stage import NarrationStage
from scenewire_tts.voice_requests import SampleRequest, VoiceRequests

__all__ = ["register"]


def register(bus: Bus, stage: NarrationStage, voices: VoiceRequests, *, loops: int) -> None:
    """Subscribes the stage to scripts and to their scenes, and answers requests about voices.

    Requests are answered one at a time, so that samples hardly slow narrations down.

    Args:
        bus: delivers and publishes messages.
        stage: narrates scenes.
        voices: lists voices and speaks samples.
        loops: scenes narrated concurrently.
    """

    @bus.subscribe(TTS_FANOUT)
    async def fan_out(script: ScenesScripted) -> None:
        await stage.require_affordable(script)
        for request in stage.requests(script):
            await bus.publish(request)

    @bus.subscribe(TTS, loops=loops)
    async def narrate(request: NarrationRequested) -> None:
        await bus.publish(await stage.narrate(request))

    @bus.answer(LIST_VOICES)
    async def list_voices(_: bytes) -> dict[str, object]:
        return (await voices.list_voices()).model_dump(mode="json")

    @bus.answer(SAMPLE_VOICE)
    async def sample(body: bytes) -> dict[str, object]:
        return (await voices.speak_sample(_parse(body))).model_dump(mode="json")


def _parse(body: bytes) -> SampleRequest:
    try:
        return SampleRequest.model_validate_json(body)
    except ValidationError as error:
        raise PermanentError(
            FailureCode.INVALID_MESSAGE,
            f"the request for a sample cannot be understood: {describe_faults(error)}",
            hint='send {"voice": "...", "language": "..."}; both may be left out',
        ) from error
