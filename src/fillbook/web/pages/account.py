"""One account: how complete its history is, what its query lacks, and every figure that is not simply equal to the broker's."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fillbook.storage.access import account_for, statements_of
from fillbook.storage.coverage import covered_days
from fillbook.storage.details import Position, differences, freshness, open_positions, reconciled
from fillbook.storage.models import BrokerAccount, Origin, RawStatement, ReconciliationRow
from fillbook.web import readable
from fillbook.web.pages.accounts import account_card, name_of
from fillbook.web.pages.bridge import bridges, counts_of
from fillbook.web.pages.findings import read_findings
from fillbook.web.pages.freshness import freshness as words_of_freshness
from fillbook.web.pages.rows import name_of as instrument_name
from fillbook.web.pages.trade import figures_of, reason_of
from fillbook.web.viewer import viewer

_MOST_LINES = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison that is not simply equal."""

    what: str
    symbol: str
    day: str
    ours: str
    broker: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """What the account holds of one instrument, ours beside the broker's."""

    symbol: str
    detail: str
    quantity: str
    cost: str
    since: str
    stated: str
    status: str
    url: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One document that the account rests on."""

    received: datetime
    words: str
    size: str
    uploaded: bool
    title: str


@require_safe
def account(request: HttpRequest, account_id: str) -> HttpResponse:
    """One account of the viewer's."""
    user, now = viewer(request), timezone.now()
    found = account_for(user, account_id)
    checked = reconciled(found)
    statements = list(statements_of(user).filter(coverages__account=found).distinct()[:12])
    lines = differences(found)
    context = {
        "account": found,
        "name": name_of(found),
        "card": account_card(freshness([found])[0]),
        "fresh": words_of_freshness(user, [found], now),
        "sandbox_data": found.kind == "sandbox",
        "covered": [readable.days(days.first, days.last) for days in covered_days(found)],
        "findings": read_findings(statements[0].findings) if statements else (),
        "checked": checked,
        "fill_counts": counts_of([checked], "fills", "#differences"),
        "position_counts": counts_of([checked], "positions", "#differences"),
        "bridges": bridges([found], found.base_currency),
        "lines": [_line(row) for row in lines[:_MOST_LINES]],
        "more_lines": max(0, len(lines) - _MOST_LINES),
        "held": _held(found),
        "statements": [_statement(raw) for raw in statements],
    }
    return render(request, "pages/account.html", context)


def _line(row: ReconciliationRow) -> Line:
    symbol, detail = instrument_name(row.instrument)
    ours, broker = figures_of(row, row.instrument.currency)
    return Line(
        what="Fill" if row.kind == "fill" else "Position",
        symbol=f"{symbol} {detail}".strip(),
        day=readable.day(row.day),
        ours=ours,
        broker=broker,
        status=row.status,
        reason=reason_of(row),
    )


def _held(found: BrokerAccount) -> list[Held]:
    return [_one_held(position) for position in open_positions([found])]


def _one_held(position: Position) -> Held:
    symbol, detail = instrument_name(position.instrument)
    currency = position.instrument.currency
    return Held(
        symbol=symbol,
        detail=detail,
        quantity=readable.quantity(position.quantity),
        cost=f"{readable.amount(position.cost, currency)} {currency}" if position.cost is not None else readable.UNKNOWN,
        since=readable.day(position.opened_on),
        stated=readable.quantity(position.stated.quantity) if position.stated else readable.UNKNOWN,
        status=position.status,
        url=reverse("trade", args=[position.trip_key]) if position.trip_key else "",
    )


def _statement(raw: RawStatement) -> Statement:
    uploaded = raw.origin == Origin.UPLOADED
    return Statement(raw.received_at, raw.file_name if uploaded else "Fetched by Fillbook", readable.size(raw.size), uploaded, raw.title)
