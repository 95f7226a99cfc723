"""How numbers, days and times read on a page."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from fillbook.web import readable
from fillbook.web.privacy import hidden_for


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("1234567.891", "USD", "+1,234,567.89"),
        ("-0.5", "EUR", "\u22120.50"),
        ("-0.004", "USD", "0.00"),
        ("0", "USD", "0.00"),
        ("0.005", "USD", "0.00"),
        ("0.015", "USD", "+0.02"),
        ("-12345.6", "JPY", "\u221212,346"),
        ("1.2345", "KWD", "+1.234"),
        ("999", "", "+999.00"),
    ],
)
def test_gain_has_its_sign_and_the_decimals_of_its_currency(value: str, currency: str, shown: str) -> None:
    assert readable.gain(Decimal(value), currency) == shown


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("hidden", [False, True])
def test_many_numbers_read_as_each_of_them(language: str, hidden: bool) -> None:
    values = [Decimal(text) for text in ("1234567.891", "-0.5", "0", "-0.004")]
    with translation.override(language), hidden_for(hidden):
        assert readable.gains(values, "USD") == [readable.gain(value, "USD") for value in values]
        assert readable.percents(values) == [readable.percent(value, signed=True) for value in values]


def test_amount_has_no_plus() -> None:
    assert readable.amount(Decimal(1000), "USD") == "1,000.00"


def test_unknown_is_a_dash_and_never_a_zero() -> None:
    unknown = {
        readable.gain(None),
        readable.percent(None),
        readable.price(None),
        readable.quantity(None),
        readable.ratio(None),
        readable.day(None),
    }
    assert unknown == {"\u2014"}


@pytest.mark.parametrize(("value", "shown"), [("12.5", "12.5\u202f%"), ("-0.04", "0.0\u202f%"), ("-34.567", "\u221234.6\u202f%")])
def test_percent_has_one_decimal(value: str, shown: str) -> None:
    assert readable.percent(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [("100", "100"), ("1E+3", "1,000"), ("0.0500", "0.05"), ("-12.10", "\u221212.1"), ("0.00", "0")]
)
def test_quantity_has_no_trailing_zeros(value: str, shown: str) -> None:
    assert readable.quantity(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("12.5", "12.50"),
        ("1.08425", "1.08425"),
        ("0.123456789", "0.123457"),
        ("4500", "4,500.00"),
        ("-37.63", "\u221237.63"),
        ("124.3733333", "124.3733"),
    ],
)
def test_price_is_as_precise_as_it_is(value: str, shown: str) -> None:
    assert readable.price(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("950.4", "+950"),
        ("1250", "+1.25k"),
        ("12345", "+12.3k"),
        ("-345678", "\u2212346k"),
        ("-1250000", "\u22121.25M"),
        ("0", "0"),
        ("2500000000", "+2.50B"),
    ],
)
def test_short_amount(value: str, shown: str) -> None:
    assert readable.short_amount(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (date(2026, 3, 3), date(2026, 4, 12), "3 Mar – 12 Apr 2026"),
        (date(2025, 12, 3), date(2026, 4, 12), "3 Dec 2025 – 12 Apr 2026"),
        (date(2026, 2, 1), date(2026, 2, 28), "Feb 2026"),
        (date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (date(2026, 3, 3), date(2026, 3, 3), "3 Mar 2026"),
        (date(2026, 3, 3), None, "since 3 Mar 2026"),
        (None, date(2026, 3, 3), "until 3 Mar 2026"),
        (None, None, "all time"),
    ],
)
def test_a_period_reads_as_short_as_it_can(first: date | None, last: date | None, shown: str) -> None:
    assert readable.days(first, last) == shown


def test_times_follow_the_clock_of_the_venue_through_summer_time() -> None:
    winter, summer = datetime(2026, 1, 15, 14, 30, 7, tzinfo=UTC), datetime(2026, 7, 15, 14, 30, 7, tzinfo=UTC)
    assert readable.clock(winter, "America/New_York") == "09:30:07"
    assert readable.clock(summer, "America/New_York") == "10:30:07"
    assert readable.moment(winter, "Asia/Tokyo") == "15 Jan 2026, 23:30"
    assert readable.zone_name("America/New_York") == "New York"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (8, "8\u00a0s"),
        (725, "12\u00a0min 5\u00a0s"),
        (3600, "1\u00a0h"),
        (273_600, "3\u00a0d 4\u00a0h"),
        (86_460, "1\u00a0d"),
        (0, "0\u00a0s"),
    ],
)
def test_duration_keeps_its_two_largest_units(seconds: int, shown: str) -> None:
    assert readable.duration(timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(5, "just now"), (300, "5 min ago"), (7300, "2 h ago"), (100_000, "yesterday"), (300_000, "17 Nov 2026")]
)
def test_ago(seconds: int, shown: str) -> None:
    now = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
    assert readable.ago(now - timedelta(seconds=seconds), now) == shown
    assert readable.ago(None, now) == "never"


def test_separators_are_those_of_the_language() -> None:
    with translation.override("de"):
        assert readable.gain(Decimal("-1234.5"), "EUR") == "\u22121.234,50"


def test_plural_and_size() -> None:
    assert (readable.plural(1, "trade"), readable.plural(1204, "trade")) == ("1 trade", "1,204 trades")
    assert (readable.size(812), readable.size(3400), readable.size(12_000_000)) == ("812 B", "3.4 KB", "12.0 MB")
