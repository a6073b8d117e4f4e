"""Scopes that routes and tools require."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Annotated, Any, Final

from fastapi import Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from scenewire_gateway.access.authentication import SESSION_COOKIE, unauthorized
from scenewire_gateway.access.middleware import caller_of
from scenewire_gateway.access.scopes import Caller, Scope
from scenewire_gateway.problems import Problem

__all__ = ["require", "require_scope"]

# For the OpenAPI document; the middleware has checked them.
_TOKEN: Final = HTTPBearer(auto_error=False, scheme_name="token", description="An API key of `scenewire keys add`.")
_SESSION: Final = APIKeyCookie(
    name=SESSION_COOKIE, auto_error=False, scheme_name="session", description="The cookie of POST /v1/session."
)


def require(scope: Scope) -> Callable[..., Awaitable[Caller]]:
    """Returns a dependency that admits callers with a scope and gives the route its caller."""

    async def admitted(
        request: Request,
        _token: Annotated[HTTPAuthorizationCredentials | None, Security(_TOKEN)],
        _session: Annotated[str | None, Security(_SESSION)],
    ) -> Caller:
        return require_scope(request.scope, scope)

    return admitted


def require_scope(request: MutableMapping[str, Any], scope: Scope) -> Caller:
    """Returns the caller of a request.

    Args:
        request: the ASGI scope of the request.
        scope: that the caller must have.

    Raises:
        Problem: the caller is unknown, or lacks the scope.
    """
    caller = caller_of(request)
    if caller is None:
        raise unauthorized()
    if not caller.scope.includes(scope):
        raise Problem(
            403,
            "missing_scope",
            f"the API key {caller.name} has the scope {caller.scope}; this request needs {scope}",
            hint=f"ask for a key with the scope {scope}",
        )
    return caller
