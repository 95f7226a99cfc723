"""The mark of an instrument: all found, inferred, or missing with how many units and why."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fillbook.ledger.events import CorporateActionKind, Transfer
from fillbook.ledger.execution import Effect, ExecutionKind
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.completeness import CAUSES, Cause, Completeness, Gap, Mark, judge, judge_account, marks_of
from fillbook.trades.records import Incomplete
from fillbook.trades.settings import Grouping, MatchSettings
from tests.support import trips
from tests.trades.builders import ACCOUNT, EURO, OTHER, STOCK, TRUST, action, book_of, fill, held

OPENS, CLOSES = Effect.OPENS, Effect.CLOSES
COMPLETE, STATED, INFERRED, MISSING = Completeness


def mark(book: AccountBook, key: str = STOCK.key) -> tuple[Completeness, Decimal, Cause | None, bool]:
    found = marks_of(book)[key]
    return found.status, found.quantity, found.cause, found.confirmed


def transfer(quantity: int, day: int = 5) -> Transfer:
    moved = action(8, quantity, CorporateActionKind.SPLIT, day=day)
    return Transfer(ACCOUNT, STOCK, "8", moved.ordered_at, moved.trade_date, Decimal(quantity))


def test_bought_and_sold_within_the_history_is_complete() -> None:
    book = book_of(fill(1, 10, "10", effect=OPENS), fill(2, -10, "12", effect=CLOSES))
    assert mark(book) == (COMPLETE, 0, None, True)


def test_without_the_brokers_positions_nothing_is_confirmed() -> None:
    book = book_of(fill(1, 10, "10", effect=OPENS), states_positions=False)
    assert mark(book) == (COMPLETE, 0, None, False)


def test_what_was_held_before_and_sold_is_inferred_from_the_brokers_row() -> None:
    book = book_of(fill(1, -5, "30", effect=CLOSES, broker_realized_pnl=Decimal(50)))
    assert mark(book) == (INFERRED, 5, Cause.BEFORE_HISTORY, True)


def test_what_was_held_before_and_still_is_has_its_cost_from_the_position_or_not_at_all() -> None:
    assert mark(book_of(positions=(held(STOCK, 7, 700),))) == (INFERRED, 7, Cause.BEFORE_HISTORY, True)
    assert mark(book_of(positions=(held(STOCK, 7),))) == (MISSING, 7, Cause.BEFORE_HISTORY, True)


def test_a_closing_whose_cost_nothing_tells_is_missing() -> None:
    book = book_of(fill(1, -5, "30", effect=CLOSES))
    assert mark(book) == (MISSING, 5, Cause.BEFORE_HISTORY, True)


def test_a_sale_that_may_be_a_short_is_undetermined() -> None:
    assert mark(book_of(fill(1, -5, "30"), states_positions=False)) == (MISSING, 5, Cause.UNDETERMINED, False)


def test_a_position_that_moved_without_a_row_is_missing_by_the_difference() -> None:
    book = book_of(fill(1, 10, "10", effect=OPENS), fill(2, -4, "11", effect=CLOSES), positions=(held(STOCK, 1),))
    assert mark(book) == (MISSING, 5, Cause.POSITION_MOVED, True)


def test_an_unknown_corporate_action_is_missing_whatever_the_position_says() -> None:
    book = book_of(
        fill(1, 10, "10", effect=OPENS),
        action(2, 3, CorporateActionKind.OTHER, day=1),
        positions=(held(STOCK, 13, 100),),
    )
    status, quantity, cause, _ = mark(book)
    assert (status, quantity, cause) == (MISSING, 3, Cause.CORPORATE_ACTION)


def test_units_that_left_for_another_account_are_missing_their_other_side() -> None:
    book = book_of(fill(1, 10, "10", effect=OPENS))
    moved = read_account(replace(book.statement, transfers=(transfer(-4),), positions=(held(STOCK, 6, 60),)))
    assert mark(moved) == (MISSING, 4, Cause.TRANSFERRED, True)
    closed = read_account(
        replace(
            book.statement,
            executions=(*book.statement.executions, fill(2, -6, "12", effect=CLOSES, day=9)),
            transfers=(transfer(-4),),
        )
    )
    assert mark(closed) == (MISSING, 4, Cause.TRANSFERRED, True)


def test_units_that_came_without_cost_are_inferred_once_sold() -> None:
    sale = fill(2, -4, "12", effect=CLOSES, broker_realized_pnl=Decimal(8), day=9)
    book = read_account(replace(book_of(sale).statement, transfers=(transfer(4),)))
    assert mark(book) == (INFERRED, 4, Cause.TRANSFERRED, True)


def test_currencies_have_no_mark() -> None:
    pair = Instrument("900", "EUR.USD", AssetClass.FOREX, "USD")
    assert marks_of(book_of(fill(1, 100, "1.1", pair), positions=(held(pair, 100),))) == {}


def test_what_misses_outweighs_what_is_inferred_and_the_cause_is_that_of_most_units() -> None:
    gaps = [
        Gap(Cause.TRANSFERRED, Decimal(100), known=True),
        Gap(Cause.BEFORE_HISTORY, Decimal(3), known=False),
        Gap(Cause.POSITION_MOVED, Decimal(5), known=False),
        Gap(Cause.BEFORE_HISTORY, Decimal(4), known=False),
    ]
    assert judge(gaps) == Mark(MISSING, Decimal(7), Cause.BEFORE_HISTORY)
    assert judge(gaps[:1], confirmed=False) == Mark(INFERRED, Decimal(100), Cause.TRANSFERRED, confirmed=False)


def test_an_account_has_the_worst_mark_of_its_instruments() -> None:
    book = book_of(
        fill(1, 10, "10", effect=OPENS),
        fill(2, -10, "12", effect=CLOSES),
        fill(3, -5, "30", OTHER, effect=CLOSES, broker_realized_pnl=Decimal(50)),
        fill(4, -5, "30", EURO, effect=CLOSES),
        positions=(held(TRUST, 2, 20),),
    )
    account = judge_account(marks_of(book).values())
    assert (account.complete, account.inferred, account.missing, account.confirmed) == (1, 2, 1, True)
    assert account.status is MISSING
    assert judge_account([]).status is COMPLETE
    carried = marks_of(book, unconfirmed=frozenset({STOCK.key}))
    assert [key for key, one in carried.items() if not one.confirmed] == [STOCK.key]


@pytest.mark.parametrize("grouping", list(Grouping))
def test_how_trades_are_grouped_changes_no_mark(grouping: Grouping) -> None:
    statement = book_of(
        fill(1, -5, "30", effect=CLOSES, broker_realized_pnl=Decimal(50)),
        fill(2, 4, "10", OTHER, effect=OPENS),
        fill(3, -1, "10", OTHER, effect=CLOSES),
        fill(4, 1, "10", OTHER, kind=ExecutionKind.CANCEL),
        positions=(held(STOCK, 3, 30), held(OTHER, 4, 40)),
    ).statement
    book = read_account(statement, MatchSettings(grouping=grouping))
    assert mark(book) == (INFERRED, 8, Cause.BEFORE_HISTORY, True)


EXPECTED = {
    "window-inside-long": {"9001": (COMPLETE, "0", None)},
    "window-before-closed-long": {"9001": (INFERRED, "10", Cause.BEFORE_HISTORY)},
    "window-before-untouched-short": {"9001": (INFERRED, "50", Cause.BEFORE_HISTORY)},
    "window-both-years": {"9001": (COMPLETE, "0", None)},
    "sale-undetermined": {"9001": (MISSING, "5", Cause.UNDETERMINED)},
    "unseen-transfer": {"9001": (MISSING, "5", Cause.POSITION_MOVED)},
    "cancel-original-outside": {"9001": (INFERRED, "10", Cause.CANCELLED_ELSEWHERE)},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_marks_of_golden_statements(name: str) -> None:
    (book,) = trips.books("ibkr", name)
    found = {key: (one.status, f"{one.quantity:f}", one.cause) for key, one in marks_of(book).items()}
    assert found == EXPECTED[name]


def test_every_cause_has_its_sentence_and_every_reason_of_a_round_trip_its_cause() -> None:
    assert set(CAUSES) == set(Cause)
    assert all(sentence.endswith(".") for sentence in CAUSES.values())
    assert {reason.value for reason in Incomplete} <= {cause.value for cause in Cause}
    assert (Mark(MISSING, Decimal(1), Cause.DELIVERED).sentence, Mark(COMPLETE).sentence) == (CAUSES[Cause.DELIVERED], "")
