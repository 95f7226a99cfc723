"""What was held before the history: the four cases, long and short, and what must never be invented."""

from decimal import Decimal

import pytest

from fillbook.ledger.events import CorporateActionKind
from fillbook.ledger.execution import Effect, ExecutionKind
from fillbook.trades.reconcile import Status
from fillbook.trades.records import Basis, Incomplete
from tests.trades.builders import STOCK, action, book_of, fill, held, matched

CLOSES, OPENS = Effect.CLOSES, Effect.OPENS


def test_opened_and_closed_inside_needs_no_opening() -> None:
    book = book_of(fill(1, 10, "10", effect=OPENS), fill(2, -10, "12", effect=CLOSES, broker_realized_pnl=Decimal(20)))
    assert [trip.counts for trip in book.match.round_trips] == [True]
    assert [line.status for line in book.lines] == [Status.EQUAL]


@pytest.mark.parametrize("sign", [1, -1])
def test_opened_before_closed_inside_takes_its_cost_from_the_brokers_figure(sign: int) -> None:
    row = fill(1, -10 * sign, "12", effect=CLOSES, fee=1, broker_realized_pnl=Decimal(19) * sign, broker_cost=None)
    book = book_of(row)
    (trip,) = book.match.round_trips
    (lot,) = trip.closed_lots
    # long: 119 - cost = 19 -> 100; short: -121 - cost = -19 -> -102
    assert lot.cost_basis == (100 if sign > 0 else -102)
    assert (lot.basis, trip.incomplete, trip.counts) == (Basis.INFERRED, {Incomplete.BEFORE_HISTORY}, False)
    assert [line.status for line in book.lines] == [Status.INFERRED]
    assert not book.match.unmatched


@pytest.mark.parametrize("sign", [1, -1])
def test_opened_inside_still_open_equals_the_brokers_position(sign: int) -> None:
    book = book_of(fill(1, 10 * sign, "10", effect=OPENS), positions=(held(STOCK, 10 * sign, 100 * sign),))
    assert [line.status for line in book.lines] == [Status.EQUAL]
    assert [lot.basis for lot in book.match.open_lots] == [Basis.EXECUTIONS]


@pytest.mark.parametrize("sign", [1, -1])
def test_opened_before_and_untouched_is_an_open_lot_with_the_brokers_cost(sign: int) -> None:
    book = book_of(positions=(held(STOCK, 10 * sign, 123 * sign),))
    (lot,) = book.match.open_lots
    assert (lot.quantity, lot.cost_basis, lot.basis) == (10 * sign, 123 * sign, Basis.INFERRED)
    assert [line.status for line in book.lines] == [Status.INFERRED]


def test_older_holding_is_sold_first_and_the_rest_keeps_what_the_broker_leaves() -> None:
    book = book_of(
        fill(1, 10, "20", effect=OPENS),
        fill(2, -5, "30", effect=CLOSES, broker_realized_pnl=Decimal(100)),
        positions=(held(STOCK, 15, 350),),
    )
    # 10 held before: 5 sold (cost 150 - 100 = 50); at the end 5 of them and the 10 bought at 20: 350 - 200 = 150 is left for the old ones
    (trip,) = book.match.open_trips
    assert trip.closed_lots[0].cost_basis == 50
    assert [(lot.quantity, lot.cost_basis, lot.basis) for lot in book.match.open_lots] == [
        (5, 150, Basis.INFERRED),
        (10, 200, Basis.EXECUTIONS),
    ]


def test_without_positions_what_the_rows_close_must_have_been_held() -> None:
    book = book_of(
        fill(1, 10, "20", effect=OPENS),
        fill(2, -25, "30", effect=CLOSES, broker_realized_pnl=Decimal(300)),
        states_positions=False,
    )
    # 15 were held before; the row's cost is 750 - 300 = 450, of which 200 is known
    closed = book.match.round_trips[0].closed_lots
    assert [(lot.opened_by, lot.quantity, lot.cost_basis) for lot in closed] == [("", 15, 250), ("1", 10, 200)]


def test_a_sale_that_nobody_explains_is_undetermined_not_a_short() -> None:
    result = book_of(fill(1, -10, "12"), states_positions=False).match
    assert not result.round_trips
    assert not result.open_trips
    assert [(left.quantity, left.undetermined) for left in result.unmatched] == [(-10, True)]


def test_a_later_row_that_closes_decides_that_it_was_a_short() -> None:
    rows = [fill(1, -10, "12"), fill(2, 10, "11", effect=CLOSES)]
    from fillbook.trades.openings import Opening

    result = matched(*rows, opening=Opening())
    assert [trip.realized_pnl for trip in result.round_trips] == [10]
    assert not result.unmatched


def test_a_later_row_decides_nothing_while_the_opposite_is_held() -> None:
    # nobody says what the sale of 5 was; 3 are held when 2 expire, and a lot is never closed by units of its own sign
    rows = [fill(1, -5, "2"), fill(2, 3, "1"), fill(3, 2, "0", kind=ExecutionKind.EXPIRY)]
    result = book_of(*rows, states_positions=False).match
    assert not result.round_trips
    assert [(lot.quantity, lot.cost_basis) for lot in result.open_lots] == [(3, 3)]
    assert sorted((left.quantity, left.undetermined) for left in result.unmatched) == [(-5, True), (2, False)]


def test_a_sale_is_a_short_when_the_position_walks_back_to_nothing() -> None:
    book = book_of(fill(1, -10, "12"), positions=(held(STOCK, -10, -120),))
    assert [lot.quantity for lot in book.match.open_lots] == [-10]
    assert book.match.open_trips[0].incomplete == frozenset()


def test_a_position_that_left_without_a_row_makes_no_phantom_short() -> None:
    book = book_of(fill(1, 10, "20", effect=OPENS), positions=())
    assert [lot.quantity for lot in book.match.open_lots] == [10]
    (line,) = book.lines
    assert (line.status, line.ours, line.broker, line.reason) == (Status.EXPLAINED, 10, 0, "position_moved")


def test_low_water_mark_is_told_in_units_before_a_split() -> None:
    split = action(1, 30, CorporateActionKind.SPLIT, ratio_new=Decimal(4), ratio_old=Decimal(1))
    book = book_of(split, fill(2, -40, "3", effect=CLOSES, broker_realized_pnl=Decimal(20), day=1), states_positions=False)
    (trip,) = book.match.round_trips
    assert trip.fills[0].position_after == 40
    assert trip.realized_pnl == 20


def test_no_cost_anywhere_leaves_the_profit_unknown() -> None:
    book = book_of(fill(1, -10, "12", effect=CLOSES), states_positions=False)
    (trip,) = book.match.round_trips
    assert (trip.realized_pnl, trip.basis, trip.counts) == (None, Basis.UNKNOWN, False)
    (line,) = book.lines
    assert (line.status, line.ours) == (Status.UNSTATED, None)


def test_a_fill_of_partly_unknown_cost_counts_in_no_sum() -> None:
    book = book_of(fill(1, 10, "10", effect=OPENS), fill(2, -15, "12", effect=CLOSES), states_positions=False)
    assert book.match.round_trips[0].realized_pnl is None
    assert book.realized_pnl == {}
    assert [line.amount for line in book.bridge] == []


def test_cost_and_profit_that_disagree_are_both_told() -> None:
    book = book_of(fill(1, -10, "12", effect=CLOSES, broker_realized_pnl=Decimal(20), broker_cost=Decimal(-90)), states_positions=False)
    (finding,) = book.findings
    assert finding.code == "cost_and_pnl_disagree"
    assert (finding.params["cost"], finding.params["pnl"]) == ("-90", "20")


def test_fees_in_another_currency_are_no_disagreement() -> None:
    # 120 received, 2 EUR of fees at 1.5 are 3 USD, cost 90: 120 - 3 - 90 = 27
    row = fill(1, -10, "12", fee="2", fees_rate=Decimal("1.5"), effect=CLOSES, broker_realized_pnl=Decimal(27), broker_cost=Decimal(-90))
    assert book_of(row, states_positions=False).findings == ()
