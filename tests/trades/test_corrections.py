"""Cancel and rebook: the chain counts once, its commission too."""

from dataclasses import replace
from decimal import Decimal

from fillbook.ledger.execution import Effect, ExecutionKind
from fillbook.trades.reasons import Reason
from fillbook.trades.reconcile import Status
from tests.trades.builders import STOCK, book_of, fill, held

CANCEL = ExecutionKind.CANCEL


def test_original_and_cancel_drop_out_and_the_rebook_carries_all_fees() -> None:
    book = book_of(
        fill(1, 2, "50", fee="1.3666", trade_id="T1", effect=Effect.OPENS),
        fill(2, -2, "50", kind=CANCEL, corrects="1", corrects_trade="T1"),
        fill(3, 1, "50", fee="-0.3333", trade_id="T1", effect=Effect.OPENS),
        positions=(held(STOCK, 1, "51.0333"),),
    )
    (lot,) = book.match.open_lots
    assert (lot.quantity, lot.cost_basis) == (1, Decimal("51.0333"))
    assert [(line.id, line.status, line.reason) for line in book.lines if line.kind == "fill"] == [
        ("1", Status.EXPLAINED, Reason.CANCEL_CHAIN),
        ("2", Status.EXPLAINED, Reason.CANCEL_CHAIN),
    ]


def test_a_rebooked_close_is_compared_with_the_sum_of_its_chain() -> None:
    # held 10 at 100 in all; sold at 12 (20), taken back, sold at 15 against the basis that the cancel made up (120): 30; in all 50
    book = book_of(
        fill(1, 10, "10", effect=Effect.OPENS),
        fill(2, -10, "12", trade_id="T", effect=Effect.CLOSES, broker_realized_pnl=Decimal(20)),
        fill(3, 10, "12", kind=CANCEL, corrects="2", broker_realized_pnl=Decimal(0)),
        fill(4, -10, "15", trade_id="T", effect=Effect.CLOSES, broker_realized_pnl=Decimal(30)),
    )
    assert [trip.realized_pnl for trip in book.match.round_trips] == [50]
    assert [(line.id, line.status, line.ours, line.broker) for line in book.lines][-1] == ("4", Status.EQUAL, 50, 30)
    assert book.broker_realized_pnl == {"USD": 50}
    assert [line.amount for line in book.bridge if line.line in ("profit", "differences", "broker")] == [50, 0, 50]


def test_rows_without_trade_numbers_chain_by_contract_and_instant() -> None:
    first = fill(1, "-0.5", "1", kind=ExecutionKind.FRACTION, effect=Effect.CLOSES, broker_realized_pnl=Decimal(-40))
    cancel = replace(fill(2, "0.5", "1", kind=CANCEL), ordered_at=first.ordered_at)
    again = replace(
        fill(3, "-0.5", "100", kind=ExecutionKind.FRACTION, effect=Effect.CLOSES, broker_realized_pnl=Decimal("49.5")),
        ordered_at=first.ordered_at,
    )
    book = book_of(first, cancel, again)
    # 50 - 9.5 = cost 40.5, from the chain's 9.5
    assert [trip.closed_lots[0].cost_basis for trip in book.match.round_trips] == [Decimal("40.5")]


def test_a_cancel_whose_original_is_elsewhere_gives_back_units_of_unknown_cost() -> None:
    book = book_of(fill(1, 10, "10", effect=Effect.OPENS), fill(2, 5, "12", kind=CANCEL), positions=(held(STOCK, 15),))
    assert [(lot.quantity, lot.cost_basis) for lot in book.match.open_lots] == [(5, None), (10, 100)]


def test_two_equal_fills_with_one_cancel_leave_one() -> None:
    book = book_of(
        fill(1, 10, "10", effect=Effect.OPENS),
        fill(2, 10, "10", effect=Effect.OPENS),
        fill(3, -10, "10", kind=CANCEL, corrects="2"),
        positions=(held(STOCK, 10, 100),),
    )
    assert [(lot.opened_by, lot.quantity) for lot in book.match.open_lots] == [("1", 10)]
