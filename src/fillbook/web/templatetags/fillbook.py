"""What templates may call: readable numbers and times, icons, profit or loss with its sign and colour.

Every filter takes None and shows a dash. A template decides where a number stands, never how it is rounded.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import cast

from django import template
from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from fillbook.web import readable
from fillbook.web.brokerwords import said
from fillbook.web.devices import device_name
from fillbook.web.pages.columns import Cell
from fillbook.web.pages.monthgrid import MonthGrid
from fillbook.web.pages.report_tables import GridCell, GridRow
from fillbook.web.pages.rows import FillRow, TripRow
from fillbook.web.tradelines import fill_lines as fill_lines_of
from fillbook.web.tradelines import grid_cells as grid_cells_of
from fillbook.web.tradelines import grid_lines as grid_lines_of
from fillbook.web.tradelines import short_lines as short_lines_of
from fillbook.web.tradelines import small_month as small_month_of
from fillbook.web.tradelines import trade_lines as lines_of

register = template.Library()

register.filter("amount", readable.amount)
register.filter("gain", readable.gain)
register.filter("ratio", readable.ratio)
register.filter("price", readable.price)
register.filter("day", readable.day)
register.filter("weekday", readable.weekday)
register.filter("month", readable.month)
register.filter("duration", readable.duration)
register.filter("zone_name", readable.zone_name)
register.filter("whole", readable.whole)
register.filter("size", readable.size)
register.filter("said", said)


@register.filter
def percent(value: Decimal | None) -> str:
    """A percentage without a plus: a share or a rate."""
    return readable.percent(value)


@register.filter
def gain_percent(value: Decimal | None) -> str:
    """A percentage with its sign: a gain."""
    return readable.percent(value, signed=True)


@register.filter
def quantity(value: Decimal | None) -> str:
    """Units without trailing zeros."""
    return readable.quantity(value)


@register.filter
def moment(value: datetime | None, zone: str) -> str:
    """Day and minute by the clock of a zone."""
    return readable.moment(value, zone)


@register.filter
def clock(value: datetime | None, zone: str) -> str:
    """Time of day with seconds by the clock of a zone."""
    return readable.UNKNOWN if value is None else readable.clock(value, zone)


@register.filter
def iso(value: date | datetime | None) -> str:
    """Machine form, for `<time datetime>` and wide tables."""
    return "" if value is None else value.isoformat()


@register.filter
def plural(count: int, noun: str) -> str:
    """`3|plural:"trade"` is `3 trades`."""
    return readable.plural(count, noun)


@register.filter
def tone(value: Decimal | None) -> str:
    """The class that colours a profit or loss; nothing for zero and unknown."""
    if not value:
        return ""
    return "pnl-gain" if value > 0 else "pnl-loss"


@register.simple_tag
def pnl(value: Decimal | None, currency: str = "") -> SafeString:
    """A profit or loss with sign and colour, without its currency."""
    return format_html('<span class="num {}">{}</span>', tone(value), readable.gain(value, currency))


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """One of the symbols in img/icons.svg, as decoration: the words stand beside it."""
    return _icon(name, extra, settings.STATIC_URL, settings.STORAGES["staticfiles"]["BACKEND"])


@lru_cache(maxsize=500)
def _icon(name: str, extra: str, *_served: str) -> SafeString:
    """Made once for each way in which files are served: a page has hundreds, and each would look up the file's name."""
    shape = '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    return format_html(shape, extra, static("img/icons.svg"), name)


@register.simple_tag(takes_context=True)
def piece(context: Context, name: str, **takes: str | bool) -> SafeString:
    """A component that takes few different values, in a loop: made once for each of them in a template. Else as `include ... only`."""
    made = cast("dict[object, SafeString]", context.render_context)  # lasts as long as the template is rendered
    key = (name, *takes.items())
    if key not in made:
        made[key] = cast("SafeString", get_template(name).render(takes))
    return made[key]


@register.filter
def device(user_agent: str) -> str:
    """The browser and system that a sign-in came from."""
    return device_name(user_agent)


@register.simple_tag
def trade_lines(rows: Iterable[tuple[TripRow, Sequence[Cell]]]) -> SafeString:
    """The rows of the list of trades."""
    return mark_safe(lines_of(rows))  # noqa: S308 - every text is escaped there


@register.simple_tag
def trip_lines(rows: Iterable[TripRow], percent: bool = False) -> SafeString:
    """The rows of a short list of trades. percent: the gain alone is told."""
    return mark_safe(short_lines_of(rows, percent=bool(percent)))  # noqa: S308 - every text is escaped there


@register.simple_tag
def fill_lines(fills: Iterable[FillRow]) -> SafeString:
    """The rows of a day's fills."""
    return mark_safe(fill_lines_of(fills))  # noqa: S308 - every text is escaped there


@register.simple_tag
def small_month(month: MonthGrid) -> SafeString:
    """A month of the year's page."""
    return mark_safe(small_month_of(month))  # noqa: S308 - every text is escaped there


@register.simple_tag
def grid_lines(rows: Iterable[GridRow], offline: bool = False) -> SafeString:
    """The rows of two keys crossed. offline: for a file, whose cells lead nowhere."""
    return mark_safe(grid_lines_of(rows, offline=bool(offline)))  # noqa: S308 - every text is escaped there


@register.simple_tag
def grid_cells(cells: Iterable[GridCell], offline: bool = False) -> SafeString:
    """The last row of them, which holds totals."""
    return mark_safe(grid_cells_of(cells, offline=bool(offline)))  # noqa: S308 - every text is escaped there


@register.simple_tag
def chart_table(rows: Iterable[Sequence[str]]) -> SafeString:
    """The rows of a chart's table, the first cell heading each; hundreds of them, which a template's loops would make slowly."""
    lines = []
    for row in rows:
        first, *cells = escape("\0".join(row)).split("\0")  # a row at once, because each call has its price
        right = "".join([f'<td class="right">{cell}</td>' for cell in cells])
        lines.append(f'<tr><th scope="row">{first}</th>{right}</tr>')
    return mark_safe("".join(lines))  # noqa: S308 - every cell is escaped above
