"""The file as rows of named cells: which of the four forms it has, and rows that are shorter than their header.

21 columns  today            20  without Total            18  of 2022 and 2023, without Sub Type, Total and Currency
15 columns  until 2021: minutes by the clock of whoever downloaded it, commission inside the fees
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fillbook.brokers.interface import StatementUnreadable
from fillbook.brokers.tastytrade.sentences import ERRORS

MODERN: Final = (
    "Date", "Type", "Action", "Symbol", "Instrument Type", "Description", "Value", "Quantity", "Average Price", "Commissions", "Fees",
    "Multiplier", "Underlying Symbol", "Expiration Date", "Strike Price", "Call or Put",
)  # fmt: skip
"""Columns that every form since 2022 has."""
LEGACY: Final = (
    "Date/Time", "Transaction Code", "Transaction Subcode", "Symbol", "Buy/Sell", "Open/Close", "Quantity", "Expiration Date", "Strike",
    "Call/Put", "Price", "Fees", "Amount", "Description",
)  # fmt: skip
_MAY_LACK: Final = frozenset({"Order #", "Total", "Currency", "Account Reference"})
csv.field_size_limit(1 << 20)


@dataclass(frozen=True, slots=True)
class Line:
    """One row. cells: by column; a column that the row is too short for is "". number: as a text editor counts. place: byte offset."""

    cells: dict[str, str]
    number: int
    place: int

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()


@dataclass(frozen=True, slots=True)
class Table:
    """legacy: the form until 2021."""

    legacy: bool
    columns: tuple[str, ...]
    lines: list[Line]


def recognize(head: bytes) -> bool:
    """Whether a file begins with the header of one of the forms."""
    first = head.lstrip(b"\xef\xbb\xbf\r\n ").partition(b"\n")[0].decode("utf-8", "replace")
    names = {name.strip().strip('"') for name in first.split(",")}
    return set(MODERN) <= names or set(LEGACY) <= names


def read_table(data: bytes) -> Table:
    """Read the whole file.

    Raises:
        StatementUnreadable: it is another file, is no text, or a row is cut in the middle.
    """
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as problem:
        raise StatementUnreadable.of(ERRORS, "not_text", problem.start) from None
    rows = _rows(text)
    _, header = next(rows, (1, []))
    columns = tuple(name.strip() for name in header)
    if not (set(MODERN) <= set(columns) or set(LEGACY) <= set(columns)):
        raise StatementUnreadable.of(ERRORS, "not_history")
    places = _places(data)
    lines = [_line(columns, row, number, places) for number, row in rows if any(cell.strip() for cell in row)]
    return Table("Date/Time" in columns, columns, lines)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    number = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise StatementUnreadable.of(ERRORS, "damaged", line=number) from None
        yield number, row
        number = reader.line_num + 1


def _line(columns: tuple[str, ...], row: list[str], number: int, places: list[int]) -> Line:
    if len(row) > len(columns) or any(name not in _MAY_LACK for name in columns[len(row) :]):
        place = places[min(number, len(places)) - 1]
        raise StatementUnreadable.of(ERRORS, "ragged", place, line=number, cells=len(row), columns=len(columns))
    return Line(dict(zip(columns, row, strict=False)), number, places[min(number, len(places)) - 1])


def _places(data: bytes) -> list[int]:
    """Byte offset of each line."""
    places, at = [], 0
    for line in data.splitlines(keepends=True):
        places.append(at)
        at += len(line)
    return places or [0]
