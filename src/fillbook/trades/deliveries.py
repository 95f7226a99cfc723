"""Exercises and assignments: which option row delivered which stock row, and which were settled in cash.

The broker books an exercise or assignment as two rows: the option at price 0 and the underlying at the strike. Brokers that move the
premium into the underlying (design: so that it reconciles) realize nothing on the option; what the option cost, or brought, becomes part
of the underlying's amount.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.ledger.instrument import AssetClass, Right

_KINDS = frozenset({ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE})
_OPTIONS = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})


@dataclass(slots=True)
class _Waiting:
    """An underlying row and its units (contracts x multiplier, of a future too) that no option row has claimed yet."""

    stock: Execution
    left: Decimal


_Shelf = dict[tuple[object, ...], list[_Waiting]]


@dataclass(slots=True)
class Deliveries:
    """moves: option execution id -> [(underlying's execution id, share of the option's quantity)]; delivered: underlying ids with their
    option known; orphans: underlying ids delivered by an option row that the history lacks; settled: option ids settled in cash.
    """

    moves: dict[str, list[tuple[str, Decimal]]] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    orphans: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)


def pair_deliveries(executions: Sequence[Execution]) -> Deliveries:
    """Pair option rows with the rows they delivered, by day, underlying, strike, direction and units; in the order they are booked.

    An option row without a delivery is settled in cash when the broker realizes something on it and states a settlement price; else
    it realizes 0 and its premium has gone to a row that the history does not hold.
    """
    result = Deliveries()
    legs = [row for row in executions if row.kind in _KINDS]
    if not legs:
        return result
    waiting: _Shelf = defaultdict(list)
    stocks = [row for row in legs if row.instrument.asset_class not in _OPTIONS]
    for stock in stocks:
        entry = _Waiting(stock, abs(stock.quantity) * stock.instrument.multiplier)
        for name in {stock.instrument.key, stock.instrument.symbol}:
            waiting[stock.trade_date, name, stock.price, stock.quantity > 0].append(entry)
    for option in legs:
        if option.instrument.asset_class in _OPTIONS:
            _place(option, waiting, result)
    result.orphans = {stock.execution_id for stock in stocks} - result.delivered
    return result


def _place(option: Execution, waiting: _Shelf, result: Deliveries) -> None:
    """Hand an option row's units to the underlying rows that wait for them."""
    instrument = option.instrument
    buys = (option.quantity < 0) == (instrument.right is Right.CALL)
    units, taken = abs(option.quantity) * instrument.multiplier, Decimal(0)
    moves: list[tuple[str, Decimal]] = []
    names = dict.fromkeys(name for name in (instrument.underlying_key, instrument.underlying_symbol) if name)
    for name in names:
        for entry in waiting.get((option.trade_date, name, instrument.strike, buys), []):
            part = min(entry.left, units - taken)
            if part > 0:
                entry.left -= part
                taken += part
                moves.append((entry.stock.execution_id, part / units))
                result.delivered.add(entry.stock.execution_id)
    if moves:
        result.moves[option.execution_id] = moves
    elif option.settlement_price is not None and option.broker_realized_pnl:
        result.settled.add(option.execution_id)
