"""Round trips as lines of a CSV file: for a spreadsheet, so no text of ours is ever taken for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from fillbook.ledger.numbers import plain
from fillbook.performance.summary import from_e8
from fillbook.storage.models import RoundTripRow
from fillbook.storage.said import Said, said_of

COLUMNS: Final = (
    "key account kind symbol underlying asset_class side status quantity open_quantity opened_on opened_at closed_on closed_at currency "
    "entry_price exit_price gross_pnl fees realized_pnl opening_cost gain_percent result_currency net holding_seconds fills basis "
    "incomplete reconciliation r rating stop target tags notes note"
).split()
"""Headings. net is in result_currency (the base currency, or the instrument's own without a rate); other money is in currency. The last
ones are the trader's own words: tags with commas between them, how many notes there are, and the first line of the oldest.
"""
_AT_ONCE: Final = 500
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def lines(trips: Iterable[RoundTripRow]) -> Iterator[str]:
    """The file, line by line, the headings first."""
    yield _line(COLUMNS)
    rest = iter(trips)
    while part := list(islice(rest, _AT_ONCE)):
        said = said_of(part)
        yield from (_line(_cell(value) for value in _values(trip, said[trip.pk])) for trip in part)


def guarded(text: str) -> str:
    """A text that a spreadsheet shows as it is: one that would begin a formula gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _values(trip: RoundTripRow, said: Said) -> list[Any]:
    gain = None if trip.gain_e8 is None else from_e8(100 * trip.gain_e8)
    net = None if trip.net_e8 is None else from_e8(trip.net_e8)
    return [
        trip.key, trip.account.number, trip.account.kind, trip.symbol, trip.underlying, trip.asset_class, trip.side,
        "open" if trip.is_open else "closed", trip.quantity, trip.open_quantity, trip.opened_on, trip.opened_at, trip.closed_on,
        trip.closed_at, trip.currency, trip.entry_price, trip.exit_price, trip.gross_pnl, trip.charges, trip.realized_pnl,
        trip.opening_cost, gain, trip.result_currency, net, trip.holding_seconds, trip.fills, trip.basis, " ".join(trip.incomplete),
        trip.reconciliation, None if trip.r_e8 is None else from_e8(trip.r_e8), trip.rating, said.stop, said.target,
        ", ".join(tag.name for tag in said.tags), said.notes, said.note,
    ]  # fmt: skip


def _cell(value: Any) -> str:
    """Numbers as numbers, with their minus; texts guarded."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int) else guarded(str(value))


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
