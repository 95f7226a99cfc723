"""One account: how complete its history is, what its query lacks, and every figure that is not simply equal to the broker's."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.brokers.manifests import manifests
from fillbook.storage import queries
from fillbook.storage.access import Viewer, account_for, runs_of, statements_of
from fillbook.storage.coverage import covered_days
from fillbook.storage.derive import settings_of
from fillbook.storage.details import Position, differences, freshness, open_positions, reconciled
from fillbook.storage.marks import instrument_marks
from fillbook.storage.models import BrokerAccount, Origin, RawStatement, ReconciliationRow, RunKind
from fillbook.storage.trying import never_flat
from fillbook.sync.service import can_go_back
from fillbook.trades.completeness import judge_account
from fillbook.trades.settings import Grouping
from fillbook.web import readable
from fillbook.web.pages.account_settings import questions
from fillbook.web.pages.accounts import OPEN, account_card, name_of
from fillbook.web.pages.bridge import bridges, counts_of
from fillbook.web.pages.completeness import account_words
from fillbook.web.pages.evidence import contact
from fillbook.web.pages.findings import doctor
from fillbook.web.pages.freshness import freshness as words_of_freshness
from fillbook.web.pages.freshness import unread
from fillbook.web.pages.rows import name_of as instrument_name
from fillbook.web.pages.syncs import standing
from fillbook.web.pages.trade import figures_of, reason_of
from fillbook.web.viewer import viewer

_MOST_LINES = 12


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
class Back:
    """Going further back: how it stands, and what can be done. post: by a form."""

    words: str
    action: str = ""
    url: str = ""
    post: bool = False


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
    silent = _silent(found, statements)
    marks = instrument_marks(found)
    context = {
        "account": found,
        "name": name_of(found),
        "card": account_card(freshness([found])[0]),
        "fresh": words_of_freshness(user, [found], now),
        "sandbox_data": found.kind == "sandbox",
        "covered": [readable.days(days.first, days.last) for days in covered_days(found)],
        "doctor": doctor(found),
        "whole": judge_account(marks.values()),
        "whole_words": account_words(marks.values()),
        "back": _back(found, user, now),
        "standing": standing(user, found.link, now) if found.link else None,
        "attention": unread(user, found.link) if found.link else [],
        "read_as": _read_as(found),
        "never_flat": _never_flat(found),
        "contact": contact(),
        "checked": checked,
        "fill_counts": counts_of([checked], "fills", found),
        "position_counts": counts_of([checked], "positions", found),
        "bridges": bridges([found], found.base_currency),
        "lines": [_line(row) for row in differences(found, _MOST_LINES, unstated=not silent)],
        "more_lines": max(0, checked.unequal(unstated=not silent) - _MOST_LINES),
        "held": _held(found),
        "statements": [_statement(raw) for raw in statements],
        "no_positions": _no_positions(found),
        "silent": silent,
    }
    return render(request, "pages/account.html", context)


def _back(found: BrokerAccount, user: Viewer, now: datetime) -> Back | None:
    """Earlier years; None where the broker cannot be asked for them."""
    link = found.link
    if link is None or link.broker not in manifests() or not manifests()[link.broker].capabilities.goes_back:
        return None
    broker = manifests()[link.broker].name
    run = runs_of(user).filter(link=link, kind=RunKind.HISTORY, state__in=OPEN).first()
    if run is not None:
        days = f"{readable.days(run.asks_first, run.asks_last)}, " if run.asks_first else ""
        passed = readable.ago(run.started_at or run.created_at, now)
        return Back(
            _("Going further back: %(days)sbegun %(passed)s.") % {"days": days, "passed": passed},
            _("See progress"),
            reverse("link-progress", args=[link.pk]),
        )
    if link.nothing_before is not None:
        return Back(
            _("%(broker)s has nothing before %(nothing_before)s. This is all there is.")
            % {"broker": broker, "nothing_before": readable.day(link.nothing_before)}
        )
    first = found.tracked_since
    begins = _("Your history begins on %(first)s. ") % {"first": readable.day(first)} if first else ""
    words = _("%(begins)s%(broker)s may have earlier years; they complete trades that were opened before.") % {
        "begins": begins,
        "broker": broker,
    }
    return Back(words, _("Go further back"), reverse("link-back", args=[link.pk]), post=True) if can_go_back(link) else Back(words)


def _no_positions(found: BrokerAccount) -> str:
    """The broker's name where it states no positions; "" where it does."""
    broker = manifests().get(found.broker)
    return broker.name if broker is not None and not broker.capabilities.positions else ""


def _silent(found: BrokerAccount, statements: list[RawStatement]) -> str:
    """The broker's name where it states no profits, so that there is nothing to compare fills with; "" where it does."""
    broker = manifests().get(found.broker)
    return broker.name if broker is not None and statements and not queries.stating_profit([found]) else ""


def _read_as(found: BrokerAccount) -> str:
    """How its fills become trades, in short."""
    words = ", ".join(str(option.short) for one in questions(settings_of(found)) for option in one.options if option.current)
    return words[:1].upper() + words[1:]


def _never_flat(found: BrokerAccount) -> str:
    """Instruments for which each closing would say more as a trade; "" when they are read so already."""
    if settings_of(found).grouping is not Grouping.FLAT_TO_FLAT:
        return ""
    return ", ".join(" ".join(instrument_name(trip.instrument)).strip() for trip in never_flat(found))


def _line(row: ReconciliationRow) -> Line:
    symbol, detail = instrument_name(row.instrument)
    ours, broker = figures_of(row, row.instrument.currency)
    return Line(
        what=_("Fill") if row.kind == "fill" else _("Position"),
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
    return Statement(raw.received_at, raw.file_name if uploaded else _("Fetched by Fillbook"), readable.size(raw.size), uploaded, raw.title)
