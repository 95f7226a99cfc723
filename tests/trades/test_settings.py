"""Grouping, matching and the assignment view: independent choices, re-read from the same ledger."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.ledger.events import CorporateActionKind
from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.instrument import Right
from fillbook.ledger.numbers import exact
from fillbook.ledger.order import LedgerRow
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.records import Role
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod, MatchSettings
from tests.trades.builders import STOCK, action, book_of, fill, held, option
from tests.trades.strategies import histories

SCALED = [
    fill(1, 100, "10", fee=1),
    fill(2, -40, "12", fee=1),
    fill(3, -20, "13", fee=1),
    fill(4, 50, "11", day=1, fee=1),
    fill(5, -90, "12", day=1, fee=1),
]


def read(rows: list[Execution], settings: MatchSettings) -> AccountBook:
    return read_account(book_of(*rows, states_positions=False).statement, settings)


def test_per_closing_each_closing_fill_is_a_trade_with_what_it_closed() -> None:
    trips = read(SCALED, MatchSettings(grouping=Grouping.PER_CLOSING)).match.round_trips
    # 480 - 1 - 400.4 = 78.6; 260 - 1 - 200.2 = 58.8; 1080 - 1 - (400.4 + 551) = 127.6
    assert [(trip.quantity, trip.realized_pnl) for trip in trips] == [(40, Decimal("78.6")), (20, Decimal("58.8")), (90, Decimal("127.6"))]
    assert len({trip.key for trip in trips}) == 3
    last = trips[-1]
    assert [(part.execution_id, part.role, part.quantity, part.position_after) for part in last.fills] == [
        ("1", Role.OPENS, 40, 40),
        ("4", Role.OPENS, 50, 90),
        ("5", Role.CLOSES, -90, 0),
    ]
    assert last.entry_price == pytest.approx(Decimal("10.5556"), abs=Decimal("0.0001"))


def test_per_day_a_days_closings_are_one_trade() -> None:
    trips = read(SCALED, MatchSettings(grouping=Grouping.PER_DAY)).match.round_trips
    assert [(trip.quantity, trip.realized_pnl) for trip in trips] == [(60, Decimal("137.4")), (90, Decimal("127.6"))]


def test_what_is_still_held_stays_open_and_has_realized_nothing() -> None:
    book = read(SCALED[:3], MatchSettings(grouping=Grouping.PER_CLOSING))
    (held_trip,) = book.match.open_trips
    assert (held_trip.open_quantity, held_trip.realized_pnl, held_trip.closed_lots) == (40, 0, ())
    assert len(book.match.round_trips) == 2


def test_a_closing_of_known_lots_counts_although_older_ones_were_sold_before_it() -> None:
    rows = [
        fill(1, -10, "12", effect=Effect.CLOSES, broker_realized_pnl=Decimal(20)),
        fill(2, 10, "11", effect=Effect.OPENS),
        fill(3, -10, "13", effect=Effect.CLOSES, broker_realized_pnl=Decimal(20)),
    ]
    statement = book_of(*rows, positions=(held(STOCK, 5, 50),)).statement
    flat = read_account(statement)
    assert not any(trip.counts for trip in flat.match.round_trips)
    per_closing = read_account(statement, MatchSettings(grouping=Grouping.PER_CLOSING))
    assert [trip.counts for trip in per_closing.match.round_trips] == [False, False]


def test_average_cost_closes_every_unit_at_the_average() -> None:
    rows = [fill(1, 10, "10"), fill(2, 30, "14"), fill(3, -20, "15")]
    (trip,) = read(rows, MatchSettings(method=MatchingMethod.AVERAGE)).match.open_trips
    assert trip.realized_pnl == 40  # 300 - 20 x 13


def test_reconciliation_stays_the_brokers_whatever_is_shown() -> None:
    rows = [fill(1, 10, "10"), fill(2, 10, "14"), fill(3, -10, "15", broker_realized_pnl=Decimal(50))]
    book = read(rows, MatchSettings(method=MatchingMethod.LIFO))
    assert [line.status for line in book.lines if line.kind == "fill"] == ["equal"]
    assert book.match.open_trips[0].realized_pnl == 10


def test_another_method_keeps_the_costs_that_the_brokers_rows_tell() -> None:
    rows = [
        fill(1, 10, "20", effect=Effect.OPENS),
        fill(2, -10, "30", effect=Effect.CLOSES, broker_realized_pnl=Decimal(250)),  # the broker sold the older ten: they cost 50
    ]
    statement = book_of(*rows, positions=(held(STOCK, 10, 200),)).statement
    book = read_account(statement, MatchSettings(method=MatchingMethod.LIFO))
    assert book.match.open_trips[0].realized_pnl == 100
    assert [lot.cost_basis for lot in book.match.open_lots] == [50]


def test_units_of_unknown_cost_that_come_later_are_no_part_of_what_was_held_before() -> None:
    rows: list[LedgerRow] = [
        fill(1, 10, "10", effect=Effect.CLOSES, broker_realized_pnl=Decimal(20)),  # -10 were held before
        action(2, 10, CorporateActionKind.STOCK_DIVIDEND),
        fill(3, -10, "12", day=1, effect=Effect.CLOSES, broker_realized_pnl=Decimal(120)),
    ]
    book = read_account(book_of(*rows).statement, MatchSettings(method=MatchingMethod.LIFO))
    assert [(trip.side, trip.realized_pnl) for trip in book.match.round_trips] == [("short", 20), ("long", 120)]


def test_the_premium_can_stay_on_the_option() -> None:
    call = option(Right.CALL, "12")
    rows = [
        fill(1, 100, "10"),
        fill(2, -1, "0.80", call, fee=1),
        fill(3, 1, 0, call, kind=ExecutionKind.ASSIGNMENT, day=18),
        fill(4, -100, "12", kind=ExecutionKind.ASSIGNMENT, day=18),
    ]
    realized = {
        trip.instrument.key: trip.realized_pnl for trip in read(rows, MatchSettings(assignment=AssignmentView.ON_OPTION)).match.round_trips
    }
    assert realized == {"401": 79, "101": 200}


@given(histories(), st.sampled_from(list(Grouping)))
def test_grouping_changes_no_sum_and_loses_no_lot(rows: list[Execution], grouping: Grouping) -> None:
    flat, other = book_of(*rows, states_positions=False), read(rows, MatchSettings(grouping=grouping))
    with exact():
        assert other.realized_pnl == flat.realized_pnl
    count = sum(len(trip.closed_lots) for trip in (*other.match.round_trips, *other.match.open_trips))
    assert count == sum(len(trip.closed_lots) for trip in (*flat.match.round_trips, *flat.match.open_trips))
    keys = [trip.key for trip in (*other.match.round_trips, *other.match.open_trips)]
    assert len(set(keys)) == len(keys)
