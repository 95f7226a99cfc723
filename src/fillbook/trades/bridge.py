"""The bridge: one line from the profit shown to the figure the broker prints, per currency.

profit + left_out + realized_so_far + corporate_actions + fx + differences = broker
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fillbook.ledger.execution import Execution
from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import ZERO, exact
from fillbook.trades.records import MatchResult, RoundTrip

LINES: Final = ("profit", "left_out", "realized_so_far", "corporate_actions", "fx", "differences", "broker")
Sums = dict[str, Decimal]
"""Currency -> amount; currencies are never added."""


@dataclass(frozen=True, slots=True)
class BridgeLine:
    """One step. line: one of `LINES`; all but the last add up to the last. amount: in `currency`, + adds to profit."""

    line: str
    currency: str
    amount: Decimal


def realized_by_fills(result: MatchResult) -> Sums:
    """Realized P&L of fills, corporate actions and currency trades apart; closed lots of unknown cost count nothing."""
    return _sum_lots([*result.round_trips, *result.open_trips], by_action=False, forex=False)


def realized_by_actions(result: MatchResult) -> Sums:
    """Realized P&L of lots that corporate actions ended."""
    return _sum_lots([*result.round_trips, *result.open_trips], by_action=True)


def broker_realized(executions: Iterable[Execution], forex: bool | None = None) -> Sums:
    """Plain sum of what the broker states on execution rows; `forex` picks currency trades (True) or all others (False)."""
    with exact():
        sums: Sums = defaultdict(Decimal)
        for row in executions:
            picked = forex is None or (row.instrument.asset_class is AssetClass.FOREX) is forex
            if picked and row.broker_realized_pnl is not None:
                sums[row.instrument.currency] += row.broker_realized_pnl
        return dict(sums)


def build_bridge(executions: Sequence[Execution], result: MatchResult) -> tuple[BridgeLine, ...]:
    """The bridge of one account, in `LINES` order for each currency in alphabetical order."""
    with exact():
        profit = _sum_lots([trip for trip in result.round_trips if trip.counts])
        left_out = _sum_lots([trip for trip in result.round_trips if not trip.counts])
        so_far = _sum_lots(result.open_trips)
        actions, ours = realized_by_actions(result), realized_by_fills(result)
        own_forex = _sum_lots([*result.round_trips, *result.open_trips], forex=True)
        theirs, broker_forex = broker_realized(executions, forex=False), broker_realized(executions, forex=True)
        currencies = sorted({*profit, *left_out, *so_far, *actions, *theirs, *broker_forex})
        lines: list[BridgeLine] = []
        for currency in currencies:
            amounts = {
                "profit": profit.get(currency, ZERO),
                "left_out": left_out.get(currency, ZERO),
                "realized_so_far": so_far.get(currency, ZERO),
                "corporate_actions": -actions.get(currency, ZERO),
                "fx": broker_forex.get(currency, ZERO) - own_forex.get(currency, ZERO),
                "differences": theirs.get(currency, ZERO) - ours.get(currency, ZERO),
            }
            amounts["broker"] = sum(amounts.values(), ZERO)
            lines.extend(BridgeLine(name, currency, amounts[name]) for name in LINES)
        return tuple(lines)


def _sum_lots(trips: Iterable[RoundTrip], by_action: bool | None = None, forex: bool | None = None) -> Sums:
    with exact():
        sums: Sums = defaultdict(Decimal)
        for trip in trips:
            if forex is not None and (trip.instrument.asset_class is AssetClass.FOREX) is not forex:
                continue
            for lot in trip.closed_lots:
                if lot.realized_pnl is not None and (by_action is None or lot.by_action is by_action):
                    sums[lot.instrument.currency] += lot.realized_pnl
        return dict(sums)
