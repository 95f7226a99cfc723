"""How results are spread, every fall of the curve, runs of wins and losses, and two choices side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from heapq import nsmallest
from typing import Final
from urllib.parse import parse_qs, quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.performance import metrics
from fillbook.performance.bands import Band, Banded
from fillbook.performance.compare import Pair, compared
from fillbook.performance.distributions import Bar, Histogram, Spread, spread_of
from fillbook.performance.drawdowns import Fall
from fillbook.performance.filters import Filter, TripStatus, previous_period
from fillbook.performance.keys import Key
from fillbook.performance.statistics import Sample, Unit
from fillbook.performance.streaks import Run, Streaks
from fillbook.performance.summary import Outcome, Summary, from_e8
from fillbook.storage import reports
from fillbook.storage.access import views_of
from fillbook.storage.choosing import accounts_in
from fillbook.storage.models import BrokerAccount
from fillbook.storage.queries import Group
from fillbook.trades.records import Side
from fillbook.web import readable
from fillbook.web.measure import PERCENT, Measure
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.filterbar import Choice, condition_words, interval_words
from fillbook.web.pages.freshness import today_there
from fillbook.web.pages.report_words import FIGURES, SPREADS, Names, band_name
from fillbook.web.pages.reports import Asked, FigureRow, elsewhere, figure_row, figure_words, shared
from fillbook.web.pages.saved import opened

_MOST_FALLS: Final = 50
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Column:
    """One bar of a histogram of 100 by 100. url: its trades, "" where no filter says it."""

    x: str
    y: str
    width: str
    height: str
    tone: str
    name: str
    count: str
    share: str
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A histogram. mean_x, median_x: on an axis of 100. least, most: what stands at its ends. highest: how many its highest bar has."""

    caption: str
    columns: tuple[Column, ...]
    mean: str
    median: str
    mean_x: str
    median_x: str
    least: str
    most: str
    highest: str


@require_safe
def distribution(request: HttpRequest) -> HttpResponse:
    """How profit, percent, R or holding time of the trades in the address are spread."""
    what, usual = spread_asked(request)
    asked = Asked.read(request, "report-spread", what="" if what is usual else what.value)
    if other := elsewhere(request, asked):
        return other
    totals = reports.totals(asked.about.accounts, asked.about.chosen, told=asked.told)
    asked = asked.among(totals)
    context = shared(asked, totals)
    group: Group | None = context["group"]
    others = {name: value for name, value in asked.kept.items() if name != "what"}
    context["choices"] = [
        Choice(str(name), replace_kept(asked, others).url(what="" if one is usual else one.value), one is what)
        for one, name in SPREADS.items()
        if not (asked.percent and one is Spread.PROFIT)
    ]
    if group:
        values = reports.spread(asked.about.accounts, asked.about.chosen, what, told=asked.told).get(group, [])
        found = spread_of(what, values)
        context |= {
            "picture": None if found is None else picture(found, what, asked, group),
            "absent": _absent(what),
            "csv": "" if asked.user.hides_money else asked.url(reverse("report-file", args=["spread", "csv"])),
            "json": "" if asked.user.hides_money else asked.url(reverse("report-file", args=["spread", "json"])),
        }
    return render(request, "pages/report_spread.html", context)


def spread_asked(request: HttpRequest) -> tuple[Spread, Spread]:
    """(what is spread, what is where the address does not say): profit, and where percent is told the gain in its place."""
    usual = Spread.PERCENT if request.GET.get("show") == PERCENT else Spread.PROFIT
    text = request.GET.get("what", "")
    what = Spread(text) if text in list(Spread) else usual
    return (usual if what is Spread.PROFIT else what), usual


def replace_kept(asked: Asked, kept: dict[str, str]) -> Asked:
    """The same with other parameters kept."""
    return replace(asked, kept=kept)


def _absent(what: Spread) -> str:
    words = {
        Spread.R: _("No trade here has a planned stop, so none has a result in R. A trade's page takes one."),
        Spread.HELD: _("No trade here has a time of day at both ends."),
    }
    return words.get(what, _("No opening cost is known here."))


def picture(found: Histogram, what: Spread, asked: Asked, group: Group) -> Picture:
    """A histogram drawn."""
    bars, highest = found.bars, max(bar.count for bar in found.bars)
    step = Decimal(100) / len(bars)
    columns = []
    for index, bar in enumerate(bars):
        height = Decimal(96) * bar.count / highest
        columns.append(
            Column(
                f"{index * step:.3f}",
                f"{100 - height:.3f}",
                f"{step * Decimal('0.92'):.3f}",
                f"{height:.3f}",
                _bar_tone(bar, what),
                _bar_name(bar, what, group.currency, index),
                readable.whole(bar.count),
                readable.percent(Decimal(100 * bar.count) / found.n),
                _bar_door(what, index, asked, group),
            )
        )
    mean, median = (_told(what, value, group.currency) for value in (found.mean, found.median))
    most = max(range(len(bars)), key=lambda index: bars[index].count)
    sentence = _("%(trades)s: mean %(mean)s, median %(median)s; most often %(most)s, %(count)s of them.") % {
        "trades": readable.plural(found.n, "trade"),
        "mean": mean,
        "median": median,
        "most": columns[most].name,
        "count": columns[most].count,
    }
    return Picture(
        sentence,
        tuple(columns),
        mean,
        median,
        _place(bars, found.mean),
        _place(bars, found.median),
        columns[0].name,
        columns[-1].name,
        readable.plural(highest, "trade"),
    )


def _place(bars: Sequence[Bar], value: Decimal) -> str:
    """Where a value stands on an axis of 100 on which every bar is as wide; in the middle of an open one."""
    for index, bar in enumerate(bars):
        if bar.most is None or value < bar.most:
            part = Decimal("0.5") if bar.least is None or bar.most is None else (value - bar.least) / (bar.most - bar.least)
            return f"{100 * (index + part) / len(bars):.3f}"
    return "100"


def _bar_tone(bar: Bar, what: Spread) -> str:
    if what is Spread.HELD:
        return "plain"
    return "gain" if bar.least is not None and bar.least >= 0 else "loss"


def _bar_name(bar: Bar, what: Spread, currency: str, index: int) -> str:
    if what is Spread.HELD:
        return band_name(Band(Banded.HELD, index))
    least, most = (None if edge is None else _told(what, Decimal(edge), currency, edge=True) for edge in (bar.least, bar.most))
    if least is None:
        return _("Under %(most)s") % {"most": most}
    return _("%(least)s and more") % {"least": least} if most is None else _("%(least)s to %(most)s") % {"least": least, "most": most}


def _bar_door(what: Spread, index: int, asked: Asked, group: Group) -> str:
    if what is not Spread.HELD:
        return ""
    others = tuple(band for band in asked.about.chosen.bands if band.banded is not Banded.HELD)
    return asked.trades(replace(asked.about.chosen, bands=tuple(sorted((*others, Band(Banded.HELD, index))))), group)


def _told(what: Spread, value: Decimal, currency: str, *, edge: bool = False) -> str:
    """A value of a spread in words. edge: of a bar, which is a round number."""
    match what:
        case Spread.PROFIT:
            return readable.short_amount(value.scaleb(-8)) if edge else f"{readable.gain(value.scaleb(-8), currency)} {currency}"
        case Spread.PERCENT:
            return readable.percent(value.scaleb(-6), signed=True)
        case Spread.R:
            return f"{readable.number(value.scaleb(-8), 2, signed=True)} R"
        case Spread.HELD:
            return readable.duration(timedelta(seconds=int(value)))


@dataclass(frozen=True, slots=True)
class FallRow:
    """A fall as a row. url: its trades; down_url: those from its high to its low. share: of the deepest one, the width of a bar of 100."""

    start: str
    trough: str
    recovered: str
    depth: str
    days: str
    down: str
    trades: str
    share: str
    url: str
    down_url: str


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run of wins or losses. url: its trades."""

    name: str
    length: str
    when: str
    total: str
    tone: str
    url: str


@require_safe
def drawdowns(request: HttpRequest) -> HttpResponse:
    """Every fall of the curve, and the runs."""
    asked = Asked.read(request, "report-falls")
    if other := elsewhere(request, asked):
        return other
    found = reports.fallen(asked.about.accounts, asked.about.chosen, told=asked.figures_told)
    asked = asked.among(found)
    context = shared(asked, {group: Summary(n=part.trades) for group, part in found.items()})
    group: Group | None = context["group"]
    if group:
        measure = asked.measure(group)
        everything, runs = found[group].falls, found[group].runs
        context |= {
            "falls": fall_table(everything, asked, group, _MOST_FALLS),
            "caption": _falls_sentence(everything, measure),
            "recovery": _recovery_sentence(found[group].recovery),
            "rest": max(0, len(everything) - _MOST_FALLS),
            "runs": run_rows(runs, asked, group),
            "lengths": _lengths(runs),
            "csv": "" if asked.user.hides_money else asked.url(reverse("report-file", args=["falls", "csv"])),
            "json": "" if asked.user.hides_money else asked.url(reverse("report-file", args=["falls", "json"])),
        }
    return render(request, "pages/report_falls.html", context)


def fall_table(found: Sequence[Fall], asked: Asked, group: Group, most: int) -> list[FallRow]:
    """So many falls, deepest first."""
    deepest = nsmallest(most, found, key=lambda fall: fall.depth)
    return [_fall_row(fall, deepest[0], asked, group) for fall in deepest]


def _fall_row(fall: Fall, deepest: Fall, asked: Asked, group: Group) -> FallRow:
    chosen = asked.about.chosen
    return FallRow(
        readable.day(fall.peak_on) if fall.peak_on else _("the start"),
        readable.day(fall.trough_on),
        readable.day(fall.recovered_on) if fall.recovered_on else _("not yet"),
        asked.measure(group).gain(from_e8(fall.depth)),
        readable.whole(fall.days),
        readable.whole(fall.days_down),
        readable.whole(fall.trades),
        f"{Decimal(100 * fall.depth) / deepest.depth:.2f}",
        asked.trades(chosen.between(fall.begins, fall.ends), group),
        asked.trades(chosen.between(fall.begins, fall.lowest), group),
    )


def _falls_sentence(found: Sequence[Fall], measure: Measure) -> str:
    if not found:
        return _("The curve of closed trades never fell below its high.")
    deepest, longest = min(found, key=lambda fall: fall.depth), max(found, key=lambda fall: fall.days)
    words = {
        "count": readable.plural(len(found), "fall"),
        "depth": measure.size(from_e8(-deepest.depth)),
        "currency": measure.beside,
        "trough": readable.day(deepest.trough_on),
        "days": readable.plural(longest.days, "day"),
    }
    if found[-1].recovered_on is None:
        return (
            _("%(count)s; the deepest %(depth)s %(currency)s to %(trough)s, the longest %(days)s. The last one is not made good yet.")
            % words
        )
    return _("%(count)s; the deepest %(depth)s %(currency)s to %(trough)s, the longest %(days)s. All are made good.") % words


def _recovery_sentence(factor: Decimal | None) -> str:
    if factor is None:
        return ""
    return _("Recovery factor %(factor)s: the profit by the size of the deepest fall.") % {"factor": readable.number(factor, 2)}


def run_rows(runs: Streaks, asked: Asked, group: Group) -> list[RunRow]:
    """The longest runs, and the one that is going on."""
    named: list[tuple[str, Run | None]] = [
        (_("Most wins in a row"), runs.wins),
        (_("Most losses in a row"), runs.losses),
        (_("Going on: wins") if runs.current and runs.current.outcome is Outcome.WIN else _("Going on: losses"), runs.current),
    ]
    return [_run_row(name, run, asked, group) for name, run in named if run is not None]


def _run_row(name: str, run: Run, asked: Asked, group: Group) -> RunRow:
    chosen = reports.of_run(asked.about.chosen, run, asked.told)
    total = from_e8(run.total)
    return RunRow(
        name,
        readable.whole(run.length),
        readable.days(run.first, run.last),
        asked.measure(group).gain(total),
        tone_of(total),
        asked.trades(chosen, group),
    )


def _lengths(runs: Streaks) -> list[tuple[str, str, str]]:
    """(length, runs of wins, runs of losses) for each length that occurs."""
    wins, losses = runs.lengths[Outcome.WIN], runs.lengths[Outcome.LOSS]
    return [
        (readable.whole(length), readable.whole(wins.get(length, 0)), readable.whole(losses.get(length, 0)))
        for length in sorted({*wins, *losses})
    ]


@dataclass(frozen=True, slots=True)
class PairRow:
    """A figure of both choices. clear: `yes` or `no` where it can be said whether the difference is more than chance, else ""."""

    name: str
    formula: str
    first: str
    second: str
    difference: str
    tone: str
    few: bool
    clear: str
    first_style: str = "num"
    second_style: str = "num"


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The trades in the address beside those of another filter, which stands in `with`."""
    text = request.GET.get("with", "")[:_LONGEST]
    asked = Asked.read(request, "report-compare", **({"with": quote(text, safe="")} if text else {}))
    if other := elsewhere(request, asked):
        return other
    accounts, second = second_side(request, asked)
    mine = reports.reckoned(asked.about.accounts, asked.about.chosen, told=asked.figures_told)
    theirs = reports.reckoned(accounts, second, told=asked.figures_told) if "with" in request.GET else {}
    asked = asked.among({**mine, **theirs})
    context = shared(asked, {group: sample.summary for group, sample in mine.items()})
    group: Group | None = context["group"] or next(iter(theirs), None)
    context |= {"others": _others(asked), "chosen_words": filter_words(asked, asked.about.chosen)}
    if group and "with" in request.GET:
        other_side = theirs.get(group, Sample(Summary()))
        pairs = compared(mine.get(group, Sample(Summary())), other_side)
        measure = asked.measure(group)
        context |= {
            "pairs": [pair_row(pair, measure) for pair in pairs],
            "other_words": filter_words(asked, second),
            "first_url": asked.trades(asked.about.chosen, group),
            "second_url": asked.trades(second, group),
            "swapped": _with(replace_kept(asked, {k: v for k, v in asked.kept.items() if k != "with"}), second, asked.about.chosen),
            "caption": _difference_sentence(pairs[1], measure),
            "csv": "" if asked.user.hides_money else asked.url(reverse("report-file", args=["compare", "csv"])),
            "json": "" if asked.user.hides_money else asked.url(reverse("report-file", args=["compare", "json"])),
        }
    return render(request, "pages/report_compare.html", context)


def second_side(request: HttpRequest, asked: Asked) -> tuple[list[BrokerAccount], Filter]:
    """What the choice is compared with: the filter that stands in `with`, and its accounts of the same kind."""
    second = replace(Filter.from_query(parse_qs(request.GET.get("with", "")[:_LONGEST])), status=TripStatus.CLOSED)
    return [account for account in accounts_in(asked.user, second) if account.kind == asked.about.kind], second


def _with(asked: Asked, first: Filter, second: Filter) -> str:
    """The address of a comparison."""
    plain = {name: value for name, value in asked.kept.items() if name != "with"}
    url = replace(asked, kept=plain).url(chosen=first)
    return f"{url}{'&' if '?' in url else '?'}with={quote(second.to_query(), safe='')}"


def _others(asked: Asked) -> list[Choice]:
    """What the choice may be compared with."""
    chosen, found = asked.about.chosen, []
    before = previous_period(chosen)
    if before is not None:
        found.append((_("The period before"), before))
    if chosen.side is not None:
        other = Side.SHORT if chosen.side is Side.LONG else Side.LONG
        found.append((_("The other side"), replace(chosen, side=other)))
    if chosen != Filter():
        found.append((_("All trades"), Filter(accounts=chosen.accounts)))
    links = [Choice(name, _with(asked, chosen, one), False) for name, one in found]
    if chosen.side is None:
        links.append(Choice(_("Long beside short"), _with(asked, replace(chosen, side=Side.LONG), replace(chosen, side=Side.SHORT)), False))
    if chosen != Filter():
        links.append(Choice(_("Hold this as the second side"), _with(asked, Filter(accounts=chosen.accounts), chosen), False))
    today = today_there(timezone.now())
    for view in views_of(asked.user):
        query = opened(view, "", today).partition("?")[2]
        links.append(Choice(_("View “%(name)s”") % {"name": view.name}, _with(asked, chosen, Filter.from_query(parse_qs(query))), False))
    return links


def filter_words(asked: Asked, chosen: Filter) -> str:
    """A filter in a few words."""
    bar = filter_parts(chosen, asked.names)
    return ", ".join(bar) or _("All trades")


def filter_parts(chosen: Filter, names: Names) -> list[str]:
    """Its conditions, each in words."""
    parts = [names.value(Key.ACCOUNT, account) for account in chosen.accounts]
    if chosen.first or chosen.last:
        parts.append(readable.days(chosen.first, chosen.last))
    parts += [interval_words(chosen)] if chosen.is_interval else []
    parts += [chosen.symbol] if chosen.symbol else []
    parts += [names.value(Key.TAG, tag) for tag in chosen.tags]
    return [*parts, *condition_words(chosen)]


def pair_row(pair: Pair, measure: Measure) -> PairRow:
    """A figure of both, and the difference."""
    title, formula = FIGURES[pair.first.name]
    first, second = figure_row(pair.first, measure), figure_row(pair.second, measure)
    difference = pair.difference
    words = ""
    if difference is not None:
        count = pair.first.unit in (Unit.COUNT, Unit.DAYS)
        words = readable.number(difference, 0, signed=True) if count else figure_words(pair.first.unit, difference, measure, signed=True)
        points = pair.first.unit is Unit.PERCENT or (measure.percent and pair.first.unit is Unit.MONEY)
        words = words.removesuffix("\u202f%") + "\u202f" + _("points") if points else words
    clear = {None: "", True: "yes", False: "no"}[pair.clear]
    toned = pair.first.unit in (Unit.MONEY, Unit.R) and pair.first.name not in ("volume", "fees")
    return PairRow(
        str(title),
        str(formula),
        first.value,
        second.value,
        words,
        tone_of(difference) if toned else "",
        first.few or second.few,
        clear,
        *(_style(one) for one in (first, second)),
    )


def _style(row: FigureRow) -> str:
    return "muted" if row.tone == "muted" else "num"


def _difference_sentence(profit: Pair, measure: Measure) -> str:
    words = {
        "first": measure.gain(profit.first.value),
        "second": measure.gain(profit.second.value),
        "difference": measure.gain(profit.difference),
        "currency": measure.beside,
        "few": metrics.FEW_TRADES,
    }
    return _("Profit %(first)s beside %(second)s: %(difference)s %(currency)s apart. Grey: fewer than %(few)s trades on a side.") % words
