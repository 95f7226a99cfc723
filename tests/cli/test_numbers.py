"""Numbers as a terminal shows them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from fillbook.cli import numbers
from fillbook.ledger.statement import DateRange

D = Decimal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234567.891", "+1,234,567.89"),
        ("-0.075", "−0.08"),
        ("-0.065", "−0.06"),
        ("0.004", "0.00"),
        ("-0.004", "0.00"),
        ("0", "0.00"),
        (None, "–"),
    ],
)
def test_money(value: str | None, text: str) -> None:
    assert numbers.money(None if value is None else D(value)) == text


@pytest.mark.parametrize(("value", "signed", "text"), [("58.34", False, "58.3 %"), ("1.25", True, "+1.2 %"), ("-0.5", False, "−0.5 %")])
def test_percent(value: str, signed: bool, text: str) -> None:
    assert numbers.percent(D(value), signed=signed) == text


@pytest.mark.parametrize(
    ("value", "text"), [("1500.00", "1,500"), ("-0.250", "−0.25"), ("1E+3", "1,000"), ("0.000000000000000001", "0." + "0" * 17 + "1")]
)
def test_quantity(value: str, text: str) -> None:
    assert numbers.quantity(D(value)) == text


def test_days_and_periods() -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    assert numbers.period(DateRange(first, last)) == "1 Jan 2026 to 31 Dec 2026"
    assert numbers.period(DateRange(first, first)) == "1 Jan 2026"
    assert numbers.period(None) == "period not stated"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(days=2, hours=3, minutes=59), "2 d 3 h"),
        (timedelta(hours=11, minutes=18), "11 h 18 min"),
        (timedelta(days=3, minutes=5), "3 d"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(), "0 s"),
    ],
)
def test_duration(value: timedelta, text: str) -> None:
    assert numbers.duration(value) == text


def test_counted() -> None:
    assert [numbers.counted(n, "round trip") for n in (0, 1, 1200)] == ["0 round trips", "1 round trip", "1,200 round trips"]


@pytest.mark.parametrize(("value", "text"), [("1.666", "1.67"), ("2500", "2,500.00"), (None, "–")])
def test_ratio(value: str | None, text: str) -> None:
    assert numbers.ratio(None if value is None else D(value)) == text
