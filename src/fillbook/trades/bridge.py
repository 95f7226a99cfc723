"""The bridge: one line from the profit shown to the figure the broker prints, per currency.

profit + left_out + realized_so_far + corporate_actions + fx + differences = broker
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from fillbook.ledger.execution import Execution
from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import ZERO, exact
from fillbook.trades.records import MatchResult, RoundTrip

ROUNDING: Final = "rounding"
"""What the lines of a bridge lose when each is rounded to be shown; a line of its own there, and nowhere else."""
LINES: Final = ("profit", "left_out", "realized_so_far", "corporate_actions", "fx", "differences", "broker")
Sums = dict[str, Decimal]
"""Currency -> amount; currencies are never added."""


@dataclass(frozen=True, slots=True)
class BridgeLine:
    """One step. line: one of `LINES`; all but the last add up to the last. amount: in `currency`, + adds to profit."""

    line: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OwnTotals:
    """Realized P&L of ours per currency; a fill that closes anything of unknown cost counts nothing, for its P&L is unknown.

    profit, left_out, so_far: of counted, other closed and open round trips, together everything. actions: the part that corporate actions
    realized; forex: the part of currency trades; fills: the rest, realized by fills in all other instruments.
    """

    profit: Sums
    left_out: Sums
    so_far: Sums
    actions: Sums
    forex: Sums
    fills: Sums


@dataclass(frozen=True, slots=True)
class BrokerTotals:
    """Plain sums of what the broker states on execution rows, per currency: of all rows, and of currency trades alone."""

    realized: Sums
    forex: Sums


def own_totals(result: MatchResult) -> OwnTotals:
    """Sum what matching realized."""
    totals = OwnTotals(*(defaultdict(Decimal) for _ in range(6)))
    with exact():
        for trip in result.open_trips:
            _add_trip(trip, totals.so_far, totals)
        for trip in result.round_trips:
            _add_trip(trip, totals.profit if trip.counts else totals.left_out, totals)
    return totals


def broker_totals(executions: Iterable[Execution]) -> BrokerTotals:
    """Sum what the broker states."""
    realized: Sums = defaultdict(Decimal)
    forex: Sums = defaultdict(Decimal)
    with exact():
        for row in executions:
            stated = row.broker_realized_pnl
            if stated is not None:
                realized[row.instrument.currency] += stated
                if row.instrument.asset_class is AssetClass.FOREX:
                    forex[row.instrument.currency] += stated
    return BrokerTotals(dict(realized), dict(forex))


def build_bridge(own: OwnTotals, broker: BrokerTotals) -> tuple[BridgeLine, ...]:
    """The bridge of one account, in `LINES` order for each currency in alphabetical order."""
    lines: list[BridgeLine] = []
    with exact():
        for currency in sorted({*own.profit, *own.left_out, *own.so_far, *broker.realized}):
            stated, forex = broker.realized.get(currency, ZERO), broker.forex.get(currency, ZERO)
            amounts = {
                "profit": own.profit.get(currency, ZERO),
                "left_out": own.left_out.get(currency, ZERO),
                "realized_so_far": own.so_far.get(currency, ZERO),
                "corporate_actions": -own.actions.get(currency, ZERO),
                "fx": forex - own.forex.get(currency, ZERO),
                "differences": stated - forex - own.fills.get(currency, ZERO),
                "broker": stated,
            }
            lines.extend(BridgeLine(name, currency, amounts[name]) for name in LINES)
    return tuple(lines)


def shown_lines(amounts: Mapping[str, Decimal], decimals: int) -> dict[str, Decimal]:
    """The lines of one currency as they are shown, each rounded half-even; those but the last add up to the last.

    Lines that round to nothing are left out, but for profit and the broker's figure. What rounding loses stands in a line of its own before
    the last, so that neither end of the bridge is changed by it.
    """
    with exact():
        rounded = {
            line: amounts[line].quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN) for line in LINES if line in amounts
        }
        last = rounded.pop(LINES[-1], ZERO)
        shown = {line: amount for line, amount in rounded.items() if amount or line == LINES[0]}
        lost = last - sum(shown.values(), ZERO)
        return {**shown, **({ROUNDING: lost} if lost else {}), LINES[-1]: last}


def _add_trip(trip: RoundTrip, sums: Sums, totals: OwnTotals) -> None:
    currency = trip.instrument.currency
    by_forex = trip.instrument.asset_class is AssetClass.FOREX
    lots = trip.closed_lots
    unknown = set() if trip.realized_pnl is not None else {(lot.closed_by, lot.by_action) for lot in lots if lot.realized_pnl is None}
    for lot in trip.closed_lots:
        if lot.realized_pnl is not None and (lot.closed_by, lot.by_action) not in unknown:
            sums[currency] += lot.realized_pnl
            part = totals.actions if lot.by_action else totals.forex if by_forex else totals.fills
            part[currency] += lot.realized_pnl
