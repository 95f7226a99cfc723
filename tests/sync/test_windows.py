"""Which days a run asks for, worked out with a calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest

from fillbook.ledger.statement import DateRange
from fillbook.sync.windows import Found, Window, days_of, earlier, gap, leg_of, nightly

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
FRIDAY = date(2026, 11, 20)


def days(first: str, last: str) -> DateRange:
    return DateRange(date.fromisoformat(first), date.fromisoformat(last))


def test_a_night_asks_for_a_week_before_what_is_new() -> None:
    found = nightly(date(2026, 11, 18), NOW - timedelta(days=2), NOW, FRIDAY)
    assert found == days("2026-11-11", "2026-11-19")


def test_on_a_sunday_the_last_day_is_a_friday_and_figures_never_shrink() -> None:
    sunday = date(2026, 11, 22)
    assert nightly(date(2026, 11, 19), NOW, NOW, sunday) == days("2026-11-12", "2026-11-20")
    assert nightly(date(2026, 11, 21), NOW, NOW, sunday) == days("2026-11-14", "2026-11-21")


@pytest.mark.parametrize(
    ("figures_to", "last_full"),
    [
        (None, NOW - timedelta(days=1)),
        (date(2026, 11, 18), None),
        (date(2026, 11, 18), NOW - timedelta(days=6, hours=13)),
        (date(2026, 9, 20), NOW - timedelta(days=1)),
    ],
)
def test_once_a_week_and_after_an_outage_it_is_the_whole_year(figures_to: date | None, last_full: datetime | None) -> None:
    assert nightly(figures_to, last_full, NOW, FRIDAY) is None


def test_sixty_days_are_caught_up_by_days() -> None:
    assert nightly(date(2026, 9, 21), NOW - timedelta(days=1), NOW, FRIDAY) == days("2026-09-14", "2026-11-19")


def test_gaps_are_asked_for_with_a_week_around_them_newest_first_and_once() -> None:
    old, new = days("2025-01-10", "2025-03-01"), days("2026-02-01", "2026-02-20")
    since = date(2024, 6, 1)
    first = gap([old, new], [], since)
    assert first == days("2026-01-25", "2026-02-27")
    second = gap([old, new], [first], since)
    assert second == days("2025-01-03", "2025-03-08")
    assert gap([old, new], [first, second], since) is None


def test_gaps_before_the_link_are_left_to_going_back() -> None:
    assert gap([days("2020-01-01", "2023-12-31")], [], date(2024, 6, 1)) is None
    assert gap([days("2024-05-01", "2024-07-01")], [], date(2024, 6, 1)) == days("2024-06-01", "2024-07-08")


def back(done: list[Window], opened_on: date | None = None, window_days: int | None = 365) -> DateRange | None:
    return earlier(done, date(2025, 11, 20), opened_on, FRIDAY, window_days)


def test_going_back_overlaps_by_a_week() -> None:
    first = back([])
    assert first == days("2024-11-27", "2025-11-26")
    second = back([Window(first, Found.ROWS)])
    assert second == days("2023-12-05", "2024-12-03")
    assert second.days == first.days == 365


def test_going_back_ends_with_nothing_with_two_empty_years_and_not_with_one() -> None:
    first, second, third = days("2024-11-27", "2025-11-26"), days("2023-12-05", "2024-12-03"), days("2022-12-12", "2023-12-11")
    assert back([Window(first, Found.NOTHING)]) is None
    assert back([Window(first, Found.ROWS), Window(second, Found.NOTHING)]) is None
    assert back([Window(first, Found.EMPTY)]) == second
    assert back([Window(first, Found.EMPTY), Window(second, Found.EMPTY)]) is None
    assert back([Window(first, Found.EMPTY), Window(second, Found.ROWS)]) == third
    assert back([Window(first, Found.EMPTY), Window(second, Found.ROWS), Window(third, Found.EMPTY)]) == days("2021-12-19", "2022-12-18")


def test_going_back_ends_where_the_account_was_opened() -> None:
    opened = date(2024, 3, 4)
    first = days("2024-11-27", "2025-11-26")
    second = back([Window(first, Found.ROWS)], opened)
    assert second == days("2024-03-04", "2024-12-03")
    assert back([Window(first, Found.ROWS), Window(second, Found.ROWS)], opened) is None


def test_going_back_ends_after_fifteen_years_at_the_latest() -> None:
    done: list[Window] = []
    while (window := back(done)) is not None:
        done.append(Window(window, Found.ROWS))
    assert done[-1].days.first == date(2011, 11, 1)
    assert len(done) == 15
    assert back([], window_days=None) == days("2011-11-01", "2025-11-26")


def test_a_leg_is_json_and_back() -> None:
    window = days("2024-11-27", "2025-11-26")
    assert leg_of(window) == {"first": "2024-11-27", "last": "2025-11-26", "pages": 0, "missed": ""}
    assert days_of(leg_of(window)) == window
    assert days_of(leg_of(None)) is None
