"""What a campaign is called: each term of the field by an example worked out by hand, and each that looks like it and is none."""

from datetime import date
from decimal import Decimal

import pytest

from fillbook.journal.campaigns import Leg
from fillbook.journal.shapes import Described, Shape, describe
from fillbook.ledger.execution import ExecutionKind
from tests.journal.test_campaigns import JULY, JUNE, deed, option, stock

ASSIGNED, EXPIRY = ExecutionKind.ASSIGNMENT, ExecutionKind.EXPIRY
HOUR, DAY = 3600, 86_400
GOLDEN = {
    Shape.LONG_CALL: "+1 C100",
    Shape.SHORT_CALL: "-2 C100",
    Shape.LONG_PUT: "+1 P100",
    Shape.SHORT_PUT: "-1 P100",
    Shape.BULL_CALL: "+1 C100 -1 C110",
    Shape.BEAR_CALL: "-3 C100 +3 C110",
    Shape.BULL_PUT: "+1 P100 -1 P110",
    Shape.BEAR_PUT: "-1 P100 +1 P110",
    Shape.RATIO: "+1 C100 -2 C110",
    Shape.BACKSPREAD: "+2 P100 -1 P110",
    Shape.CALENDAR: "-1 C100 +1 C100'",
    Shape.DIAGONAL: "-1 C110 +1 C100'",
    Shape.LONG_STRADDLE: "+1 C100 +1 P100",
    Shape.SHORT_STRADDLE: "-2 C100 -2 P100",
    Shape.LONG_STRANGLE: "+1 P90 +1 C110",
    Shape.SHORT_STRANGLE: "-1 P90 -1 C110",
    Shape.SYNTHETIC: "+1 C100 -1 P100",
    Shape.RISK_REVERSAL: "-1 C110 +1 P90",
    Shape.BUTTERFLY: "+1 C100 -2 C110 +1 C120",
    Shape.BROKEN_WING: "+1 P100 -2 P110 +1 P115",
    Shape.CONDOR: "+1 C100 -1 C110 -1 C120 +1 C130",
    Shape.IRON_CONDOR: "+1 P90 -1 P95 -1 C105 +1 C110",
    Shape.IRON_BUTTERFLY: "+1 P90 -1 P100 -1 C100 +1 C110",
    Shape.REVERSE_IRON_CONDOR: "-1 P90 +1 P95 +1 C105 -1 C110",
    Shape.REVERSE_IRON_BUTTERFLY: "-1 P90 +1 P100 +1 C100 -1 C110",
    Shape.BOX: "+1 C100 -1 C110 -1 P100 +1 P110",
    Shape.COVERED_CALL: "+100 shares -1 C110",
    Shape.PROTECTIVE_PUT: "+150 shares +1 P90",
    Shape.COLLAR: "+100 shares -1 C110 +1 P90",
    Shape.COVERED_PUT: "-100 shares -1 P90",
    Shape.PROTECTIVE_CALL: "-100 shares +1 C110",
}
NO_NAME = [
    "+1 C100 +1 C110",  # two bought
    "+1 P110 +1 C100",  # guts: the put above the call
    "+1 C100 +2 P100",  # a strip
    "+1 C110 -1 P90'",  # two expiries
    "-1 C100 +2 C110'",  # a calendar of uneven legs
    "+1 C100 -1 C110 +1 C120",
    "+1 C100 -2 P110 +1 C120",
    "+1 P90 -1 P95 -1 C105 +2 C110",
    "-1 P90 -1 C110 -1 C120",
    "+1 P90 -1 C100 -1 P105 +1 C110",
    "+1 C90 +1 C100 +1 C110 +1 C120 +1 C130",
    "+99 shares -1 C110",  # one share is missing
    "+100 shares -1 C110 -1 C120",  # and here a hundred
    "+200 shares -2 C110 +1 P90",  # a collar of half of them
    "+100 shares -1 C110 +1 P120",
    "+100 shares -1 P90",
    "-100 shares -1 C110",
]


def legs_of(text: str) -> list[Leg]:
    """Opened in one order: `-2 C100` sold two calls at 100, `'` of July."""
    words = text.split()
    made = []
    for units, name in zip(words[::2], words[1::2], strict=True):
        opened = deed(0, order="7")
        expiry = JULY if name.endswith("'") else JUNE
        made.append(stock(name, int(units), opened) if name == "shares" else option(name, int(units), opened, expiry=expiry))
    return sorted(made, key=lambda leg: leg.order)


def test_every_shape_has_its_example() -> None:
    assert set(GOLDEN) == set(Shape) - {Shape.WHEEL, Shape.OTHER}  # the wheel takes time: see below


@pytest.mark.parametrize("shape", GOLDEN)
def test_a_term_of_the_field(shape: Shape) -> None:
    assert describe(legs_of(GOLDEN[shape])).shape is shape


@pytest.mark.parametrize("text", NO_NAME)
def test_what_has_no_name_is_a_custom_combination(text: str) -> None:
    assert describe(legs_of(text)).shape is Shape.OTHER


def test_a_call_sold_with_its_shares_is_covered_whichever_was_filled_first() -> None:
    """A buy-write: the option was filled a second before the shares, in one order; or in two, within the same moment."""
    call = option("C110", -1, deed(0, order="7"))
    assert describe([call, stock("shares", 100, deed(1, order="7"))]).shape is Shape.COVERED_CALL
    assert describe([call, stock("shares", 100, deed(4, order="8"))]).shape is Shape.COVERED_CALL
    assert describe([call, stock("shares", 100, deed(HOUR, order="8"))]).shape is Shape.SHORT_CALL


def test_a_call_and_a_put_of_one_order_are_named_together_however_long_their_fills_took() -> None:
    call = option("C110", -1, deed(0, order="7"), deed(200, order="7"))
    for units, shape in ((1, Shape.RISK_REVERSAL), (-1, Shape.SHORT_STRANGLE)):
        assert describe([call, option("P90", units, deed(95, order="7"))]) == Described(shape, (Decimal(90), Decimal(110)), JUNE)


def test_round_trips_of_one_contract_are_one_leg() -> None:
    """Where each closing is a trade, a spread of two contracts closed one by one is four round trips."""
    legs = legs_of("-1 P110 +1 P100")
    again = [leg._replace(key=f"{leg.key} again") for leg in legs]
    assert describe([*legs, *again]) == Described(Shape.BULL_PUT, (Decimal(100), Decimal(110)), JUNE)


def test_a_call_sold_weeks_after_an_assignment_is_no_roll() -> None:
    put = option("P150", -1, deed(0), deed(18 * DAY, opening=False, kind=ASSIGNED))
    shares = stock("shares", 100, deed(18 * DAY, kind=ASSIGNED))
    call = option("C160", -1, deed(40 * DAY), expiry=JULY)
    assert describe([put, shares, call]) == Described(Shape.WHEEL, (Decimal(150),), JUNE, rolls=0, delivered=True)
    assert describe([put, shares]).shape is Shape.SHORT_PUT
    bought = option("C160", 1, deed(40 * DAY), expiry=JULY)
    assert describe([put, shares, bought]).shape is Shape.SHORT_PUT


def test_the_calls_of_a_wheel_can_be_rolled() -> None:
    put = option("P150", -1, deed(0), deed(18 * DAY, opening=False, kind=ASSIGNED))
    shares = stock("shares", 100, deed(18 * DAY, kind=ASSIGNED))
    first = option("C160", -1, deed(20 * DAY), deed(30 * DAY, opening=False))
    second = option("C165", -1, deed(30 * DAY + 240), expiry=JULY)
    assert describe([put, shares, first, second]) == Described(Shape.WHEEL, (Decimal(150),), JUNE, rolls=1, delivered=True)


@pytest.mark.parametrize(
    ("new", "rolls"),
    [
        (option("P140", -1, deed(DAY)), 1),  # the same moment
        (option("P140", -1, deed(DAY + 300)), 1),  # five minutes later
        (option("P140", -1, deed(DAY - 300)), 1),  # opened before the old one was closed
        (option("P140", -1, deed(DAY + 301)), 0),
        (option("P140", -1, deed(2 * DAY, order="9")), 1),  # one order, however late its fills
        (option("C160", -1, deed(DAY)), 0),  # another right
        (option("P140", 1, deed(DAY)), 0),  # another side: the hedge of what is left
    ],
)
def test_a_roll_closes_one_and_opens_another_of_its_kind_at_once(new: Leg, rolls: int) -> None:
    old = option("P150", -1, deed(0), deed(DAY, opening=False, order="9"))
    assert describe([old, new]) == Described(Shape.SHORT_PUT, (Decimal(150),), JUNE, rolls=rolls)


def test_an_option_that_expired_or_was_assigned_is_not_rolled() -> None:
    for kind in (EXPIRY, ASSIGNED):
        old = option("P150", -1, deed(0), deed(DAY, opening=False, kind=kind))
        assert describe([old, option("P140", -1, deed(DAY))]).rolls == 0


def test_a_spread_that_is_rolled_is_rolled_once() -> None:
    old = [option(name, units, deed(0, order="1"), deed(DAY, opening=False, order="2")) for name, units in (("P100", 1), ("P110", -1))]
    new = [option("P95", 1, deed(DAY, order="2"), expiry=JULY), option("P105", -1, deed(DAY + 1, order="2"), expiry=JULY)]
    assert describe([*old, *new]) == Described(Shape.BULL_PUT, (Decimal(100), Decimal(110)), JUNE, rolls=1)


def test_without_times_only_an_order_makes_a_roll() -> None:
    """A source that tells days alone."""
    dated = [deed(0)._replace(at=None), deed(0, opening=False)._replace(at=None, on=date(2026, 4, 1))]
    old = option("P150", -1, *dated)
    new = option("P140", -1, deed(0)._replace(at=None, on=date(2026, 4, 1)), expiry=JULY)
    assert describe([old, new]).rolls == 0
    ordered = old._replace(deeds=(old.deeds[0], old.deeds[1]._replace(order_id="9")))
    assert describe([ordered, new._replace(deeds=(new.deeds[0]._replace(order_id="9"),))]).rolls == 1
