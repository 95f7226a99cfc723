"""When links are due, minute by minute, with a clock that the test holds."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fillbook.sync.slots import Hours, Slot, Standing, due, last_working_day, missing_days, upcoming

HOURS = Hours(ZoneInfo("America/New_York"), 6, 12)
THURSDAY, FRIDAY, SATURDAY = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 21)
MADE = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def link(succeeded: datetime | None, figures_to: date | None = THURSDAY, key: str = "a", since: datetime = MADE) -> Standing:
    return Standing(key, since, succeeded, figures_to)


def at(day: date, number: int = 1, key: str = "a") -> datetime:
    return HOURS.moment(key, day) + (number - 1) * 3 * HOUR


def test_the_moment_lies_in_the_hours_of_the_brokers_zone_and_is_the_same_every_day() -> None:
    moments = [HOURS.moment(f"link {number}", FRIDAY) for number in range(500)]
    assert min(moments) >= datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
    assert max(moments) < datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert HOURS.moment("a", SATURDAY) - HOURS.moment("a", FRIDAY) == timedelta(days=1)
    summer = HOURS.moment("a", date(2026, 7, 1)).astimezone(HOURS.zone)
    assert summer.time() == HOURS.moment("a", FRIDAY).astimezone(HOURS.zone).time()


def test_links_are_spread_over_the_hours() -> None:
    hours = Counter(HOURS.moment(f"link {number}", FRIDAY).hour for number in range(600))
    assert sorted(hours) == [11, 12, 13, 14, 15, 16]
    assert all(70 <= count <= 130 for count in hours.values())


def test_a_link_is_due_from_its_moment_until_it_succeeded() -> None:
    slot = Slot(at(FRIDAY), FRIDAY, 1)
    yesterday = at(THURSDAY) + MINUTE
    assert due(link(yesterday), HOURS, at(FRIDAY) - MINUTE) is None
    assert due(link(yesterday), HOURS, at(FRIDAY)) == slot
    assert due(link(yesterday), HOURS, at(FRIDAY) + 5 * HOUR) == slot
    assert due(link(at(FRIDAY) + MINUTE), HOURS, at(FRIDAY) + 5 * HOUR) is None
    assert slot.job("a") == "sync-a-2026-11-20"


def test_one_that_was_synced_by_hand_before_its_moment_is_due_all_the_same() -> None:
    assert due(link(at(FRIDAY) - MINUTE), HOURS, at(FRIDAY)) is not None


def test_a_statement_that_is_not_new_is_asked_for_twice_more_that_day() -> None:
    late = link(at(FRIDAY) + MINUTE, figures_to=date(2026, 11, 18))
    assert due(late, HOURS, at(FRIDAY, 2) - MINUTE) is None
    second = due(late, HOURS, at(FRIDAY, 2))
    assert second == Slot(at(FRIDAY, 2), FRIDAY, 2)
    assert second.job("a") == "sync-a-2026-11-20-2"
    again = link(at(FRIDAY, 2) + MINUTE, figures_to=date(2026, 11, 18))
    assert due(again, HOURS, at(FRIDAY, 3)) == Slot(at(FRIDAY, 3), FRIDAY, 3)
    thrice = link(at(FRIDAY, 3) + MINUTE, figures_to=date(2026, 11, 18))
    assert due(thrice, HOURS, at(SATURDAY) - MINUTE) is None


def test_on_a_monday_friday_is_new_enough() -> None:
    monday = date(2026, 11, 23)
    assert due(link(at(monday) + MINUTE, figures_to=FRIDAY), HOURS, at(monday, 3) + HOUR) is None
    assert due(link(at(monday) + MINUTE, figures_to=THURSDAY), HOURS, at(monday, 2)) is not None


def test_nights_that_were_missed_are_caught_up_once() -> None:
    before_the_outage = link(at(date(2026, 11, 16)) + MINUTE, figures_to=date(2026, 11, 13))
    found = due(before_the_outage, HOURS, at(FRIDAY) - HOUR)
    assert found == Slot(at(THURSDAY, 3), THURSDAY, 3)
    assert due(link(at(FRIDAY) - HOUR), HOURS, at(FRIDAY) - MINUTE) is None


def test_a_new_link_waits_for_its_first_moment() -> None:
    assert due(link(None, None, since=at(FRIDAY) + MINUTE), HOURS, at(FRIDAY, 2) - MINUTE) is None
    assert due(link(None, None, since=at(FRIDAY) - MINUTE), HOURS, at(FRIDAY)) is not None


@pytest.mark.parametrize(
    ("figures_to", "now", "expected"),
    [
        (THURSDAY, at(FRIDAY) - MINUTE, at(FRIDAY)),
        (THURSDAY, at(FRIDAY), at(SATURDAY)),
        (date(2026, 11, 18), at(FRIDAY), at(FRIDAY, 2)),
        (date(2026, 11, 18), at(FRIDAY, 2) + MINUTE, at(FRIDAY, 3)),
        (date(2026, 11, 18), at(FRIDAY, 3), at(SATURDAY)),
    ],
)
def test_what_comes_next(figures_to: date, now: datetime, expected: datetime) -> None:
    assert upcoming(link(now, figures_to), HOURS, now).at == expected


def test_working_days() -> None:
    assert [last_working_day(date(2026, 11, day)) for day in (20, 21, 22, 23, 24)] == [date(2026, 11, day) for day in (19, 20, 20, 20, 23)]
    assert missing_days(date(2026, 11, 19), FRIDAY) == 0
    assert missing_days(date(2026, 11, 20), date(2026, 11, 23)) == 0
    assert missing_days(date(2026, 11, 18), FRIDAY) == 1
    assert missing_days(date(2026, 11, 16), date(2026, 11, 23)) == 4
