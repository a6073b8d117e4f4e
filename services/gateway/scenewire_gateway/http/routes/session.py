"""`/v1/session`: a browser exchanges its token for a cookie, and asks who it is."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from scenewire_gateway.access.authentication import Authenticator, cookie_name, is_https
from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Caller, Scope

__all__ = ["SessionView", "session_router"]


class SessionView(BaseModel):
    """Who makes this request, and what it may do."""

    name: str = Field(description="Name of the API key; `local` on a gateway without keys.")
    scope: Scope
    expires_at: AwareDatetime | None = Field(
        default=None, description="When the cookie that this answer sets expires; null if it sets none."
    )


def session_router(authenticator: Authenticator) -> APIRouter:
    """Returns the routes of sessions."""
    router = APIRouter(prefix="/v1/session", tags=["access"])

    @router.get("", summary="Who am I")
    async def show(caller: Annotated[Caller, Depends(require(Scope.READ))]) -> SessionView:
        return SessionView(name=caller.name, scope=caller.scope)

    @router.post("", summary="Exchange a token for a cookie")
    async def open_session(
        request: Request, response: Response, caller: Annotated[Caller, Depends(require(Scope.READ))]
    ) -> SessionView:
        """Sets a cookie that stands for the API key of the header `Authorization`.

        Browsers need it for media and events, where they cannot send headers. It ends after 30 days, or with its key.
        """
        opened = authenticator.open_session(request)
        if opened is None:
            return SessionView(name=caller.name, scope=caller.scope)
        value, expires = opened
        response.set_cookie(
            cookie_name(request),
            value,
            max_age=int((expires - datetime.now(UTC)).total_seconds()),
            httponly=True,
            samesite="strict",
            secure=is_https(request),
        )
        return SessionView(name=caller.name, scope=caller.scope, expires_at=expires)

    @router.delete("", status_code=204, summary="Forget the cookie")
    async def close(
        request: Request, response: Response, _caller: Annotated[Caller, Depends(require(Scope.READ))]
    ) -> None:
        response.delete_cookie(cookie_name(request), httponly=True, samesite="strict", secure=is_https(request))

    return router
