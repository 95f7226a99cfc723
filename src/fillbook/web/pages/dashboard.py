"""The dashboard: three numbers first, then what lies behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fillbook.performance import metrics
from fillbook.performance.curves import CurvePoint, by_month, equity_curve
from fillbook.performance.filters import Filter, TripStatus, previous_period
from fillbook.performance.results import Result
from fillbook.performance.summary import Summary
from fillbook.storage import queries
from fillbook.storage.access import links_of
from fillbook.storage.queries import Group
from fillbook.web import readable
from fillbook.web.charts import Chart, EquityDay, equity_chart
from fillbook.web.pages.bridge import Bridge, Count, bridges, counts
from fillbook.web.pages.figures import Before, Stat, Versus, headline, tiles, tone_of, versus
from fillbook.web.pages.filterbar import address, filter_bar
from fillbook.web.pages.freshness import attention, freshness, today_there
from fillbook.web.pages.incomplete import LeftOut, left_out, rests_on_stated
from fillbook.web.pages.rows import OpenRow, TripRow, open_rows, trip_rows
from fillbook.web.pages.scope import Scope, by_weight, money_choices, pick, scope
from fillbook.web.viewer import viewer

_LAST = 8
_OPEN = 6


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the table. bar_*: a bar from zero on an axis of 100, scaled to the largest month."""

    name: str
    url: str
    trades: int
    win_rate: Decimal | None
    profit: str
    tone: str
    sign: str
    bar_start: str
    bar_width: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the dashboard shows of some round trips, all in `currency`."""

    currency: str
    trades: int
    headline: tuple[Stat, ...]
    tiles: tuple[Stat, ...]
    versus: Versus | None
    equity: Chart
    months: tuple[Month, ...]
    last: tuple[TripRow, ...]
    trades_url: str
    open: tuple[OpenRow, ...]
    open_count: int
    open_url: str
    bridges: tuple[Bridge, ...]
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing to show, and the one next step."""

    title: str
    text: str
    url: str
    action: str


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """How well one trades, for the accounts and the period in the address."""
    user, now = viewer(request), timezone.now()
    about = scope(user, Filter.from_query(dict(request.GET.lists())))
    if not about.all:
        return redirect("accounts" if links_of(user).exists() else "welcome")
    path = reverse("dashboard")
    summaries = queries.summaries(about.accounts, about.chosen)
    groups = by_weight(summaries)
    group = pick(groups, request.GET.get("money", ""))
    partly = _left_out(about, group, path, request.GET.get("money", ""))
    context = {
        "about": about,
        "bar": filter_bar(path, about.chosen, about.all, queries.asset_classes(about.accounts), today_there(now)),
        "fresh": freshness(user, about.accounts, now),
        "attention": attention(user, about.accounts),
        "currencies": money_choices(groups, group, path, about.chosen),
        "left_out": partly,
        "stated": rests_on_stated(about.accounts, about.chosen),
        "board": board(about, group, summaries[group], partly) if group else None,
        "empty": _empty(about),
    }
    return render(request, "pages/dashboard.html", context)


def _left_out(about: Scope, group: Group | None, path: str, money: str) -> LeftOut | None:
    """Of the accounts whose figures are shown, which are those of one base currency."""
    bases = {account.base_currency for account in about.accounts}
    if group is None or len(bases) == 1:
        return left_out(about.accounts, about.chosen, path, reverse("trades"), money)
    shown = [account for account in about.accounts if account.base_currency == group.base_currency]
    found = left_out(shown, about.chosen, path, reverse("trades"), money)
    lists = address(reverse("trades"), replace(about.chosen, currency=group.base_currency), only="incomplete")
    return found and replace(found, list_url=lists)


def board(about: Scope, group: Group, summary: Summary, partly: LeftOut | None = None) -> Board:
    """The figures of one group of round trips. partly: what they leave out."""
    chosen, accounts, currency = about.chosen, about.accounts, group.currency
    results = queries.results(accounts, chosen).get(group, ())
    still_open = replace(chosen, status=TripStatus.OPEN, first=None, last=None, outcome=None)
    opened = queries.trips_page(accounts, still_open, size=_OPEN)
    same_base = [account for account in accounts if account.base_currency == group.base_currency]
    return Board(
        currency=currency,
        trades=summary.n,
        headline=headline(summary, _before(about, group, results), chosen, currency, trades_of),
        tiles=tiles(summary, results, chosen, currency, trades_of, partly.note if partly else ""),
        versus=versus(summary, chosen, currency, trades_of),
        equity=equity_chart(equity_days(results, chosen), currency),
        months=months(results, chosen, currency),
        last=trip_rows(queries.trips_page(accounts, chosen, size=_LAST).rows, currency),
        trades_url=trades_of(chosen),
        open=open_rows(opened.rows),
        open_count=opened.total,
        open_url=trades_of(still_open),
        bridges=bridges(same_base, currency),
        counts=counts(same_base),
    )


def trades_of(chosen: Filter) -> str:
    """The address of the trades that a filter admits."""
    return address(reverse("trades"), chosen)


def _before(about: Scope, group: Group, results: Sequence[Result]) -> Before | None:
    """The period before the chosen one; of all time, its last 30 days."""
    previous = previous_period(about.chosen)
    if previous is not None:
        summary = queries.summaries(about.accounts, previous).get(group, Summary())
        return Before(summary, f"in {readable.days(previous.first, previous.last)}", compares=True)
    if about.chosen.first or about.chosen.last or not results:
        return None
    last = results[-1].closed_on
    recent = replace(about.chosen, first=last - timedelta(days=29), last=last)
    return Before(queries.summaries(about.accounts, recent).get(group, Summary()), f"in the 30 days to {readable.day(last)}")


def equity_days(results: Sequence[Result], chosen: Filter) -> tuple[EquityDay, ...]:
    """The curve of closed trades by day: its end of the day, and the day's deepest distance below the high."""
    days = []
    for day, part in groupby(equity_curve(results), key=lambda point: point.on):
        points = list(part)
        url = trades_of(replace(chosen, first=day, last=day))
        days.append(EquityDay(day, sum((point.net for point in points), Decimal(0)), len(points), points[-1].equity, _deepest(points), url))
    return tuple(days)


def _deepest(points: Sequence[CurvePoint]) -> Decimal:
    return min(point.drawdown for point in points)


def months(results: Sequence[Result], chosen: Filter, currency: str) -> tuple[Month, ...]:
    """Months in which something closed, latest first."""
    found = by_month(results)
    most = max((abs(metrics.profit(month.summary)) for month in found), default=Decimal(0)) or Decimal(1)
    return tuple(_month(month.first, month.summary, chosen, currency, most) for month in reversed(found))


def _month(first: date, summary: Summary, chosen: Filter, currency: str, most: Decimal) -> Month:
    profit = metrics.profit(summary)
    width = 49 * abs(profit) / most
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return Month(
        name=readable.month(first),
        url=trades_of(replace(chosen, first=max(first, chosen.first or first), last=min(last, chosen.last or last))),
        trades=summary.n,
        win_rate=metrics.win_rate(summary),
        profit=readable.gain(profit, currency),
        tone=tone_of(profit),
        sign="gain" if profit >= 0 else "loss",
        bar_start=f"{-width if profit < 0 else 0:.2f}",
        bar_width=f"{width:.2f}",
    )


def _empty(about: Scope) -> Empty:
    if about.filtered:
        return Empty(
            "No trade fits this filter",
            "Your book has trades, but none that meets every condition above.",
            reverse("dashboard"),
            "Clear the filter",
        )
    return Empty(
        "No closed trade yet",
        "A trade appears here once its position is flat again. Open positions are listed under Trades.",
        reverse("accounts"),
        "See your accounts",
    )
