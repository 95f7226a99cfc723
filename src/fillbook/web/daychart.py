"""The chart of a day: what its closing fills brought, added up as they came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from fillbook.web import charts, readable
from fillbook.web.charts import Chart
from fillbook.web.measure import Measure

_MARKED: Final = 40
"""Fills that are still told apart as marks on the curve."""
_ROOM: Final = 15 * 60 * 1000
"""At least so many milliseconds beside the first and the last fill: left to itself, the axis makes a single moment two days wide."""


@dataclass(frozen=True, slots=True)
class DayPoint:
    """One closing fill. net: what it realized. total: the day's sum after it. url: its trade."""

    at: datetime
    net: Decimal
    total: Decimal
    symbol: str
    url: str


def day_chart(points: Sequence[DayPoint], zone: str, measure: Measure) -> Chart:
    """The running sum in steps, at the moments of the fills on the clock of a zone; at least one point."""
    places = [charts.local(point.at, zone) for point in points]
    steps = [[places[0], 0.0], *([place, float(point.total)] for place, point in zip(places, points, strict=True))]
    tips = tuple(
        (
            _("Total %(total)s %(currency)s") % {"total": measure.gain(point.total), "currency": measure.beside},
            f"{point.symbol} {measure.gain(point.net)}",
            readable.clock(point.at, zone),
        )
        for point in points
    )
    urls = tuple(point.url for point in points)
    room = max(_ROOM, (places[-1] - places[0]) // 20)
    return Chart(
        option={
            **charts.frame("axis"),
            "grid": [{"left": 60, "right": 16, "top": 16, "bottom": 26}],
            "xAxis": [{**charts.time_axis(0), "min": places[0] - room, "max": places[-1] + room}],
            "yAxis": [charts.amount_axis(0, measure)],
            "series": [
                charts.line(steps, 0, "var(--ink)", 1.6)
                | {"step": "end", "showSymbol": len(points) < _MARKED, "markLine": charts.zero_line()}
            ],
        },
        caption=_sentence(points, zone, measure),
        columns=(_("Time"), _("What"), f"{_('Realized')} ({measure.unit})", f"{_('Total')} ({measure.unit})"),
        rows=tuple((readable.clock(point.at, zone), point.symbol, measure.gain(point.net), measure.gain(point.total)) for point in points),
        tips=(((_("Start of the day"),), *tips),),
        links=(("", *urls),),
    )


def _sentence(points: Sequence[DayPoint], zone: str, measure: Measure) -> str:
    low, high = min(points, key=lambda point: point.total), max(points, key=lambda point: point.total)
    words = {
        "fills": readable.plural(len(points), "closing fill"),
        "total": measure.gain(points[-1].total),
        "currency": measure.beside,
        "high": measure.gain(max(high.total, Decimal(0))),
        "high_at": readable.clock(high.at, zone, seconds=False),
        "low": measure.gain(min(low.total, Decimal(0))),
        "low_at": readable.clock(low.at, zone, seconds=False),
    }
    return _("%(fills)s brought %(total)s %(currency)s; highest %(high)s at %(high_at)s, lowest %(low)s at %(low_at)s.") % words
