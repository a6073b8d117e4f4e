"""`/v1/choices`: what an order can choose from, and how voices sound."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field

from scenewire.bus.client import BusClient
from scenewire.messages import SHAPES, ArtifactRef, CaptionStyle, Look
from scenewire.topology import LIST_FOOTAGE, LIST_MOODS, LIST_VOICES, SAMPLE_VOICE
from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Scope
from scenewire_gateway.http.files import Files
from scenewire_gateway.http.routes.media import file_answers

__all__ = ["choices_router"]

_SAMPLE_TIMEOUT_S: Final = 60.0
"""The first sample of a neural voice loads its engine."""


class VoiceView(BaseModel):
    """A voice that an order may name."""

    name: str
    label: str = Field(description="For people.")
    language: str = Field(description="Tag of the language that it speaks best.")
    languages: list[str] = Field(description="All tags that it speaks, the best one first.")
    engine: str
    is_default: bool = Field(description="Whether orders in its language that name no voice get it.")


class ShapeView(BaseModel):
    """Size of a shape, pixels."""

    width: int
    height: int


class Choices(BaseModel):
    """What an order can choose from."""

    engine: str = Field(description="The speech engine of this installation.")
    default_voice: str | None = Field(description="Null: the default voice of each language.")
    voices: list[VoiceView]
    languages: list[str] = Field(description="Tags of languages that a voice speaks.")
    themes: list[str]
    shapes: Mapping[str, ShapeView]
    caption_styles: list[str]
    moods: list[str] = Field(description="Moods of music that is installed.")
    footage: list[str] = Field(description="Footage servers, and groups of them, that orders may name.")


class _SampleRequest(BaseModel):
    voice: str
    language: str | None


def choices_router(bus: BusClient, files: Files) -> APIRouter:
    """Returns the routes of choices."""
    router = APIRouter(prefix="/v1", tags=["choices"], dependencies=[Depends(require(Scope.READ))])

    @router.get("/choices", summary="List voices, languages, themes and shapes")
    async def choices() -> Choices:
        """Returns what this installation offers."""
        asked = (LIST_VOICES, LIST_FOOTAGE, LIST_MOODS)
        speech, sources, music = await asyncio.gather(*(bus.ask(subject, b"{}") for subject in asked))
        return Choices(
            engine=speech["engine"],
            default_voice=speech["default"],
            voices=speech["voices"],
            languages=speech["languages"],
            themes=list(get_args(Look.model_fields["theme"].annotation)),
            shapes={name: ShapeView(width=width, height=height) for name, (width, height) in SHAPES.items()},
            caption_styles=list(get_args(CaptionStyle)),
            moods=music["moods"],
            footage=sources["servers"],
        )

    @router.get(
        "/voices/{name}/sample", response_class=Response, responses=file_answers("audio/wav"), summary="Hear a voice"
    )
    async def sample(
        name: Annotated[str, Path(min_length=1, max_length=100)],
        language: Annotated[
            str | None,
            Query(
                pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
                max_length=35,
                description="Tag of the language that it speaks; without, the one that its name tells.",
            ),
        ] = None,
    ) -> Response:
        """Returns a sentence that a voice speaks, WAV."""
        request = _SampleRequest(voice=name, language=language).model_dump_json().encode()
        answer = await bus.ask(SAMPLE_VOICE, request, within_s=_SAMPLE_TIMEOUT_S)
        return await files.answer(ArtifactRef.model_validate(answer["file"]), name=f"{name}.wav", is_final=False)

    return router
