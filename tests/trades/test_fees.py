"""Every fee is counted once: in a round trip, or left out for a reason that its row shows."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fillbook.ledger.execution import Effect, ExecutionKind
from fillbook.ledger.instrument import AssetClass, Instrument, Right
from fillbook.ledger.numbers import exact
from fillbook.ledger.order import LedgerRow
from fillbook.trades.account import read_account
from fillbook.trades.fees import SENTENCES, FeeTotals, check_fees, fee_totals, reconcile_fees
from fillbook.trades.reasons import Reason
from fillbook.trades.reconcile import LineKind, ReconciliationLine, Status
from tests.support import trips
from tests.trades.builders import EURO, OTHER, STOCK, book_of, fill, held, option

OPENS, CLOSES = Effect.OPENS, Effect.CLOSES
PAIR = Instrument("900", "EUR.USD", AssetClass.FOREX, "USD")


def lines_of(*rows: LedgerRow, **more: object) -> dict[str, ReconciliationLine]:
    return {line.id: line for line in check_fees(book_of(*rows, **more).statement)}  # type: ignore[arg-type]


def test_each_fee_of_a_round_trip_is_found_once_a_reversal_in_both_its_parts() -> None:
    lines = lines_of(
        fill(1, 10, "10", fee="1", effect=OPENS),
        fill(2, -30, "11", fee="3", effect=Effect.REVERSES),
        fill(3, 20, "10", fee="2", effect=CLOSES),
    )
    assert {name: (line.ours, line.broker, line.status) for name, line in lines.items()} == {
        "1": (-1, -1, Status.EQUAL),
        "2": (-3, -3, Status.EQUAL),
        "3": (-2, -2, Status.EQUAL),
    }
    assert {line.kind for line in lines.values()} == {LineKind.FEE}


def test_the_fee_of_a_currency_trade_is_left_out_with_it() -> None:
    (line,) = lines_of(fill(1, 1000, "1.1", PAIR, fee="2")).values()
    assert (line.ours, line.broker, line.status, line.reason) == (None, -2, Status.EXPLAINED, Reason.FOREX)


def test_the_fee_of_a_closing_without_its_opening_is_left_out_with_it() -> None:
    lines = lines_of(fill(1, 6, "10", fee="1", effect=OPENS), fill(2, -10, "11", fee="5"), states_positions=False)
    assert (lines["1"].status, lines["1"].ours) == (Status.EQUAL, -1)
    # 6 of 10 units close, so three fifths of 5 are in the round trip
    assert (lines["2"].status, lines["2"].reason, lines["2"].ours, lines["2"].broker) == (Status.EXPLAINED, Reason.NO_OPENING, -3, -5)
    assert fee_totals(lines.values()) == (FeeTotals("USD", Decimal(-6), Decimal(-4), Decimal(-2), Decimal(0)),)


def test_the_fees_of_a_chain_are_counted_with_what_was_booked_instead() -> None:
    lines = lines_of(
        fill(1, 2, "10", fee="1.3666", effect=OPENS, trade_id="7"),
        replace(fill(2, -2, "10", kind=ExecutionKind.CANCEL, corrects_trade="7"), fees=Decimal("0.02")),
        replace(fill(3, 1, "10", effect=OPENS, trade_id="7"), fees=Decimal("0.3333")),
    )
    assert [(name, line.ours, line.status, line.reason) for name, line in lines.items()] == [
        ("1", None, Status.EXPLAINED, Reason.CANCEL_CHAIN),
        ("2", None, Status.EXPLAINED, Reason.CANCEL_CHAIN),
        ("3", Decimal("-1.0133"), Status.EQUAL, Reason.CANCEL_CHAIN),  # -1.3666 + 0.02 + 0.3333
    ]
    (total,) = fee_totals(lines.values())
    assert (total.stated, total.counted, total.left_out, total.different) == (Decimal("-1.0133"), Decimal("-1.0133"), 0, 0)


def test_what_an_assigned_option_paid_goes_with_its_premium_and_is_not_counted_twice() -> None:
    call = option(Right.CALL, "12")
    lines = lines_of(
        fill(1, 100, "10", fee="1", effect=OPENS),
        fill(2, -1, "0.80", call, fee="0.7", effect=OPENS),
        fill(3, 1, 0, call, fee="0.2", kind=ExecutionKind.ASSIGNMENT, day=18, effect=CLOSES),
        fill(4, -100, "12", fee="0.5", kind=ExecutionKind.ASSIGNMENT, day=18, effect=CLOSES),
    )
    assert {name: (line.ours, line.status) for name, line in lines.items()} == {
        "1": (-1, Status.EQUAL),
        "2": (Decimal("-0.7"), Status.EQUAL),
        "3": (Decimal("-0.2"), Status.EQUAL),
        "4": (Decimal("-0.5"), Status.EQUAL),
    }


def test_a_fee_that_is_lost_or_counted_twice_is_different() -> None:
    """Matching made with an eye on the truth cannot lose one, so its result is spoilt here."""
    book = book_of(fill(1, 10, "10", fee="1", effect=OPENS), fill(2, -10, "12", fee="1", effect=CLOSES))
    (trip,) = book.match.round_trips
    rows = book.statement.executions
    for fills in (trip.fills[:1], (*trip.fills, trip.fills[1])):
        spoilt = replace(book.match, round_trips=(replace(trip, fills=fills),))
        line = reconcile_fees(rows, rows, (), spoilt)[-1]
        assert (line.id, line.status, line.reason) == ("2", Status.DIFFERENT, Reason.NONE)
    (total,) = fee_totals(reconcile_fees(rows, rows, (), replace(book.match, round_trips=())))
    assert (total.stated, total.counted, total.left_out, total.different) == (-2, 0, 0, -2)


def test_premiums_cannot_hide_a_fee_that_came_from_nowhere() -> None:
    stock = fill(4, -100, "12", fee="0.5", kind=ExecutionKind.ASSIGNMENT, day=18, effect=CLOSES)
    book = book_of(fill(1, 100, "10", effect=OPENS), stock)
    (trip,) = book.match.round_trips
    dearer = tuple(part._replace(charges=part.charges - 1) for part in trip.fills)
    spoilt = replace(book.match, round_trips=(replace(trip, fills=dearer),))
    rows = book.statement.executions
    assert {line.status for line in reconcile_fees(rows, rows, (), spoilt)} == {Status.DIFFERENT}


def test_currencies_are_never_added_and_rows_without_fees_make_no_line() -> None:
    lines = lines_of(
        fill(1, 10, "10", fee="1", effect=OPENS),
        fill(2, 5, "30", EURO, fee="2", effect=OPENS),
        fill(3, 5, "30", OTHER, effect=OPENS),
        positions=(held(STOCK, 10), held(EURO, 5), held(OTHER, 5)),
    )
    assert set(lines) == {"1", "2"}
    assert [(total.currency, total.counted) for total in fee_totals(lines.values())] == [("EUR", -2), ("USD", -1)]


@pytest.mark.parametrize("name", trips.cases("ibkr"))
def test_every_fee_of_the_golden_statements_is_accounted_for(name: str) -> None:
    for statement in trips.merged(trips.parsed(path) for path in trips.documents("ibkr", name)):
        lines = check_fees(statement)
        assert not [line for line in lines if line.status is Status.DIFFERENT]
        assert {line.reason for line in lines if line.status is Status.EXPLAINED} <= set(SENTENCES)
        with exact():
            for total in fee_totals(lines):
                assert total.stated == total.counted + total.left_out
                assert total.different == 0


def test_fees_are_no_part_of_the_lines_of_a_book() -> None:
    book = read_account(book_of(fill(1, 10, "10", fee="1", effect=OPENS), fill(2, -10, "12", fee="1", effect=CLOSES)).statement)
    assert LineKind.FEE not in {line.kind for line in book.lines}
