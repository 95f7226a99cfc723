"""The bridge from the profit shown to the broker's realized figure, currencies side by side."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from rich.console import Console
from rich.text import Text

from fillbook.cli import words
from fillbook.cli.numbers import money
from fillbook.cli.paper import figure_table, heading, indented, signed
from fillbook.ledger.numbers import ZERO
from fillbook.trades.bridge import LINES, BridgeLine


def print_bridge(console: Console, bridge: Sequence[BridgeLine], base_currency: str | None) -> None:
    """One column for each currency in which anything was realized; lines that are zero everywhere are left out."""
    amounts = {(step.line, step.currency): step.amount for step in bridge}
    currencies = list(dict.fromkeys(step.currency for step in bridge))
    currencies = [one for one in currencies if any(_shows(amounts[line, one]) for line in LINES)] or currencies[:1]
    if not currencies:
        return
    own = [base_currency] == currencies
    heading(console, "From profit to the broker's figure" + ("" if own else ", in the currencies traded"))
    lines = [line for line in LINES if line in (LINES[0], LINES[-1]) or any(_shows(amounts[line, one]) for one in currencies)]
    widest = max(len(words.BRIDGE[line]) for line in lines)
    for index, shown in enumerate(_side_by_side(currencies, amounts, console.width - 2 - widest)):
        if index:
            console.print()
        table = figure_table(["", *shown])
        for line in lines:
            title = Text(words.BRIDGE[line], style="bold" if line == LINES[-1] else "")
            table.add_row(title, *(signed(amounts[line, currency]) for currency in shown))
        indented(console, table)


def _shows(amount: Decimal) -> bool:
    """Whether anything of it is left once it is rounded to cents."""
    return money(amount) != money(ZERO)


def _side_by_side(currencies: Sequence[str], amounts: Mapping[tuple[str, str], Decimal], room: int) -> list[list[str]]:
    """Currencies in rows of as many columns as fit into `room`, at least one each."""
    rows: list[list[str]] = []
    left = 0
    for currency in currencies:
        wide = 2 + max(len(money(amounts[line, currency])) for line in LINES)
        if not rows or wide > left:
            rows.append([])
            left = room
        rows[-1].append(currency)
        left -= wide
    return rows
