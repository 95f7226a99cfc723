"""Corporate actions by their legs: what happens to units, cost and profit; figures worked out in the comments."""

from decimal import Decimal

import pytest

from fillbook.ledger.events import CorporateActionKind as Kind
from fillbook.ledger.execution import Effect
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.trades.records import Basis, Incomplete
from tests.trades.builders import OTHER, STOCK, action, book_of, fill, matched

PARENT = Instrument("501", "OLDCO", AssetClass.STOCK, "USD", isin="US0000005011")
CHILD = Instrument("502", "NEWCO", AssetClass.STOCK, "USD")
WARRANT = Instrument("503", "NEWCO WS", AssetClass.WARRANT, "USD")
RIGHTS = Instrument("504", "OLDCO.RTS", AssetClass.STOCK, "USD")


def test_identifier_change_moves_lots_with_their_cost_and_their_round_trip() -> None:
    legs = [action(2, -10, Kind.IDENTIFIER_CHANGE, PARENT, action_id="A"), action(3, 10, Kind.IDENTIFIER_CHANGE, CHILD, action_id="A")]
    (trip,) = matched(fill(1, 10, "10", PARENT), *legs, fill(4, -10, "13", CHILD, day=1)).round_trips
    assert (trip.realized_pnl, trip.counts, trip.instrument.symbol) == (30, True, "NEWCO")
    assert [part.execution_id for part in trip.fills] == ["1", "2", "3", "4"]


def test_merger_for_stock_keeps_fifo_order_and_every_cent_of_cost() -> None:
    legs = [action(3, -30, Kind.MERGER, PARENT, action_id="A"), action(4, "7.5", Kind.MERGER, CHILD, action_id="A")]
    result = matched(fill(1, 10, "10", PARENT), fill(2, 20, "16", PARENT), *legs)
    assert [(lot.quantity, lot.cost_basis) for lot in result.open_lots] == [(Decimal("2.5"), 100), (5, 320)]


def test_cash_merger_closes_at_the_cash() -> None:
    out = action(2, -10, Kind.MERGER, PARENT, proceeds=Decimal(150), broker_realized_pnl=Decimal(50))
    book = book_of(fill(1, 10, "10", PARENT), out)
    (trip,) = book.match.round_trips
    assert (trip.realized_pnl, trip.counts) == (50, True)
    amounts = {line.line: line.amount for line in book.bridge}
    assert (amounts["profit"], amounts["corporate_actions"], amounts["broker"]) == (50, -50, 0)
    assert book.corporate_action_pnl == {"USD": 50}


def test_cash_merger_of_an_older_holding_learns_its_cost_from_the_leg() -> None:
    out = action(2, -10, Kind.MERGER, PARENT, proceeds=Decimal(150), broker_realized_pnl=Decimal(40))
    (trip,) = book_of(out).match.round_trips
    assert (trip.realized_pnl, trip.basis) == (40, Basis.INFERRED)
    assert trip.incomplete == {Incomplete.BEFORE_HISTORY}


def test_cash_beside_stock_that_the_broker_realizes_in_full_leaves_the_cost_alone() -> None:
    legs = [
        action(2, -10, Kind.MERGER, PARENT, action_id="A", proceeds=Decimal("42.4"), broker_realized_pnl=Decimal("42.4")),
        action(3, "5.92", Kind.MERGER, CHILD, action_id="A"),
    ]
    result = matched(fill(1, 10, "100", PARENT), *legs)
    assert [(lot.quantity, lot.cost_basis) for lot in result.open_lots] == [(Decimal("5.92"), 1000)]
    assert result.open_trips[0].realized_pnl == Decimal("42.4")


def test_cash_beside_stock_otherwise_leaves_the_cost_unknown() -> None:
    legs = [
        action(2, -10, Kind.MERGER, PARENT, action_id="A", proceeds=Decimal(120), broker_realized_pnl=Decimal(0)),
        action(3, 10, Kind.MERGER, CHILD, action_id="A"),
        action(4, 2, Kind.MERGER, WARRANT, action_id="A"),
    ]
    result = matched(fill(1, 10, "10", PARENT), *legs)
    assert [(lot.instrument.symbol, lot.cost_basis) for lot in result.open_lots] == [("NEWCO", None), ("NEWCO WS", None)]
    assert all(trip.incomplete == {Incomplete.CORPORATE_ACTION} for trip in result.open_trips)


def test_spin_off_makes_the_cost_of_parent_and_child_unknown_and_the_closing_rows_tell_it() -> None:
    spun = action(2, 5, Kind.SPIN_OFF, CHILD, parent=PARENT.isin)
    book = book_of(
        fill(1, 10, "10", PARENT, effect=Effect.OPENS),
        spun,
        fill(3, -10, "12", PARENT, day=1, effect=Effect.CLOSES, broker_realized_pnl=Decimal(40)),
        fill(4, -5, "6", CHILD, day=1, effect=Effect.CLOSES, broker_realized_pnl=Decimal(10)),
    )
    # the broker moved 20 of the 100: 120 - 80 = 40 and 30 - 20 = 10
    assert [trip.closed_lots[0].cost_basis for trip in book.match.round_trips] == [80, 20]
    assert not any(trip.counts for trip in book.match.round_trips)
    assert {line.status for line in book.lines} == {"inferred"}


def test_rights_subscribed_add_the_cash_paid_to_what_the_rights_cost() -> None:
    legs = [
        action(2, -10, Kind.SUBSCRIPTION, RIGHTS, action_id="A", proceeds=Decimal(-60)),
        action(3, 10, Kind.SUBSCRIPTION, CHILD, action_id="A"),
    ]
    result = matched(fill(1, 10, "2", RIGHTS), *legs)
    assert [(lot.quantity, lot.cost_basis) for lot in result.open_lots] == [(10, 80)]


def test_oversubscription_is_bought_at_the_cash_paid() -> None:
    (lot,) = matched(action(1, 15, Kind.SUBSCRIPTION, CHILD, proceeds=Decimal(-90))).open_lots
    assert (lot.cost_basis, lot.basis, lot.incomplete) == (90, Basis.EXECUTIONS, None)


def test_rights_given_free_have_no_known_cost() -> None:
    (lot,) = matched(action(1, 15, Kind.RIGHTS_ISSUE, RIGHTS)).open_lots
    assert (lot.cost_basis, lot.incomplete) == (None, Incomplete.CORPORATE_ACTION)


def test_delisting_closes_at_nothing() -> None:
    (trip,) = matched(fill(1, 10, "10"), action(2, -10, Kind.DELISTING)).round_trips
    assert trip.realized_pnl == -100


def test_bond_called_early_in_part() -> None:
    bond = Instrument("601", "X 6 1/4", AssetClass.BOND, "USD")
    call = action(2, -2000, Kind.MATURITY, bond, proceeds=Decimal("2062.5"))
    result = matched(fill(1, 5000, "80", bond), call)
    assert result.open_trips[0].realized_pnl == Decimal("462.5")  # 2062.5 - 2000 x 80 %
    assert not result.flags


def test_partial_tender_moves_only_what_was_tendered() -> None:
    legs = [action(2, -4, Kind.TENDER, PARENT, action_id="A"), action(3, 4, Kind.TENDER, CHILD, action_id="A")]
    result = matched(fill(1, 10, "10", PARENT), *legs)
    assert [(lot.instrument.symbol, lot.quantity, lot.cost_basis) for lot in result.open_lots] == [("OLDCO", 6, 60), ("NEWCO", 4, 40)]
    assert not result.flags


def test_a_tender_and_its_payment_may_share_an_id() -> None:
    legs = [
        action(2, -4, Kind.TENDER, PARENT, action_id="A"),
        action(3, 4, Kind.TENDER, CHILD, action_id="A"),
        action(4, -4, Kind.MERGER, CHILD, action_id="A", day=7, proceeds=Decimal(52)),
    ]
    result = matched(fill(1, 10, "10", PARENT), *legs)
    assert [(trip.instrument.symbol, trip.realized_pnl) for trip in result.round_trips] == [("NEWCO", 12)]
    assert [(trip.instrument.symbol, trip.open_quantity) for trip in result.open_trips] == [("OLDCO", 6)]


@pytest.mark.parametrize("quantity", [-8, -12])
def test_merger_that_takes_other_units_than_we_hold_flags_both_figures(quantity: int) -> None:
    legs = [action(2, quantity, Kind.MERGER, PARENT, action_id="A"), action(3, 5, Kind.MERGER, CHILD, action_id="A")]
    (flag,) = matched(fill(1, 10, "10", PARENT), *legs).flags
    assert (flag.reason, flag.ours, flag.broker) == ("action_disagrees_with_lots", 10, quantity)


def test_a_reversed_booking_and_its_reversal_count_nothing() -> None:
    rows = [
        action(2, 4, Kind.STOCK_DIVIDEND),
        action(3, -4, Kind.STOCK_DIVIDEND, reverses=True),
        action(4, 5, Kind.STOCK_DIVIDEND),
    ]
    result = matched(fill(1, 10, "10"), *rows)
    assert sum(lot.quantity for lot in result.open_lots) == 15


def test_a_pair_that_nets_to_nothing_changes_nothing() -> None:
    pair = [action(2, -500, Kind.REVERSE_SPLIT, OTHER, action_id="A"), action(3, 500, Kind.REVERSE_SPLIT, OTHER, action_id="A")]
    result = matched(fill(1, 10, "10"), *pair)
    assert [lot.instrument.key for lot in result.open_lots] == [STOCK.key]
    assert not result.flags


def test_cash_dividend_moves_no_units() -> None:
    result = matched(fill(1, 10, "10"), action(2, 10, Kind.CASH_DIVIDEND, proceeds=Decimal(5)))
    assert [lot.quantity for lot in result.open_lots] == [10]


@pytest.mark.parametrize("order", [(2, 3, 4), (3, 2, 4), (4, 2, 3)])
def test_a_booking_that_is_taken_back_and_made_again_counts_once(order: tuple[int, int, int]) -> None:
    # legs of one instant without numbers of the broker's come in any order; 100 held, none older
    first, back, again = order
    legs = [
        action(first, -100, Kind.MERGER, PARENT, proceeds=Decimal(1200)),
        action(back, 100, Kind.MERGER, PARENT, proceeds=Decimal(-1200), reverses=True),
        action(again, -100, Kind.MERGER, PARENT, proceeds=Decimal(1200)),
    ]
    result = book_of(fill(1, 100, "10", PARENT, effect=Effect.OPENS), *legs).match
    assert [(trip.realized_pnl, trip.counts) for trip in result.round_trips] == [(200, True)]
    assert not result.open_lots
    assert not result.flags
