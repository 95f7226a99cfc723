"""One short text for all that an account's ledger, or its derived rows, say; equal books have equal hashes, whatever led to them."""

from collections.abc import Iterable
from hashlib import sha256

from fillbook.storage.daily import daily_lines
from fillbook.storage.models import (
    AccountInstrument,
    BridgeRow,
    BrokerAccount,
    ClosedLotRow,
    DayTotals,
    FindingRow,
    FlagRow,
    OpenLotRow,
    ReconciliationRow,
    RoundTripRow,
    RowState,
    SlotTotals,
    TripFillRow,
    UnmatchedRow,
)
from fillbook.storage.openings import opening_lines
from fillbook.storage.positions import latest_positions, positions_of
from fillbook.storage.records import KINDS, rows_of


def ledger_hash(account: BrokerAccount) -> str:
    """Of the current facts, the names of their instruments, the latest positions and what the owner stated; not of who said it first."""
    return _hash(ledger_lines(account))


def ledger_lines(account: BrokerAccount) -> list[str]:
    """What `ledger_hash` is made of: a line for each fact, its identity up to the first comma."""
    lines = []
    for kind in KINDS:
        rows = rows_of(kind, account).filter(state=RowState.CURRENT).order_by("row_id")
        lines += [f"{kind.statement_field} {line}" for line in rows.values_list("row_id", "digest", "state")]
    names = AccountInstrument.objects.filter(account=account).order_by("key")
    lines += [f"instrument {line}" for line in names.values_list("key", "instrument__digest")]
    stating = latest_positions(account)
    held = [] if stating is None else positions_of(stating)
    lines += sorted(f"position {row.instrument.key} {row.as_of} {row.quantity:f} {row.cost_basis} {row.value}" for row in held)
    return [*lines, *opening_lines(account), *daily_lines(account)]


_DERIVED = (RoundTripRow, OpenLotRow, UnmatchedRow, FlagRow, ReconciliationRow, DayTotals, SlotTotals, BridgeRow, FindingRow)
_OF_TRIPS = (TripFillRow, ClosedLotRow)
_LEFT_OUT = frozenset({"id", "account", "trip", "instrument", "r_e8", "rating"})
"""Beside keys, what hangs on the trader's own words."""


def derived_hash(account: BrokerAccount) -> str:
    """Of everything computed from the ledger, whether all at once or instrument by instrument."""
    lines: list[str] = []
    for model in (*_DERIVED, *_OF_TRIPS):
        names = [field.name for field in model._meta.concrete_fields if field.name not in _LEFT_OUT]  # noqa: SLF001 - Django's public door
        owner = {"trip__account": account} if model in _OF_TRIPS else {"account": account}
        found = model._default_manager.filter(**owner)  # noqa: SLF001 - as above
        if model in _OF_TRIPS:
            names.append("trip__key")
        lines += sorted(f"{model.__name__} {_plain(values)}" for values in found.values_list(*names).iterator(chunk_size=2000))
    return _hash(lines)


def _plain(values: Iterable[object]) -> str:
    return "|".join(f"{value:.9g}" if isinstance(value, float) else str(value) for value in values)


def _hash(lines: Iterable[str]) -> str:
    digest = sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
