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

from django.utils.translation import gettext as _

from fillbook.ledger.numbers import exact
from fillbook.web import readable
from fillbook.web.measure import Measure
from fillbook.web.privacy import amounts_hidden, shape

Option = dict[str, Any]

_TEXT: Final = {"color": "var(--ink-3)", "fontFamily": "inherit", "fontSize": 11}
_FAINT: Final = {"lineStyle": {"color": "var(--line)"}}
_ZERO: Final = {"lineStyle": {"color": "var(--control)", "type": "solid", "width": 1}}
_MILLISECONDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its sentence and its table.

    tips: for each series, for each point, the lines shown beside the pointer. links: likewise where a click leads, "" for nowhere.
    brush: an address to which `from` and `to` of a stretch drawn with the pointer are added; "" where none can be drawn.
    columns, rows: the same numbers as a table; the first column heads its row.
    """

    option: Option
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tips: tuple[tuple[tuple[str, ...], ...], ...] = ()
    links: tuple[tuple[str, ...], ...] = field(default=())
    brush: str = ""

    @property
    def data(self) -> Option:
        """What the page hands to the browser."""
        return {"option": self.option, "tips": self.tips, "links": self.links, "brush": self.brush}


@dataclass(frozen=True, slots=True)
class EquityDay:
    """The closed-trade curve at the end of a day, or of the days from `first` to `day`.

    gain: what they added, of `trades` round trips. drawdown: 0 or negative. All as the measure has them.
    """

    day: date
    gain: Decimal
    trades: int
    equity: Decimal
    drawdown: Decimal
    url: str = ""
    first: date | None = None


def equity_chart(days: Sequence[EquityDay], measure: Measure, brush: str = "") -> Chart:
    """The curve of closed trades with its drawdown below. brush: the page's address without a period, to which a chosen one is added."""
    times = [midnight(one.day) for one in days]
    unit = "" if measure.percent else f" {measure.currency}"
    names = readable.spans((one.first or one.day, one.day) for one in days)
    counts = {one.trades: (readable.whole(one.trades), readable.plural(one.trades, "trade")) for one in days}
    amounts = (measure.gains(getattr(one, name) for one in days) for name in ("gain", "equity", "drawdown"))
    rows = tuple(zip(names, (counts[one.trades][0] for one in days), *amounts, strict=True))
    total, moved = _("Total %(equity)s%(unit)s"), _("%(what)s %(gain)s of %(trades)s")
    once, then = _("That day"), _("Then")
    below, high = _("Below its high %(drawdown)s"), _("At its high")
    lines = tuple(
        (
            name,
            total % {"equity": equity, "unit": unit},
            moved % {"what": once if one.first in (None, one.day) else then, "gain": gain, "trades": counts[one.trades][1]},
            below % {"drawdown": drawdown} if one.drawdown else high,
        )
        for one, (name, _number, gain, equity, drawdown) in zip(days, rows, strict=True)
    )
    heights = shape([float(one.equity) for one in days] + [float(one.drawdown) for one in days])
    equity = [[time, height] for time, height in zip(times, heights[: len(days)], strict=True)]
    drawdown = [[time, height] for time, height in zip(times, heights[len(days) :], strict=True)]
    return Chart(
        option={
            **frame("axis"),
            "grid": [{"left": 60, "right": 16, "top": 16, "height": "56%"}, {"left": 60, "right": 16, "bottom": 26, "height": "18%"}],
            "title": [{**_small_title(_("below its high"), "65%"), "left": 60}],
            "xAxis": [time_axis(0, labels=False), time_axis(1)],
            "yAxis": [amount_axis(0, measure), {**amount_axis(1, measure), "splitNumber": 1, "max": 0}],
            "series": [
                line(equity, 0, "var(--ink)", 1.6) | {"markLine": zero_line()},
                line(drawdown, 1, "var(--loss)", 1) | {"areaStyle": {"color": "var(--loss)", "opacity": 0.16}},
            ],
        },
        caption=_equity_sentence(days, measure),
        columns=(
            _("Days"),
            _("Trades"),
            _("Gained (%(unit)s)") % {"unit": measure.unit},
            _("Total (%(unit)s)") % {"unit": measure.unit},
            _("Below its high (%(unit)s)") % {"unit": measure.unit},
        ),
        rows=rows,
        tips=(lines,),
        links=(tuple(one.url for one in days),),
        brush=brush,
    )


@dataclass(frozen=True, slots=True)
class FillPoint:
    """One fill of a trade. at: None where only the day is known. quantity: + bought, - sold. position: held once it is done.

    pnl: what the trade stood at once it was done; None where that is not known. changed: no fill but a corporate action, without a price.
    """

    at: datetime | None
    day: date
    quantity: Decimal
    price: Decimal
    position: Decimal
    changed: bool = False
    pnl: Decimal | None = None

    @property
    def what(self) -> str:
        """In a word."""
        return _("Changed") if self.changed else _("Bought") if self.quantity > 0 else _("Sold")


def trade_chart(
    fills: Sequence[FillPoint], zone: str, currency: str, entry: Decimal | None, exit_price: Decimal | None, marked: bool = True
) -> Chart:
    """Prices of the fills as steps with purchases and sales marked on them, what the trade stood at, and the position they left.

    marked: the P&L values what was still held at the fill's own price; else it is what was realized so far. Prices before a split are drawn
    in the units after it, so that the steps are the market's and not the split's; the words tell them as they were.
    """
    timed = all(fill.at is not None for fill in fills)
    places = [local(fill.at, zone) if timed and fill.at else index for index, fill in enumerate(fills)]
    when = [readable.moment(fill.at, zone, seconds=True) if fill.at and not fill.changed else readable.day(fill.day) for fill in fills]
    told = [_pnl_words(fill, currency, marked=marked) for fill in fills]
    lines = tuple((*_fill_tip(fill, moment), *words) for fill, moment, words in zip(fills, when, told, strict=True))
    drawn = later_prices(fills)
    lines = tuple(
        tip if price == fill.price or fill.changed else (tip[0], _later_words(price), *tip[1:])
        for tip, fill, price in zip(lines, fills, drawn, strict=True)
    )
    steps = [[place, float(price)] for place, price in zip(places, drawn, strict=True)]
    held = _heights(places, [fill.position for fill in fills])
    stood = _heights(places, [fill.pnl for fill in fills])
    traded = [index for index, fill in enumerate(fills) if not fill.changed]
    bought = [index for index in traded if fills[index].quantity > 0]
    sold = [index for index in traded if fills[index].quantity <= 0]
    axis = time_axis if timed else _count_axis
    hidden = {"axisLabel": {"show": False}} if amounts_hidden() else {}
    series = [
        line([steps[index] for index in traded], 0, "var(--control)", 1)
        | {"step": "end", "markLine": _average_lines(entry, exit_price), "silent": True},
        _marks([steps[index] for index in bought], _("Bought"), "triangle", "var(--gain)", 0),
        _marks([steps[index] for index in sold], _("Sold"), "triangle", "var(--loss)", 180),
        line(stood, 1, "var(--ink)", 1.4) | {"step": "end", "silent": True, "markLine": zero_line()},
        line(held, 2, "var(--ink-2)", 1) | {"step": "end", "areaStyle": {"color": "var(--ink-2)", "opacity": 0.12}, "silent": True},
    ]
    return Chart(
        option={
            **frame("item"),
            "grid": [
                {"left": 60, "right": 92, "top": 16, "height": "42%"},
                {"left": 60, "right": 92, "top": "59%", "height": "12%"},
                {"left": 60, "right": 92, "bottom": 26, "height": "9%"},
            ],
            "title": [_small_title(_("P&L") if marked else _("realized"), "52%"), _small_title(_("held"), "76%")],
            "xAxis": [axis(0, labels=False), axis(1, labels=False), axis(2)],
            "yAxis": [
                {**money_axis(0, "fn:price"), "scale": True},
                {**money_axis(1), "splitNumber": 1, **hidden},
                {**money_axis(2), "splitNumber": 1, **hidden},
            ],
            "series": series,
        },
        caption=_trade_sentence(fills, currency),
        columns=(
            _("Time"),
            _("Side"),
            _("Quantity"),
            _("Price"),
            _("Held afterwards"),
            _("%(what)s then (%(currency)s)") % {"what": _("P&L") if marked else _("Realized"), "currency": currency},
        ),
        rows=tuple(
            (
                moment,
                fill.what,
                readable.quantity(abs(fill.quantity)),
                "" if fill.changed else readable.price(fill.price),
                readable.quantity(fill.position),
                readable.gain(fill.pnl, currency),
            )
            for fill, moment in zip(fills, when, strict=True)
        ),
        tips=((), tuple(lines[index] for index in bought), tuple(lines[index] for index in sold)),
    )


def later_prices(fills: Sequence[FillPoint]) -> list[Decimal]:
    """The price of each fill in the units after all changes of units that follow it: 230 before a split of 2 for 1 is 115."""
    factor, found = Decimal(1), []
    with exact():
        for fill in reversed(fills):
            found.append(fill.price / factor)
            before = fill.position - fill.quantity
            if fill.changed and before * fill.position > 0:
                factor *= fill.position / before
    return found[::-1]


def _later_words(price: Decimal) -> str:
    return _("%(price)s in the units since the split") % {"price": readable.price(price)}


def _heights(places: Sequence[int], values: Sequence[Decimal | None]) -> list[list[float]]:
    """Points of a step line, those of unknown height left out; of several in one moment the last, from which the line goes on."""
    known = {place: float(value) for place, value in zip(places, values, strict=True) if value is not None}
    return [[place, height] for place, height in zip(known, shape(known.values()), strict=True)]


def _pnl_words(fill: FillPoint, currency: str, *, marked: bool) -> tuple[str, ...]:
    if fill.pnl is None:
        return ()
    return (f"{_('P&L at that price') if marked else _('Realized so far')} {readable.gain(fill.pnl, currency)} {currency}",)


def _small_title(text: str, top: str) -> Option:
    return {"text": text, "left": 0, "top": top, "padding": 0, "textStyle": {**_TEXT, "fontWeight": "normal"}}


def _fill_tip(fill: FillPoint, moment: str) -> tuple[str, ...]:
    what = _("%(what)s %(quantity)s at %(price)s") % {
        "what": fill.what,
        "quantity": readable.quantity(abs(fill.quantity)),
        "price": readable.price(fill.price),
    }
    return what, moment, _("Holding %(position)s afterwards") % {"position": readable.quantity(fill.position)}


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


def amount_axis(grid: int, measure: Measure) -> Option:
    """Of money or of percent; without labels while amounts are hidden."""
    axis = money_axis(grid, "fn:percent" if measure.percent else "fn:money")
    return axis | {"axisLabel": {"show": False}} if amounts_hidden() and not measure.percent else axis


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
    known = [(name, value) for name, value in ((_("entry"), entry), (_("exit"), exit_price)) if value is not None]
    highest = max((one[1] for one in known), default=None)
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


def _equity_sentence(days: Sequence[EquityDay], measure: Measure) -> str:
    if not days:
        return _("No trade closed in this period.")
    end, deepest = days[-1], min(days, key=lambda one: one.drawdown)
    trades = readable.plural(sum(one.trades for one in days), "closed trade")
    period = readable.days(days[0].first or days[0].day, end.day)
    low = readable.days(deepest.first or deepest.day, deepest.day)
    size = measure.gain(-deepest.drawdown).removeprefix("+")
    unit = _(" of one stake") if measure.percent else f" {measure.currency}"
    fall = ""
    if deepest.drawdown:
        one_day = deepest.first in (None, deepest.day)
        words = _("; at worst %(size)s below its high, on %(low)s") if one_day else _("; at worst %(size)s below its high, in %(low)s")
        fall = words % {"size": size, "low": low}
    return _("%(trades)s, %(period)s, came to %(equity)s%(unit)s%(fall)s. Deposits and open positions are not in it.") % {
        "trades": trades,
        "period": period,
        "equity": measure.gain(end.equity),
        "unit": unit,
        "fall": fall,
    }


def _trade_sentence(fills: Sequence[FillPoint], currency: str) -> str:
    prices = [fill.price for fill in fills if not fill.changed]
    if not prices:
        return _("No fill of this trade is known.")
    words = {"least": readable.price(min(prices)), "most": readable.price(max(prices)), "currency": currency}
    if words["least"] == words["most"]:
        between = (_("at %(least)s %(currency)s") % words).rstrip()
    else:
        between = (_("between %(least)s and %(most)s %(currency)s") % words).rstrip()
    largest = max((abs(fill.position) for fill in fills), default=Decimal(0))
    count = readable.plural(len(prices), "fill")
    apart = any(fill.price != price for fill, price in zip(fills, later_prices(fills), strict=True))
    changed = _(" Prices before a change of units are drawn as if it had come first.") if apart else ""
    return _("%(count)s %(between)s; at most %(largest)s held. No price between fills is invented.%(changed)s") % {
        "count": count,
        "between": between,
        "largest": readable.quantity(largest),
        "changed": changed,
    }


def midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * _MILLISECONDS)


def local(moment: datetime, zone: str) -> int:
    """The reading of the venue's clock as if it were UTC, which is how the chart shows it."""
    return int(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC).timestamp() * _MILLISECONDS)
