"""Cutting and joining trades: the frame moves, no total does, and taking it back leaves no trace."""

from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fillbook.ledger.execution import Effect, Execution
from fillbook.ledger.numbers import exact
from fillbook.trades.overrides import Overrides, apply_overrides
from fillbook.trades.records import ClosedLot, MatchResult, RoundTrip
from tests.trades.builders import fill, matched
from tests.trades.strategies import histories

SCALED_OUT = [fill(1, 100, 10, fee=1), fill(2, -50, 12, fee=1), fill(3, -50, 9, fee=1)]
TWICE = [*SCALED_OUT, fill(4, 10, 20, fee=1), fill(5, -10, 21, fee=1)]


def changed(rows: list[Execution], cuts: str = "", joins: str = "") -> MatchResult:
    return apply_overrides(matched(*rows), Overrides(frozenset(cuts.split()), frozenset(joins.split())), "USD")


def trips_of(result: MatchResult) -> list[RoundTrip]:
    return [*result.round_trips, *result.open_trips]


def lots_of(result: MatchResult) -> Counter[ClosedLot]:
    return Counter(lot for trip in trips_of(result) for lot in trip.closed_lots)


def test_a_scaled_out_trade_cut_at_its_second_exit() -> None:
    first, second = changed(SCALED_OUT, cuts="3").round_trips
    # 50 x (12 - 10) less half the opening dollar and one of its own; 50 x (9 - 10) likewise
    assert (first.realized_pnl, second.realized_pnl) == (Decimal("98.5"), Decimal("-51.5"))
    assert (first.quantity, second.quantity) == (50, 50)
    assert (first.entry_price, first.exit_price, second.exit_price) == (10, 12, 9)
    assert [fill.position_after for fill in second.fills] == [50, 0]
    assert first.key == matched(*SCALED_OUT).round_trips[0].key, "the first part keeps its public id"
    assert first.key != second.key


def test_a_trade_joined_to_the_one_before() -> None:
    (both,) = changed(TWICE, joins="4").round_trips
    assert both.realized_pnl == Decimal(55)  # 47 + 8
    assert both.key == matched(*TWICE).round_trips[0].key
    assert [fill.execution_id for fill in both.fills] == ["1", "2", "3", "4", "5"]
    assert both.opening_cost == Decimal(1202)  # 1001 + 201


def test_what_is_joined_can_be_cut_elsewhere() -> None:
    first, second = changed(TWICE, cuts="3", joins="4").round_trips
    assert (first.realized_pnl, second.realized_pnl) == (Decimal("98.5"), Decimal("-43.5"))


def test_the_rest_of_an_open_trade_stays_open() -> None:
    result = changed([fill(1, 100, 10, effect=Effect.OPENS), fill(2, -30, 12), fill(3, -20, 13)], cuts="3")
    (closed,), (still_open,) = result.round_trips, result.open_trips
    assert (closed.realized_pnl, closed.quantity) == (60, 30)
    assert (still_open.realized_pnl, still_open.quantity, still_open.open_quantity, still_open.entry_price) == (60, 70, 50, 10)


def test_a_short_is_never_joined_to_a_long_and_an_unknown_fill_does_nothing() -> None:
    reversed_rows = [fill(1, 10, 10), fill(2, -20, 11), fill(3, 10, 10)]
    plain = matched(*reversed_rows)
    assert changed(reversed_rows, joins="2 3") == plain
    assert changed(reversed_rows, cuts="1 2 nothing") == plain


def sums(result: MatchResult) -> tuple[Decimal, ...]:
    """Fees, units held and realized P&L of all round trips (of those that know it)."""
    trips = trips_of(result)
    known = [lot.realized_pnl for trip in trips for lot in trip.closed_lots if lot.realized_pnl is not None]
    return (
        sum((trip.charges for trip in trips), Decimal(0)),
        sum((trip.open_quantity for trip in trips), Decimal(0)),
        sum(known, Decimal(0)),
    )


names = st.sets(st.integers(1, 40).map(str), max_size=6).map(frozenset)


@given(histories(), names, names)
def test_no_total_changes_and_every_closed_lot_stays_in_one_trade(
    rows: list[Execution], cuts: frozenset[str], joins: frozenset[str]
) -> None:
    plain = matched(*rows)
    result = apply_overrides(plain, Overrides(cuts, joins), "USD")
    assert lots_of(result) == lots_of(plain)
    assert result.open_lots == plain.open_lots
    with exact():
        assert sums(result) == sums(plain)
    assert len({trip.key for trip in trips_of(result)}) == len(trips_of(result)), "public ids stay apart"


@given(histories())
def test_without_overrides_nothing_is_touched(rows: list[Execution]) -> None:
    plain = matched(*rows)
    assert apply_overrides(plain, Overrides(), "USD") is plain
