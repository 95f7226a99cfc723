"""Round trips as a table: as many columns as the terminal has room for."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fillbook.cli.numbers import DASH, counted, day, duration, money, percent, quantity
from fillbook.cli.paper import QUIET, figure_table, sheet, signed
from fillbook.performance.summary import from_e8

if TYPE_CHECKING:
    from fillbook.storage.models import RoundTripRow

ROOMY: Final = 96
_PRICE_DIGITS: Final = Decimal("0.0001")
INCOMPLETE_MARK: Final = "~"
DIFFERENT_MARK: Final = "×"


def print_trips(rows: Sequence["RoundTripRow"], total: int) -> None:
    """A table of round trips, with what its marks mean."""
    console = sheet()
    if not rows:
        console.print("No round trip fits.")
        return
    console.print(_table(console, rows))
    told = counted(total, "round trip")
    if len(rows) < total:
        told = f"{len(rows):,} of {told}; --limit 0 lists all"
    console.print(Text(told, style=QUIET))
    if any(row.incomplete for row in rows):
        console.print(Text(f"{INCOMPLETE_MARK} incomplete: some of its openings are not in the history", style=QUIET))
    if any(row.reconciliation == "different" for row in rows):
        console.print(Text(f"{DIFFERENT_MARK} differs from the broker's figure", style=QUIET))


def _table(console: Console, rows: Sequence["RoundTripRow"]) -> Table:
    columns = [*_COLUMNS] if console.width >= ROOMY else [column for column in _COLUMNS if not column[1]]
    table = figure_table([heading for heading, _, _ in columns], left=3)
    for row in rows:
        table.add_row(*(show(row) for _, _, show in columns))
    return table


def _day(row: "RoundTripRow") -> str:
    return day(row.opened_on if row.is_open else row.closed_on)


def _name(row: "RoundTripRow") -> str:
    marks = (INCOMPLETE_MARK if row.incomplete else "") + (DIFFERENT_MARK if row.reconciliation == "different" else "")
    kind = "" if row.account.kind == "real" else f" ({row.account.kind})"
    return f"{row.instrument.symbol}{kind}{' ' if marks else ''}{marks}"


def _quantity(row: "RoundTripRow") -> str:
    return quantity(row.open_quantity) if row.is_open else quantity(row.quantity)


def _price(value: Decimal | None) -> str:
    return DASH if value is None else quantity(value.quantize(_PRICE_DIGITS))


def _profit(row: "RoundTripRow") -> Text:
    if row.net_e8 is None:
        return Text(DASH)
    return signed(from_e8(row.net_e8)) + Text(f" {row.result_currency}")


def _gain(row: "RoundTripRow") -> str:
    return DASH if row.gain_e8 is None else percent(from_e8(row.gain_e8 * 100), signed=True)


def _held(row: "RoundTripRow") -> str:
    return DASH if row.holding_seconds is None else duration(timedelta(seconds=row.holding_seconds))


def _r(row: "RoundTripRow") -> str:
    return DASH if row.r_e8 is None else f"{money(from_e8(row.r_e8))} R"


_COLUMNS: Final[tuple[tuple[str, bool, Callable[["RoundTripRow"], str | Text]], ...]] = (
    ("day", False, _day),
    ("instrument", False, _name),
    ("side", False, lambda row: row.side),
    ("quantity", False, _quantity),
    ("entry", True, lambda row: _price(row.entry_price)),
    ("exit", True, lambda row: _price(row.exit_price)),
    ("profit", False, _profit),
    ("gain", False, _gain),
    ("held", True, _held),
    ("R", True, _r),
)
"""Heading, whether it needs a roomy terminal, and what stands there."""
