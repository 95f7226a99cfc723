"""Which legs are taken together, and what that is called: cases by hand, and what holds of any legs."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.journal.campaigns import Deed, Group, Leg, Why, propose
from fillbook.journal.shapes import Described, Shape, describe
from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import Right

OPEN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
JUNE, JULY = date(2026, 6, 19), date(2026, 7, 17)
TRADE, EXPIRY, ASSIGNED = ExecutionKind.TRADE, ExecutionKind.EXPIRY, ExecutionKind.ASSIGNMENT


def deed(seconds: float, *, opening: bool = True, kind: ExecutionKind = TRADE, order: str = "") -> Deed:
    """A fill so many seconds after the first moment."""
    at = OPEN + timedelta(seconds=seconds)
    return Deed(opening, kind, order, at, at.date())


def option(name: str, quantity: int, *deeds: Deed, expiry: date = JUNE, underlying: str = "ACME") -> Leg:
    """`C150`: a call at 150; quantity: + bought, - sold."""
    right = Right.CALL if name[0] == "C" else Right.PUT
    strike = Decimal(name[1:].split("'", maxsplit=1)[0])
    contract = f"{underlying} {name} {expiry}"
    return Leg(name, contract, underlying, quantity > 0, Decimal(abs(quantity)), Decimal(100), deeds, right, strike, expiry)


def stock(key: str, quantity: int, *deeds: Deed, underlying: str = "ACME") -> Leg:
    return Leg(key, underlying, underlying, quantity > 0, Decimal(abs(quantity)), Decimal(1), deeds)


def found(*legs: Leg) -> list[tuple[tuple[str, ...], tuple[Why, ...]]]:
    return [(group.legs, group.why) for group in propose(legs, {}, ())]


def test_a_vertical_sent_as_one_order() -> None:
    short, long = option("P150", -1, deed(0, order="7")), option("P145", 1, deed(40, order="7"))
    assert found(short, long) == [(("P150", "P145"), (Why.ORDER,))]
    assert describe((short, long)) == Described(Shape.BULL_PUT, (Decimal(145), Decimal(150)), JUNE)


def test_legs_opened_in_one_moment_without_an_order() -> None:
    short, long = option("C150", -2, deed(0)), option("C155", 2, deed(5))
    late = option("C160", 1, deed(6))
    assert found(short, long, late) == [(("C150", "C155"), (Why.TIME,))]
    assert describe((short, long)).shape is Shape.BEAR_CALL


def test_legs_filled_in_parts_are_one_campaign() -> None:
    short = option("P150", -3, deed(0, order="7"), deed(90, order="7"))
    long = option("P145", 3, deed(1, order="7"), deed(60, order="7"), deed(91, order="7"))
    assert found(short, long) == [(("P150", "P145"), (Why.ORDER, Why.TIME))]


def test_two_equal_spreads_in_two_orders_stay_two() -> None:
    """The same contracts again: flat in between, so that they are four trades."""
    legs = (
        option("P150", -1, deed(0, order="7"), deed(600, opening=False, order="8")),
        option("P145", 1, deed(0, order="7"), deed(600, opening=False, order="8")),
        option("P150'", -1, deed(3600, order="9"), deed(7200, opening=False, order="10")),
        option("P145'", 1, deed(3600, order="9"), deed(7200, opening=False, order="10")),
    )
    assert [group for group, _ in found(*legs)] == [("P145", "P150"), ("P145'", "P150'")]


def test_an_iron_condor_and_an_iron_butterfly() -> None:
    condor = [option(name, sign, deed(0, order="1")) for name, sign in (("P90", 1), ("P95", -1), ("C105", -1), ("C110", 1))]
    assert found(*condor) == [(("C105", "C110", "P90", "P95"), (Why.ORDER, Why.TIME))]
    assert describe(condor) == Described(Shape.IRON_CONDOR, tuple(map(Decimal, (90, 95, 105, 110))), JUNE)
    butterfly = [option(name, sign, deed(0, order="1")) for name, sign in (("P90", 1), ("P100", -1), ("C100", -1), ("C110", 1))]
    assert describe(butterfly).shape is Shape.IRON_BUTTERFLY


@pytest.mark.parametrize(
    ("legs", "shape"),
    [
        ((("C100", 1), ("C110", -1)), Shape.BULL_CALL),
        ((("P110", 1), ("P100", -1)), Shape.BEAR_PUT),
        ((("C100", -1), ("P100", -1)), Shape.SHORT_STRADDLE),
        ((("C110", 1), ("P100", 1)), Shape.LONG_STRANGLE),
        ((("C100", 1), ("P100", -1)), Shape.SYNTHETIC),
        ((("C110", 1), ("P100", -1)), Shape.RISK_REVERSAL),
        ((("C100", 1), ("C110", -2)), Shape.RATIO),
        ((("C100", 1), ("C110", -2), ("C120", 1)), Shape.BUTTERFLY),
        ((("C100", 1), ("C110", -1), ("C120", 1)), Shape.OTHER),
        ((("C100", 1), ("C110", -1), ("C120", -1), ("C130", 1)), Shape.CONDOR),
        ((("C100", 1), ("C110", 1)), Shape.OTHER),
        ((("P100", -1),), Shape.SHORT_PUT),
    ],
)
def test_names_of_the_field(legs: tuple[tuple[str, int], ...], shape: Shape) -> None:
    assert describe([option(name, quantity, deed(0)) for name, quantity in legs]).shape is shape


def test_a_calendar_and_a_diagonal() -> None:
    near = option("C100", -1, deed(0, order="1"))
    assert describe((near, option("C100'", 1, deed(0, order="1"), expiry=JULY))) == Described(Shape.CALENDAR, (Decimal(100),), None)
    assert describe((near, option("C110", 1, deed(0, order="1"), expiry=JULY))).shape is Shape.DIAGONAL


def test_a_roll_in_one_order_and_one_by_time() -> None:
    first = option("P150", -1, deed(0, order="1"), deed(86_400, opening=False, order="2"))
    second = option("P145", -1, deed(86_400, order="2"), deed(172_800, opening=False, order="3"))
    third = option("P140", -1, deed(172_803, order="4"), deed(260_000, opening=False, kind=EXPIRY))
    assert found(first, second, third) == [(("P150", "P145", "P140"), (Why.ORDER, Why.ROLL))]
    assert describe((first, second, third)) == Described(Shape.SHORT_PUT, (Decimal(150),), JUNE, rolls=2)


def test_a_roll_by_time_needs_the_same_right_and_side_and_one_candidate() -> None:
    closed = option("P150", -1, deed(0), deed(1000, opening=False))
    assert found(closed, option("C160", -1, deed(1002))) == []
    assert found(closed, option("P140", 1, deed(1002))) == []
    assert found(closed, option("P140", -1, deed(1006))) == []
    two = (option("P140", -1, deed(1002)), option("P135", -1, deed(1003)))
    assert found(closed, *two) == [(("P140", "P135"), (Why.TIME,))]
    expired = option("P150", -1, deed(0), deed(1000, opening=False, kind=EXPIRY))
    assert found(expired, option("P140", -1, deed(1002))) == []


def test_an_assigned_put_its_stock_and_the_call_that_takes_it_away() -> None:
    """The wheel: the shares come by assignment and go by assignment; the calls that expired between are for the trader to add."""
    put = option("P150", -1, deed(0), deed(86_400, opening=False, kind=ASSIGNED))
    shares = stock("shares", 100, deed(86_400, kind=ASSIGNED), deed(900_000, opening=False, kind=ASSIGNED))
    call = option("C160", -1, deed(200_000), deed(900_000, opening=False, kind=ASSIGNED))
    between = option("C155", -1, deed(100_000), deed(150_000, opening=False, kind=EXPIRY))
    assert found(put, shares, call, between) == [(("P150", "shares", "C160"), (Why.CHAIN,))]
    assert describe((put, shares, call)) == Described(Shape.WHEEL, (Decimal(150),), JUNE, delivered=True)


def test_a_delivery_that_is_booked_some_days_later() -> None:
    put = option("P150", -1, deed(0), deed(86_400, opening=False, kind=ASSIGNED))
    assert found(put, stock("shares", 100, deed(86_400 * 4, kind=ASSIGNED))) == [(("P150", "shares"), (Why.CHAIN,))]
    assert found(put, stock("shares", 100, deed(86_400 * 5, kind=ASSIGNED))) == []
    assert found(put, stock("other", 100, deed(86_400, kind=ASSIGNED), underlying="ZORG")) == []


def test_a_covered_call_a_collar_and_too_few_shares() -> None:
    shares = stock("shares", 100, deed(0, order="1"))
    call, put = option("C160", -1, deed(1, order="1")), option("P140", 1, deed(1, order="1"))
    assert found(shares, call) == [(("shares", "C160"), (Why.ORDER,))]
    assert describe((shares, call)).shape is Shape.COVERED_CALL
    assert describe((shares, put)).shape is Shape.PROTECTIVE_PUT
    assert describe((shares, call, put)).shape is Shape.COLLAR
    assert describe((stock("few", 99, deed(0, order="1")), call)).shape is Shape.OTHER


def test_stock_alone_is_no_campaign_whatever_its_orders() -> None:
    assert found(stock("one", 10, deed(0, order="1")), stock("two", 10, deed(0, order="1"), underlying="ZORG")) == []


def test_the_same_contract_again_is_no_spread() -> None:
    again = (option("C150", 1, deed(0), deed(2, opening=False)), option("C150", 1, deed(3), deed(4, opening=False))._replace(key="again"))
    assert found(*again) == []


def test_the_traders_own_word_comes_first() -> None:
    short, long = option("P150", -1, deed(0, order="7")), option("P145", 1, deed(0, order="7"))
    other = stock("hedge", 100, deed(9000), underlying="ZORG")
    assert propose((short, long), {}, {"P145"}) == ()
    assert propose((short, long, other), {"P150": 4, "hedge": 4}, ()) == (
        Group(("P145", "P150", "hedge"), (Why.HAND, Why.ORDER, Why.TIME), 4),
    )
    assert propose((short, long, other), {"P150": 4, "P145": 5, "hedge": 5}, ()) == (Group(("P145", "hedge"), (Why.HAND,), 5),)


ORDERS = st.sampled_from(["", "", "1", "2", "3"])
DEEDS = st.lists(
    st.builds(
        deed,
        st.integers(0, 12),
        opening=st.booleans(),
        kind=st.sampled_from([TRADE, EXPIRY, ASSIGNED, ExecutionKind.EXERCISE]),
        order=ORDERS,
    ),
    max_size=4,
)


@st.composite
def books(draw: st.DrawFn) -> list[Leg]:
    legs = []
    for number in range(draw(st.integers(0, 9))):
        underlying, quantity, deeds = draw(st.sampled_from(["ACME", "ZORG", ""])), draw(st.sampled_from([-2, -1, 1, 2])), draw(DEEDS)
        name = draw(st.sampled_from(["", "P90", "P95", "C105"]))
        leg = option(name, quantity, *deeds, underlying=underlying) if name else stock("s", quantity, *deeds, underlying=underlying)
        legs.append(leg._replace(key=f"{number}"))
    return legs


@given(
    legs=books(),
    own=st.dictionaries(st.sampled_from("0123456789"), st.integers(1, 3)),
    apart=st.sets(st.sampled_from("0123456789")),
    seed=st.integers(),
)
def test_campaigns_share_nothing_and_do_not_depend_on_the_order_of_rows(
    legs: list[Leg], own: dict[str, int], apart: set[str], seed: int
) -> None:
    apart -= set(own)
    groups = propose(legs, own, apart)
    held = [key for group in groups for key in group.legs]
    assert len(held) == len(set(held))
    assert set(held) <= {leg.key for leg in legs} - apart
    assert all(len(group.legs) > 1 for group in groups)
    for group in groups:
        assert {own[key] for key in group.legs if key in own} == ({group.own} if group.own else set())
    shuffled = list(legs)
    random.Random(seed).shuffle(shuffled)
    assert propose(shuffled, own, apart) == groups
