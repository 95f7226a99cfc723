"""Results by where in the day trades were opened: an hour and weekday grid, and one table for each other way to look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.brokers.manifests import Precision, manifests
from fillbook.performance import metrics
from fillbook.performance.breakdowns import Dimension, Parts, Slot, by_hour, by_weekday, whole
from fillbook.performance.calendar import shade
from fillbook.performance.filters import Filter
from fillbook.performance.intraday import HOURS
from fillbook.performance.summary import Summary
from fillbook.storage import queries
from fillbook.storage.access import links_of
from fillbook.storage.intraday import Untimed, slots, untimed, zones
from fillbook.web import readable
from fillbook.web.language import gettext_lazy
from fillbook.web.measure import PERCENT, Measure
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.filterbar import address
from fillbook.web.pages.freshness import freshness, today_there
from fillbook.web.pages.saved import bar_of, kept_of
from fillbook.web.pages.scope import accounts_of_group, by_weight, money_choices, of_group, pick, scope
from fillbook.web.pages.slots import hour_name, slot_name, weekday_name
from fillbook.web.viewer import viewer

_WORKING_DAYS: Final = 5
_TABLES: Final = (
    (Dimension.HOUR, gettext_lazy("Hour"), gettext_lazy("By the hour in which the first fill opened the position.")),
    (Dimension.WEEKDAY, gettext_lazy("Weekday"), gettext_lazy("By the weekday of the first fill.")),
    (Dimension.SESSION, gettext_lazy("Part of the session"), gettext_lazy("By the regular day of the exchange on which it was opened.")),
    (Dimension.HELD, gettext_lazy("Holding time"), gettext_lazy("From the first opening to the last closing fill, nights included.")),
    (Dimension.NUMBER, gettext_lazy("Trade of the day"), gettext_lazy("Counted in each account in the order in which they were opened.")),
    (Dimension.AFTER, gettext_lazy("What came before"), gettext_lazy("The account's last trade that had closed earlier that day.")),
)


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One slot as a row. at: its beginning today, for the viewer's own clock, "" for none. few: too few trades to say much.

    bar_*: a bar from zero on an axis of 100, scaled to the largest of its table.
    """

    name: str
    url: str
    at: str
    trades: str
    few: bool
    win_rate: str
    average: str
    profit: str
    tone: str
    sign: str
    bar_start: str
    bar_width: str


@dataclass(frozen=True, slots=True)
class SlotTable:
    """One way to look. caption: what it shows in one sentence made from the data."""

    id: str
    title: str
    explanation: str
    caption: str
    rows: tuple[SlotRow, ...]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """An hour of a weekday. shade: its colour, such as `gain-3`, "" for none."""

    url: str
    short: str
    trades: str
    words: str
    shade: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One hour. at: as in `SlotRow`."""

    name: str
    at: str
    cells: tuple[HeatCell | None, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """Hours down, weekdays across; each cell with its result and how many trades made it."""

    days: tuple[tuple[str, str], ...]
    rows: tuple[HeatRow, ...]
    caption: str


@require_safe
def intraday(request: HttpRequest) -> HttpResponse:
    """For the accounts and the period in the address."""
    user, now, path = viewer(request), timezone.now(), reverse("intraday")
    about = scope(user, replace(Filter.from_query(dict(request.GET.lists())), slot=None))
    if not about.all:
        return redirect("accounts" if links_of(user).exists() else "welcome")
    kept = kept_of(dict(request.GET.lists()))
    found, summaries = slots(about.accounts, about.chosen), queries.summaries(about.accounts, about.chosen)
    groups = by_weight(summaries)
    group = pick(groups, request.GET.get("money", ""))
    held, counted = accounts_of_group(group, about.accounts), of_group(about.chosen, group, about.accounts, groups)
    clocks = zones(held, about.chosen)
    context = {
        "about": about,
        "bar": bar_of(user, path, about, kept, today_there(now)),
        "fresh": freshness(user, about.accounts, now),
        "currencies": money_choices(groups, group, path, about.chosen, kept),
        "clocks": [readable.zone_name(zone) for zone in clocks],
        "untimed": [_untimed_words(one) for one in untimed(held, counted)],
        "trades": readable.plural(summaries[group].n, "trade") if group else "",
    }
    parts = found.get(group, {}) if group else {}
    if group and parts:
        looking = _Looking(counted, Measure(group.currency, kept.get("show") == PERCENT), clocks, now, reverse("trades"), kept)
        context |= {"heat": heat(parts[Dimension.CLOCK], looking), "tables": tables(parts, looking), "unit": looking.measure.unit}
    return render(request, "pages/intraday.html", context)


@dataclass(frozen=True, slots=True)
class _Looking:
    """How results are told: the filter that doors narrow, money or percent, whose clock. list_path: of the list of trades.

    kept: what else of the address goes there.
    """

    chosen: Filter
    measure: Measure
    clocks: Sequence[str]
    now: datetime
    list_path: str
    kept: Mapping[str, str]

    def door(self, slot: Slot) -> str:
        """The trades of a slot."""
        return address(self.list_path, replace(self.chosen, slot=slot), **self.kept)

    def at(self, hour: int) -> str:
        """The beginning of an hour today, as an instant, where one clock is meant."""
        if len(self.clocks) != 1:
            return ""
        return self.now.astimezone(ZoneInfo(self.clocks[0])).replace(hour=hour, minute=0, second=0, microsecond=0).isoformat()


def tables(parts: dict[Dimension, Parts], looking: _Looking) -> tuple[SlotTable, ...]:
    """One for each way to look, those without a trade left out."""
    clock = parts[Dimension.CLOCK]
    turned: dict[Dimension, Parts] = {**parts, Dimension.HOUR: by_hour(clock), Dimension.WEEKDAY: by_weekday(clock)}
    found = []
    for dimension, title, explanation in _TABLES:
        if part := turned.get(dimension):
            rows = slot_rows(dimension, part, looking)
            caption = _caption(dimension, part, looking.measure)
            found.append(SlotTable(dimension.value, str(title), str(explanation), caption, rows))
    return tuple(found)


def slot_rows(dimension: Dimension, parts: Parts, looking: _Looking) -> tuple[SlotRow, ...]:
    """The slots in which something was opened, in their order."""
    most = max((abs(looking.measure.total(part)) for part in parts.values()), default=Decimal(0)) or Decimal(1)
    return tuple(_row(Slot(dimension, number), part, looking, most) for number, part in parts.items())


def _row(slot: Slot, summary: Summary, looking: _Looking, most: Decimal) -> SlotRow:
    measure = looking.measure
    total = measure.total(summary)
    width = 49 * abs(total) / most
    average = metrics.average_gain_percent(summary) if measure.percent else metrics.average_gain(summary)
    return SlotRow(
        name=slot_name(slot),
        url=looking.door(slot),
        at=looking.at(slot.number) if slot.dimension is Dimension.HOUR else "",
        trades=readable.whole(summary.n),
        few=summary.n < metrics.FEW_TRADES,
        win_rate=readable.percent(metrics.win_rate(summary)),
        average=measure.gain(average),
        profit=measure.gain(total),
        tone=tone_of(total),
        sign="gain" if total >= 0 else "loss",
        bar_start=f"{-width if total < 0 else 0:.2f}",
        bar_width=f"{width:.2f}",
    )


def heat(clock: Parts, looking: _Looking) -> Heat:
    """The grid, from the first to the last hour in which something was opened; weekends only where they have trades."""
    measure = looking.measure
    hours = [number % HOURS for number in clock]
    last = max(_WORKING_DAYS - 1, *(number // HOURS for number in clock))
    largest = max(abs(measure.units(part)) for part in clock.values())
    rows = tuple(
        HeatRow(hour_name(hour), looking.at(hour), tuple(_cell(day * HOURS + hour, clock, looking, largest) for day in range(last + 1)))
        for hour in range(min(hours), max(hours) + 1)
    )
    return Heat(
        tuple((weekday_name(day), weekday_name(day, short=True)) for day in range(last + 1)),
        rows,
        _caption(Dimension.CLOCK, clock, measure),
    )


def _cell(number: int, clock: Parts, looking: _Looking, largest: int) -> HeatCell | None:
    summary = clock.get(number)
    if summary is None:
        return None
    measure, slot = looking.measure, Slot(Dimension.CLOCK, number)
    depth = shade(measure.units(summary), largest)
    total, trades = measure.total(summary), readable.plural(summary.n, "trade")
    colour = f"gain-{depth}" if depth > 0 else f"loss-{-depth}" if depth else "even"
    words = f"{slot_name(slot)}: {measure.gain(total)} {measure.beside}, {trades}"
    return HeatCell(looking.door(slot), measure.short(total), readable.whole(summary.n), words, colour)


def _caption(dimension: Dimension, parts: Parts, measure: Measure) -> str:
    """What a table or grid shows in one sentence: how much, and where it was best and worst."""
    everything = whole(parts)
    ranked = sorted(parts, key=lambda number: (measure.units(parts[number]), number))
    words = {
        "trades": readable.plural(everything.n, "trade"),
        "total": f"{measure.gain(measure.total(everything))} {measure.beside}",
        "best": slot_name(Slot(dimension, ranked[-1])),
        "best_total": measure.gain(measure.total(parts[ranked[-1]])),
        "worst": slot_name(Slot(dimension, ranked[0])),
        "worst_total": measure.gain(measure.total(parts[ranked[0]])),
    }
    if len(parts) == 1:
        return _("%(trades)s, %(total)s, all in one part: %(best)s.") % words
    return _("%(trades)s came to %(total)s; best %(best)s with %(best_total)s, worst %(worst)s with %(worst_total)s.") % words


def _untimed_words(one: Untimed) -> str:
    """Why trades of an account are left out."""
    manifest = manifests().get(one.account.broker)
    words = {
        "count": readable.plural(one.count, "trade"),
        "account": one.account.alias or one.account.number,
        "broker": manifest.name if manifest else one.account.broker,
    }
    if manifest is not None and manifest.capabilities.time is Precision.DATE:
        return _("%(count)s of %(account)s left out: %(broker)s states days and no times.") % words
    return (
        _(
            "%(count)s of %(account)s left out: the time of their first fill is not known, or an exercise or assignment delivered them, at "
            "a time that nobody chose."
        )
        % words
    )
