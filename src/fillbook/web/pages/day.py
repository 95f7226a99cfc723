"""One day: its profit or loss fill by fill, the trades that closed on it, its fills."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from fillbook.ledger.events import CorporateActionKind
from fillbook.ledger.exchanges import DEFAULT_ZONE, zone_of
from fillbook.ledger.execution import ExecutionKind
from fillbook.performance.day import Realized, day_curve, low_and_high
from fillbook.performance.filters import Filter
from fillbook.performance.summary import Summary
from fillbook.storage import queries
from fillbook.storage.access import links_of
from fillbook.storage.days import DayFill, days_beside, fills_of, of_opening_cost
from fillbook.storage.models import BrokerAccount, ExecutionRow, NoteAbout, User
from fillbook.storage.queries import Group
from fillbook.storage.words import tag_names
from fillbook.trades.reconcile import CENT
from fillbook.web import readable
from fillbook.web.charts import Chart
from fillbook.web.daychart import DayPoint, day_chart
from fillbook.web.measure import PERCENT, Measure
from fillbook.web.pages.figures import Stat, tone_of
from fillbook.web.pages.filterbar import address, condition_words, interval_words, measures
from fillbook.web.pages.freshness import freshness
from fillbook.web.pages.rows import FillRow, TripRow, in_percent, name_of, trip_rows
from fillbook.web.pages.saved import kept_of
from fillbook.web.pages.scope import Scope, accounts_of_group, key_of, money_choices, of_group, scope
from fillbook.web.pages.wording import ACTIONS, HOW
from fillbook.web.pages.words import day_words
from fillbook.web.viewer import viewer

_FILLS: Final = 200
_TRADES: Final = 100
_OF_FILLS: Final = frozenset({"account", "currency", "symbol", "class"})
"""Conditions that fills have, too; every other one is of trades alone."""
_FILLS_BELOW: Final = "#fills-title"
"""Where the fills stand that make a number, on the same page."""


@dataclass(frozen=True, slots=True)
class DayPage:
    """Everything the page of one day shows, told in `measure`: percent, or the accounts' base currency or that of
    trades without a rate to it.

    apart: why what closed and what was realized are not the same.
    """

    measure: Measure
    zone: str
    numbers: tuple[Stat, ...]
    chart: Chart | None
    apart: str
    notes: tuple[str, ...]
    fills: tuple[FillRow, ...]
    fill_count: int
    trades: tuple[TripRow, ...]
    trade_count: int
    trades_url: str


@require_safe
def day(request: HttpRequest, text: str) -> HttpResponse:
    """A day of the accounts in the address; 404 for what is no day."""
    user, now = viewer(request), timezone.now()
    when = _read(text)
    about = scope(user, replace(Filter.from_query(dict(request.GET.lists())), first=when, last=when))
    if not about.all:
        return redirect("accounts" if links_of(user).exists() else "welcome")
    groups = _groups(about)
    wanted = request.GET.get("money", "")
    group = next((one for one in groups if key_of(one) == wanted), groups[0])
    accounts = accounts_of_group(group, about.accounts)
    kept = replace(about.chosen, first=None, last=None)
    before, after = days_beside(accounts, when)
    number = request.GET.get("page", "")
    page = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 5 else 1
    counted = of_group(about.chosen, group, about.accounts, groups)
    show = kept_of(dict(request.GET.lists())).get("show", "")
    measure = Measure(group.currency, percent=show == PERCENT)
    shown = day_page(accounts, counted, group, measure, max(page, 1))
    here = reverse("day", args=[when.isoformat()])
    context = {
        "about": about,
        "day": when,
        "name": readable.long_day(when),
        "fresh": freshness(user, about.accounts, now),
        "page": shown,
        "day_words": day_words(user, NoteAbout.DAY, when, about),
        "before": day_url(before, kept, wanted, show) if before else "",
        "after": day_url(after, kept, wanted, show) if after else "",
        "calendar_url": address(reverse("calendar"), kept, month=f"{when:%Y-%m}", money=wanted, show=show),
        "currencies": money_choices(sorted(groups), group, here, kept, {"show": show}) if len(groups) > 1 else (),
        "measures": measures(here, kept, {"money": wanted, "show": show}),
        "accounts": [account.alias or account.number for account in accounts],
        "conditions": _conditions(user, kept),
        "narrowed": bool(kept.parameters().keys() - _OF_FILLS),
        "next_url": address(here, kept, money=wanted, show=show, page=str(page + 1)) if page * _FILLS < shown.fill_count else "",
        "before_url": address(here, kept, money=wanted, show=show, page=str(page - 1) if page > 2 else "") if page > 1 else "",
        "first": (page - 1) * _FILLS + 1,
        "last": min(page * _FILLS, shown.fill_count),
    }
    return render(request, "pages/day.html", context)


def _conditions(user: User, kept: Filter) -> list[str]:
    """What narrows the trades of the day beside accounts, in words."""
    names = dict(tag_names(user)) if kept.tags else {}
    words = [kept.symbol, *(names.get(tag, tag) for tag in kept.tags), interval_words(kept), *condition_words(kept)]
    return [one for one in words if one]


def day_url(when: date, chosen: Filter, money: str = "", show: str = "") -> str:
    """The page of a day, with a filter whose own period does not matter there. money: in which base currency, "" for the busiest."""
    return address(reverse("day", args=[when.isoformat()]), replace(chosen, first=None, last=None), money=money, show=show)


def _groups(about: Scope) -> list[Group]:
    """What must not be added up of these accounts, the one in which most happened that day first: their base currencies, and the currency
    of every trade that has no rate to one.
    """
    when = about.chosen.first or date.min
    found = {*queries.summaries(about.accounts, about.chosen)}
    found |= {Group(about.kind, account.base_currency, account.base_currency) for account in about.accounts if account.base_currency}
    fills = fills_of(about.accounts, when, about.chosen) if len(found) != 1 or not all(a.base_currency for a in about.accounts) else ()
    counts = Counter(_group_of(fill, about.kind) for fill in fills)
    found |= {group for group in counts if not group.base_currency}
    return sorted(found, key=lambda group: (-counts[group], group)) or [Group(about.kind, "", "")]


def _group_of(fill: DayFill, kind: str) -> Group:
    base = fill.account.base_currency
    return Group(kind, base, base or fill.row.instrument.currency)


def day_page(accounts: Sequence[BrokerAccount], chosen: Filter, group: Group, measure: Measure, page: int = 1) -> DayPage:
    """The day of the accounts of one group; chosen: what takes its trades. page: of the fills."""
    currency, when = group.currency, chosen.first or date.min
    fills = fills_of(accounts, when, chosen, "" if group.is_base else currency)
    if measure.percent:
        fills = list(map(of_opening_cost, fills))
    curve = day_curve([Realized(_at(fill), fill.realized) for fill in fills])
    zones = Counter(zone_of(_exchange(fill)) for fill in fills)
    zone = zones.most_common(1)[0][0] if zones else DEFAULT_ZONE
    summary = queries.summaries(accounts, chosen).get(group, Summary())
    trades = queries.trips_page(accounts, chosen, size=_TRADES)
    url = address(reverse("trades"), chosen, show=measure.parameter)
    rows = trip_rows(trades.rows, currency, within=url)
    several = len(accounts) > 1
    part = range((page - 1) * _FILLS, min(page * _FILLS, len(fills)))
    return DayPage(
        measure=measure,
        zone=zone,
        numbers=_numbers(summary, fills, curve, measure, url),
        chart=_chart(fills, curve, zone, measure),
        apart=_apart(measure.total(summary), curve[-1] if curve else Decimal(0)),
        notes=_notes(fills, measure),
        fills=tuple(_row(fills[index], curve[index], zone, measure, several=several) for index in part),
        fill_count=len(fills),
        trades=in_percent(rows) if measure.percent else rows,
        trade_count=trades.total,
        trades_url=url,
    )


def _read(text: str) -> date:
    try:
        if len(text) == len("2026-11-20"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Http404(_("There is no such page."))


def _numbers(summary: Summary, fills: Sequence[DayFill], curve: Sequence[Decimal], measure: Measure, url: str) -> tuple[Stat, ...]:
    closed, unit = measure.total(summary), "" if measure.percent else measure.currency
    realized = curve[-1] if curve else Decimal(0)
    low, high = low_and_high(curve)
    charges = sum((fill.charges for fill in fills if fill.charges is not None), Decimal(0))
    won = _("%(won)s won, %(lost)s lost") % {"won": readable.whole(summary.wins), "lost": readable.whole(summary.losses)}
    span = _("between %(low)s and %(high)s in the day") % {"low": measure.gain(low), "high": measure.gain(high)}
    below = _FILLS_BELOW if fills else ""
    count = ngettext("on %(n)s fill", "on %(n)s fills", len(fills)) % {"n": readable.whole(len(fills))}
    return (
        Stat(
            _("Closed that day"),
            measure.gain(closed),
            url,
            _("Net P&L of the trades whose last closing fill is of this day, whole, as the calendar counts them."),
            measure.beside,
            tone_of(closed),
            f"{readable.plural(summary.n, 'trade')}, {won}" if summary.n else _("no trade closed"),
        ),
        Stat(
            _("Realized, fill by fill"),
            measure.gain(realized),
            below,
            _("What the closing fills of this day brought, after fees, of trades that closed today or go on."),
            unit,
            tone_of(realized),
            span if fills else "",
        ),
        Stat(
            _("Fees and taxes"),
            measure.fine(charges),
            below,
            _("Of this day's fills."),
            unit,
            "",
            count,
        ),
    )


def _chart(fills: Sequence[DayFill], curve: Sequence[Decimal], zone: str, measure: Measure) -> Chart | None:
    """The running sum where something was realized at a known time; None where nothing was."""
    points = []
    for fill, total in zip(fills, curve, strict=True):
        at = _at(fill)
        if fill.realized is not None and at is not None:
            symbol, detail = name_of(fill.row.instrument)
            points.append(DayPoint(at, fill.realized, total, f"{symbol} {detail}".strip(), _trip_url(fill)))
    return day_chart(points, zone, measure) if points else None


def _apart(closed: Decimal, realized: Decimal) -> str:
    """Why the first two numbers of a day are not the same, where they are not."""
    if abs(closed - realized) <= CENT:
        return ""
    return _(
        "The two differ as they count otherwise: the first counts each trade whole on the day it closed, also what it had realized on days "
        "before; the second what this day's fills alone realized, also of trades that go on."
    )


def _notes(fills: Sequence[DayFill], measure: Measure) -> tuple[str, ...]:
    """What the curve leaves out, and why."""
    notes = []
    untimed = Counter(fill.account.alias or fill.account.number for fill in fills if fill.realized is not None and _at(fill) is None)
    for account, count in sorted(untimed.items()):
        words = {"n": readable.plural(count, "fill"), "account": account}
        notes.append(_("%(n)s of %(account)s counted but not drawn: their time of day is not known.") % words)
    unknown = sum(1 for fill in fills if fill.unknown)
    if unknown:
        words = {"n": readable.plural(unknown, "closing fill"), "currency": measure.currency}
        notes.append(
            _("%(n)s left out: what was sold has no known cost.") % words
            if measure.percent
            else _("%(n)s left out: what was sold has no known cost, or its currency no rate to %(currency)s.") % words
        )
    return tuple(notes)


def _row(fill: DayFill, total: Decimal, zone: str, measure: Measure, *, several: bool) -> FillRow:
    row, at = fill.row, _at(fill)
    symbol, detail = name_of(row.instrument)
    own = zone_of(_exchange(fill))
    time = "" if at is None else readable.clock(at, own) + ("" if own == zone else f" {readable.zone_name(own)}")
    traded = isinstance(row, ExecutionRow)
    return FillRow(
        time=time or _("no time"),
        time_iso=at.isoformat() if at else row.trade_date.isoformat(),
        what="changed" if not traded else "bought" if row.quantity > 0 else "sold",
        symbol=f"{symbol} {detail}".strip(),
        url=_trip_url(fill),
        quantity=readable.quantity(row.quantity, signed=True),
        price=readable.price(row.price) if isinstance(row, ExecutionRow) else "",
        charges=measure.fine(fill.charges) if fill.charges else "",
        realized="" if fill.realized is None else measure.gain(fill.realized),
        tone=tone_of(fill.realized),
        total="" if fill.realized is None else measure.gain(total),
        how=HOW.get(ExecutionKind(row.kind), "") if isinstance(row, ExecutionRow) else ACTIONS[CorporateActionKind(row.kind)],
        account=(fill.account.alias or fill.account.number) if several else "",
    )


def _at(fill: DayFill) -> datetime | None:
    return fill.row.executed_at if isinstance(fill.row, ExecutionRow) else None


def _exchange(fill: DayFill) -> str:
    return fill.row.instrument.exchange


def _trip_url(fill: DayFill) -> str:
    return reverse("trade", args=[fill.parts[-1].trip.key]) if fill.parts else ""
