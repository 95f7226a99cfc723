"""The columns of the list of trades: what there is, what the reader chose, how each is ordered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from fillbook.storage.choosing import Sort
from fillbook.storage.paging import Order
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.rows import TripRow

ASCENDING_FIRST: Final = frozenset({Sort.SYMBOL, Sort.SIDE, Sort.KIND, Sort.ACCOUNT})


@dataclass(frozen=True, slots=True)
class Column:
    """One column. name: in an address. style: classes of its cells; the card of a phone knows some of them."""

    name: str
    heading: str
    sort: Sort
    style: str


ALL: Final = tuple(
    Column(*parts)
    for parts in (
        ("closed", gettext_lazy("Closed"), Sort.DAY, "num trade-day"),
        ("opened", gettext_lazy("Opened"), Sort.OPENED, "num trade-day"),
        ("symbol", gettext_lazy("Symbol"), Sort.SYMBOL, "trade-symbol"),
        ("side", gettext_lazy("Side"), Sort.SIDE, "trade-side"),
        ("kind", gettext_lazy("Kind"), Sort.KIND, "hide-narrow"),
        ("account", gettext_lazy("Account"), Sort.ACCOUNT, "hide-narrow"),
        ("quantity", gettext_lazy("Quantity"), Sort.QUANTITY, "right hide-narrow"),
        ("entry", gettext_lazy("Entry"), Sort.ENTRY, "right hide-narrow"),
        ("exit", gettext_lazy("Exit"), Sort.EXIT, "right hide-narrow"),
        ("held", gettext_lazy("Held"), Sort.HELD, "right hide-narrow"),
        ("fills", gettext_lazy("Fills"), Sort.FILLS, "right hide-narrow"),
        ("gross", gettext_lazy("Before fees"), Sort.GROSS, "right hide-narrow"),
        ("fees", gettext_lazy("Fees"), Sort.FEES, "right hide-narrow"),
        ("gain", gettext_lazy("Gain"), Sort.GAIN, "right trade-gain"),
        ("r", gettext_lazy("R"), Sort.R, "right hide-narrow"),
        ("rating", gettext_lazy("Rating"), Sort.RATING, "right hide-narrow"),
        ("net", gettext_lazy("Net profit"), Sort.PROFIT, "right trade-net"),
    )
)
USUAL: Final = ("closed", "symbol", "side", "quantity", "entry", "exit", "held", "gain", "net")
_ALWAYS: Final = "symbol"
"""It is the link to the trade."""
_OF_RESULTS: Final = frozenset({"gross", "fees", "gain", "net"})
_GAIN_ALONE: Final = replace(next(column for column in ALL if column.name == "gain"), style="right trade-net")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading. direction: how the list is ordered by it, "" when it is not. url: orders by it."""

    name: str
    url: str
    direction: str
    style: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell. name: of its column. tone: class of its colour. url: where it leads by itself, "" with its row."""

    name: str
    text: str
    style: str
    tone: str = ""
    url: str = ""


def chosen_columns(asked: str, kept: str, *, percent: bool = False) -> tuple[Column, ...]:
    """Those that the address asks for, else those the reader keeps, else the usual ones; in their fixed order.

    percent: those of money give way to the gain, which takes the place of the net profit.
    """
    names = {name for name in (asked or kept).split(",") if any(column.name == name for column in ALL)} or set(USUAL)
    found = tuple(column for column in ALL if column.name in names | {_ALWAYS})
    return (*(column for column in found if column.name not in _OF_RESULTS), _GAIN_ALONE) if percent else found


def headings(columns: Sequence[Column], order: Order, to: Callable[[Order], str]) -> tuple[Heading, ...]:
    """One that orders the list already turns it round."""
    found = []
    for column in columns:
        current = column.sort is order.sort
        direction = ("descending" if order.descending else "ascending") if current else ""
        turned = not order.descending if current else column.sort not in ASCENDING_FIRST
        found.append(Heading(column.heading, to(Order(column.sort, turned)), direction, column.style))
    return tuple(found)


def cells(row: TripRow, columns: Sequence[Column]) -> tuple[Cell, ...]:
    """A round trip's cells."""
    tones = {"gain": row.gain_tone, "net": row.tone, "gross": row.gross_tone, "r": row.tone if row.r else ""}
    doors = {"closed": row.closed_url, "opened": row.opened_url}
    return tuple(
        Cell(one.name, getattr(row, _FIELD.get(one.name, one.name)), one.style, tones.get(one.name, ""), doors.get(one.name, ""))
        for one in columns
    )


_FIELD: Final = {"kind": "asset_class"}
"""Where a row's field has another name than the column."""
