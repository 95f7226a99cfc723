"""The JSON of `fillbook check`: a contract. Field names and meanings stay; new fields may be added, none taken away.

Money and quantities are decimal strings without exponent, exact as computed; dates are ISO; a figure that does not exist is null.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from fillbook.ledger.numbers import ZERO, exact, plain
from fillbook.ledger.statement import Finding
from fillbook.trades.account import AccountBook
from fillbook.trades.reasons import Reason
from fillbook.trades.reconcile import LineKind, ReconciliationLine, Status
from fillbook.trades.records import Lot

LISTED = (Status.UNSTATED, Status.EXPLAINED, Status.DIFFERENT)
"""What stands in `differences`; what is equal or inferred is only counted."""


def read_file(name: str, findings: Iterable[Finding], books: Iterable[AccountBook]) -> dict[str, Any]:
    """The entry of a file that could be read."""
    return {
        "file": name,
        "ok": True,
        "error": None,
        "findings": [finding_entry(finding) for finding in findings],
        "accounts": [_account(book) for book in books],
    }


def unread_file(name: str, error: str) -> dict[str, Any]:
    """The entry of a file that could not. error: why, in a sentence."""
    return {"file": name, "ok": False, "error": error, "findings": [], "accounts": []}


def count_statuses(lines: Iterable[ReconciliationLine], kind: LineKind) -> dict[str, int]:
    """How many lines of a kind have each status, all five present."""
    counts = Counter(line.status for line in lines if line.kind is kind)
    return {status.value: counts[status] for status in Status}


def finding_entry(finding: Finding) -> dict[str, str]:
    """One finding, as every command gives it."""
    return {"severity": finding.severity.value, "code": finding.code, "message": finding.message, "remedy": finding.remedy}


def _account(book: AccountBook) -> dict[str, Any]:
    statement, match = book.statement, book.match
    return {
        "account": statement.account,
        "currency": statement.base_currency,
        "from": statement.covers.first.isoformat() if statement.covers else None,
        "to": statement.covers.last.isoformat() if statement.covers else None,
        "executions": len(statement.executions) + statement.unusable_rows,
        "corporate_actions": len(statement.corporate_actions),
        "option_events": len(statement.option_events),
        "transfers": len(statement.transfers),
        "positions": len(statement.positions),
        "round_trips": len(match.round_trips),
        "incomplete": sum(1 for trip in match.round_trips if trip.incomplete),
        "open": len(match.open_trips),
        "unmatched": len({left.execution.execution_id for left in match.unmatched}),
        "realized_pnl": _sums(book.realized_pnl),
        "broker_realized_pnl": _sums(book.broker_realized_pnl),
        "corporate_action_pnl": _sums(book.corporate_action_pnl),
        "bridge": [{"line": step.line, "currency": step.currency, "amount": plain(step.amount)} for step in book.bridge],
        "open_positions": _positions(match.open_lots),
        "reconciliation": {
            "fills": count_statuses(book.lines, LineKind.FILL),
            "positions": count_statuses(book.lines, LineKind.POSITION),
        },
        "differences": [_difference(line) for line in book.lines if _listed(line)],
    }


def _listed(line: ReconciliationLine) -> bool:
    """A cancellation is listed whole, its rebook too, so that ours - broker over the listed fills adds up."""
    return line.status in LISTED or line.reason is Reason.CANCEL_CHAIN


def _sums(sums: dict[str, Decimal]) -> dict[str, str]:
    return {currency: plain(sums[currency]) for currency in sorted(sums)}


def _positions(lots: Iterable[Lot]) -> list[dict[str, str | None]]:
    held: dict[str, list[Lot]] = defaultdict(list)
    for lot in lots:
        held[lot.instrument.key].append(lot)
    with exact():
        return [_position(parts) for parts in held.values()]


def _position(lots: list[Lot]) -> dict[str, str | None]:
    """One instrument's lots together. cost: as a lot's, + for long and - for short; null when that of one of them is unknown."""
    costs = [lot.cost_basis for lot in lots if lot.cost_basis is not None]
    return {
        "instrument": lots[-1].instrument.symbol,
        "quantity": plain(sum((lot.quantity for lot in lots), ZERO)),
        "cost": plain(sum(costs, ZERO)) if len(costs) == len(lots) else None,
    }


def _difference(line: ReconciliationLine) -> dict[str, str | None]:
    return {
        "kind": line.kind.value,
        "id": line.id,
        "instrument": line.instrument.symbol,
        "ours": None if line.ours is None else plain(line.ours),
        "broker": None if line.broker is None else plain(line.broker),
        "status": (line.status if line.status in LISTED else Status.EXPLAINED).value,
        "reason": line.reason.value,
    }
