"""Corporate actions told apart: legs grouped, reversed bookings dropped, what each does to lots.

What an action does follows from its legs and its kind (`trades/adjust.py` does it):

| legs | kind | effect |
|---|---|---|
| one, in place | split, reverse split | scale: units change, cost stays |
| out and in | any | exchange: the cost moves, with cash paid added to it |
| out | merger, tender, maturity, delisting | close at the cash paid out (0 for a delisting) |
| in, paid for | subscription and alike | open at the cash paid in |
| in, free | spin-off | new units and the parent's lots have an unknown share of the parent's cost |
| in, free | others | units of unknown cost |
| none | cash dividend, coupon | nothing |
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fillbook.ledger.events import CorporateAction, CorporateActionKind
from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import ZERO

SPLITS: Final = frozenset({CorporateActionKind.SPLIT, CorporateActionKind.REVERSE_SPLIT})
_OPTIONS: Final = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})


class Effect(StrEnum):
    """How an action is to be applied."""

    SCALE = "scale"
    MOVE = "move"
    """Legs out, legs in, or both."""
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Action:
    """One corporate action of one account; legs in total order."""

    effect: Effect
    legs: tuple[CorporateAction, ...]

    @property
    def first(self) -> CorporateAction:
        """The leg whose place in the total order is the action's."""
        return self.legs[0]

    @property
    def kind(self) -> CorporateActionKind:
        """The first leg's kind."""
        return self.legs[0].kind


def gather_actions(rows: Sequence[CorporateAction]) -> list[Action]:
    """Group an account's legs into actions by the broker's action id.

    Args:
        rows: in total order.
    """
    groups: dict[str, list[CorporateAction]] = defaultdict(list)
    for row in without_reversed(rows):
        groups[row.action_id or row.leg_id].append(row)
    return [action for legs in groups.values() for step in _steps(_without_zero_pairs(legs)) for action in _classify(step)]


def without_reversed(rows: Sequence[CorporateAction]) -> list[CorporateAction]:
    """Legs without those that were taken back, and without what took them back: each reversal with the latest booking that it undoes.

    Legs without a number of the broker's have no order among those of their instant, so a booking of the same day may stand behind its
    reversal. One whose booking lies outside the history stays.
    """
    kept = list(rows)
    for reversal in [row for row in rows if row.reverses]:
        undone = [row for row in kept if not row.reverses and row.trade_date <= reversal.trade_date and _undoes(reversal, row)]
        if undone:
            kept.remove(undone[-1])
            kept.remove(reversal)
    return kept


def _undoes(row: CorporateAction, earlier: CorporateAction) -> bool:
    return (earlier.kind, earlier.instrument.key, earlier.quantity) == (row.kind, row.instrument.key, -row.quantity)


def _without_zero_pairs(legs: list[CorporateAction]) -> list[CorporateAction]:
    """Drop two legs of one instrument that cancel out: the broker books such a pair when the units were sold before the action."""
    kept: list[CorporateAction] = []
    for leg in legs:
        twin = next((earlier for earlier in kept if leg.quantity and _undoes(leg, earlier) and leg.proceeds == -earlier.proceeds), None)
        if twin is None:
            kept.append(leg)
        else:
            kept.remove(twin)
    return kept


def _steps(legs: list[CorporateAction]) -> list[list[CorporateAction]]:
    """Part legs where units leave that the same action brought, or come that it took: a tender and the payment for it can share an id."""
    steps: list[list[CorporateAction]] = []
    signs: dict[str, bool] = {}
    for leg in legs:
        bought = leg.quantity > 0
        if not steps or (leg.quantity and signs.get(leg.instrument.key, bought) is not bought):
            steps.append([])
            signs = {}
        if leg.quantity:
            signs[leg.instrument.key] = bought
        steps[-1].append(leg)
    return steps


def _classify(legs: list[CorporateAction]) -> list[Action]:
    """Contracts of a split are adjusted in place, leg by leg; securities may also change their id (one leg out, one in)."""
    if not legs:
        return []
    options = [leg for leg in legs if leg.instrument.asset_class in _OPTIONS]
    if options and {leg.kind for leg in legs} <= SPLITS:
        others = [leg for leg in legs if leg.instrument.asset_class not in _OPTIONS]
        return [Action(Effect.SCALE, (leg,)) for leg in options] + _classify(others)
    kinds = {leg.kind for leg in legs}
    if kinds <= {CorporateActionKind.CASH_DIVIDEND} or all(leg.quantity == ZERO and leg.proceeds == ZERO for leg in legs):
        return [Action(Effect.NOTHING, tuple(legs))]
    if len(legs) == 1 and kinds <= SPLITS:
        return [Action(Effect.SCALE, tuple(legs))]
    if CorporateActionKind.OTHER in kinds:
        return [Action(Effect.UNKNOWN, tuple(legs))]
    return [Action(Effect.MOVE, tuple(legs))]
