"""The total order of an account's rows."""

from fillbook.ledger.events import CorporateAction, Transfer
from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.ledger.instrument import AssetClass

LedgerRow = Execution | CorporateAction | Transfer
"""What changes a position."""

_DELIVERIES = frozenset({ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE})
_OPTIONS = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})


def row_id(row: LedgerRow) -> str:
    """The broker's id of a row."""
    if isinstance(row, Execution):
        return row.execution_id
    return row.leg_id if isinstance(row, CorporateAction) else row.transfer_id


def total_order(row: LedgerRow) -> tuple[object, ...]:
    """Sort key: the instant, then options before what they deliver, then the broker's id, then the place in the document.

    Fills within one second are common, and the broker numbers rows in the order it booked them: reversing such ties changes
    which lot a fill closes. Ids compare as numbers where they are numbers ("9" before "10"). An assignment's two legs share their
    instant; the option goes first because its premium becomes part of the delivered stock's cost. Ids of our making (`~…`) mean
    nothing: such rows follow their document.
    """
    delivered = isinstance(row, Execution) and row.kind in _DELIVERIES and row.instrument.asset_class not in _OPTIONS
    name = row_id(row)
    number = int(name) if name.isascii() and name.isdigit() else -1
    made = row.place if name.startswith("~") else 0
    return (row.ordered_at, delivered, number < 0, number, made, "" if number >= 0 else name, row.place)
