"""What a reading command prints: the JSON that the API answers with too, or the same as a table for people."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from rich.text import Text

from fillbook.cli.database import add_book_arguments
from fillbook.cli.numbers import DASH, money, percent, quantity
from fillbook.cli.paper import QUIET, figure_table, sheet, signed

Show = Callable[[Any], str | Text]
Column = tuple[str, str, Show]
"""Name of the field, heading, how its value is written."""


def add_reading_arguments(parser: argparse.ArgumentParser) -> None:
    """What every reading command takes."""
    add_book_arguments(parser, "print one JSON object and nothing else, as the API answers it")


def add_limit_argument(parser: argparse.ArgumentParser) -> None:
    """How many lines."""
    parser.add_argument("--limit", type=limit, default=50, metavar="N", help="list at most so many (default 50; 0 for all)")


def limit(text: str) -> int:
    """A number of lines as typed."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    raise argparse.ArgumentTypeError("a limit is a whole number, 0 for all")


def print_json(found: Mapping[str, Any]) -> None:
    """One object."""
    json.dump(found, sys.stdout, ensure_ascii=False)
    print()


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], none: str, left: int = 1) -> None:
    """One line for each row. none: what is said when there is none; left: so many columns are words."""
    console = sheet()
    if not rows:
        console.print(none)
        return
    table = figure_table([heading for _, heading, _ in columns], left=left)
    for row in rows:
        table.add_row(*(show(row[name]) for name, _, show in columns))
    console.print(table)


def print_list(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], none: str, *, as_json: bool, left: int = 1) -> int:
    """As `print_table`, or as the API answers with a list; returns the exit status."""
    if as_json:
        print_json({"items": rows})
    else:
        print_table(rows, columns, none, left)
    return 0


def print_group(group: Mapping[str, Any]) -> None:
    """Which accounts and which money the next table is of."""
    base = "" if group["currency"] == group["base_currency"] else f", base {group['base_currency'] or 'unknown'}"
    sheet().print(Text(f"{group['kind'].capitalize()} accounts, {group['currency']}{base}", style=QUIET))


def words(value: Any) -> str:
    """As it stands."""
    return DASH if value is None or value == "" else str(value)


def amount(value: str | None) -> Text:
    """Money that was gained or lost."""
    return Text(DASH) if value is None else signed(Decimal(value))


def plain_amount(value: str | None) -> str:
    """Money that is neither."""
    return DASH if value is None else money(Decimal(value))


def units(value: str | None) -> str:
    """A quantity or a price."""
    return DASH if value is None else quantity(Decimal(value))


def share(value: str | None) -> str:
    """Percent."""
    return DASH if value is None else percent(Decimal(value))


def moment(value: str | None) -> str:
    """To the second, with its zone."""
    return DASH if value is None else value[:19].replace("T", " ") + (" UTC" if value.endswith(("Z", "+00:00")) else value[-6:])


BRIEF: Final[tuple[Column, ...]] = (
    ("round_trips", "trades", words),
    ("winners", "won", words),
    ("losers", "lost", words),
    ("profit", "profit", amount),
    ("fees", "fees", plain_amount),
    ("win_rate", "win rate", share),
    ("average_gain_percent", "average gain", share),
)
"""Figures of a part."""
