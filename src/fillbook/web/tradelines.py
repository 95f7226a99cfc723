"""The bodies of long tables, written here: for their hundreds of cells a template's loops and includes would take most of the time."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fillbook.web.pages.columns import Cell
from fillbook.web.pages.monthgrid import Cell as DayCell
from fillbook.web.pages.monthgrid import MonthGrid
from fillbook.web.pages.report_tables import GridCell, GridRow
from fillbook.web.pages.rows import FillRow, TripRow


def trade_lines(rows: Iterable[tuple[TripRow, Sequence[Cell]]]) -> str:
    """One line of the table each, every text escaped. Sides and marks are few, so each of their components is made once."""
    side, mark = _made("components/side.html", "side"), _made("components/trade_mark.html", "state")
    lines = []
    for row, cells in rows:
        inner = "".join(f'<td class="trade-side">{side(row.side)}</td>' if cell.name == "side" else _cell(row, cell) for cell in cells)
        lines.append(f'<tr>{inner}<td class="trade-mark">{mark(row.state)}</td></tr>')
    return "\n".join(lines)


def _cell(row: TripRow, cell: Cell) -> str:
    if cell.name == "symbol":
        detail = f'<span class="trade-detail">{escape(row.detail)}</span>' if row.detail else ""
        return f'<th scope="row" class="trade-symbol"><a class="row-link" href="{escape(row.url)}">{escape(row.symbol)}</a>{detail}</th>'
    if cell.name == "net":
        unit = f' <span class="unit">{escape(row.unit)}</span>' if row.unit else ""
        return f'<td class="{cell.style}"><b class="{cell.tone}">{escape(cell.text)}</b>{unit}</td>'
    if cell.name == "gain" and "trade-net" in cell.style:
        return f'<td class="{cell.style}"><b class="{cell.tone}">{escape(cell.text)}</b></td>'
    if cell.url:
        return f'<td class="{cell.style}"><a class="day-link" href="{escape(cell.url)}">{escape(cell.text)}</a></td>'
    return f'<td class="{cell.style}"><span class="{cell.tone}">{escape(cell.text)}</span></td>'


def short_lines(rows: Iterable[TripRow], *, percent: bool = False) -> str:
    """The body of `components/trade_rows.html`. percent: rows whose net profit is their gain, told once."""
    side, mark = _made("components/side.html", "side"), _made("components/trade_mark.html", "state")
    return "".join(_short_line(row, side(row.side), mark(row.state), percent=percent) for row in rows)


def _short_line(row: TripRow, side: str, mark: str, *, percent: bool) -> str:
    closed = f'<time datetime="{escape(row.closed_iso)}">{escape(row.closed)}</time>'
    if row.closed_url:
        closed = f'<a class="day-link" href="{escape(row.closed_url)}">{closed}</a>'
    detail = f'<span class="trade-detail">{escape(row.detail)}</span>' if row.detail else ""
    unit = f' <span class="unit">{escape(row.unit)}</span>' if row.unit else ""
    gain = "" if percent else f'\n      <td class="right trade-gain"><span class="{row.tone}">{escape(row.gain)}</span></td>'
    return f"""
    <tr>
      <td class="num trade-day">{closed}</td>
      <th scope="row" class="trade-symbol"><a class="row-link" href="{escape(row.url)}">{escape(row.symbol)}</a>{detail}</th>
      <td class="trade-side">{side}</td>
      <td class="right hide-narrow">{escape(row.quantity)}</td>
      <td class="right hide-narrow">{escape(row.entry)}</td>
      <td class="right hide-narrow">{escape(row.exit)}</td>
      <td class="right hide-narrow">{escape(row.held)}</td>{gain}
      <td class="right trade-net"><b class="{row.tone}">{escape(row.net)}</b>{unit}</td>
      <td class="trade-mark">{mark}</td>
    </tr>
  """


def grid_lines(rows: Iterable[GridRow], *, offline: bool = False) -> str:
    """The body of `components/report_grid.html`. offline: for a file, whose cells lead nowhere."""
    return "".join(
        f"""<tr>
    <th scope="row" class="heat-hour num">{_row_link(row.url, row.name, offline=offline)}</th>
    {grid_cells((*row.cells, row.total), offline=offline)}
  </tr>"""
        for row in rows
    )


def _row_link(url: str, name: str, *, offline: bool) -> str:
    return f'<a class="row-link" href="{escape(url)}">{escape(name)}</a>' if url and not offline else escape(name)


def grid_cells(cells: Iterable[GridCell | None], *, offline: bool = False) -> str:
    """A row of them: nothing, or what a pair of values came to and how many trades it has."""
    return "".join(_grid_cell(cell, offline=offline) if cell else '<td class="calendar-day"></td>' for cell in cells)


def _grid_cell(cell: GridCell, *, offline: bool) -> str:
    shade, words = f" shade-{cell.shade}" if cell.shade else "", escape(cell.words)
    inner = f'<span class="calendar-value num">{escape(cell.short)}</span><span class="heat-trades num">{escape(cell.trades)}</span>'
    if cell.url and not offline:
        inner = f'<a href="{escape(cell.url)}" aria-label="{words}" title="{words}">{inner}</a>'
    else:
        inner = f'<span class="report-cell" title="{words}">{inner}</span>'
    return f'<td class="calendar-day{shade}">{inner}</td>'


def fill_lines(fills: Iterable[FillRow]) -> str:
    """The body of the table of a day's fills."""
    what = _made("components/fill_what.html", "what")
    labels = (escape(pgettext("before a price", "at")), escape(_("fees")), escape(_("so far")))
    return "".join(_fill_line(fill, what(fill.what), labels) for fill in fills)


def _fill_line(fill: FillRow, what: str, labels: tuple[str, str, str]) -> str:
    at, fees, so_far = labels
    symbol = f'<a class="row-link" href="{escape(fill.url)}">{escape(fill.symbol)}</a>' if fill.url else escape(fill.symbol)
    notes = "".join(f' <small class="muted">{escape(note)}</small>' for note in (fill.how, fill.account) if note)
    return f"""
        <tr>
          <td class="num fill-time"><time datetime="{escape(fill.time_iso)}">{escape(fill.time)}</time></td>
          <th scope="row" class="fill-what"><span class="fill-side fill-{fill.what}">{what}{symbol}</span>{notes}</th>
          <td class="right fill-quantity">{escape(fill.quantity)}</td>
          <td class="right fill-price" data-label="{at}">{escape(fill.price)}</td>
          <td class="right fill-fees" data-label="{fees}">{escape(fill.charges)}</td>
          <td class="right fill-realized"><span class="{fill.tone}">{escape(fill.realized)}</span></td>
          <td class="right fill-held" data-label="{so_far}">{escape(fill.total)}</td>
        </tr>"""


def small_month(month: MonthGrid) -> str:
    """A month of the year's page: a day is its number, its colour, and a dot or a ring."""
    cells = [(column, cell) for week in month.weeks for column, cell in enumerate(week.days, 1) if cell.inside]
    return f'<ul class="days-small">{"".join(_small_day(column, cell) for column, cell in cells)}</ul>'


def _small_day(column: int, cell: DayCell) -> str:
    shown = f"<span>{cell.number}</span>"
    if cell.sum.url:
        words = escape(cell.sum.words)
        sign = f'<span class="sign {cell.sum.tone}" aria-hidden="true"></span>'
        shown = f'<a href="{escape(cell.sum.url)}" aria-label="{words}" title="{words}">{shown}{sign}</a>'
    starts = f"starts-{column} " if cell.number == 1 else ""
    return f'<li class="{starts}{f"shade-{cell.shade}" if cell.shade else ""}">{shown}</li>'


def _made(component: str, takes: str) -> Callable[[str], str]:
    """A component that takes one of few values, made once for each."""
    return cache(lambda value: render_to_string(component, {takes: value}))
