"""The sheet that commands print on: one console, a few styles, and the pieces that every command uses."""

import os
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fillbook.cli.numbers import money

WIDEST: Final = 100
GAIN: Final = "cyan"
LOSS: Final = "red"
QUIET: Final = "dim"


def sheet(stream: TextIO | None = None) -> Console:
    """A console that keeps lines short on wide screens; colour only in a terminal, and never with NO_COLOR."""
    console = Console(file=stream or sys.stdout, highlight=False, markup=False, emoji=False)
    into_a_file = not console.is_terminal and "COLUMNS" not in os.environ  # nobody's screen is narrow then
    console.width = WIDEST if into_a_file else min(console.width, WIDEST)
    return console


def signed(value: Decimal | None, text: str | None = None) -> Text:
    """A gain or loss in its colour; the sign says the same to who sees none."""
    style = "" if not value else GAIN if value > 0 else LOSS
    return Text(money(value) if text is None else text, style=style)


def figure_table(headings: Sequence[str], left: int = 1) -> Table:
    """A table of figures: the first `left` columns of words to the left, numbers to the right, so that their points stand in line."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style=QUIET, collapse_padding=True)
    for index, heading in enumerate(headings):
        number = index >= left
        table.add_column(heading, justify="right" if number else "left", no_wrap=number, overflow="fold")
    return table


def indented(console: Console, *parts: RenderableType, by: int = 2) -> None:
    """Print pieces one below the other, set in by a few columns."""
    for part in parts:
        console.print(Padding.indent(Text(part) if isinstance(part, str) else part, by))


def heading(console: Console, title: str) -> None:
    """A part's title, after an empty line."""
    console.print()
    indented(console, Text(title, style="bold"))


def sentence(parts: Iterable[str], joint: str = " · ") -> str:
    """The parts that say something, joined."""
    return joint.join(part for part in parts if part)
