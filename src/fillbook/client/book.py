"""The client: one method for each thing that the API answers with."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import TracebackType
from typing import Any, Final, Protocol

import httpx2

from fillbook.client.errors import ApiError
from fillbook.client.history import Mark, Notice, Opening, Orphan, Restatement, Statement
from fillbook.client.records import (
    Account,
    Campaign,
    Cell,
    Compared,
    CurvePoint,
    Day,
    Distribution,
    Execution,
    Fall,
    Figure,
    Fill,
    Note,
    Part,
    Plan,
    Position,
    Run,
    Slice,
    Summary,
    Tag,
    Trade,
    View,
)
from fillbook.client.tables import Listing

_PAGE: Final = 500
_GOOD: Final = range(200, 300)
_NO_CONTENT: Final = 204
_NOT_MODIFIED: Final = 304
_ELSEWHERE: Final = range(300, 400)
_KEPT: Final = 200
"""So many answers are remembered with their ETags."""
Condition = str | int | bool | date | list[str] | list[int] | None
"""What a filter's condition may be: lists are joined with commas, and have something in them."""


class Reply(Protocol):
    """What the client needs of an answer."""

    status_code: int
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The body."""


class Fillbook:
    """A book, read and written by the API in the name of whoever made the token.

    Filters are those of the pages by the same names: account, from_, to, symbol, side, class_, outcome, status, currency, incomplete, tag,
    slot; of a list of trades also only="incomplete". An answer that did not change since it was last asked for is not sent again.
    """

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

    def __enter__(self) -> "Fillbook":
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        """Without the token."""
        return f"Fillbook({self._address!r})"

    def close(self) -> None:
        """Give the connection back."""
        if self._session is not None:
            self._session.close()

    def me(self) -> dict[str, Any]:
        """Who asks, with which token."""
        found: dict[str, Any] = self._get("/me")
        return found

    def accounts(self) -> Listing[Account]:
        """Your accounts."""
        return self._whole(Account, "/accounts")

    def completeness(self, account: int) -> Listing[Mark]:
        """How complete the history of each instrument of an account (by its id) is, the least complete first."""
        return self._paged(Mark, f"/accounts/{account}/completeness", {})

    def statements(self, account: int) -> Listing[Statement]:
        """The documents that an account rests on, the latest first."""
        return self._paged(Statement, f"/accounts/{account}/statements", {})

    def restatements(self, account: int) -> Listing[Restatement]:
        """What later statements changed in an account's past, the latest first."""
        return self._paged(Restatement, f"/accounts/{account}/restatements", {})

    def restatement(self, account: int, number: int) -> Restatement:
        """One restatement; `raw` has its facts and trades, before and after."""
        return Restatement.read(self._get(f"/accounts/{account}/restatements/{number}"))

    def comparison(self, account: int, kind: str, number: str) -> dict[str, Any]:
        """What stands behind one line of the reconciliation. kind: fill, position or fee; number: the line's `id`."""
        found: dict[str, Any] = self._get(f"/accounts/{account}/comparison", {"kind": kind, "id": number})
        return found

    def try_settings(self, account: int, **tried: Condition) -> dict[str, Any]:
        """How an account's fills are read as trades, and what others of grouping, matching, assignment, forex would make of them."""
        found: dict[str, Any] = self._get(f"/accounts/{account}/settings", tried)
        return found

    def openings(self, account: int) -> Listing[Opening]:
        """What you stated of what an account held before its history."""
        return Listing(Opening, lambda: iter(self._get(f"/accounts/{account}/openings")["stated"]))

    def state_opening(self, account: int, instrument_id: str, *, quantity: object, cost: object, day: date | str) -> Opening:
        """State what was held before, by the broker's contract id; numbers as `Decimal` or text, cost of all units."""
        body = {"instrument_id": instrument_id, "quantity": _plain(quantity), "cost": _plain(cost), "day": str(day)}
        return Opening.read(self._ask("POST", f"/accounts/{account}/openings", body=body))

    def change_opening(self, account: int, n: int, instrument_id: str, *, quantity: object, cost: object, day: date | str) -> Opening:
        """Put other words in the place of what was stated."""
        body = {"instrument_id": instrument_id, "quantity": str(quantity), "cost": str(cost), "day": str(day)}
        return Opening.read(self._ask("PUT", f"/accounts/{account}/openings/{n}", body=body))

    def remove_opening(self, account: int, n: int) -> None:
        """Take back what was stated."""
        self._ask("DELETE", f"/accounts/{account}/openings/{n}")

    def trades(self, *, sort: str = "day", ascending: bool = False, **chosen: Condition) -> Listing[Trade]:
        """Round trips, the latest first."""
        return self._paged(Trade, "/trades", {"sort": sort, "ascending": ascending, **chosen})

    def trade(self, key: str) -> Trade:
        """One round trip; `raw` has its fills, lots and words."""
        return Trade.read(self._get(f"/trades/{key}"))

    def cut(self, key: str, fill: int) -> Trade:
        """Let a new round trip begin with what a closing fill closes; the one that was cut."""
        return Trade.read(self._ask("POST", f"/trades/{key}/cut", body={"fill": fill}))

    def join(self, key: str) -> Trade:
        """Let the round trip before it in the same instrument go on with it; both together."""
        return Trade.read(self._ask("POST", f"/trades/{key}/join"))

    def undo(self, regrouping: int) -> None:
        """Take a cut or join back; a trade's `raw["regroupings"]` has their ids."""
        self._ask("DELETE", f"/regroupings/{regrouping}")

    def fills(self, key: str) -> Listing[Fill]:
        """The fills of one round trip."""
        return Listing(Fill, lambda: iter(self._get(f"/trades/{key}")["fill_rows"]))

    def executions(self, **chosen: Condition) -> Listing[Execution]:
        """Fills as the broker reported them, the latest first."""
        return self._paged(Execution, "/executions", chosen)

    def positions(self, **chosen: Condition) -> Listing[Position]:
        """What is held."""
        return self._whole(Position, "/positions", chosen)

    def summary(self, **chosen: Condition) -> Listing[Summary]:
        """The figures of the dashboard, one record for each kind of account and currency."""
        return Listing(Summary, lambda: iter(self._get("/summary", chosen)["groups"]))

    def curve(self, **chosen: Condition) -> Listing[CurvePoint]:
        """The running sum of closed round trips, a point a day."""
        return self._parts(CurvePoint, "/curve", "points", chosen)

    def calendar(self, **chosen: Condition) -> Listing[Day]:
        """The days on which something closed."""
        return self._parts(Day, "/calendar", "days", chosen)

    def intraday(self, **chosen: Condition) -> Listing[Part]:
        """Results by where in the day round trips were opened."""
        return self._parts(Part, "/intraday", "parts", chosen)

    def breakdown(self, by: str, **chosen: Condition) -> Listing[Slice]:
        """Results broken down by symbol, tag, month, hour, size or any other key of the reports."""
        return self._parts(Slice, "/reports/breakdown", "parts", {"by": by, **chosen})

    def crossing(self, down: str, across: str, **chosen: Condition) -> Listing[Cell]:
        """Results by two keys of the reports crossed."""
        return self._parts(Cell, "/reports/crossing", "cells", {"down": down, "across": across, **chosen})

    def distribution(self, of: str = "profit", **chosen: Condition) -> Listing[Distribution]:
        """How results are spread, one record for each kind of account and currency. of: profit, percent, r or held (in seconds)."""
        return Listing(Distribution, lambda: iter(self._get("/reports/distribution", {"of": of, **chosen})["groups"]))

    def compare(self, beside: str, **chosen: Condition) -> Listing[Compared]:
        """Every figure of two choices of round trips side by side. beside: the second one, as an address has it: "side=short"."""
        return self._parts(Compared, "/reports/comparison", "figures", {"beside": beside, **chosen})

    def statistics(self, **chosen: Condition) -> Listing[Figure]:
        """Every further figure, each with how much it rests on."""
        return self._parts(Figure, "/reports/statistics", "figures", chosen)

    def falls(self, **chosen: Condition) -> Listing[Fall]:
        """Falls of the curve below its highest point so far, the deepest first, at most fifty of each kind of account and currency."""
        return self._parts(Fall, "/reports/statistics", "drawdowns", chosen)

    def day(self, day: date | str) -> dict[str, Any]:
        """One trading day, fill by fill."""
        found: dict[str, Any] = self._get(f"/days/{day}")
        return found

    def campaigns(self, **chosen: Condition) -> Listing[Campaign]:
        """Spreads, rolls and what was delivered, each as one, the latest first."""
        return self._paged(Campaign, "/campaigns", chosen)

    def campaign_totals(self, **chosen: Condition) -> list[dict[str, Any]]:
        """What campaigns that are closed came to, and how their legs ended one by one: one for each kind of account and currency."""
        found: list[dict[str, Any]] = self._get("/reports/campaigns", chosen)["groups"]
        return found

    def take_together(self, keys: list[str], name: str = "") -> Campaign:
        """Take round trips of one account, by their keys, as one campaign."""
        return Campaign.read(self._ask("POST", "/campaigns", body={"trades": keys, "name": name}))

    def notes(self, search: str = "") -> Listing[Note]:
        """Your notes, those changed last first."""
        return self._paged(Note, "/notes", {"search": search})

    def orphans(self) -> Listing[Orphan]:
        """Your words whose fill is in no trade at present."""
        return self._whole(Orphan, "/orphans")

    def tags(self) -> Listing[Tag]:
        """Your tags."""
        return self._whole(Tag, "/tags")

    def views(self) -> Listing[View]:
        """Your saved views by name."""
        return self._whole(View, "/views")

    def save_view(self, name: str, *, path: str = "", query: str = "", is_default: bool = False) -> View:
        """Keep a page, such as `/reports/by/symbol/`, or a filter for any page. query: as an address has it: `period=this-month`."""
        return View.read(self._ask("POST", "/views", body={"name": name, "path": path, "query": query, "is_default": is_default}))

    def plan(self, key: str) -> Plan:
        """What was planned of a round trip."""
        return Plan.read(self._get(f"/trades/{key}/plan"))

    def write_note(self, key: str, text: str) -> Note:
        """Write a note about a round trip."""
        return Note.read(self._ask("POST", f"/trades/{key}/notes", body={"text": text}))

    def add_tag(self, key: str, name: str) -> Tag:
        """Put a tag on a round trip."""
        return Tag.read(self._ask("POST", f"/trades/{key}/tags", body={"name": name}))

    def write_plan(self, key: str, *, stop: object = None, target: object = None, rating: int | None = None) -> Plan:
        """Set what was planned of a round trip; numbers as `Decimal` or text."""
        prices = {name: _plain(price) for name, price in (("stop", stop), ("target", target)) if price is not None}
        return Plan.read(self._ask("PUT", f"/trades/{key}/plan", body={**prices, "rating": rating}))

    def evidence(self, account: int | None = None, *, trade: str | None = None) -> dict[str, Any]:
        """What an account, or a round trip, rests on, without names, for whoever looks into a figure that seems wrong."""
        found: dict[str, Any] = self._get(f"/trades/{trade}/evidence" if trade else f"/accounts/{account}/evidence")
        return found

    def brokers(self) -> list[dict[str, Any]]:
        """The brokers there are, and what each can give."""
        found: list[dict[str, Any]] = self._get("/brokers")["items"]
        return found

    def links(self) -> list[dict[str, Any]]:
        """Your links, with how each stands."""
        found: list[dict[str, Any]] = self._get("/links")["items"]
        return found

    def runs(self, **chosen: Condition) -> Listing[Run]:
        """Sync runs, the latest first."""
        return self._paged(Run, "/runs", chosen)

    def notices(self, *, unread: bool = False) -> Listing[Notice]:
        """What you were told of your links, the latest first."""
        return self._paged(Notice, "/notices", {"unread": unread})

    def put_away(self, notice: int) -> Notice:
        """Put a notice away that you have read."""
        return Notice.read(self._ask("POST", f"/notices/{notice}/away"))

    def sync(self, link: str) -> Run:
        """Fetch now; the run that begins or goes on."""
        return Run.read(self._ask("POST", f"/links/{link}/sync"))

    def go_back(self, link: str) -> Run:
        """Fetch earlier years, as far back as the broker has them; the run that begins or goes on."""
        return Run.read(self._ask("POST", f"/links/{link}/back"))

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
            ValueError: a condition is an empty list, which an address cannot say.
        """
        params = {name.rstrip("_"): _written(name, value) for name, value in (chosen or {}).items() if value not in (None, "")}
        asked = (path, repr(sorted(params.items())))
        etag, kept = self._known.get(asked, ("", "")) if method == "GET" else ("", "")
        headers = {**self._headers, "If-None-Match": etag} if etag else self._headers
        reply: Reply = self._send(method, self._address + path, params=params, json=body, headers=headers)
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


def _plain(number: object) -> str:
    """A number without exponent, which the API refuses and `Decimal` writes of its own accord: 1E+2 is 100."""
    return f"{number:f}" if isinstance(number, Decimal) else str(number)


def _written(name: str, value: Condition) -> str:
    """As an address has it."""
    if value == []:
        raise ValueError(f"{name}: an empty list would be no condition at all, and take everything.")
    if isinstance(value, bool):
        return "1" if value else "0"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


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
