"""Reports as plain rows, for JSON and CSV: numbers as exact texts, nothing rounded for the eye, no text of ours a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from fillbook.journal.shapes import CampaignKey
from fillbook.ledger.numbers import EXACT, plain
from fillbook.performance import metrics
from fillbook.performance.bands import BOUNDS, Band, Banded, bounds_of
from fillbook.performance.compare import Pair
from fillbook.performance.crossing import Breakdown, Crossing, Part
from fillbook.performance.distributions import Histogram, Spread
from fillbook.performance.drawdowns import Fall
from fillbook.performance.intraday import held_bounds
from fillbook.performance.keys import Key, Value, banded
from fillbook.performance.statistics import Figure
from fillbook.performance.streaks import Streaks
from fillbook.performance.summary import Outcome, Summary, from_e8
from fillbook.storage.campaign_reports import CampaignReport
from fillbook.storage.queries import Group
from fillbook.storage.sheet import guarded

_FINE: Final = Decimal("1E-8")
Row = dict[str, Any]
"""Names are the same in every row of a report; numbers of money are texts with all their digits, None for none."""


def group_row(group: Group) -> Row:
    """What a row's money is: the kind of accounts, their base currency, the currency of the figures."""
    return {"kind": group.kind, "base_currency": group.base_currency or None, "currency": group.currency}


def breakdown_rows(found: Breakdown) -> list[Row]:
    """One row for each value, and one for all round trips, each once, with `value` None and `part` "all"."""
    rows = [{"part": "value", **value_row(found.key, part.value), **_part_row(part)} for part in found.parts]
    return [*rows, {"part": "all", **value_row(found.key, None), **_part_row(found.all)}]


def _part_row(part: Part) -> Row:
    return {**summary_row(part.summary), "r_count": part.r_count, "average_r": _fine(part.mean_r)}


def crossing_rows(found: Crossing) -> list[Row]:
    """One row for each pair of values that has round trips."""
    rows = []
    for row in found.rows:
        for column in found.columns:
            if (row, column) in found.cells:
                pair = {"down": found.down.value, "down_value": row, "across": found.across.value, "across_value": column}
                rows.append(pair | summary_row(found.cells[row, column]))
    return rows


def campaign_rows(found: CampaignReport, by: CampaignKey) -> list[Row]:
    """One row for each value; for all campaigns, trades in none, each decision once and all trades. count: how many there are."""
    whole = found.whole
    of_all = (
        ("all", whole.summary, whole.average_days),
        *((part, summary, None) for part, summary in (("alone", found.alone), ("decisions", found.decisions), ("trades", found.trades))),
    )
    return [
        *({"part": "value", "by": by.value, "value": one.value, **_campaign_row(one.summary, one.average_days)} for one in found.parts),
        *({"part": part, "by": by.value, "value": None, **_campaign_row(summary, days)} for part, summary, days in of_all),
    ]


def _campaign_row(summary: Summary, days: Decimal | None) -> Row:
    """A campaign has no gain in percent."""
    told = summary_row(summary)
    of_campaigns = ("winners", "losers", "break_even", "win_rate", "profit", "fees")
    return {
        "count": told["trades"],
        **{name: told[name] for name in of_campaigns},
        "average": told["average_gain"],
        "average_win": _fine(metrics.average_win(summary)),
        "average_loss": _fine(metrics.average_loss(summary)),
        "profit_factor": told["profit_factor"],
        "average_days": _fine(days),
        "few": told["few"],
    }


def value_row(key: Key, value: Value) -> Row:
    """A value, and for a band where it begins and ends (FEES as money, HELD in seconds); None without bounds."""
    kind = banded(key)
    least = most = None
    if kind is not None and value is not None:
        if kind is Banded.HELD:
            least, most = held_bounds(int(value))
        elif kind in BOUNDS:
            least, most = bounds_of(Band(kind, int(value)))
    edges = [plain(from_e8(edge)) if kind is Banded.FEES and edge is not None else edge for edge in (least, most)]
    return {"key": key.value, "value": value, "from": edges[0], "before": edges[1]}


def summary_row(summary: Summary) -> Row:
    """What a summary tells."""
    factor = metrics.profit_factor(summary)
    return {
        "trades": summary.n,
        "winners": summary.wins,
        "losers": summary.losses,
        "break_even": summary.zeros,
        "win_rate": _fine(metrics.win_rate(summary)),
        "profit": plain(from_e8(summary.total)),
        "fees": plain(from_e8(summary.fees)),
        "average_gain": _fine(metrics.average_gain(summary)),
        "average_gain_percent": _fine(metrics.average_gain_percent(summary)),
        "profit_factor": factor.value if isinstance(factor, metrics.NoLosses) else _fine(factor),
        "few": summary.n < metrics.FEW_TRADES,
    }


def figure_rows(figures: Iterable[Figure]) -> list[Row]:
    """One row for each figure; low and high: the bounds of 95 %."""
    return [
        {
            "name": one.name,
            "unit": one.unit.value,
            "value": _fine(one.value),
            "low": _fine(one.within[0]) if one.within else None,
            "high": _fine(one.within[1]) if one.within else None,
            "standard_error": _fine(one.error),
            "n": one.n,
            "of": "days" if one.of_days else "trades",
            "few": one.few,
            "absent": one.absent.value or None,
        }
        for one in figures
    ]


def pair_rows(pairs: Iterable[Pair]) -> list[Row]:
    """One row for each figure of two choices."""
    return [
        {
            "name": pair.first.name,
            "unit": pair.first.unit.value,
            "first": _fine(pair.first.value),
            "second": _fine(pair.second.value),
            "difference": _fine(pair.difference),
            "few": pair.first.few or pair.second.few,
            "clear": pair.clear,
        }
        for pair in pairs
    ]


def fall_rows(found: Iterable[Fall]) -> list[Row]:
    """One row for each fall of the curve, in order."""
    return [
        {
            "peak_on": _day(fall.peak_on),
            "began_on": _day(fall.began_on),
            "trough_on": _day(fall.trough_on),
            "recovered_on": _day(fall.recovered_on),
            "depth": plain(from_e8(fall.depth)),
            "days": fall.days,
            "days_down": fall.days_down,
            "trades": fall.trades,
        }
        for fall in found
    ]


def run_rows(found: Streaks) -> list[Row]:
    """How many runs of each length there were."""
    wins, losses = found.lengths[Outcome.WIN], found.lengths[Outcome.LOSS]
    return [{"length": one, "wins": wins.get(one, 0), "losses": losses.get(one, 0)} for one in sorted({*wins, *losses})]


def histogram_rows(what: Spread, found: Histogram | None) -> list[Row]:
    """One row for each bar: money, percent, R or seconds from `from` on and below `before`, None for an open end."""
    if found is None:
        return []
    power = {Spread.PERCENT: -6, Spread.HELD: 0}.get(what, -8)
    return [{"from": _edge(bar.least, power), "before": _edge(bar.most, power), "trades": bar.count} for bar in found.bars]


def csv_lines(rows: Sequence[Row]) -> Iterator[str]:
    """Rows as lines of a CSV file, headings first; nothing of no rows."""
    if not rows:
        return
    names = list(rows[0])
    yield _line(names)
    for row in rows:
        yield _line([_cell(row[name]) for name in names])


def _cell(value: Any) -> str:
    """Numbers keep their minus; any other text is guarded."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    text = str(value)
    return text if isinstance(value, int) or _is_number(text) else guarded(text)


def _is_number(text: str) -> bool:
    body = text.removeprefix("-")
    return body.replace(".", "", 1).isdigit() and body.isascii()


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _edge(value: int | None, power: int) -> str | None:
    return None if value is None else plain(Decimal(value).scaleb(power, context=EXACT))


def _fine(value: Decimal | None) -> str | None:
    return None if value is None else plain(value.quantize(_FINE, rounding=ROUND_HALF_EVEN, context=EXACT))


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
