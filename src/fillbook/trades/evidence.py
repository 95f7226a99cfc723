"""Everything needed to look into a figure that seems wrong, as one redacted JSON document.

It holds the rows of the instruments in question, the lots and round trips made of them, and both figures; no name, no token, no order
reference, and only the last three characters of the account number. It can be replayed: the rows are whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from fillbook.ledger.instrument import Instrument
from fillbook.ledger.numbers import plain
from fillbook.trades.account import AccountBook
from fillbook.trades.records import RoundTrip

FORMAT: Final = "fillbook-evidence-1"
_LEFT_OUT: Final = frozenset({"account", "other_party", "model", "place", "order_id"})


def evidence(book: AccountBook, instruments: Iterable[str] | None = None) -> dict[str, Any]:
    """Collect the evidence of some instruments (contract ids), or of the whole account when None.

    Returns:
        JSON values only: strings, lists, mappings, None. Money and quantities as plain decimal strings.
    """
    keys = None if instruments is None else _linked(book, set(instruments))
    statement = book.statement

    def wanted(instrument: Instrument) -> bool:
        return keys is None or instrument.key in keys

    return {
        "format": FORMAT,
        "account": redacted(statement.account),
        "base_currency": statement.base_currency,
        "covers": None if statement.covers is None else [statement.covers.first.isoformat(), statement.covers.last.isoformat()],
        "states": {
            "positions": statement.states_positions,
            "realized_pnl": statement.states_realized_pnl,
            "transfers": statement.states_transfers,
        },
        "executions": [_plain(row) for row in statement.executions if wanted(row.instrument)],
        "corporate_actions": [_plain(row) for row in statement.corporate_actions if wanted(row.instrument)],
        "transfers": [_plain(row) for row in statement.transfers if wanted(row.instrument)],
        "option_events": [_plain(row) for row in statement.option_events if wanted(row.instrument)],
        "positions": [_plain(row) for row in statement.positions if wanted(row.instrument)],
        "cash_since": None if statement.cash_since is None else statement.cash_since.isoformat(),
        "cash_movements": [_plain(row) for row in statement.cash_movements if row.instrument is not None and wanted(row.instrument)],
        "broker_lots": [_plain(row) for row in statement.broker_lots if wanted(row.instrument)],
        "round_trips": [_plain(trip) for trip in book.match.round_trips if _touches(trip, keys)],
        "open_trips": [_plain(trip) for trip in book.match.open_trips if _touches(trip, keys)],
        "open_lots": [_plain(lot) for lot in book.match.open_lots if wanted(lot.instrument)],
        "unmatched": [_plain(left) for left in book.match.unmatched if wanted(left.execution.instrument)],
        "flags": [_plain(flag) for flag in book.match.flags if wanted(flag.instrument)],
        "reconciliation": [_plain(line) for line in book.lines if wanted(line.instrument)],
    }


def redacted(account: str) -> str:
    """An account number with all but its last three characters hidden; short ones are hidden whole."""
    return "*" * len(account) if len(account) < 6 else "*" * (len(account) - 3) + account[-3:]


def _linked(book: AccountBook, keys: set[str]) -> set[str]:
    """The instruments and those their lots came from or went to: an option and its stock, the two sides of an exchange."""
    linked = set(keys)
    for trip in (*book.match.round_trips, *book.match.open_trips):
        mine = {trip.instrument.key, *(lot.instrument.key for lot in trip.closed_lots)}
        if mine & linked:
            linked |= mine
    for row in book.statement.executions:
        if row.instrument.underlying_key and {row.instrument.underlying_key, row.instrument.key} & keys:
            linked |= {row.instrument.key, row.instrument.underlying_key}
    return linked


def _touches(trip: RoundTrip, keys: set[str] | None) -> bool:
    return keys is None or trip.instrument.key in keys


def _plain(value: Any) -> Any:
    """A record as JSON values. Instruments by their contract id and symbol; fields that name people or parties are left out."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Instrument):
        return {"key": value.key, "symbol": value.symbol, "class": value.asset_class.value, "multiplier": plain(value.multiplier)}
    if is_dataclass(value):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in fields(value) if entry.name not in _LEFT_OUT}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: _plain(part) for name, part in zip(value._fields, value, strict=True) if name not in _LEFT_OUT}
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    return (
        [_plain(part) for part in sorted(value) if part is not None] if isinstance(value, frozenset) else [_plain(part) for part in value]
    )
