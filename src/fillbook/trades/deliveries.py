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

    Then what is left alone of both, for contracts that were adjusted.

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
    options = [row for row in legs if row.instrument.asset_class in _OPTIONS]
    for option in options:
        _place(option, waiting, result)
    _place_adjusted([row for row in options if row.execution_id not in result.moves.keys() | result.settled], waiting, result)
    result.orphans = {stock.execution_id for stock in stocks} - result.delivered
    return result


def _place(option: Execution, waiting: _Shelf, result: Deliveries) -> None:
    """Hand an option row's units to the underlying rows that wait for them."""
    instrument = option.instrument
    buys = _buys(option)
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


def _place_adjusted(options: Sequence[Execution], waiting: _Shelf, result: Deliveries) -> None:
    """Hand over what an adjusted contract delivers: after a split or a merger its units or its price are other than the contract says.

    Only where one row of the underlying is left that day, in that direction, and one option: then nothing else can have delivered it.
    """
    left: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for (day, name, _price, buys), entries in waiting.items():
        left[day, name, buys] |= {entry.stock.execution_id for entry in entries} - result.delivered
    for terms, rows in _by_delivery(options).items():
        stocks = left[terms] - result.delivered
        if len(rows) == len(stocks) == 1 and not rows[0].broker_realized_pnl:
            result.moves[rows[0].execution_id] = [(name, Decimal(1)) for name in stocks]
            result.delivered |= stocks


def _by_delivery(options: Sequence[Execution]) -> dict[tuple[object, ...], list[Execution]]:
    groups: dict[tuple[object, ...], list[Execution]] = defaultdict(list)
    for option in options:
        instrument = option.instrument
        for name in {instrument.underlying_key, instrument.underlying_symbol} - {""}:
            groups[option.trade_date, name, _buys(option)].append(option)
    return groups


def _buys(option: Execution) -> bool:
    """Whether what an option row delivers is bought."""
    return (option.quantity < 0) == (option.instrument.right is Right.CALL)
