"""Who asks: the holder of a personal token, named in the Authorization header and nowhere else.

A session's cookie opens nothing here, so that no page of another site can ask in its reader's name.
"""

from typing import Any, Final

from django.core.cache import cache
from django.http import HttpRequest
from ninja.security import HttpBearer

from fillbook.storage.models import ApiToken, User
from fillbook.storage.tokens import Scope, note_use, token_of
from fillbook.web.api.problems import Problem

MOST_TRIES: Final = 30
WINDOW: Final = 300
"""Seconds. So many tokens that do not work in so long a time, from one address, and the next hears 429."""
_HOW: Final = "Send `Authorization: Bearer fb_…` with a token from Settings, API tokens."


class Token(HttpBearer):
    """A personal token that has a scope."""

    openapi_bearerFormat = "fb_ and 49 letters and digits"  # noqa: N815 - the library reads the name of the field from it
    openapi_description = "A personal token, made under Settings or with `fillbook tokens --make`. It goes into this header only."

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiToken:
        """The token.

        Raises:
            Problem: there is none, it does not work, or it lacks the scope.
        """
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not text.strip():
            raise _unauthorized("The Authorization header holds no token.")
        found = self.authenticate(request, text.strip())
        if found is None:
            _count(request)
            raise _unauthorized("This token is not known here, has expired or was revoked.")
        if self.scope not in found.scopes:
            raise Problem("forbidden", f"This token lacks the scope `{self.scope}`.", "Make one that has it, under Settings, API tokens.")
        note_use(found)
        return found

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:  # noqa: ARG002 - as the library calls it
        """The token that a text is; None for none that works."""
        return token_of(token)


def asker(request: HttpRequest) -> User:
    """Whose token it is."""
    token: Any = request.auth  # type: ignore[attr-defined]
    assert isinstance(token, ApiToken)
    return token.owner


def _unauthorized(detail: str) -> Problem:
    return Problem("unauthorized", detail, _HOW, headers={"WWW-Authenticate": 'Bearer realm="Fillbook"'})


def _count(request: HttpRequest) -> None:
    """Whoever holds a token that works is never counted, so nobody can lock anybody out. Who is slowed causes no more writes."""
    key = f"bad-tokens:{request.META.get('REMOTE_ADDR', '')}"
    tries = cache.get(key, 0) + 1
    if tries > MOST_TRIES:
        raise Problem(
            "too_many",
            "Too many tokens that do not work came from here.",
            "Wait and send one that works.",
            None,
            {"Retry-After": str(WINDOW)},
        )
    cache.set(key, tries, WINDOW)
