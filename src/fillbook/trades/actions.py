"""Corporate actions as changes of lots: legs grouped, reversed bookings dropped, each action told apart by its legs.

What an action does follows from its legs, whatever its name: one leg in one instrument that is a split scales the lots there; one leg out
and one leg in without cash exchanges one security for another and keeps the cost; anything else moves units whose cost the statement
does not give, and flags its instruments.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fillbook.ledger.events import CorporateAction, CorporateActionKind
from fillbook.ledger.instrument import AssetClass

_SPLITS: Final = frozenset({CorporateActionKind.SPLIT, CorporateActionKind.REVERSE_SPLIT})
_EXCHANGES: Final = frozenset(
    {
        CorporateActionKind.SPLIT,
        CorporateActionKind.REVERSE_SPLIT,
        CorporateActionKind.IDENTIFIER_CHANGE,
        CorporateActionKind.MERGER,
        CorporateActionKind.TENDER,
    }
)
_OPTIONS: Final = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})


class Effect(StrEnum):
    """What an action does to lots."""

    SCALE = "scale"
    EXCHANGE = "exchange"
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


def gather_actions(rows: Sequence[CorporateAction]) -> list[Action]:
    """Group an account's legs into actions. A leg of one instrument per split; legs that share an action id otherwise.

    Args:
        rows: in total order.
    """
    groups: dict[str, list[CorporateAction]] = defaultdict(list)
    for row in _without_reversed(rows):
        groups[row.action_id or row.leg_id].append(row)
    return [action for legs in groups.values() for action in _classify(legs)]


def _without_reversed(rows: Sequence[CorporateAction]) -> list[CorporateAction]:
    """Drop each reversal together with the latest earlier booking of the same kind, instrument and opposite quantity."""
    kept: list[CorporateAction] = []
    for row in rows:
        if row.reverses:
            for index in range(len(kept) - 1, -1, -1):
                earlier = kept[index]
                if (earlier.kind, earlier.instrument.key, earlier.quantity) == (row.kind, row.instrument.key, -row.quantity):
                    del kept[index]
                    break
            else:
                kept.append(row)
        else:
            kept.append(row)
    return kept


def _classify(legs: list[CorporateAction]) -> list[Action]:
    """Contracts of a split are adjusted in place, leg by leg; securities may also change their id (one leg out, one in)."""
    options = [leg for leg in legs if leg.instrument.asset_class in _OPTIONS]
    others = [leg for leg in legs if leg.instrument.asset_class not in _OPTIONS]
    if options and {leg.kind for leg in options} <= _SPLITS:
        scaled = [Action(Effect.SCALE, (leg,)) for leg in options]
        return scaled + (_classify(others) if others else [])
    cash = any(leg.proceeds for leg in legs)
    kinds = {leg.kind for leg in legs}
    if len(legs) == 1 and kinds <= _SPLITS and not cash:
        return [Action(Effect.SCALE, tuple(legs))]
    if len(legs) == 2 and kinds <= _EXCHANGES and not cash and legs[0].quantity * legs[1].quantity < 0:
        return [Action(Effect.EXCHANGE, tuple(legs))]
    return [Action(Effect.UNKNOWN, tuple(legs))]
