"""Ours beside the broker's, and the bridge between the two."""

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.ledger.execution import Effect
from fillbook.ledger.instrument import Instrument
from fillbook.trades.reasons import SENTENCES, Reason
from fillbook.trades.reconcile import Status, same_money
from tests.trades.builders import EURO, STOCK, TRUST, book_of, fill, held

OPENS, CLOSES = Effect.OPENS, Effect.CLOSES


@pytest.mark.parametrize(
    ("ours", "broker", "same"),
    [
        ("767.1073096", "767.11731", True),  # rounded to the broker's five digits: 767.10731, a cent apart
        ("767.107299", "767.11731", False),
        ("1.005", "1.01", True),
        ("100", "100.02", False),
        ("-0.004", "0", True),
    ],
)
def test_figures_are_equal_within_a_cent_at_the_brokers_digits(ours: str, broker: str, same: bool) -> None:
    assert same_money(Decimal(ours), Decimal(broker)) is same


def test_a_fill_that_differs_says_so_with_both_figures() -> None:
    book = book_of(fill(1, 10, "10", effect=OPENS), fill(2, -10, "12", effect=CLOSES, broker_realized_pnl=Decimal(25)))
    (line,) = book.lines
    assert (line.id, line.ours, line.broker, line.status, line.reason) == ("2", 20, 25, Status.DIFFERENT, Reason.NONE)


def test_a_trust_whose_cost_the_broker_lowered_is_explained_and_only_then() -> None:
    def status(instrument: Instrument, pnl: str) -> Status:
        bought = fill(1, 10, "10", instrument, effect=OPENS)
        sold = fill(2, -10, "12", instrument, effect=CLOSES, broker_realized_pnl=Decimal(pnl))
        return book_of(bought, sold).lines[0].status

    assert status(TRUST, "21.5") is Status.EXPLAINED
    assert status(TRUST, "18.5") is Status.DIFFERENT
    assert status(STOCK, "21.5") is Status.DIFFERENT


def test_lots_chosen_by_the_trader_and_wash_sales_are_explained_by_the_rows_codes() -> None:
    for code, reason in (("LI;P", Reason.BROKER_METHOD), ("P;LD", Reason.WASH_SALE)):
        book = book_of(fill(1, 10, "10", effect=OPENS), fill(2, -10, "12", effect=CLOSES, broker_realized_pnl=Decimal(5), codes=code))
        assert (book.lines[0].status, book.lines[0].reason) == (Status.EXPLAINED, reason)


def test_no_figure_is_unstated_and_keeps_ours() -> None:
    (line,) = book_of(fill(1, 10, "10", effect=OPENS), fill(2, -10, "12", effect=CLOSES)).lines
    assert (line.status, line.ours, line.broker, line.reason) == (Status.UNSTATED, 20, None, Reason.NO_FIGURE)


def test_an_account_without_positions_says_unconfirmed() -> None:
    (line,) = book_of(fill(1, 10, "10", effect=OPENS), states_positions=False).lines
    assert (line.status, line.reason) == (Status.UNSTATED, Reason.NO_POSITIONS)


def test_the_bridge_adds_up_line_by_line_and_currency_by_currency() -> None:
    book = book_of(
        fill(1, 10, "10", effect=OPENS),
        fill(2, -10, "12", effect=CLOSES, broker_realized_pnl=Decimal(21)),  # ours 20: differs by 1
        fill(3, -5, "30", EURO, effect=CLOSES, broker_realized_pnl=Decimal(50)),  # held before: left out
        fill(4, 10, "7", TRUST, effect=OPENS),
        fill(5, -4, "9", TRUST, effect=CLOSES, broker_realized_pnl=Decimal(8)),  # realized so far
        positions=(held(TRUST, 6, 42),),
    )
    amounts: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for line in book.bridge:
        amounts[line.currency][line.line] = line.amount
    assert amounts["USD"] == {
        "profit": 20,
        "left_out": 0,
        "realized_so_far": 8,
        "corporate_actions": 0,
        "fx": 0,
        "differences": 1,
        "broker": 29,
    }
    assert amounts["EUR"]["left_out"] == amounts["EUR"]["broker"] == 50
    assert book.broker_realized_pnl == {"USD": 29, "EUR": 50}


def test_every_reason_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Reason)
    assert all(sentence.endswith(".") for reason, sentence in SENTENCES.items() if reason)


@given(st.decimals(-10, 10, places=9), st.integers(0, 9), st.decimals(Decimal("-0.021"), Decimal("0.021"), places=9))
def test_the_short_way_to_equal_is_no_other_rule(broker: Decimal, digits: int, apart: Decimal) -> None:
    stated = broker.quantize(Decimal(1).scaleb(-digits))
    ours = stated + apart
    rounded = ours.quantize(Decimal(1).scaleb(-max(2, digits)))
    assert same_money(ours, stated) is (abs(rounded - stated) <= Decimal("0.01"))


def test_every_reason_stands_in_the_traders_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "brokers" / "interactive-brokers.md").read_text(encoding="utf-8")
    assert [reason for reason in Reason if reason and f"| `{reason.value}` | {SENTENCES[reason]} |" not in guide] == []
