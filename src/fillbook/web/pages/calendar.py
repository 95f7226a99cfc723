"""The calendar: a month by day and week, or a year of small months. Each day opens its own page."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.performance.calendar import CalendarMonth, last_day, month_of
from fillbook.performance.curves import Period
from fillbook.performance.filters import Filter
from fillbook.performance.summary import Summary
from fillbook.storage import queries
from fillbook.storage.access import links_of
from fillbook.storage.models import NoteAbout
from fillbook.web import readable
from fillbook.web.measure import PERCENT, Measure
from fillbook.web.pages.day import day_url
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.filterbar import Choice, address, addresses
from fillbook.web.pages.freshness import freshness, today_there
from fillbook.web.pages.monthgrid import Door, MonthGrid, month_after, month_before, month_grid
from fillbook.web.pages.saved import bar_of, kept_of
from fillbook.web.pages.scope import by_weight, key_of, money_choices, of_group, pick, scope
from fillbook.web.pages.words import day_words
from fillbook.web.viewer import viewer


@dataclass(frozen=True, slots=True)
class YearMonth:
    """A small month of the year's page, and where its name leads."""

    grid: MonthGrid
    url: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the address asks for: a month, or a year when month is None; and how to write other addresses.

    kept: what else of it stays. when: month or year as the address has it. counted: the filter that takes what is counted here and nothing
    else. day_money: by which the page of a day shows the same, "" where there is no choice.
    """

    year: int
    month: date | None
    kept: dict[str, str]
    when: dict[str, str] = field(default_factory=dict)
    counted: Filter = field(default_factory=Filter)
    day_money: str = ""

    def address(self, chosen: Filter, month: date | None, year: int | None = None) -> str:
        when = {"month": f"{month:%Y-%m}" if month else "", "year": str(year or "")}
        return address(reverse("calendar"), chosen, **when, **self.kept)

    def trades(self, first: date, last: date) -> str:
        """The trades of a period that are counted here."""
        return address(reverse("trades"), replace(self.counted, first=first, last=last), **self.kept)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A month or a year of the accounts in the address; the period is the page's own."""
    user, now, path = viewer(request), timezone.now(), reverse("calendar")
    about = scope(user, replace(Filter.from_query(dict(request.GET.lists())), first=None, last=None))
    if not about.all:
        return redirect("accounts" if links_of(user).exists() else "welcome")
    chosen = about.chosen
    summaries = queries.summaries(about.accounts, chosen)
    groups = by_weight(summaries)
    group, kept = pick(groups, request.GET.get("money", "")), kept_of(dict(request.GET.lists()))
    latest = max((account.figures_to for account in about.accounts if account.figures_to), default=today_there(now))
    percent = kept.get("show") == PERCENT
    shown = replace(_read(request, latest, kept), counted=of_group(chosen, group, about.accounts, groups))
    if group and len(groups) > 1:
        shown = replace(shown, day_money=key_of(group))
    first, last = (shown.month, last_day(shown.month)) if shown.month else (date(shown.year, 1, 1), date(shown.year, 12, 31))
    measure = Measure(group.currency if group else "", percent)
    days = queries.by_day(about.accounts, replace(chosen, first=first, last=last)).get(group, ()) if group else ()
    context = {
        "about": about,
        "bar": bar_of(user, path, about, kept | shown.when, today_there(now)),
        "fresh": freshness(user, about.accounts, now),
        "currencies": money_choices(groups, group, path, chosen, kept | shown.when),
        "views": [
            Choice(_("Month"), shown.address(chosen, shown.month or _month_in(shown.year, days, latest)), shown.month is not None),
            Choice(_("Year"), shown.address(chosen, None, shown.year), shown.month is None),
        ],
        "any": group is not None,
        "day_words": day_words(user, NoteAbout.MONTH, shown.month, about) if shown.month else None,
    }
    context |= _month(shown, chosen, days, measure) if shown.month else _year(shown, chosen, days, measure)
    return render(request, "pages/calendar.html", context)


def _read(request: HttpRequest, latest: date, kept: dict[str, str]) -> _Shown:
    """What cannot be understood is the latest month with figures."""
    month, year = (request.GET.get(name, "") for name in ("month", "year"))
    try:
        return _Shown(int(month[:4]), date.fromisoformat(f"{month}-01"), kept, {"month": month})
    except ValueError:
        pass
    if year.isascii() and year.isdigit() and len(year) == 4 and 1900 <= int(year) <= 2199:
        return _Shown(int(year), None, kept, {"year": year})
    return _Shown(latest.year, latest.replace(day=1), kept)


def _month_in(year: int, days: Sequence[Period], latest: date) -> date:
    """The month to turn to from a year: its last one with a result."""
    if days:
        return days[-1].first.replace(day=1)
    return latest.replace(day=1) if latest.year == year else date(year, 12, 1)


def _month(shown: _Shown, chosen: Filter, days: Sequence[Period], measure: Measure) -> dict[str, object]:
    assert shown.month is not None
    month = month_of(shown.month, days, measure.units)
    beside = [shown.address(chosen, one) for one in (month_before(shown.month), month_after(shown.month))]
    grid = month_grid(month, measure, _door(chosen, shown), before=beside[0], after=beside[1])
    total = _total(grid, month, measure) | {"trades_url": shown.trades(shown.month, last_day(shown.month))}
    return {"month": grid, "name": readable.month(shown.month), "before": beside[0], "after": beside[1], **total}


def _year(shown: _Shown, chosen: Filter, days: Sequence[Period], measure: Measure) -> dict[str, object]:
    months = [month_of(date(shown.year, number, 1), days, measure.units) for number in range(1, 13)]
    largest = max(month.largest for month in months)
    grids = [month_grid(replace(month, largest=largest), measure, _door(chosen, shown)) for month in months]
    summary = Summary()
    for month in months:
        summary = summary.merge(month.summary or Summary())
    total = measure.total(summary)
    return {
        "year": [YearMonth(grid, shown.address(chosen, month.first)) for grid, month in zip(grids, months, strict=True)],
        "name": str(shown.year),
        "before": shown.address(chosen, None, shown.year - 1) if shown.year > 1900 else "",
        "after": shown.address(chosen, None, shown.year + 1) if shown.year < 2199 else "",
        "total": measure.gain(total) if summary.n else "",
        "tone": tone_of(total),
        "trades": readable.plural(summary.n, "trade"),
        "unit": measure.unit,
        "beside": measure.beside,
        "trades_url": shown.trades(date(shown.year, 1, 1), date(shown.year, 12, 31)),
    }


def _total(grid: MonthGrid, month: CalendarMonth, measure: Measure) -> dict[str, object]:
    found = month.summary or Summary()
    return {
        "total": grid.sum.value,
        "tone": grid.sum.tone,
        "trades": readable.plural(found.n, "trade"),
        "unit": measure.unit,
        "beside": measure.beside,
    }


def _door(chosen: Filter, shown: _Shown) -> Door:
    """A single day opens its page, a week or month the trades that closed in it."""
    several = addresses(reverse("trades"), shown.counted, **shown.kept)
    some_day = day_url(date.min, chosen, shown.day_money, shown.kept.get("show", ""))

    def door(first: date, last: date) -> str:
        return some_day.replace(str(date.min), str(first), 1) if first == last else several(first, last)

    return door
