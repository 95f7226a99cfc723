"""How the client asks: one request after another, each failure said in words, and what has not changed not sent again."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Final, Protocol, Self

import httpx2

from fillbook.client.errors import ApiError, Unreachable
from fillbook.client.tables import Listing

_PAGE: Final = 500
_GOOD: Final = range(200, 300)
_NO_CONTENT: Final = 204
_NOT_MODIFIED: Final = 304
_ELSEWHERE: Final = range(300, 400)
_KEPT: Final = 200
"""So many answers are remembered with their ETags."""
Condition = str | int | bool | date | list[str] | list[int] | tuple[str, ...] | tuple[int, ...] | set[str] | set[int] | None
"""What a filter's condition may be: several are joined with commas, and there is at least one. Of a moment its day counts, but for
`closed_from` and `closed_to`, which are moments with their zone.
"""
_MOMENTS: Final = ("closed_from", "closed_to")


class Reply(Protocol):
    """What the client needs of an answer."""

    status_code: int
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The body."""


class Asking:
    """A connection to one Fillbook with one token."""

    def __init__(self, address: str, token: str, *, timeout: float = 60.0, send: Callable[..., Reply] | None = None) -> None:
        """The book at an address, such as http://localhost:8000.

        Args:
            address: of the instance.
            token: a personal token (Settings, API tokens).
            timeout: seconds to wait for an answer.
            send: what sends a request in place of httpx2, called with method, url, params, json and headers.

        Raises:
            ValueError: the token can be none.
        """
        self._address = f"{address.rstrip('/')}/api/v1"
        self._headers = {"Authorization": f"Bearer {_sendable(token)}", "Accept": "application/json"}
        self._session = httpx2.Client(timeout=timeout) if send is None else None
        self._send: Callable[..., Any] = send or (self._session.request if self._session else None)  # type: ignore[assignment]
        self._known: dict[tuple[str, str], tuple[str, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        """Without the token."""
        return f"{type(self).__name__}({self._address!r})"

    def close(self) -> None:
        """Give the connection back."""
        if self._session is not None:
            self._session.close()

    def _whole(self, record: type[Any], path: str, chosen: Mapping[str, Condition] | None = None) -> Listing[Any]:
        return Listing(record, lambda: iter(self._get(path, chosen)["items"]))

    def _paged(self, record: type[Any], path: str, chosen: Mapping[str, Condition]) -> Listing[Any]:
        return Listing(record, lambda: self._pages(path, chosen))

    def _parts(self, record: type[Any], path: str, part: str, chosen: Mapping[str, Condition]) -> Listing[Any]:
        def rows() -> Iterator[dict[str, Any]]:
            for group in self._get(path, chosen)["groups"]:
                for row in group[part]:
                    yield {"kind": group["kind"], "currency": group["currency"], **row}

        return Listing(record, rows)

    def _pages(self, path: str, chosen: Mapping[str, Condition]) -> Iterator[dict[str, Any]]:
        cursor: str | None = ""
        while cursor is not None:
            page = self._get(path, {**chosen, "limit": _PAGE, "cursor": cursor})
            yield from page["items"]
            cursor = page["next"]

    def _get(self, path: str, chosen: Mapping[str, Condition] | None = None) -> Any:
        return self._ask("GET", path, chosen)

    def _ask(self, method: str, path: str, chosen: Mapping[str, Condition] | None = None, body: Any = None) -> Any:
        """The JSON of an answer.

        Raises:
            ApiError: it is no success, or none of Fillbook's.
            Unreachable: nothing answers.
            ValueError: a condition is an empty list, which an address cannot say, or a moment without its zone.
        """
        params = {name.rstrip("_"): _written(name, value) for name, value in (chosen or {}).items() if value not in (None, "")}
        asked = (path, repr(sorted(params.items())))
        etag, kept = self._known.get(asked, ("", "")) if method == "GET" else ("", "")
        headers = {**self._headers, "If-None-Match": etag} if etag else self._headers
        try:
            reply: Reply = self._send(method, self._address + path, params=params, json=body, headers=headers)
        except httpx2.TransportError as problem:
            raise Unreachable(self._address, str(problem)) from problem
        if reply.status_code == _NOT_MODIFIED:
            return json.loads(kept)
        if reply.status_code not in _GOOD:
            raise ApiError(reply.status_code, _problem(reply))
        found = None if reply.status_code == _NO_CONTENT else _json(reply)
        if method == "GET" and "ETag" in reply.headers:
            self._remember(asked, reply.headers["ETag"], found)
        return found

    def _remember(self, asked: tuple[str, str], etag: str, found: Any) -> None:
        """As a text: what its reader changes of the answer is not changed here."""
        self._known.pop(asked, None)
        self._known[asked] = (etag, json.dumps(found))
        while len(self._known) > _KEPT:
            self._known.pop(next(iter(self._known)))


def _sendable(token: str) -> str:
    """Without the end of the line that it was read from; what sends it would show any other sign in its error, and the token with it."""
    kept = token.strip()
    if not (kept.isascii() and kept.replace("_", "").isalnum()):
        raise ValueError("This is no token: one is fb_ and 49 letters and digits. Make one under Settings, API tokens.")
    return kept


def plain_number(number: object) -> str:
    """A number without exponent, which the API refuses and `Decimal` and floats write of their own accord: 1E+2 is 100."""
    return f"{Decimal(repr(number)) if isinstance(number, float) else number:f}" if isinstance(number, Decimal | float) else str(number)


def _written(name: str, value: Condition) -> str:
    """As an address has it."""
    several = isinstance(value, list | tuple | set)
    if several and not value:
        raise ValueError(f"{name}: an empty list would be no condition at all, and take everything.")
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return _moment(name, value) if name in _MOMENTS else str(value.date())
    return ",".join(map(str, sorted(value) if isinstance(value, set) else value)) if isinstance(value, list | tuple | set) else str(value)


def _moment(name: str, value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"{name}: a moment without its zone could be any of many.")
    return value.isoformat()


def _json(reply: Reply) -> Any:
    try:
        return reply.json()
    except ValueError:
        problem = {"detail": f"The answer ({reply.status_code}) is none of Fillbook's; is this its address?"}
        raise ApiError(reply.status_code, problem) from None


def _problem(reply: Reply) -> dict[str, Any]:
    if reply.status_code in _ELSEWHERE:
        where = reply.headers.get("Location", "another address")
        return {"type": "elsewhere", "detail": f"This address leads to {where}.", "remedy": "Give that one; the token goes to no other."}
    found = _json(reply)
    return found if isinstance(found, dict) else {}
