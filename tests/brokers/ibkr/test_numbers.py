"""Numbers of a statement: exact, finite, and refused with their place when they are anything else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.brokers.ibkr.formats import NotANumber, Numbers
from fillbook.brokers.ibkr.parse import parse
from fillbook.brokers.interface import StatementUnreadable
from fillbook.ledger.numbers import plain
from tests.brokers.ibkr.flex_statements import document, fill, statement, trade

POISON = [
    "NaN", "-nan", "sNaN", "Infinity", "-inf", "1E+999999", "1E99", "1e-19", "١٢", "１２",
    "1_000", "1,00", "1.000,5", ",5", "1,2345", "0x10",
    "1 000", "$5", "(5)", "5-", "--5", "1.2.3", "1e", "e5", ".", "+", "5%", "1" * 21, "0." + "1" * 19, "9" * 5000, "true", "null",
]  # fmt: skip


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=Decimal("-1E15"), max_value=Decimal("1E15")))
def test_every_number_is_read_exactly(number: Decimal) -> None:
    numbers = Numbers()
    for text in (format(number, "f"), format(number, ",f"), f" {number:f} "):
        assert numbers[text] == numbers[text] == number


@given(st.integers(-(10**12), 10**12), st.integers(0, 18))
def test_a_number_keeps_the_digits_it_was_written_with(whole: int, places: int) -> None:
    text = format(Decimal(whole).scaleb(-places), "f")
    read = Numbers()[text]
    assert read is not None
    assert format(read, "f") == text


@given(st.text(max_size=12))
def test_any_text_is_a_finite_number_nothing_or_refused(text: str) -> None:
    try:
        number = Numbers()[text]
    except NotANumber:
        return
    if number is None:
        assert text.strip() in {"", "-", "--", "N/A", "MULTI"}
    else:
        assert number.is_finite()
        assert text.isascii() or text.strip().isascii()
        assert abs(number) < Decimal("1E20")


@pytest.mark.parametrize("text", POISON)
def test_poison_is_refused_with_its_place(text: str) -> None:
    content = document(statement(trade(), trade(transactionID="2", quantity=text)))
    with pytest.raises(StatementUnreadable) as refused:
        parse([content])
    place = content.rindex(b"<Trade ")
    assert refused.value.code == "bad_number"
    assert refused.value.place == place
    assert refused.value.message == f"quantity={text[:40]!r} of <Trade> at byte {place} is not a decimal number."


@pytest.mark.parametrize(
    "column", ["tradePrice", "proceeds", "ibCommission", "taxes", "cost", "fifoPnlRealized", "fxRateToBase", "multiplier"]
)
def test_every_column_of_money_is_as_strict(column: str) -> None:
    with pytest.raises(StatementUnreadable) as refused:
        parse([document(statement(trade(**{column: "NaN"})))])
    assert refused.value.message.startswith(f"{column}='NaN' of <Trade>")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.5"),
        ("-6,400.00", "-6400"),
        ("1,000,000", "1000000"),
        ("-.5", "-0.5"),
        ("-0", "0"),
        ("5.", "5"),
        ("2E3", "2000"),
        ("+7", "7"),
    ],
)
def test_the_forms_that_the_broker_writes(text: str, value: str) -> None:
    number = Numbers()[text]
    assert number is not None
    assert plain(number) == value


def test_a_worth_that_no_account_can_hold_is_refused() -> None:
    with pytest.raises(StatementUnreadable) as refused:
        parse([document(statement(trade(quantity="9" * 20, tradePrice="9" * 20, proceeds=None)))])
    assert refused.value.code == "amount_too_large"


def test_a_price_is_worked_out_from_what_there_is() -> None:
    assert fill(tradePrice=None, tradeMoney="500").price == 50
    assert fill(tradePrice="", proceeds="-500").price == 50
    assert fill(tradePrice="", proceeds="", cost="501").price == 50  # 501 paid, 1 of it commission
    assert fill(tradePrice="", assetCategory="BOND", quantity="1000", proceeds="-985").price == Decimal("98.5")
    assert fill(tradePrice="", quantity="3", proceeds="-10").price == Decimal("3.333333333333333333")


def test_proceeds_are_worked_out_by_the_money_rule_of_the_class() -> None:
    assert fill(proceeds="").proceeds == -500
    assert fill(proceeds="", assetCategory="OPT", multiplier="100").proceeds == -50000
    assert fill(proceeds="", assetCategory="BOND", quantity="6000", tradePrice="102.576").proceeds == Decimal("-6154.56")
