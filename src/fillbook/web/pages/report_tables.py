"""Reports by one key as a table, and by two as a grid; each row and cell leads to its trades."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.performance import metrics
from fillbook.performance.calendar import shade
from fillbook.performance.crossing import OTHERS, Breakdown, Crossing, Part, limited
from fillbook.performance.filters import Filter
from fillbook.performance.keys import NAMED, TIMED, Key, Value, narrowed
from fillbook.performance.summary import Summary
from fillbook.storage import reports
from fillbook.storage.intraday import zones
from fillbook.storage.queries import Group
from fillbook.web import readable
from fillbook.web.language import gettext_lazy
from fillbook.web.measure import Measure
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.filterbar import Choice
from fillbook.web.pages.plans import r_words
from fillbook.web.pages.report_words import GROUPS, KEYS, MEANS, Names
from fillbook.web.pages.reports import Asked, elsewhere, shared

MOST_ROWS: Final = 100
GRID: Final = (40, 12)
"""Most rows and columns of a grid."""
HEADINGS: Final = (
    ("value", gettext_lazy("Value")),
    ("trades", gettext_lazy("Trades")),
    ("won", gettext_lazy("Won")),
    ("average", gettext_lazy("Average")),
    ("gain", gettext_lazy("Gain")),
    ("r", gettext_lazy("R")),
    ("fees", gettext_lazy("Fees")),
    ("profit", gettext_lazy("Profit")),
)
_IN_MONEY: Final = frozenset({"average", "fees"})
_HIDDEN_NARROW: Final = frozenset({"average", "gain", "r", "fees"})


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One value's trades. bar_*: a bar from zero on an axis of 100. own: the profit in the trades' own currency, "" elsewhere.

    r_of: on how many trades the result in R rests, where they are few.
    """

    name: str
    url: str
    trades: str
    few: bool
    win_rate: str
    average: str
    gain: str
    r: str
    fees: str
    profit: str
    tone: str
    sign: str
    bar_start: str
    bar_width: str
    own: str = ""
    r_of: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A column. url: orders by it. direction: how the table is ordered by it now, "" where it is not."""

    name: str
    title: str
    url: str
    direction: str
    style: str


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A breakdown as a table. caption: what it shows in a sentence. notes: what is to be known with it. rest: rows that are not shown.

    with_money: average and fees are told as well, which in percent are the gain once more and nothing.
    """

    title: str
    explanation: str
    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[ReportRow, ...]
    total: ReportRow
    notes: tuple[str, ...]
    rest: int
    with_r: bool
    with_own: bool
    with_money: bool = True


Link = Callable[[Filter], str]


@require_safe
def by_key(request: HttpRequest, key: str) -> HttpResponse:
    """The trades in the address by one key."""
    if key not in list(Key):
        raise Http404(_("There is no such report."))
    sort = request.GET.get("sort", "")
    asked = Asked.read(request, "report-by", key, sort=sort if sort.removeprefix("-") in dict(HEADINGS) else "")
    if other := elsewhere(request, asked):
        return other
    found = reports.breakdown(asked.about.accounts, asked.about.chosen, Key(key), told=asked.told)
    asked = asked.among(found)
    context = shared(asked, {group: one.whole for group, one in found.items()})
    group = context["group"]
    context["keys"] = _keys(asked, Key(key))
    if group:
        own = reports.own_currency(asked.about.accounts, asked.about.chosen).get(group, {}) if key == Key.CURRENCY else {}
        context |= {
            "table": table(asked, group, found[group], {name: net for name, (net, _paid) in own.items()}),
            "csv": "" if asked.user.hides_money else asked.url(reverse("report-file", args=[key, "csv"])),
            "json": "" if asked.user.hides_money else asked.url(reverse("report-file", args=[key, "json"])),
        }
    return render(request, "pages/report_by.html", context)


def _keys(asked: Asked, current: Key) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    return tuple(
        (
            str(title),
            tuple(Choice(str(KEYS[key]), asked.url(reverse("report-by", args=[key.value]), sort=""), key is current) for key in keys),
        )
        for title, keys in GROUPS
    )


def table(asked: Asked, group: Group, found: Breakdown, own: dict[str, Decimal], most_rows: int = MOST_ROWS) -> ReportTable:
    """A breakdown in the order that the address asks for."""
    measure, key = asked.measure(group), found.key
    most = max((abs(measure.total(part.summary)) for part in found.parts), default=Decimal(0)) or Decimal(1)
    names = asked.names
    parts = _ordered(found, asked.kept.get("sort", ""), measure, names)
    rows = [_row(asked, group, key, part, measure, most, names, own) for part in parts[:most_rows]]
    total = _row(asked, group, None, found.all, measure, most, names, {})
    return ReportTable(
        str(KEYS[key]),
        str(MEANS.get(key, "")),
        caption(found.parts, found.whole, measure, lambda part: names.value(key, part.value)),
        _headings(asked, key, any(row.r for row in rows)),
        tuple(rows),
        total,
        tuple(_notes(asked, found)),
        max(0, len(parts) - most_rows),
        any(row.r for row in rows),
        bool(own) and not measure.percent,
        not measure.percent,
    )


def _row(
    asked: Asked, group: Group, key: Key | None, part: Part, measure: Measure, most: Decimal, names: Names, own: dict[str, Decimal]
) -> ReportRow:
    """key: None for the total."""
    summary = part.summary
    total = measure.total(summary)
    width = 49 * abs(total) / most if key is not None else Decimal(0)
    door = asked.about.chosen if key is None else narrowed(asked.about.chosen, key, part.value)
    average = metrics.average_gain_percent(summary) if measure.percent else metrics.average_gain(summary)
    return ReportRow(
        name=_("All, each once") if key is None else names.value(key, part.value),
        url="" if door is None else asked.trades(door, group),
        trades=readable.whole(summary.n),
        few=summary.n < metrics.FEW_TRADES,
        win_rate=readable.percent(metrics.win_rate(summary)),
        average=measure.gain(average),
        gain=readable.percent(metrics.average_gain_percent(summary), signed=True),
        r=r_words(part.mean_r) if part.r_count else "",
        r_of=_with_stop(part) if 0 < part.r_count < metrics.FEW_TRADES else "",
        fees=readable.amount(metrics.fees(summary), measure.currency),
        profit=measure.gain(total),
        tone=tone_of(total),
        sign="gain" if total >= 0 else "loss",
        bar_start=f"{-width if total < 0 else 0:.2f}",
        bar_width=f"{width:.2f}",
        own=f"{readable.gain(own[str(part.value)], str(part.value))} {part.value}" if part.value in own else "",
    )


def _ordered(found: Breakdown, sort: str, measure: Measure, names: Names) -> list[Part]:
    """Names by profit unless asked otherwise, numbers in their order; what has no value stays last."""
    known = [part for part in found.parts if part.value is not None]
    unknown = [part for part in found.parts if part.value is None]
    if not sort and found.key not in NAMED:
        return [*known, *unknown]
    name = sort.removeprefix("-") or "profit"
    values: dict[str, Callable[[Part], Any]] = {
        "value": lambda part: names.value(found.key, part.value).casefold() if found.key in NAMED else part.value,
        "trades": lambda part: part.summary.n,
        "won": lambda part: metrics.win_rate(part.summary) or 0,
        "average": lambda part: metrics.average_gain(part.summary) or 0,
        "gain": lambda part: (part.summary.gain_count > 0, metrics.average_gain_percent(part.summary) or 0),
        "r": lambda part: (part.r_count > 0, part.mean_r or 0),
        "fees": lambda part: -part.summary.fees,
        "profit": lambda part: measure.units(part.summary),
    }
    return [*sorted(known, key=values[name], reverse=(name != "value") != sort.startswith("-")), *unknown]


def _headings(asked: Asked, key: Key, with_r: bool) -> tuple[Heading, ...]:
    sort = asked.kept.get("sort", "") or ("profit" if key in NAMED else "value")
    found = []
    for name, title in HEADINGS:
        if (name == "r" and not with_r) or (asked.percent and name in _IN_MONEY):
            continue
        current = sort.removeprefix("-") == name
        turned = f"-{name}" if sort == name else name
        down = (name != "value") != sort.startswith("-")
        shown = str(KEYS[key]) if name == "value" else str(title)
        style = "" if name == "value" else "right hide-narrow" if name in _HIDDEN_NARROW else "right"
        found.append(Heading(name, shown, asked.url(sort=turned), ("descending" if down else "ascending") if current else "", style))
    return tuple(found)


def _notes(asked: Asked, found: Breakdown) -> list[str]:
    notes = []
    if found.key in TIMED:
        clocks = zones(asked.about.accounts, asked.about.chosen)
        if found.key in (Key.HOUR, Key.WEEKDAY, Key.SESSION):
            notes.append(
                _("By the first opening fill, on the clock of its exchange: %(zones)s.")
                % {"zones": ", ".join(map(readable.zone_name, clocks))}
            )
        if found.unknown is not None:
            words = {"count": readable.plural(found.unknown.summary.n, "trade")}
            notes.append(_("%(count)s without a time of day stand apart: their broker states days alone, or a fill is unknown.") % words)
    if found.overlaps:
        notes.append(_("Some trades have several tags: the rows overlap, and the last line counts each trade once."))
    if found.all.r_count:
        notes.append(_with_stop(found.all) + ".")
    return notes


def _with_stop(part: Part) -> str:
    return _("%(planned)s of %(trades)s trades have a stop") % {"planned": part.r_count, "trades": readable.whole(part.summary.n)}


def caption(parts: Sequence[Part], whole: Summary, measure: Measure, name: Callable[[Part], str]) -> str:
    """What a breakdown shows in one sentence: how much, and where it was best and worst."""
    ranked = sorted(parts, key=lambda part: measure.units(part.summary))
    words = {
        "trades": readable.plural(whole.n, "trade"),
        "total": f"{measure.gain(measure.total(whole))} {measure.beside}",
        "best": name(ranked[-1]),
        "best_total": measure.gain(measure.total(ranked[-1].summary)),
        "worst": name(ranked[0]),
        "worst_total": measure.gain(measure.total(ranked[0].summary)),
    }
    if len(parts) == 1:
        return _("%(trades)s, %(total)s, all in one part: %(best)s.") % words
    return _("%(trades)s came to %(total)s; best %(best)s with %(best_total)s, worst %(worst)s with %(worst_total)s.") % words


@dataclass(frozen=True, slots=True)
class GridCell:
    """A pair of values. shade: its colour, such as `gain-3`. url: "" where no filter says it."""

    url: str
    short: str
    trades: str
    words: str
    shade: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """One value of the first key. total: of the row."""

    name: str
    url: str
    cells: tuple[GridCell | None, ...]
    total: GridCell


@dataclass(frozen=True, slots=True)
class Grid:
    """Two keys: the first down, the second across, with totals at both ends."""

    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    totals: tuple[GridCell, ...]
    cut: bool
    overlaps: bool


@require_safe
def cross(request: HttpRequest) -> HttpResponse:
    """The trades in the address by two keys."""
    down, across = (_key(request.GET.get(name, ""), usual) for name, usual in (("down", Key.HOUR), ("across", Key.WEEKDAY)))
    asked = Asked.read(request, "report-cross", down=down.value, across=across.value)
    if other := elsewhere(request, asked):
        return other
    found = reports.crossing(asked.about.accounts, asked.about.chosen, down, across, told=asked.told, most=GRID)
    asked = asked.among(found)
    context = shared(asked, {group: one.margins.whole for group, one in found.items()})
    group = context["group"]
    hidden = tuple((asked.about.chosen.parameters() | asked.kept).items())
    context |= {
        "choices": [(key.value, str(KEYS[key])) for _title, keys in GROUPS for key in keys],
        "down": down.value,
        "across": across.value,
        "kept": [(name, value) for name, value in hidden if name not in ("down", "across")],
        "turned": asked.url(down=across.value, across=down.value),
    }
    if group:
        context |= {
            "grid": grid(asked, group, found[group]),
            "csv": "" if asked.user.hides_money else asked.url(reverse("report-file", args=["cross", "csv"])),
            "json": "" if asked.user.hides_money else asked.url(reverse("report-file", args=["cross", "json"])),
        }
    return render(request, "pages/report_cross.html", context)


def _key(text: str, usual: Key) -> Key:
    return Key(text) if text in list(Key) else usual


def grid(asked: Asked, group: Group, whole: Crossing) -> Grid:
    """A crossing, its rarest rows and columns together where there are too many."""
    found, measure, names = limited(whole, *GRID), asked.measure(group), asked.names
    largest = max((abs(measure.units(part)) for part in found.cells.values()), default=0)
    chosen = asked.about.chosen

    def cell(within: Filter | None, column: Value, summary: Summary | None, name: str) -> GridCell | None:
        if summary is None:
            return None
        door = _door(within, found.across, column)
        return _cell(summary, name, asked.trades(door, group) if door else "", measure, largest)

    rows, titles = [], {column: names.value(found.across, column) for column in found.columns}
    for row in found.rows:
        name = names.value(found.down, row)
        door = _door(chosen, found.down, row)
        cells = tuple(cell(door, column, found.cells.get((row, column)), f"{name}, {title}") for column, title in titles.items())
        url = asked.trades(door, group) if door else ""
        rows.append(GridRow(name, url, cells, _cell(found.margins.rows[row], name, url, measure, 0)))
    totals = []
    for column in found.columns:
        door = _door(chosen, found.across, column)
        url = asked.trades(door, group) if door else ""
        totals.append(_cell(found.margins.columns[column], titles[column], url, measure, 0))
    everything = [Part(place[0], part) for place, part in found.cells.items()]
    places = {id(part.summary): place for part, place in zip(everything, found.cells, strict=True)}

    def place_name(part: Part) -> str:
        row, column = places[id(part.summary)]
        return f"{names.value(found.down, row)}, {names.value(found.across, column)}"

    return Grid(
        _("%(down)s by %(across)s") % {"down": KEYS[found.down], "across": KEYS[found.across]},
        caption(everything, found.margins.whole, measure, place_name),
        tuple(names.across(found.across, column) for column in found.columns),
        tuple(rows),
        tuple(totals),
        OTHERS in (*found.rows, *found.columns),
        Key.TAG in (found.down, found.across),
    )


def _door(chosen: Filter | None, key: Key, value: Value) -> Filter | None:
    return None if chosen is None or value == OTHERS else narrowed(chosen, key, value)


def _cell(summary: Summary, name: str, url: str, measure: Measure, largest: int) -> GridCell:
    depth = shade(measure.units(summary), largest) if largest else 0
    total, trades = measure.total(summary), readable.plural(summary.n, "trade")
    colour = f"gain-{depth}" if depth > 0 else f"loss-{-depth}" if depth else "even" if largest else ""
    return GridCell(
        url, measure.short(total), readable.whole(summary.n), f"{name}: {measure.gain(total)} {measure.beside}, {trades}", colour
    )
