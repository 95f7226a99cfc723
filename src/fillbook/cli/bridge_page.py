"""The bridge from the profit shown to the broker's realized figure, currencies side by side."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from rich.console import Console
from rich.text import Text

from fillbook.cli import words
from fillbook.cli.numbers import money
from fillbook.cli.paper import figure_table, heading, indented, signed
from fillbook.ledger.numbers import ZERO
from fillbook.trades.bridge import LINES, ROUNDING, BridgeLine, shown_lines

_ORDER: Final = (*LINES[:-1], ROUNDING, LINES[-1])
_CENTS: Final = 2


def print_bridge(console: Console, bridge: Sequence[BridgeLine], base_currency: str | None) -> None:
    """One column for each currency in which anything was realized; lines that are zero everywhere are left out."""
    currencies = list(dict.fromkeys(step.currency for step in bridge))
    shown_in = {one: shown_lines({step.line: step.amount for step in bridge if step.currency == one}, _CENTS) for one in currencies}
    amounts = {(line, one): shown_in[one].get(line, ZERO) for one in currencies for line in _ORDER}
    currencies = [one for one in currencies if any(amounts[line, one] for line in _ORDER)] or currencies[:1]
    if not currencies:
        return
    own = [base_currency] == currencies
    heading(console, "From profit to the broker's figure" + ("" if own else ", in the currencies traded"))
    lines = [line for line in _ORDER if line in (LINES[0], LINES[-1]) or any(amounts[line, one] for one in currencies)]
    widest = max(len(words.BRIDGE[line]) for line in lines)
    for index, shown in enumerate(_side_by_side(currencies, amounts, console.width - 2 - widest)):
        if index:
            console.print()
        table = figure_table(["", *shown])
        for line in lines:
            title = Text(words.BRIDGE[line], style="bold" if line == LINES[-1] else "")
            table.add_row(title, *(signed(amounts[line, currency]) for currency in shown))
        indented(console, table)


def _side_by_side(currencies: Sequence[str], amounts: Mapping[tuple[str, str], Decimal], room: int) -> list[list[str]]:
    """Currencies in rows of as many columns as fit into `room`, at least one each."""
    rows: list[list[str]] = []
    left = 0
    for currency in currencies:
        wide = 2 + max(len(money(amounts[line, currency])) for line in _ORDER)
        if not rows or wide > left:
            rows.append([])
            left = room
        rows[-1].append(currency)
        left -= wide
    return rows
