"""Each venue keeps one clock, and every clock in the table exists."""

from zoneinfo import available_timezones

import pytest

from fillbook.ledger import exchanges


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("NASDAQ", "America/New_York"),
        ("CBOE", "America/New_York"),
        ("CME", "America/Chicago"),
        ("GLOBEX", "America/Chicago"),
        ("IBIS", "Europe/Berlin"),
        ("LSE", "Europe/London"),
        ("SEHK", "Asia/Hong_Kong"),
        ("TSEJ", "Asia/Tokyo"),
        ("ASX", "Australia/Sydney"),
        ("TSE", "America/Toronto"),
        (" ibis2 ", "Europe/Berlin"),
        ("", "America/New_York"),
        ("NO SUCH VENUE", "America/New_York"),
    ],
)
def test_zone_of_a_venue(code: str, zone: str) -> None:
    assert exchanges.zone_of(code) == zone


def test_every_zone_exists() -> None:
    assert set(exchanges._VENUES) <= available_timezones()


def test_no_code_stands_under_two_zones() -> None:
    codes = [code for codes in exchanges._VENUES.values() for code in codes.split()]
    assert sorted(codes) == sorted(set(codes))
