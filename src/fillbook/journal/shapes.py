"""What a campaign is called in the field: told by the legs that were opened first, and by what became of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from fillbook.journal.campaigns import TOGETHER, Leg
from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import Right


class Shape(StrEnum):
    """Combinations of options. OTHER: none that has a name."""

    BULL_CALL = "bull_call"
    BEAR_CALL = "bear_call"
    BULL_PUT = "bull_put"
    BEAR_PUT = "bear_put"
    CALENDAR = "calendar"
    DIAGONAL = "diagonal"
    LONG_STRADDLE = "long_straddle"
    SHORT_STRADDLE = "short_straddle"
    LONG_STRANGLE = "long_strangle"
    SHORT_STRANGLE = "short_strangle"
    SYNTHETIC = "synthetic"
    RISK_REVERSAL = "risk_reversal"
    IRON_CONDOR = "iron_condor"
    IRON_BUTTERFLY = "iron_butterfly"
    BUTTERFLY = "butterfly"
    CONDOR = "condor"
    RATIO = "ratio"
    COVERED_CALL = "covered_call"
    PROTECTIVE_PUT = "protective_put"
    COLLAR = "collar"
    LONG_CALL = "long_call"
    SHORT_CALL = "short_call"
    LONG_PUT = "long_put"
    SHORT_PUT = "short_put"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Described:
    """What to call a campaign. strikes: of the legs opened first, lowest first. expiry: theirs, None where they differ.

    rolls: how often options were opened later. delivered: something of it was assigned or exercised.
    """

    shape: Shape
    strikes: tuple[Decimal, ...] = ()
    expiry: date | None = None
    rolls: int = 0
    delivered: bool = False


def describe(legs: Sequence[Leg]) -> Described:
    """Of a campaign's legs, in the order they were opened."""
    first, later = _begun(legs)
    options = [leg for leg in first if leg.right is not None]
    expiries = {leg.expiry for leg in options}
    return Described(
        shape=_shape(options, [leg for leg in first if leg.right is None]),
        strikes=tuple(sorted({leg.strike for leg in options if leg.strike is not None})),
        expiry=expiries.pop() if len(expiries) == 1 else None,
        rolls=_rolls([leg for leg in later if leg.right is not None]),
        delivered=any(
            deed.kind in (ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE) for leg in legs for deed in leg.deeds if leg.right is not None
        ),
    )


def _begun(legs: Sequence[Leg]) -> tuple[list[Leg], list[Leg]]:
    """The legs that were opened with the first one, and the others. Stock held before its options belongs to them."""
    options = [leg for leg in legs if leg.right is not None]
    if not options:
        return list(legs), []
    lead = options[0]
    first = [leg for leg in options if _together(lead, leg)]
    held = [leg for leg in legs if leg.right is None and leg.order[:2] <= lead.order[:2] and not _delivered(leg)]
    chosen = {leg.key for leg in (*first, *held)}
    return [*held, *first], [leg for leg in legs if leg.key not in chosen]


def _together(lead: Leg, leg: Leg) -> bool:
    if leg.key == lead.key:
        return True
    if lead.first is None or leg.first is None:
        return False
    if lead.first.order_id and lead.first.order_id == leg.first.order_id:
        return True
    if lead.first.at is None or leg.first.at is None:
        return lead.first.on == leg.first.on
    return abs(leg.first.at - lead.first.at) <= TOGETHER


def _delivered(leg: Leg) -> bool:
    return leg.first is not None and leg.first.kind in (ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE)


def _rolls(later: Sequence[Leg]) -> int:
    """How many times options were opened later; legs of one moment or order are one time."""
    times: list[Leg] = []
    for leg in later:
        if not any(_together(lead, leg) for lead in times):
            times.append(leg)
    return len(times)


def _shape(options: Sequence[Leg], stock: Sequence[Leg]) -> Shape:
    legs = sorted(options, key=lambda leg: (leg.strike or Decimal(0), leg.right is Right.CALL, leg.expiry or date.max))
    if stock:
        return _with_stock(legs, stock)
    by_count = {1: _one, 2: _two, 3: _three, 4: _four}
    return by_count.get(len(legs), lambda _: Shape.OTHER)(legs)


_BESIDE_STOCK: Final[dict[frozenset[tuple[Right | None, bool]], Shape]] = {
    frozenset({(Right.CALL, False)}): Shape.COVERED_CALL,
    frozenset({(Right.PUT, True)}): Shape.PROTECTIVE_PUT,
    frozenset({(Right.CALL, False), (Right.PUT, True)}): Shape.COLLAR,
}


def _with_stock(legs: Sequence[Leg], stock: Sequence[Leg]) -> Shape:
    held = sum((leg.quantity if leg.long else -leg.quantity) for leg in stock)
    covered = all(leg.quantity * leg.multiplier <= held for leg in legs)
    kinds = frozenset((leg.right, leg.long) for leg in legs)
    return _BESIDE_STOCK.get(kinds, Shape.OTHER) if covered else Shape.OTHER


_SINGLES: Final = {
    (Right.CALL, True): Shape.LONG_CALL,
    (Right.CALL, False): Shape.SHORT_CALL,
    (Right.PUT, True): Shape.LONG_PUT,
    (Right.PUT, False): Shape.SHORT_PUT,
}


def _one(legs: Sequence[Leg]) -> Shape:
    return _SINGLES.get((legs[0].right or Right.CALL, legs[0].long), Shape.OTHER)


def _two(legs: Sequence[Leg]) -> Shape:
    low, high = legs
    even, same_strike, same_expiry = low.quantity == high.quantity, low.strike == high.strike, low.expiry == high.expiry
    if low.right is high.right:
        return _of_one_right(low, high, even=even, same_strike=same_strike, same_expiry=same_expiry)
    if not same_expiry or not even:
        return Shape.OTHER
    if low.long is not high.long:
        return Shape.SYNTHETIC if same_strike else Shape.RISK_REVERSAL
    if same_strike:
        return Shape.LONG_STRADDLE if low.long else Shape.SHORT_STRADDLE
    return Shape.LONG_STRANGLE if low.long else Shape.SHORT_STRANGLE


def _of_one_right(low: Leg, high: Leg, *, even: bool, same_strike: bool, same_expiry: bool) -> Shape:
    if low.long is high.long:
        return Shape.OTHER
    if not same_expiry:
        return Shape.OTHER if not even else Shape.CALENDAR if same_strike else Shape.DIAGONAL
    if same_strike:
        return Shape.OTHER
    if not even:
        return Shape.RATIO
    bullish = low.long  # bought below and sold above, calls as well as puts
    if low.right is Right.CALL:
        return Shape.BULL_CALL if bullish else Shape.BEAR_CALL
    return Shape.BULL_PUT if bullish else Shape.BEAR_PUT


def _three(legs: Sequence[Leg]) -> Shape:
    low, middle, high = legs
    one_kind = len({(leg.right, leg.expiry) for leg in legs}) == 1
    wings = low.long is high.long is not middle.long and low.quantity == high.quantity
    spaced = None not in (low.strike, middle.strike, high.strike) and len({leg.strike for leg in legs}) == len(legs)
    return Shape.BUTTERFLY if one_kind and wings and spaced and middle.quantity == low.quantity * 2 else Shape.OTHER


def _four(legs: Sequence[Leg]) -> Shape:
    if len({leg.expiry for leg in legs}) > 1 or len({leg.quantity for leg in legs}) > 1:
        return Shape.OTHER
    bottom, low, high, top = legs
    outside, inside = {bottom.long, top.long}, {low.long, high.long}
    if outside & inside or len(outside) > 1 or len(inside) > 1:
        return Shape.OTHER
    rights = [leg.right for leg in legs]
    if len(set(rights)) == 1:
        return Shape.CONDOR if len({leg.strike for leg in legs}) == len(legs) else Shape.OTHER
    if rights[:2] == [Right.PUT] * 2 and rights[2:] == [Right.CALL] * 2:
        return Shape.IRON_BUTTERFLY if low.strike == high.strike else Shape.IRON_CONDOR
    return Shape.OTHER
