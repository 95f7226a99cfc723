"""Round trips from flat to flat: each scenario's figures are worked out in its comments."""

from decimal import Decimal

from fillbook.ledger.events import CorporateActionKind
from fillbook.ledger.execution import Effect, ExecutionKind
from fillbook.ledger.instrument import Right
from fillbook.trades.records import Basis, Role, Side
from fillbook.trades.settings import MatchingMethod, MatchSettings
from tests.trades.builders import BOND, EURO, FUTURE, OTHER, STOCK, action, fill, matched, option


def test_long_round_trip_counts_the_fees_of_both_sides() -> None:
    (trip,) = matched(fill(1, 100, "10", fee=1), fill(2, -100, "12", fee=2)).round_trips
    # 1200 - 1000 = 200 before, 197 after 3 of fees
    assert (trip.side, trip.gross_pnl, trip.charges, trip.realized_pnl) == (Side.LONG, 200, -3, 197)
    assert trip.opening_cost == 1001
    assert (trip.entry_price, trip.exit_price, trip.quantity) == (10, 12, 100)
    assert trip.counts


def test_short_round_trip_gains_when_the_price_falls() -> None:
    (trip,) = matched(fill(1, -50, "20", fee=1), fill(2, 50, "18", fee=1)).round_trips
    # sold 1000 - 1, bought 900 + 1
    assert (trip.side, trip.realized_pnl, trip.opening_cost) == (Side.SHORT, 98, 999)


def test_scale_in_all_out_is_one_round_trip_of_two_lots() -> None:
    (trip,) = matched(fill(1, 100, "10"), fill(2, 50, "13"), fill(3, -150, "12")).round_trips
    # 1800 - 1000 - 650
    assert trip.realized_pnl == 150
    assert trip.entry_price == 11
    assert [(lot.opened_by, lot.quantity, lot.realized_pnl) for lot in trip.closed_lots] == [("1", 100, 200), ("2", 50, -50)]


def test_all_in_scale_out_realizes_fill_by_fill() -> None:
    (trip,) = matched(fill(1, 100, "10", fee=2), fill(2, -40, "12", fee=1), fill(3, -60, "9", fee=1)).round_trips
    # 40: 480 - 1 - 400.8 = 78.2; 60: 540 - 1 - 601.2 = -62.2
    assert [part.realized_pnl for part in trip.fills] == [None, Decimal("78.2"), Decimal("-62.2")]
    assert [part.position_after for part in trip.fills] == [100, 60, 0]
    assert trip.realized_pnl == 16


def test_partial_fills_of_one_order_are_one_round_trip() -> None:
    result = matched(fill(1, 30, "10"), fill(2, 70, "10"), fill(3, -20, "11"), fill(4, -80, "11"))
    assert [trip.realized_pnl for trip in result.round_trips] == [100]


def test_reversal_closes_one_round_trip_and_opens_the_next_sharing_fees_by_quantity() -> None:
    result = matched(fill(1, 100, "10"), fill(2, -150, "12", fee=3), fill(3, 50, "11"))
    first, second = result.round_trips
    # the reversing sale of 150 pays 3: 2 for the 100 that close, 1 for the 50 that open
    assert (first.side, first.realized_pnl) == (Side.LONG, 198)
    assert (second.side, second.realized_pnl) == (Side.SHORT, 49)
    assert first.key != second.key
    assert [(part.execution_id, part.role) for part in second.fills] == [("2", Role.OPENS), ("3", Role.CLOSES)]


def test_fifo_closes_the_oldest_lifo_the_newest_highest_cost_the_dearest() -> None:
    rows = [fill(1, 10, "10"), fill(2, 10, "14"), fill(3, 10, "12"), fill(4, -10, "13")]
    realized = {method: matched(*rows, settings=MatchSettings(method=method)).open_trips[0].realized_pnl for method in MatchingMethod}
    assert realized == {MatchingMethod.FIFO: 30, MatchingMethod.LIFO: 10, MatchingMethod.HIGHEST_COST: -10, MatchingMethod.AVERAGE: 10}


def test_multiplier_and_percent_of_par() -> None:
    future, bond = matched(
        fill(1, 1, "5000", FUTURE, fee=2), fill(2, -1, "5010", FUTURE, fee=2), fill(3, 6000, "102.5", BOND), fill(4, -6000, "103", BOND)
    ).round_trips
    assert future.realized_pnl == 496
    assert future.opening_cost == 250000
    assert bond.realized_pnl == 30


def test_instruments_and_currencies_are_kept_apart() -> None:
    result = matched(fill(1, 10, "10"), fill(2, 10, "20", OTHER), fill(3, 10, "30", EURO), fill(4, -10, "11"), fill(5, -10, "31", EURO))
    assert [(trip.instrument.symbol, trip.instrument.currency, trip.realized_pnl) for trip in result.round_trips] == [
        ("ACME", "USD", 10),
        ("WURST", "EUR", 10),
    ]
    assert [lot.instrument.symbol for lot in result.open_lots] == ["ZORG"]


def test_base_pnl_takes_each_closing_fills_own_rate() -> None:
    rows = [
        fill(1, 10, "30", EURO),
        fill(2, -5, "32", EURO, rate_to_base=Decimal("1.1")),
        fill(3, -5, "34", EURO, rate_to_base=Decimal("1.2")),
    ]
    (trip,) = matched(*rows, settings=MatchSettings(base_currency="USD")).round_trips
    assert trip.base_pnl == Decimal(35)  # 10 x 1.1 + 20 x 1.2
    unknown = matched(fill(1, 10, "30", EURO), fill(2, -10, "32", EURO), settings=MatchSettings(base_currency="USD"))
    assert unknown.round_trips[0].base_pnl is None


def test_expiry_closes_at_nothing() -> None:
    call = option(Right.CALL, "50")
    (trip,) = matched(fill(1, 2, "1.5", call, fee=1), fill(2, -2, 0, call, kind=ExecutionKind.EXPIRY)).round_trips
    assert trip.realized_pnl == -301


def test_assigned_call_moves_its_premium_into_the_stock_sold() -> None:
    call = option(Right.CALL, "12")
    rows = [
        fill(1, 100, "10"),
        fill(2, -1, "0.80", call, fee=1),
        fill(3, 1, 0, call, kind=ExecutionKind.ASSIGNMENT, day=18),
        fill(4, -100, "12", kind=ExecutionKind.ASSIGNMENT, day=18),
    ]
    by_symbol = {trip.instrument.key: trip for trip in matched(*rows).round_trips}
    # the option brought 79; it realizes nothing and the stock 1200 - 1000 + 79
    assert by_symbol["401"].realized_pnl == 0
    assert by_symbol["101"].realized_pnl == 279
    assert by_symbol["401"].charges + by_symbol["101"].charges == -1


def test_assigned_put_lowers_the_cost_of_the_stock_bought() -> None:
    put = option(Right.PUT, "12")
    rows = [
        fill(1, -2, "1", put),
        fill(2, 2, 0, put, kind=ExecutionKind.ASSIGNMENT, day=18),
        fill(3, 200, "12", kind=ExecutionKind.ASSIGNMENT, day=18),
        fill(4, -200, "11.5", day=20),
    ]
    stock = matched(*rows).round_trips[-1]
    assert stock.realized_pnl == 100  # 2300 - (2400 - 200)


def test_exercised_call_adds_its_cost_to_the_stock_bought() -> None:
    call = option(Right.CALL, "12")
    rows = [
        fill(1, 1, "2", call),
        fill(2, -1, 0, call, kind=ExecutionKind.EXERCISE, day=18),
        fill(3, 100, "12", kind=ExecutionKind.EXERCISE, day=18),
        fill(4, -100, "15", day=20),
    ]
    assert matched(*rows).round_trips[-1].realized_pnl == 100  # 1500 - (1200 + 200)


def test_a_premium_whose_delivery_is_not_in_the_history_makes_its_trade_incomplete() -> None:
    call = option(Right.CALL, "12")
    rows = [
        fill(1, 2, "1", call),
        fill(2, -2, 0, call, kind=ExecutionKind.EXERCISE, day=18),
        fill(3, 100, "12", kind=ExecutionKind.EXERCISE, day=18),
    ]
    result = matched(*rows)
    # half of the 200 went to the hundred shares that are here: 1200 + 100
    assert [lot.cost_basis for lot in result.open_lots] == [1300]
    assert [(trip.realized_pnl, trip.counts) for trip in result.round_trips] == [(0, False)]


def test_cash_settled_option_closes_at_its_settlement_price() -> None:
    call = option(Right.CALL, "4000")
    settled = fill(2, -1, 0, call, kind=ExecutionKind.EXERCISE, settlement_price=Decimal("6.65"), broker_realized_pnl=Decimal(465))
    (trip,) = matched(fill(1, 1, "2", call), settled).round_trips
    assert (trip.realized_pnl, trip.exit_price) == (465, Decimal("6.65"))


def test_split_changes_units_and_keeps_cost() -> None:
    split = action(2, 300, CorporateActionKind.SPLIT, ratio_new=Decimal(4), ratio_old=Decimal(1))
    result = matched(fill(1, 100, "40"), split, fill(3, -400, "11", day=1))
    (trip,) = result.round_trips
    assert (trip.realized_pnl, trip.quantity, trip.entry_price) == (400, 400, 10)
    assert [part.position_after for part in trip.fills] == [100, 400, 0]
    assert not result.flags


def test_split_that_disagrees_with_its_ratio_flags_the_instrument_with_both_figures() -> None:
    split = action(2, 250, CorporateActionKind.SPLIT, ratio_new=Decimal(4), ratio_old=Decimal(1))
    (flag,) = matched(fill(1, 100, "40"), split).flags
    assert (flag.reason, flag.ours, flag.broker) == ("split_ratio_disagrees", 300, 250)


def test_reverse_split_into_a_new_contract_carries_lots_trip_and_cost_over_long_and_short() -> None:
    for sign in (1, -1):
        legs = [
            action(2, -100 * sign, CorporateActionKind.REVERSE_SPLIT, STOCK, action_id="A"),
            action(3, 25 * sign, CorporateActionKind.REVERSE_SPLIT, OTHER, action_id="A"),
        ]
        result = matched(fill(1, 100 * sign, "10"), *legs, fill(4, -25 * sign, "44", OTHER, day=1))
        (trip,) = result.round_trips
        assert trip.realized_pnl == 100 * sign
        assert trip.instrument.key == OTHER.key
        assert not result.open_lots


def test_unknown_action_flags_its_instrument_and_the_rest_goes_on() -> None:
    odd = action(2, 10, CorporateActionKind.OTHER, OTHER)
    result = matched(fill(1, 10, "10"), odd, fill(3, -10, "12", day=1), fill(4, -10, "5", OTHER, day=1))
    assert [flag.instrument.symbol for flag in result.flags] == ["ZORG"]
    complete, spun_off = result.round_trips
    assert (complete.realized_pnl, complete.counts) == (20, True)
    assert (spun_off.realized_pnl, spun_off.counts) == (None, False)


def test_currency_trades_are_left_out_unless_asked_for_and_automatic_conversions_always() -> None:
    from fillbook.ledger.instrument import AssetClass, Instrument

    pair = Instrument("15016059", "EUR.USD", AssetClass.FOREX, "USD")
    rows = [fill(1, 1000, "1.10", pair), fill(2, -1000, "1.12", pair), fill(3, 5, "1.1", pair, automatic=True)]
    assert not matched(*rows).round_trips
    counted = matched(*rows, settings=MatchSettings(forex=True))
    assert [trip.realized_pnl for trip in counted.round_trips] == [20]
    assert not counted.open_lots


def test_the_flag_alone_is_never_relied_on() -> None:
    rows = [fill(1, 10, "10", effect=Effect.OPENS), fill(2, -10, "12", effect=Effect.OPENS)]
    (trip,) = matched(*rows).round_trips
    assert trip.realized_pnl == 20
    assert trip.basis is Basis.EXECUTIONS
