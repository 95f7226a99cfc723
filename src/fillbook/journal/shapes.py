"""What a campaign is called in the field: told by the legs that were opened first, and by what became of them. Pure.

The terms are those of the Options Industry Council (optionseducation.org, "Strategies"). A leg is a contract and a side: round trips of one
contract that were opened together, as there are where each closing is a trade, are one leg of their quantities.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from fillbook.journal.campaigns import DELIVERING, TOGETHER, Deed, Leg
from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import Right

ROLLED: Final = timedelta(minutes=5)
"""As far apart may a closing and the opening be that make one roll, where no order holds both."""


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
    REVERSE_IRON_CONDOR = "reverse_iron_condor"
    REVERSE_IRON_BUTTERFLY = "reverse_iron_fly"
    BUTTERFLY = "butterfly"
    BROKEN_WING = "broken_wing"
    CONDOR = "condor"
    BOX = "box"
    RATIO = "ratio"
    BACKSPREAD = "backspread"
    COVERED_CALL = "covered_call"
    COVERED_PUT = "covered_put"
    PROTECTIVE_PUT = "protective_put"
    PROTECTIVE_CALL = "protective_call"
    COLLAR = "collar"
    WHEEL = "wheel"
    LONG_CALL = "long_call"
    SHORT_CALL = "short_call"
    LONG_PUT = "long_put"
    SHORT_PUT = "short_put"
    OTHER = "other"


_SPREADS: Final = frozenset(
    {Shape.BULL_CALL, Shape.BEAR_CALL, Shape.BULL_PUT, Shape.BEAR_PUT, Shape.CALENDAR, Shape.DIAGONAL, Shape.BOX, Shape.RATIO}
)
TERMS: Final = {
    **{shape: shape.value.replace("_", " ") + (" spread" if shape in _SPREADS else "") for shape in Shape},
    Shape.BROKEN_WING: "broken-wing butterfly",
    Shape.REVERSE_IRON_BUTTERFLY: "reverse iron butterfly",
    Shape.SYNTHETIC: "synthetic stock",
    Shape.OTHER: "custom combination",
}
"""What each is called among traders; pages have words of their own for readers of other languages."""


class CampaignKey(StrEnum):
    """By what campaigns are told apart."""

    SHAPE = "shape"
    UNDERLYING = "underlying"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Described:
    """What to call a campaign. strikes: of the legs opened first, lowest first. expiry: theirs, None where they differ.

    rolls: how often an option was closed and another of the same right and side opened in one order or within `ROLLED`; whatever else was
    opened later is no roll. delivered: something of it was assigned or exercised.
    """

    shape: Shape
    strikes: tuple[Decimal, ...] = ()
    expiry: date | None = None
    rolls: int = 0
    delivered: bool = False


def describe(legs: Sequence[Leg]) -> Described:
    """Of a campaign's legs, in the order they were opened."""
    first, later = _begun(legs)
    options = _merged(leg for leg in first if leg.right is not None)
    shape = _shape(options, [leg for leg in first if leg.right is None])
    if shape is Shape.SHORT_PUT and _is_wheel(legs):
        shape = Shape.WHEEL
    expiries = {leg.expiry for leg in options}
    return Described(
        shape=shape,
        strikes=tuple(sorted({leg.strike for leg in options if leg.strike is not None})),
        expiry=expiries.pop() if len(expiries) == 1 else None,
        rolls=_times([leg for leg in later if leg.right is not None and _is_roll(leg, legs)]),
        delivered=any(deed.kind in DELIVERING for leg in legs for deed in leg.deeds if leg.right is not None),
    )


def _begun(legs: Sequence[Leg]) -> tuple[list[Leg], list[Leg]]:
    """The legs that were opened with the first option, and the others. Shares that were held before or taken with it belong to them."""
    options = [leg for leg in legs if leg.right is not None]
    if not options:
        return list(legs), []
    lead = options[0]
    first = [leg for leg in options if _together(lead, leg)]
    stock = [leg for leg in legs if leg.right is None and not _delivered(leg)]
    held = [leg for leg in stock if leg.order[:2] <= lead.order[:2] or _together(lead, leg)]
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


def _merged(options: Iterable[Leg]) -> list[Leg]:
    """One leg for each contract and side, in order."""
    found: dict[tuple[str, bool], list[Leg]] = defaultdict(list)
    for leg in options:
        found[leg.instrument, leg.long].append(leg)
    return [same[0]._replace(quantity=sum((leg.quantity for leg in same), Decimal(0))) for same in found.values()]


def _delivered(leg: Leg) -> bool:
    return leg.first is not None and leg.first.kind in DELIVERING


def _is_wheel(legs: Sequence[Leg]) -> bool:
    """Whether a short put was assigned and calls were sold on the shares that came: the lead is a short put."""
    days = [deed.on for leg in legs if leg.right is Right.PUT for deed in leg.deeds if deed.kind is ExecutionKind.ASSIGNMENT]
    came = any(leg.right is None and leg.long and _delivered(leg) for leg in legs)
    calls = [leg.first.on for leg in legs if leg.right is Right.CALL and not leg.long and leg.first]
    return bool(days) and came and any(day >= min(days) for day in calls)


def _is_roll(leg: Leg, legs: Sequence[Leg]) -> bool:
    """Whether another one of its right and side was traded away as it was opened."""
    opened = leg.first
    return opened is not None and any(
        _same_decision(deed, opened)
        for other in legs
        if other.instrument != leg.instrument and (other.right, other.long) == (leg.right, leg.long)
        for deed in other.deeds
        if not deed.opening and deed.kind is ExecutionKind.TRADE
    )


def _same_decision(closed: Deed, opened: Deed) -> bool:
    if closed.order_id and closed.order_id == opened.order_id:
        return True
    return closed.at is not None and opened.at is not None and abs(opened.at - closed.at) <= ROLLED


def _times(legs: Sequence[Leg]) -> int:
    """In how many decisions legs were opened; legs of one moment or order are one."""
    times: list[Leg] = []
    for leg in legs:
        if not any(_together(lead, leg) for lead in times):
            times.append(leg)
    return len(times)


def _shape(options: Sequence[Leg], stock: Sequence[Leg]) -> Shape:
    legs = sorted(options, key=lambda leg: (leg.strike or Decimal(0), leg.right is Right.CALL, leg.expiry or date.max))
    if stock:
        return _with_stock(legs, stock)
    by_count = {1: _one, 2: _two, 3: _three, 4: _four}
    return by_count.get(len(legs), lambda _: Shape.OTHER)(legs)


_BESIDE_SHARES: Final[dict[frozenset[tuple[Right | None, bool]], Shape]] = {
    frozenset({(Right.CALL, False)}): Shape.COVERED_CALL,
    frozenset({(Right.PUT, True)}): Shape.PROTECTIVE_PUT,
    frozenset({(Right.CALL, False), (Right.PUT, True)}): Shape.COLLAR,
}
_BESIDE_SHORT_SHARES: Final[dict[frozenset[tuple[Right | None, bool]], Shape]] = {
    frozenset({(Right.PUT, False)}): Shape.COVERED_PUT,
    frozenset({(Right.CALL, True)}): Shape.PROTECTIVE_CALL,
}


def _with_stock(legs: Sequence[Leg], stock: Sequence[Leg]) -> Shape:
    """Every right has to be covered by the shares, all its legs together."""
    held = sum((leg.quantity if leg.long else -leg.quantity for leg in stock), Decimal(0))
    rights: dict[Right | None, Decimal] = defaultdict(Decimal)
    for leg in legs:
        rights[leg.right] += leg.quantity * leg.multiplier
    kinds = frozenset((leg.right, leg.long) for leg in legs)
    shape = (_BESIDE_SHARES if held > 0 else _BESIDE_SHORT_SHARES).get(kinds, Shape.OTHER)
    if any(units > abs(held) for units in rights.values()):
        return Shape.OTHER
    return shape if shape is not Shape.COLLAR or _is_collar(legs) else Shape.OTHER


def _is_collar(legs: Sequence[Leg]) -> bool:
    """One put below one call, as many of each, of one expiry."""
    if len(legs) != 2:
        return False
    low, high = legs
    return low.right is Right.PUT and low.strike != high.strike and (low.quantity, low.expiry) == (high.quantity, high.expiry)


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
    if low.right is not Right.PUT:
        return Shape.OTHER  # the call below the put: guts
    return Shape.LONG_STRANGLE if low.long else Shape.SHORT_STRANGLE


def _of_one_right(low: Leg, high: Leg, *, even: bool, same_strike: bool, same_expiry: bool) -> Shape:
    if low.long is high.long:
        return Shape.OTHER
    if not same_expiry:
        return Shape.OTHER if not even else Shape.CALENDAR if same_strike else Shape.DIAGONAL
    if same_strike:
        return Shape.OTHER
    if not even:
        bought, sold = (low, high) if low.long else (high, low)
        return Shape.RATIO if sold.quantity > bought.quantity else Shape.BACKSPREAD
    bullish = low.long  # bought below and sold above, calls as well as puts
    if low.right is Right.CALL:
        return Shape.BULL_CALL if bullish else Shape.BEAR_CALL
    return Shape.BULL_PUT if bullish else Shape.BEAR_PUT


def _three(legs: Sequence[Leg]) -> Shape:
    low, middle, high = legs
    one_kind = len({(leg.right, leg.expiry) for leg in legs}) == 1
    wings = low.long is high.long is not middle.long and low.quantity == high.quantity
    if not (one_kind and wings and _rising(legs) and middle.quantity == low.quantity * 2):
        return Shape.OTHER
    return Shape.BUTTERFLY if _gap(low, middle) == _gap(middle, high) else Shape.BROKEN_WING


def _four(legs: Sequence[Leg]) -> Shape:
    if len({leg.expiry for leg in legs}) > 1 or len({leg.quantity for leg in legs}) > 1:
        return Shape.OTHER
    bottom, low, high, top = legs
    if not (bottom.long is top.long is not low.long is high.long):
        return Shape.OTHER
    rights = [leg.right for leg in legs]
    if len(set(rights)) == 1:
        return Shape.CONDOR if _rising(legs) else Shape.OTHER
    if rights == [Right.PUT, Right.PUT, Right.CALL, Right.CALL] and _rising((bottom, low)) and _rising((high, top)):
        if low.strike == high.strike:
            return Shape.IRON_BUTTERFLY if bottom.long else Shape.REVERSE_IRON_BUTTERFLY
        return Shape.IRON_CONDOR if bottom.long else Shape.REVERSE_IRON_CONDOR
    is_box = rights == [Right.PUT, Right.CALL] * 2 and bottom.strike == low.strike and high.strike == top.strike
    return Shape.BOX if is_box else Shape.OTHER


def _rising(legs: Sequence[Leg]) -> bool:
    """Whether each has a strike, and no two the same."""
    strikes = [leg.strike for leg in legs]
    return None not in strikes and len(set(strikes)) == len(strikes)


def _gap(one: Leg, other: Leg) -> Decimal:
    return (other.strike or Decimal(0)) - (one.strike or Decimal(0))
