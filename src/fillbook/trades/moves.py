"""What each row says of the position before it: how many units it moved, and whether there must have been something to close."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from fillbook.ledger.events import CorporateAction, CorporateActionKind
from fillbook.trades.actions import Action, Effect, gather_actions

_ENDS: Final = frozenset(
    {CorporateActionKind.DELISTING, CorporateActionKind.MATURITY, CorporateActionKind.MERGER, CorporateActionKind.TENDER}
)
"""Actions that end what was held, long or short, when nothing arrives instead."""
_BRINGS: Final = frozenset({CorporateActionKind.SPIN_OFF, CorporateActionKind.STOCK_DIVIDEND, CorporateActionKind.RIGHTS_ISSUE})
"""Actions that only bring units; a short gets negative ones."""


class Move(NamedTuple):
    """One row's effect on one position. closes/opens: what the broker says of it; ratio: units after per unit before, for splits.

    in_part: that it closes is known from its P&L alone, so the rest of it may open.
    """

    quantity: Decimal
    closes: bool = False
    opens: bool = False
    ratio: Decimal | None = None
    in_part: bool = False


def moves_by_action(rows: Sequence[CorporateAction]) -> dict[str, Move]:
    """Leg id -> move, for an account's legs in total order. A split in place scales; of an exchange the security at the head of the
    broker's sentence leaves, which tells a short's legs from a long's.
    """
    moves = {row.leg_id: Move(row.quantity) for row in rows}
    for action in gather_actions(rows):
        first = action.first
        if action.effect is not Effect.SCALE:
            moves.update((leg.leg_id, _move(leg, action)) for leg in action.legs)
        elif first.ratio_new and first.ratio_old:
            moves[first.leg_id] = Move(first.quantity, ratio=first.ratio_new / first.ratio_old)
    return moves


def _move(leg: CorporateAction, action: Action) -> Move:
    closes = _closes(leg, action)
    return Move(leg.quantity, closes=closes, opens=bool(leg.quantity) and not closes)


def _closes(leg: CorporateAction, action: Action) -> bool:
    """Whether a leg takes away what was held."""
    signs = {each.quantity > 0 for each in action.legs if each.quantity}
    if len(signs) == 1:
        ends_short = action.kind is CorporateActionKind.DELISTING or (action.kind in _ENDS and leg.proceeds < 0)
        return ends_short if leg.quantity > 0 else bool(leg.quantity) and action.kind not in _BRINGS
    leaving = [
        each for each in action.legs if each.parent and each.parent in (each.instrument.isin, each.instrument.symbol, each.instrument.key)
    ]
    of_short = any(each.quantity > 0 for each in leaving)
    return leg.quantity > 0 if of_short else leg.quantity < 0
