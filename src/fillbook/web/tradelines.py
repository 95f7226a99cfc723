"""The body of the list of trades, written here: for its hundreds of cells a template's loops and includes would take most of the time."""

from collections.abc import Iterable, Sequence
from functools import cache

from django.template.loader import render_to_string
from django.utils.html import escape

from fillbook.web.pages.columns import Cell
from fillbook.web.pages.rows import TripRow


def trade_lines(rows: Iterable[tuple[TripRow, Sequence[Cell]]]) -> str:
    """One line of the table each, every text escaped. Sides and marks are few, so each of their components is made once."""
    side = cache(lambda name: render_to_string("components/side.html", {"side": name}))
    mark = cache(lambda state: render_to_string("components/trade_mark.html", {"state": state}))
    lines = []
    for row, cells in rows:
        inner = "".join(f'<td class="trade-side">{side(row.side)}</td>' if cell.name == "side" else _cell(row, cell) for cell in cells)
        state = "incomplete" if row.incomplete else "stated" if row.stated else row.status
        lines.append(f'<tr>{inner}<td class="trade-mark">{mark(state)}</td></tr>')
    return "\n".join(lines)


def _cell(row: TripRow, cell: Cell) -> str:
    if cell.name == "symbol":
        detail = f'<span class="trade-detail">{escape(row.detail)}</span>' if row.detail else ""
        return f'<th scope="row" class="trade-symbol"><a class="row-link" href="{escape(row.url)}">{escape(row.symbol)}</a>{detail}</th>'
    if cell.name == "net":
        unit = f' <span class="unit">{escape(row.unit)}</span>' if row.unit else ""
        return f'<td class="{cell.style}"><b class="{cell.tone}">{escape(cell.text)}</b>{unit}</td>'
    if cell.url:
        return f'<td class="{cell.style}"><a class="day-link" href="{escape(cell.url)}">{escape(cell.text)}</a></td>'
    return f'<td class="{cell.style}"><span class="{cell.tone}">{escape(cell.text)}</span></td>'
