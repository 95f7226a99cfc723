"""Positions that changed without any row: told by the broker's positions and by what its fills say of themselves, never guessed.

A position at the end less all that the rows moved is what was held at the beginning. When a fill then closes what was not there, or opens
against what was, something came or went that no section of the document lists.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Final

from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.statement import AccountStatement

_UNCLEAR: Final = frozenset({ExecutionKind.CANCEL, ExecutionKind.BOOK})


def moved_unseen(account: AccountStatement) -> list[str]:
    """Symbols of the instruments of which units came or went without a row; none where the document states no positions.

    Instruments with corporate actions, cancellations, bookings without a reason or models are left out: their rows do not say enough.
    """
    if not account.states_positions:
        return []
    before = defaultdict(Decimal, {figure.instrument.key: figure.quantity for figure in account.positions})
    for fill in account.executions:
        before[fill.instrument.key] -= fill.quantity
    for transfer in account.transfers:
        before[transfer.instrument.key] -= transfer.quantity
    doubtful = {key for key, quantity in before.items() if quantity} - {action.instrument.key for action in account.corporate_actions}
    fills: defaultdict[str, list[Execution]] = defaultdict(list)
    for fill in account.executions if doubtful else ():
        if fill.instrument.key in doubtful:
            fills[fill.instrument.key].append(fill)
    return [rows[0].instrument.symbol for key, rows in fills.items() if _clear(rows) and _contradicts(rows, before[key])]


def _clear(rows: list[Execution]) -> bool:
    """Whether the rows say enough of themselves."""
    currency = rows[0].instrument.asset_class is AssetClass.FOREX
    return not currency and not any(row.kind in _UNCLEAR or row.model for row in rows)


def _contradicts(rows: list[Execution], before: Decimal) -> bool:
    """Whether a fill closes what is not there or opens against what is, when `before` was held at the beginning."""
    position = before
    for row in sorted(rows, key=lambda row: row.ordered_at):
        after = position + row.quantity
        if row.effect is Effect.CLOSES and (position * row.quantity >= 0 or after * row.quantity > 0):
            return True
        if row.effect is Effect.OPENS and position * row.quantity < 0:
            return True
        position = after
    return False
