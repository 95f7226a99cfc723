"""What a later statement changed in an account's past: its facts and its trades, before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fillbook.storage import restated
from fillbook.storage.access import account_for, restatement_for
from fillbook.storage.models import RestatedRow, RestatedTrip, RestatedWhat, Restatement
from fillbook.storage.trip_figures import TripFigures
from fillbook.web import readable
from fillbook.web.pages.figures import tone_of
from fillbook.web.viewer import viewer

_KINDS: Final = {
    "executions": ("fill", "fills"),
    "corporate_actions": ("corporate action", "corporate actions"),
    "transfers": ("transfer", "transfers"),
    "option_events": ("option event", "option events"),
    "cash_movements": ("cash movement", "cash movements"),
    "broker_lots": ("closed lot", "closed lots"),
}
_WHAT: Final = {
    RestatedWhat.CHANGED: "Changed",
    RestatedWhat.DROPPED: "No longer there",
    RestatedWhat.CANCELLED: "Cancelled",
    RestatedWhat.RETURNED: "There again",
    RestatedWhat.ADDED: "Added later",
}
_FIELDS: Final = {
    "id": "Broker's id",
    "trade_date": "Trade date",
    "ordered_at": "Time of the order of rows (UTC)",
    "executed_at": "Time (UTC)",
    "report_date": "Report date",
    "settle_date": "Settlement date",
    "rate_to_base": "Rate to base currency",
    "fees_rate": "Rate of the fees' currency",
    "broker_realized_pnl": "Broker's realized profit",
    "broker_cost": "Broker's cost",
    "trade_id": "Trade number",
    "order_id": "Order number",
    "exec_id": "Execution number",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One restatement in a list."""

    url: str
    written: str
    received: str
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field before and after; "" for nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that was changed. before_at: the day of the earlier statement, "" for none."""

    symbol: str
    day: str
    kind: str
    what: str
    before_at: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade that was changed, with the figures that differ first. url: "" for one that is gone."""

    url: str
    name: str
    days: str
    gone: bool
    figures: tuple[Field, ...]
    difference: str
    tone: str


@require_safe
def restatements(request: HttpRequest, account_id: int) -> HttpResponse:
    """All restatements of an account, newest first."""
    account = account_for(viewer(request), account_id)
    found = list(restated.restatements_of(account)[:200])
    name = account.alias or account.number
    context = {"account": account, "name": name, "lines": lines(found), "sandbox_data": account.kind == "sandbox"}
    return render(request, "pages/restatements.html", context)


@require_safe
def restatement(request: HttpRequest, account_id: int, number: int) -> HttpResponse:
    """One restatement."""
    user = viewer(request)
    account = account_for(user, account_id)
    one = restatement_for(account, number)
    rows = restated.rows_in(one)
    context = {
        "account": account,
        "name": account.alias or account.number,
        "written": _day(one.stated_at),
        "received": _day(one.statement.received_at),
        "facts": [_fact(row) for row in rows],
        "more": one.rows - len(rows),
        "trades": [_trade(*change) for change in restated.trips_in(one)],
        "sandbox_data": account.kind == "sandbox",
    }
    return render(request, "pages/restatement.html", context)


def lines(found: list[Restatement]) -> list[Line]:
    """Restatements to choose from."""
    counts = restated.counts_of(found)
    return [
        Line(
            url=reverse("restatement", args=[one.account_id, one.pk]),
            written=_day(one.stated_at),
            received=_day(one.noted_at),
            words=_words(counts[one.pk]),
        )
        for one in found
    ]


def _words(counts: dict[str, int]) -> str:
    parts = [f"{readable.whole(counts[what])} {name.lower()}" for what, name in _WHAT.items() if what in counts]
    told = [f"Rows: {', '.join(parts)}"] if parts else []
    trades = counts.get("trades", 0)
    return ". ".join([*told, f"{readable.plural(trades, 'trade')} changed" if trades else "No trade changed"]) + "."


def _fact(row: RestatedRow) -> Fact:
    instead = " and booked anew" if row.what == RestatedWhat.CANCELLED and row.replaced_by else ""
    return Fact(
        symbol=row.symbol,
        day=readable.day(row.day),
        kind=_KINDS.get(row.kind, (row.kind, ""))[0],
        what=_WHAT[RestatedWhat(row.what)] + instead,
        before_at=_day(row.before_at) if row.before_at else "",
        fields=tuple(Field(_name(name), _value(before), _value(after)) for name, (before, after) in row.fields.items()),
    )


def _trade(change: RestatedTrip, before: TripFigures, after: TripFigures | None) -> Trade:
    money = before.currency
    pairs: Iterable[tuple[str, str, str]] = (
        ("Profit", readable.gain(before.realized_pnl, money), readable.gain(after.realized_pnl, money) if after else ""),
        ("Quantity", readable.quantity(before.quantity), readable.quantity(after.quantity) if after else ""),
        ("Fees", readable.gain(before.charges, money), readable.gain(after.charges, money) if after else ""),
        ("Opened", readable.day(before.opened_on), readable.day(after.opened_on) if after else ""),
        ("Closed", _closed(before), _closed(after) if after else ""),
        ("Fills", readable.whole(before.fills), readable.whole(after.fills) if after else ""),
        ("Counts in your figures", "yes" if before.counts else "no", ("yes" if after.counts else "no") if after else ""),
    )
    shown = [Field(*pair) for pair in pairs]
    moved = None
    if before.realized_pnl is not None and (after is None or after.realized_pnl is not None):
        moved = (after.realized_pnl if after and after.realized_pnl is not None else Decimal(0)) - before.realized_pnl
    return Trade(
        url=reverse("trade", args=[change.key_after]) if change.key_after else "",
        name=before.symbol,
        days=f"{before.side}, {readable.days(before.opened_on, before.closed_on)}",
        gone=after is None,
        figures=tuple(one for one in shown if one.before != one.after or one.name in ("Profit", "Quantity", "Fees")),
        difference="" if moved is None else f"{readable.gain(moved, money)} {money}",
        tone=tone_of(moved),
    )


def _closed(figures: TripFigures) -> str:
    return "still open" if figures.is_open else readable.day(figures.closed_on)


def _name(name: str) -> str:
    return _FIELDS.get(name) or name.removeprefix("instrument_").replace("_", " ").capitalize()


def _value(value: Any) -> str:
    """A stored text as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    try:
        return readable.quantity(Decimal(value)) if len(value) < 40 else value
    except InvalidOperation:
        return str(value).replace("_", " ").removesuffix("+00:00").replace("T", " ")


def _day(value: datetime) -> str:
    return readable.day(value.date())
