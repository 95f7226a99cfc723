"""What must hold for any account, whatever its statement says: the bridge adds up, and the lines that are listed account for the rest."""

from collections import defaultdict
from decimal import Decimal
from typing import Final

from fillbook.cli.answer import LISTED
from fillbook.ledger.numbers import ZERO, exact
from fillbook.trades.account import AccountBook
from fillbook.trades.reasons import Reason
from fillbook.trades.reconcile import LineKind

_ALLOWED: Final = Decimal("0.015")


def broken(book: AccountBook, *, listed: bool = True) -> list[str]:
    """Sentences about what does not hold; none when all does.

    realized_pnl - broker_realized_pnl = sum of (ours - broker) over the listed fills, no figure counting 0, for each currency; a cent,
    and half a one for rounding, is allowed for each fill that is counted as equal or inferred and therefore not listed.
    listed: False leaves that out, for a book read with a trader's own settings: the lines compare figures under the broker's.
    """
    with exact():
        return [*_bridge(book), *(_differences(book) if listed else ()), *_trips(book)]


def _bridge(book: AccountBook) -> list[str]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for step in book.bridge:
        sums[step.currency] += -step.amount if step.line == "broker" else step.amount
    return [f"the bridge in {currency} is {gap} apart" for currency, gap in sums.items() if gap]


def _differences(book: AccountBook) -> list[str]:
    """A contract that is stated in two currencies has its P&L in one of them: then all are taken together."""
    left: dict[str, Decimal] = defaultdict(Decimal)
    allowed: dict[str, Decimal] = defaultdict(Decimal)
    contracts = {(row.instrument.key, row.instrument.currency) for row in book.statement.executions}
    contracts |= {(row.instrument.key, row.instrument.currency) for row in book.statement.transfers}
    apart = len(contracts) == len({key for key, _ in contracts})
    for currency in {*book.realized_pnl, *book.broker_realized_pnl}:
        left[currency if apart else ""] += book.realized_pnl.get(currency, ZERO) - book.broker_realized_pnl.get(currency, ZERO)
    for line in book.lines:
        if line.kind is LineKind.FILL:
            currency = line.instrument.currency if apart else ""
            if line.status in LISTED or line.reason is Reason.CANCEL_CHAIN:
                left[currency] -= (line.ours or ZERO) - (line.broker or ZERO)
            else:
                allowed[currency] += _ALLOWED
    return [f"{gap} {currency} of the difference is not listed" for currency, gap in left.items() if abs(gap) > allowed[currency]]


def _trips(book: AccountBook) -> list[str]:
    """Closed round trips hold nothing, open ones something, and no fill closes more in all round trips than it has."""
    match = book.match
    wrong = [f"round trip {trip.key} is closed and holds {trip.open_quantity}" for trip in match.round_trips if trip.open_quantity]
    wrong += [f"round trip {trip.key} is open and holds nothing" for trip in match.open_trips if not trip.open_quantity]
    sizes = {row.execution_id: abs(row.quantity) for row in book.statement.executions}
    closed: dict[str, Decimal] = defaultdict(Decimal)
    for trip in (*match.round_trips, *match.open_trips):
        for lot in trip.closed_lots:
            if not lot.by_action:
                closed[lot.closed_by] += abs(lot.quantity)
    return wrong + [f"{name} has {sizes[name]} and closes {units}" for name, units in closed.items() if units > sizes.get(name, units)]
