"""`/asyncapi.json`: what the services send each other."""

from fastapi import APIRouter, Depends, Response

from scenewire.contracts import read_asyncapi
from scenewire_gateway.access.dependencies import require
from scenewire_gateway.access.scopes import Scope

__all__ = ["contracts_router"]


def contracts_router() -> APIRouter:
    """Returns the route of the AsyncAPI document, which the page `#/bus` shows."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(require(Scope.READ))])
    document = read_asyncapi()

    @router.get("/asyncapi.json")
    async def asyncapi() -> Response:
        return Response(document, media_type="application/json")

    return router
