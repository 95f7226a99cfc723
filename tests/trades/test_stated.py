"""Opening balances that the owner states: they complete what nothing else tells, and give way to what the broker proves."""

from datetime import date
from decimal import Decimal

import pytest

from fillbook.ledger.execution import Effect
from fillbook.ledger.instrument import Instrument
from fillbook.ledger.opening import OpeningBalance
from fillbook.trades.account import read_account
from fillbook.trades.completeness import Cause, Completeness, marks_of
from fillbook.trades.reasons import Reason
from fillbook.trades.reconcile import Status
from fillbook.trades.records import Basis
from fillbook.trades.settings import Grouping, MatchingMethod, MatchSettings
from tests.trades.builders import ACCOUNT, STOCK, book_of, fill, held

FEBRUARY = date(2026, 2, 2)


def stated(quantity: int, cost: int, day: date = FEBRUARY, instrument: Instrument = STOCK) -> OpeningBalance:
    return OpeningBalance(ACCOUNT, instrument, Decimal(quantity), Decimal(cost), day)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_closing_without_its_opening_becomes_a_round_trip(sign: int) -> None:
    row = fill(1, -10 * sign, "12", fee=1, effect=Effect.CLOSES)
    without = book_of(row, states_positions=False)
    assert [trip.counts for trip in without.match.round_trips] == [False]
    book = book_of(row, states_positions=False, openings=(stated(10 * sign, 101 * sign),))
    (trip,) = book.match.round_trips
    # a long sells for 119 what cost 101, a short pays 121 for what had brought 101
    assert trip.realized_pnl == (18 if sign > 0 else -20)
    assert (trip.basis, trip.incomplete, trip.counts, trip.opening_cost) == (Basis.STATED, frozenset(), True, 101)
    assert (trip.opened_on, trip.opened_at) == (FEBRUARY, None)
    assert not book.match.unmatched
    assert not book.findings


def test_a_sale_of_which_nobody_says_whether_it_closes_is_settled_by_what_is_stated() -> None:
    row = fill(1, -10, "12")
    assert [left.quantity for left in book_of(row, states_positions=False).match.unmatched] == [-10]
    book = book_of(row, states_positions=False, openings=(stated(6, 60),))
    # 6 of the 10 were held: 72 - 60; what the other 4 closed stays unknown
    assert [trip.realized_pnl for trip in book.match.round_trips] == [12]
    assert [(left.quantity, left.undetermined) for left in book.match.unmatched] == [(-4, True)]


def test_units_bought_in_parts_are_closed_oldest_first_and_what_is_not_stated_stays_incomplete() -> None:
    rows = (fill(1, -10, "12", effect=Effect.CLOSES), fill(2, -10, "13", effect=Effect.CLOSES))
    parts = (stated(4, 44, date(2026, 1, 8)), stated(6, 48, date(2025, 5, 5)))
    book = book_of(*rows, states_positions=False, openings=parts)
    (trip,) = book.match.round_trips
    assert [(lot.quantity, lot.cost_basis, lot.basis) for lot in trip.closed_lots] == [
        (6, 48, Basis.STATED),
        (4, 44, Basis.STATED),
        (10, None, Basis.UNKNOWN),
    ]
    assert not trip.counts
    each = book_of(*rows, states_positions=False, openings=parts)
    per_closing = read_account(each.statement, MatchSettings(grouping=Grouping.PER_CLOSING))
    # 120 - 92 of the first closing is known for certain
    assert [(one.realized_pnl, one.counts) for one in per_closing.match.round_trips] == [(28, True), (None, False)]


@pytest.mark.parametrize("method", list(MatchingMethod))
def test_every_matching_method_keeps_what_was_stated(method: MatchingMethod) -> None:
    rows = (fill(1, 10, "11"), fill(2, -20, "12", effect=Effect.CLOSES))
    book = book_of(*rows, states_positions=False, openings=(stated(10, 100),))
    (trip,) = read_account(book.statement, MatchSettings(method=method)).match.round_trips
    # 240 - 110 - 100
    assert (trip.realized_pnl, trip.basis, trip.counts) == (30, Basis.STATED, True)


def test_no_more_is_taken_than_the_brokers_positions_leave_room_for() -> None:
    row = fill(1, -10, "12", effect=Effect.CLOSES)
    book = book_of(row, positions=(held(STOCK, 5),), openings=(stated(20, 200), stated(-3, -30)))
    # 15 were held: 10 sold, 5 left
    assert [trip.realized_pnl for trip in book.match.open_trips] == [20]
    assert [(lot.quantity, lot.cost_basis) for lot in book.match.open_lots] == [(5, 50)]
    assert [finding.params["units"] for finding in book.findings] == ["8"]
    nothing = book_of(fill(1, 10, "12"), positions=(held(STOCK, 10),), openings=(stated(7, 70),))
    assert [lot.basis for lot in nothing.match.open_lots] == [Basis.EXECUTIONS]
    assert [finding.params["units"] for finding in nothing.findings] == ["7"]


def test_what_is_stated_is_compared_with_the_brokers_figure_like_anything_else() -> None:
    row = fill(1, -10, "12", effect=Effect.CLOSES, broker_realized_pnl=Decimal(19))
    agreed = book_of(row, openings=(stated(10, 101),))
    assert [(line.status, line.ours) for line in agreed.lines] == [(Status.EQUAL, 19)]
    apart = book_of(row, openings=(stated(10, 90),))
    assert [(line.status, line.reason, line.ours) for line in apart.lines] == [(Status.EXPLAINED, Reason.STATED_OPENING, 30)]


def test_an_instrument_that_rests_on_it_is_marked_so() -> None:
    row = fill(1, -10, "12", effect=Effect.CLOSES)
    (mark,) = marks_of(book_of(row, states_positions=False, openings=(stated(10, 101),))).values()
    assert (mark.status, mark.cause, mark.quantity) == (Completeness.STATED, Cause.STATED, 10)
    (half,) = marks_of(book_of(row, states_positions=False, openings=(stated(4, 40),))).values()
    assert (half.status, half.cause, half.quantity) == (Completeness.MISSING, Cause.BEFORE_HISTORY, 6)
