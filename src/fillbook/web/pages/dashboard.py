"""The dashboard: three numbers first, then what lies behind them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.performance.calendar import last_day, month_of
from fillbook.performance.curves import CurveDay, Path, Period, coarser, curve_days
from fillbook.performance.drawdowns import bottom, stretch
from fillbook.performance.filters import Filter, TripStatus, previous_period
from fillbook.performance.metrics import Sides
from fillbook.performance.moments import Moment
from fillbook.performance.multiples import multiples
from fillbook.performance.summary import Outcome, Summary
from fillbook.storage import queries
from fillbook.storage.access import links_of
from fillbook.storage.daybook import DayRecord, between, day_records, steps_of, summed, with_period_before
from fillbook.storage.models import BrokerAccount
from fillbook.storage.paging import Order, page_of
from fillbook.storage.plans import results_in_r
from fillbook.storage.queries import Group
from fillbook.web import readable
from fillbook.web.charts import Chart, EquityDay, equity_chart
from fillbook.web.measure import PERCENT, Measure
from fillbook.web.pages.bridge import Bridge, Count, beside, bridges, counts, covering
from fillbook.web.pages.figures import Before, Fall, Share, Stat, Versus, headline, outcomes, tiles, versus
from fillbook.web.pages.filterbar import address, addresses
from fillbook.web.pages.freshness import attention, freshness, today_there
from fillbook.web.pages.incomplete import LeftOut, left_out, rests_on_stated
from fillbook.web.pages.monthgrid import Door, MonthGrid, month_after, month_before, month_grid
from fillbook.web.pages.plans import r_tile
from fillbook.web.pages.rows import OpenRow, TripRow, day_door, in_percent, open_rows, trip_rows
from fillbook.web.pages.saved import bar_of, begins_elsewhere, kept_of
from fillbook.web.pages.scope import Scope, accounts_of_group, by_weight, key_of, money_choices, of_group, pick, scope
from fillbook.web.viewer import viewer

_LAST: Final = 8
_OPEN: Final = 6
_RECENT: Final = timedelta(days=29)
_MONTH: Final = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])", re.ASCII)
Records = Sequence[DayRecord]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the dashboard shows of some round trips, told in `measure`. bridge_wider: than the filter, as `bridge_covers` says.

    bridge_beside: which accounts it leaves out. money_url: the same page told in money.
    """

    measure: Measure
    trades: str
    headline: tuple[Stat, ...]
    outcomes: tuple[Share, ...]
    tiles: tuple[Stat, ...]
    versus: Versus | None
    equity: Chart
    month: MonthGrid
    last: tuple[TripRow, ...]
    trades_url: str
    open: tuple[OpenRow, ...]
    open_count: int
    open_url: str
    bridges: tuple[Bridge, ...]
    bridge_covers: str
    bridge_wider: bool
    bridge_beside: str
    money_url: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing to show, and the one next step."""

    title: str
    text: str
    url: str
    action: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says: the scope of its filter, what else goes from page to page, and which month the calendar shows.

    list_path: of the list of trades, looked up once, because hundreds of doors lead there. group: whose figures are shown, of all groups:
    a list behind a number holds what the number counts.
    """

    about: Scope
    kept: dict[str, str]
    month: date | None
    list_path: str
    group: Group | None = None
    groups: tuple[Group, ...] = ()

    @property
    def chosen(self) -> Filter:
        return self.about.chosen

    def trades(self, chosen: Filter) -> str:
        """The address of the trades that a filter admits."""
        return address(self.list_path, self.narrowed(chosen), **self.kept)

    def trades_between(self) -> Door:
        """The addresses of the trades of one period after another."""
        return addresses(self.list_path, self.narrowed(self.chosen), **self.kept)

    def dashboard(self, chosen: Filter, **others: str) -> str:
        """The dashboard under a filter."""
        return address(reverse("dashboard"), chosen, **self.kept, **others)

    def narrowed(self, chosen: Filter) -> Filter:
        """A filter to the trades that the group shown counts."""
        return of_group(chosen, self.group, self.about.accounts, self.groups)


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """How well one trades, for the accounts and the period in the address."""
    user, now, path = viewer(request), timezone.now(), reverse("dashboard")
    parameters = dict(request.GET.lists())
    month = _month_asked(request.GET.get("month", ""))
    asked = Asked(scope(user, Filter.from_query(parameters)), kept_of(parameters), month, reverse("trades"))
    about = asked.about
    if not about.all:
        return redirect("accounts" if links_of(user).exists() else "welcome")
    if elsewhere := begins_elsewhere(request):
        return elsewhere
    records = day_records(about.accounts, with_period_before(about.chosen))
    within = {group: kept for group, days in records.items() if (kept := between(days, about.chosen.first, about.chosen.last))}
    summaries = {group: summed(days) for group, days in within.items()}
    groups = by_weight(summaries)
    group = pick(groups, asked.kept.get("money", ""))
    asked = replace(asked, group=group, groups=tuple(records))
    bar = bar_of(user, path, about, asked.kept, today_there(now))
    context = {
        "about": about,
        "bar": bar,
        "fresh": freshness(user, about.accounts, now),
        "attention": attention(user, about.accounts),
        "currencies": money_choices(groups, group, path, about.chosen, asked.kept),
        "left_out": _left_out(asked, path),
        "stated": rests_on_stated(accounts_of_group(group, about.accounts), asked.narrowed(about.chosen)),
        "board": board(asked, group, records[group], summaries[group]) if group else None,
        "empty": _empty(about, bar.clear_url),
    }
    return render(request, "pages/dashboard.html", context)


def _month_asked(text: str) -> date | None:
    return date.fromisoformat(f"{text}-01") if _MONTH.fullmatch(text) else None


def _left_out(asked: Asked, path: str) -> LeftOut | None:
    """Of the accounts whose figures are shown, which are those of one base currency."""
    chosen, group = asked.chosen, asked.group
    shown = accounts_of_group(group, asked.about.accounts)
    return left_out(shown, chosen, path, asked.list_path, asked.kept, asked.narrowed(chosen))


def board(asked: Asked, group: Group, records: Records, summary: Summary) -> Board:
    """The figures of one group of round trips. records: of its days, those of the period before among them; summary: of the days chosen."""
    chosen, accounts = asked.chosen, asked.about.accounts
    measure = Measure(group.currency, percent=asked.kept.get("show") == PERCENT)
    within = between(records, chosen.first, chosen.last)
    paths = [_path(one) for one in within] if measure.percent else [one.path for one in within]
    curve = curve_days([(one.day, one.summary.n, path) for one, path in zip(within, paths, strict=True)])
    still_open = replace(chosen, status=TripStatus.OPEN, first=None, last=None, closed_from=None, closed_to=None, outcome=None)
    same_base = accounts_of_group(group, accounts)
    opened, open_count = queries.open_trips(same_base, still_open, _OPEN)
    last = page_of(same_base, asked.narrowed(chosen), Order(), size=_LAST).rows
    covers, wider = covering(same_base, chosen)
    crossed = bridges(same_base, group.currency)
    trades_url, open_url = asked.trades(chosen), asked.trades(still_open)
    sides = queries.sides(same_base, asked.narrowed(chosen), group) if measure.percent else None
    rows = trip_rows(last, group.currency, day_door(chosen, key_of(group) if len(asked.groups) > 1 else "", measure.parameter), trades_url)
    return Board(
        measure=measure,
        trades=readable.whole(summary.n),
        headline=headline(summary, _before(asked, records), chosen, measure, asked.trades),
        outcomes=outcomes(summary, chosen, asked.trades),
        tiles=_tiles(same_base, summary, _fall(within, paths, group, measure, asked), asked, measure, sides),
        versus=versus(summary, chosen, measure, asked.trades, sides),
        equity=equity_chart(_points(curve, measure, asked), measure, brush=asked.dashboard(replace(chosen, first=None, last=None))),
        month=_month(asked, within, measure),
        last=in_percent(rows) if measure.percent else rows,
        trades_url=trades_url,
        open=open_rows(opened, open_url, percent=measure.percent),
        open_count=open_count,
        open_url=open_url,
        bridges=crossed,
        bridge_beside=beside(same_base, group, crossed),
        bridge_covers=covers,
        bridge_wider=wider,
        money_url=replace(asked, kept=asked.kept | {"show": ""}).dashboard(chosen),
        counts=counts(same_base),
    )


def _tiles(
    accounts: Sequence[BrokerAccount], summary: Summary, fall: Fall, asked: Asked, measure: Measure, sides: Sides | None
) -> tuple[Stat, ...]:
    """The further figures; in R where some trade has a plan."""
    found = tiles(summary, fall, asked.chosen, measure, asked.trades, sides)
    in_r = r_tile(multiples(results_in_r(accounts, asked.chosen, measure.currency)), summary.n)
    return found if in_r is None else (*found, in_r)


def _path(record: DayRecord) -> Path:
    """How a day went in percent, of which only where it ended is kept."""
    return Path.of([record.summary.gain_total])


def _before(asked: Asked, records: Records) -> Before | None:
    """The period before the chosen one; of all time, its last 30 days."""
    chosen = asked.chosen
    previous = previous_period(chosen)
    if previous is not None:
        part = between(records, previous.first, previous.last)
        when = _("in %(first)s") % {"first": readable.days(previous.first, previous.last)}
        return Before(summed(part), when, asked.trades(previous), asked.trades(_won(previous)), compares=True)
    if chosen.first or chosen.last or chosen.is_interval or not records:
        return None
    last = records[-1].day
    recent = replace(chosen, first=last - _RECENT, last=last)
    when = _("in the 30 days to %(last)s") % {"last": readable.day(last)}
    return Before(summed(between(records, recent.first, last)), when, asked.trades(recent), asked.trades(_won(recent)))


def _won(chosen: Filter) -> Filter:
    return replace(chosen, outcome=Outcome.WIN)


def _fall(records: Records, paths: Sequence[Path], group: Group, measure: Measure, asked: Asked) -> Fall:
    """The earliest of the deepest falls, with the trades from its high to its low; of percents a day is one step.

    paths: how each day went.
    """
    found = bottom([(one.day, path) for one, path in zip(records, paths, strict=True)])
    if found is None:
        return Fall(measure.value(0))
    days = list(found.starts)
    if measure.percent:
        steps = [(Moment(one.day), one.summary.gain_total) for one in records if one.day in days]
        ends = stretch(found, steps)
        during = ends and replace(asked.chosen, first=ends[0].day, last=ends[1].day)
    else:
        ends = stretch(found, steps_of(asked.about.accounts, asked.chosen, group, days))
        during = ends and asked.chosen.between(*ends)
    return Fall(measure.value(found.depth), found.low_on, during)


def _points(curve: Sequence[CurveDay], measure: Measure, asked: Asked) -> tuple[EquityDay, ...]:
    _, points = coarser(curve)
    door = asked.trades_between()
    return tuple(
        [
            EquityDay(
                day=one.last,
                gain=measure.value(one.gain),
                trades=one.trades,
                equity=measure.value(one.equity),
                drawdown=measure.value(one.drawdown),
                url=door(one.first, one.last),
                first=one.first,
            )
            for one in points
        ]
    )


def _month(asked: Asked, records: Records, measure: Measure) -> MonthGrid:
    """The month asked for, else that of the last day; arrows lead as far as anything closed."""
    days = [record.day for record in records]
    shown = asked.month or days[-1].replace(day=1)
    before, after = month_before(shown), month_after(shown)
    periods = [Period(record.day, record.summary) for record in records if shown <= record.day <= last_day(shown)]

    def month(first: date) -> str:
        return asked.dashboard(asked.chosen, month=f"{first:%Y-%m}")

    return month_grid(
        month_of(shown, periods, measure.units),
        measure,
        asked.trades_between(),
        before=month(before) if days[0] < shown else "",
        after=month(after) if days[-1] >= after else "",
    )


def _empty(about: Scope, clear_url: str) -> Empty:
    if about.filtered:
        return Empty(
            _("No trade fits this filter"),
            _("Your book has trades, but none that meets every condition above."),
            clear_url,
            _("Clear the filter"),
        )
    return Empty(
        _("No closed trade yet"),
        _("A trade appears here once its position is flat again. Open positions are listed under Trades."),
        reverse("accounts"),
        _("See your accounts"),
    )
