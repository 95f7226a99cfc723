"""Charts as ECharts options: plain JSON, with colours named by the page's tokens and every sentence written here.

`chart-frame` (static/js/charts.js) draws them. What a function must do in the browser is named ("fn:money"). Numbers become doubles
here and nowhere before: a chart shows, it never adds up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from fillbook.web import readable

Option = dict[str, Any]

_TEXT: Final = {"color": "var(--ink-3)", "fontFamily": "inherit", "fontSize": 11}
_FAINT: Final = {"lineStyle": {"color": "var(--line)"}}
_ZERO: Final = {"lineStyle": {"color": "var(--control)", "type": "solid", "width": 1}}
_MILLISECONDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its sentence and its table.

    tips: for each series, for each point, the lines shown beside the pointer. links: likewise where a click leads, "" for nowhere.
    columns, rows: the same numbers as a table; the first column heads its row.
    """

    option: Option
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tips: tuple[tuple[tuple[str, ...], ...], ...] = ()
    links: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def data(self) -> Option:
        """What the page hands to the browser."""
        return {"option": self.option, "tips": self.tips, "links": self.links}


@dataclass(frozen=True, slots=True)
class EquityDay:
    """The closed-trade curve at the end of a day. gain: what the day added, of `trades` round trips. drawdown: 0 or negative."""

    day: date
    gain: Decimal
    trades: int
    equity: Decimal
    drawdown: Decimal
    url: str = ""


def equity_chart(days: Sequence[EquityDay], currency: str) -> Chart:
    """The curve of closed trades with its drawdown below, one point a day on which something closed."""
    times = [_midnight(one.day) for one in days]
    lines = tuple(
        (
            readable.day(one.day),
            f"Total {readable.gain(one.equity, currency)} {currency}",
            f"That day {readable.gain(one.gain, currency)} of {readable.plural(one.trades, 'trade')}",
            f"Below its high {readable.gain(one.drawdown, currency)}" if one.drawdown else "At its high",
        )
        for one in days
    )
    urls = tuple(one.url for one in days)
    equity = [[time, float(one.equity)] for time, one in zip(times, days, strict=True)]
    drawdown = [[time, float(one.drawdown)] for time, one in zip(times, days, strict=True)]
    return Chart(
        option={
            **frame("axis"),
            "grid": [{"left": 60, "right": 16, "top": 16, "height": "60%"}, {"left": 60, "right": 16, "bottom": 26, "height": "18%"}],
            "xAxis": [time_axis(0, labels=False), time_axis(1)],
            "yAxis": [money_axis(0), {**money_axis(1), "splitNumber": 2, "max": 0}],
            "series": [
                line(equity, 0, "var(--ink)", 1.6) | {"markLine": zero_line()},
                line(drawdown, 1, "var(--loss)", 1) | {"areaStyle": {"color": "var(--loss)", "opacity": 0.16}},
            ],
        },
        caption=_equity_sentence(days, currency),
        columns=("Day", "Trades", f"That day ({currency})", f"Total ({currency})", f"Below its high ({currency})"),
        rows=tuple(
            (
                readable.day(one.day),
                readable.whole(one.trades),
                readable.gain(one.gain, currency),
                readable.gain(one.equity, currency),
                readable.gain(one.drawdown, currency),
            )
            for one in days
        ),
        tips=(lines, lines),
        links=(urls, urls),
    )


@dataclass(frozen=True, slots=True)
class FillPoint:
    """One fill of a trade. at: None where only the day is known. quantity: + bought, - sold. position: held once it is done.

    changed: no fill but a corporate action, which has no price.
    """

    at: datetime | None
    day: date
    quantity: Decimal
    price: Decimal
    position: Decimal
    changed: bool = False

    @property
    def what(self) -> str:
        """In a word."""
        return "Changed" if self.changed else "Bought" if self.quantity > 0 else "Sold"


def trade_chart(fills: Sequence[FillPoint], zone: str, currency: str, entry: Decimal | None, exit_price: Decimal | None) -> Chart:
    """Prices of the fills as steps, purchases and sales marked on them, and the position they left below."""
    timed = all(fill.at is not None for fill in fills)
    places = [local(fill.at, zone) if timed and fill.at else index for index, fill in enumerate(fills)]
    when = [readable.moment(fill.at, zone, seconds=True) if fill.at and not fill.changed else readable.day(fill.day) for fill in fills]
    lines = tuple(_fill_tip(fill, moment) for fill, moment in zip(fills, when, strict=True))
    steps = [[place, float(fill.price)] for place, fill in zip(places, fills, strict=True)]
    held = [[place, float(fill.position)] for place, fill in zip(places, fills, strict=True)]
    traded = [index for index, fill in enumerate(fills) if not fill.changed]
    bought = [index for index in traded if fills[index].quantity > 0]
    sold = [index for index in traded if fills[index].quantity <= 0]
    axis = time_axis if timed else _count_axis
    return Chart(
        option={
            **frame("item"),
            "grid": [{"left": 60, "right": 92, "top": 16, "height": "58%"}, {"left": 60, "right": 92, "bottom": 26, "height": "18%"}],
            "xAxis": [axis(0, labels=False), axis(1)],
            "yAxis": [{**money_axis(0, "fn:price"), "scale": True}, {**money_axis(1), "splitNumber": 2}],
            "series": [
                line([steps[index] for index in traded], 0, "var(--control)", 1)
                | {"step": "end", "markLine": _average_lines(entry, exit_price), "silent": True},
                _marks([steps[index] for index in bought], "Bought", "triangle", "var(--gain)", 0),
                _marks([steps[index] for index in sold], "Sold", "triangle", "var(--loss)", 180),
                line(held, 1, "var(--ink-2)", 1) | {"step": "end", "areaStyle": {"color": "var(--ink-2)", "opacity": 0.12}, "silent": True},
            ],
        },
        caption=_trade_sentence(fills, currency),
        columns=("Time", "Side", "Quantity", "Price", "Held afterwards"),
        rows=tuple(
            (
                moment,
                fill.what,
                readable.quantity(abs(fill.quantity)),
                "" if fill.changed else readable.price(fill.price),
                readable.quantity(fill.position),
            )
            for fill, moment in zip(fills, when, strict=True)
        ),
        tips=((), tuple(lines[index] for index in bought), tuple(lines[index] for index in sold)),
    )


def _fill_tip(fill: FillPoint, moment: str) -> tuple[str, ...]:
    what = f"{fill.what} {readable.quantity(abs(fill.quantity))} at {readable.price(fill.price)}"
    return what, moment, f"Holding {readable.quantity(fill.position)} afterwards"


def frame(trigger: str) -> Option:
    """What every chart has. trigger: whether the pointer tells of an item or of a place on the axis."""
    pointer = {"type": "line", "lineStyle": {"color": "var(--control)", "type": "dashed"}, "label": {"show": False}}
    return {
        "useUTC": True,
        "textStyle": {"fontFamily": "inherit"},
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "tooltip": {
            "trigger": trigger,
            "confine": True,
            "transitionDuration": 0,
            "axisPointer": pointer,
            "backgroundColor": "var(--surface)",
            "borderColor": "var(--line-2)",
            "padding": [8, 12],
            "textStyle": {"color": "var(--ink)", "fontSize": 12},
            "formatter": "fn:tips",
        },
    }


def time_axis(grid: int, labels: bool = True) -> Option:
    """Time from left to right."""
    return {
        "type": "time",
        "gridIndex": grid,
        "splitNumber": 5,
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": {"show": False},
        "axisLabel": {"show": labels, "hideOverlap": True, **_TEXT},
    }


def _count_axis(grid: int, labels: bool = True) -> Option:  # noqa: ARG001 - stands where a time axis may stand
    return {**time_axis(grid, labels=False), "type": "value", "min": "dataMin", "max": "dataMax"}


def money_axis(grid: int, formatter: str = "fn:money") -> Option:
    """Money from bottom to top."""
    return {
        "type": "value",
        "gridIndex": grid,
        "splitNumber": 4,
        "axisLabel": {"formatter": formatter, **_TEXT},
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "splitLine": _FAINT,
    }


def line(points: list[list[float]], axis: int, color: str, width: float) -> Option:
    """Points joined by a line."""
    return {
        "type": "line",
        "xAxisIndex": axis,
        "yAxisIndex": axis,
        "data": points,
        "showSymbol": len(points) == 1,
        "symbolSize": 5,
        "lineStyle": {"color": color, "width": width},
        "itemStyle": {"color": color},
        "emphasis": {"disabled": True},
    }


def _marks(points: list[list[float]], name: str, symbol: str, color: str, turned: int) -> Option:
    return {
        "type": "scatter",
        "name": name,
        "xAxisIndex": 0,
        "yAxisIndex": 0,
        "data": points,
        "symbol": symbol,
        "symbolRotate": turned,
        "symbolOffset": [0, "60%" if turned == 0 else "-60%"],
        "symbolSize": 11,
        "itemStyle": {"color": color},
    }


def zero_line() -> Option:
    """A mark at zero."""
    return {"symbol": "none", "silent": True, "label": {"show": False}, "data": [{"yAxis": 0}], **_ZERO}


def _average_lines(entry: Decimal | None, exit_price: Decimal | None) -> Option:
    """Both averages; where they are close their labels keep apart."""
    known = [(name, value) for name, value in (("entry", entry), ("exit", exit_price)) if value is not None]
    highest = max((value for _, value in known), default=None)
    lines = []
    for name, value in known:
        aside = 0 if len(known) == 1 else -6 if value == highest else 6
        lines.append({"yAxis": float(value), "label": {"formatter": f"{name} {readable.price(value)}", "offset": [0, aside]}})
    return {
        "symbol": "none",
        "silent": True,
        "lineStyle": {"color": "var(--control)", "type": "dashed"},
        "label": {"position": "end", **_TEXT},
        "data": lines,
    }


def _equity_sentence(days: Sequence[EquityDay], currency: str) -> str:
    if not days:
        return "No trade closed in this period."
    end, deepest = days[-1], min(days, key=lambda one: one.drawdown)
    trades = readable.plural(sum(one.trades for one in days), "closed trade")
    period = readable.days(days[0].day, end.day)
    fall = (
        f"; at worst {readable.amount(-deepest.drawdown, currency)} below its high, on {readable.day(deepest.day)}"
        if deepest.drawdown
        else ""
    )
    return f"{trades}, {period}, came to {readable.gain(end.equity, currency)} {currency}{fall}. Deposits and open positions are not in it."


def _trade_sentence(fills: Sequence[FillPoint], currency: str) -> str:
    prices = [fill.price for fill in fills if not fill.changed]
    if not prices:
        return "No fill of this trade is known."
    between = f"between {readable.price(min(prices))} and {readable.price(max(prices))} {currency}".rstrip()
    largest = max((abs(fill.position) for fill in fills), default=Decimal(0))
    count = readable.plural(len(prices), "fill")
    return f"{count} {between}; at most {readable.quantity(largest)} held. No price between fills is invented."


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * _MILLISECONDS)


def local(moment: datetime, zone: str) -> int:
    """The reading of the venue's clock as if it were UTC, which is how the chart shows it."""
    return int(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC).timestamp() * _MILLISECONDS)
