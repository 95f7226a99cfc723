"""Where in the day a trade belongs, worked out by hand; the example of docs/metrics/intraday.md; parts that add up to the whole."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.performance.breakdowns import Dimension, Slot, by_hour, by_weekday, merged, whole
from fillbook.performance.day import Realized, day_curve, in_base, low_and_high
from fillbook.performance.intraday import (
    After,
    HeldFor,
    Opened,
    Place,
    SessionPart,
    clock_of,
    held_bounds,
    held_for,
    number_slot,
    places,
    session_of,
)
from fillbook.performance.summary import Outcome, Summary, outcome_of

PAGE = (Path(__file__).parent.parent.parent / "docs" / "metrics" / "intraday.md").read_text()
NEW_YORK = ZoneInfo("America/New_York")
DAY = date(2026, 3, 3)
D = Decimal


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.combine(day, datetime.strptime(clock, "%H:%M:%S").time(), NEW_YORK).astimezone(UTC)  # noqa: DTZ007 - only the time


@pytest.mark.parametrize(
    ("moment", "exchange", "weekday", "hour"),
    [
        ("2026-03-03T14:30:00", "NYSE", 1, 9),  # winter time, five hours behind
        ("2026-07-03T14:30:00", "NYSE", 4, 10),  # summer time
        ("2026-03-03T02:15:00", "NYSE", 0, 21),  # the evening before
        ("2026-03-03T23:59:59", "IBIS", 2, 0),  # the night after
        ("2026-03-03T14:30:00", "CME", 1, 8),
        ("2026-03-08T06:30:00", "NYSE", 6, 1),  # the hour before the clock goes from 2 to 3
        ("2026-03-08T07:30:00", "NYSE", 6, 3),
        ("2026-03-03T14:30:00", "NOBODY KNOWS", 1, 9),
    ],
)
def test_the_clock_is_the_exchanges(moment: str, exchange: str, weekday: int, hour: int) -> None:
    assert divmod(clock_of(datetime.fromisoformat(moment).replace(tzinfo=UTC), exchange), 24) == (weekday, hour)


@pytest.mark.parametrize(
    ("clock", "part"),
    [
        ("04:00:00", SessionPart.PRE),
        ("09:29:59", SessionPart.PRE),
        ("09:30:00", SessionPart.OPEN),
        ("10:29:59", SessionPart.OPEN),
        ("10:30:00", SessionPart.MIDDAY),
        ("14:59:59", SessionPart.MIDDAY),
        ("15:00:00", SessionPart.CLOSE),
        ("15:59:59", SessionPart.CLOSE),
        ("16:00:00", SessionPart.AFTER),
        ("23:59:59", SessionPart.AFTER),
    ],
)
def test_parts_of_the_session_in_new_york(clock: str, part: SessionPart) -> None:
    assert session_of(at(clock), "NASDAQ") is part


def test_a_venue_without_a_regular_day_has_one_part() -> None:
    assert session_of(at("09:30:00"), "IDEALPRO") is SessionPart.ALL_DAY
    assert session_of(at("09:30:00"), "PAXOS") is SessionPart.ALL_DAY
    assert session_of(at("09:30:00"), "IBIS2") is SessionPart.MIDDAY  # 15:30 in Frankfurt
    assert session_of(at("11:00:00"), "IBIS2") is SessionPart.CLOSE  # 17:00, half an hour before the close


@pytest.mark.parametrize(
    ("seconds", "held"),
    [
        (-5, 0),
        (0, 0),
        (59, 0),
        (60, 1),
        (299, 1),
        (300, 2),
        (900, 3),
        (3600, 4),
        (14399, 4),
        (14400, 5),
        (86400, 6),
        (604800, 7),
        (2592000, 8),
    ],
)
def test_a_holding_time_belongs_to_the_part_that_begins_with_it(seconds: int, held: int) -> None:
    assert held_for(seconds) == held
    least, most = held_bounds(held)
    assert (least is None or least <= seconds) and (most is None or seconds < most)  # noqa: PT018 - one statement about one interval


def test_the_tenth_and_later_are_told_together() -> None:
    assert [number_slot(number) for number in (1, 9, 10, 11, 400)] == [1, 9, 10, 10, 10]


def example() -> list[tuple[Opened, Decimal, list[str]]]:
    rows = re.findall(r"^\| ([A-E]) \| (\S+) \| (\S+) \| (\S+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert len(rows) == 5
    return [
        (Opened(key, DAY, at(opened), DAY, at(closed), outcome_of(D(pnl))), D(pnl), [cell.strip() for cell in rest.split("|")])
        for key, opened, closed, pnl, rest in rows
    ]


WORDS = {
    "before the open": SessionPart.PRE, "first hour": SessionPart.OPEN, "midday": SessionPart.MIDDAY, "after the close": SessionPart.AFTER,
    "under 1 min": HeldFor.UNDER_1_MIN, "1 to 5 min": HeldFor.UNDER_5_MIN, "15 to 60 min": HeldFor.UNDER_1_H, "1 to 4 h": HeldFor.UNDER_4_H,
    "first of the day": After.FIRST, "after a win": After.WIN, "after a loss": After.LOSS, "after break-even": After.EVEN,
}  # fmt: skip


def test_the_example_of_the_page_computes() -> None:
    rows = example()
    placed = places(row for row, _, _ in rows)
    for row, _, (hour, session, held, number, before) in rows:
        assert row.at is not None
        assert row.closed_at is not None
        assert clock_of(row.at, "NYSE") == 24 + int(hour)
        assert session_of(row.at, "NYSE") is WORDS[session]
        assert held_for(int((row.closed_at - row.at).total_seconds())) is WORDS[held]
        assert placed[row.key] == Place(int(number), After(WORDS[before]))
    hours: dict[str, Decimal] = {}
    for _, pnl, (hour, *_rest) in rows:
        hours[hour] = hours.get(hour, D(0)) + pnl
    assert re.findall(r"(\d+) (?:has three|one)\D+\*\*(-?[\d.]+)\*\*", PAGE) == [(hour, str(total)) for hour, total in hours.items()]


def test_the_number_is_of_the_account_day_and_what_is_open_counts() -> None:
    still_open = Opened("b", DAY, at("10:00:00"))
    untimed = Opened("x", DAY, None, DAY, None, Outcome.LOSS)
    trips = [
        Opened("c", DAY, at("11:00:00"), DAY + timedelta(days=1), at("10:00:00", DAY + timedelta(days=1)), Outcome.LOSS),
        Opened("a", DAY, at("09:45:00"), DAY, at("09:50:00"), Outcome.LOSS),
        Opened("d", DAY + timedelta(days=1), at("10:30:00", DAY + timedelta(days=1))),
        still_open,
        untimed,
    ]
    assert places(trips) == {
        "a": Place(1, After.FIRST),
        "b": Place(2, After.LOSS),
        "c": Place(3, After.LOSS),
        "d": Place(1, After.LOSS),  # what was opened the day before closed this day, earlier
    }


def test_a_reversal_comes_after_what_it_closed() -> None:
    turned = at("10:00:00")
    trips = [Opened("a", DAY, at("09:45:00"), DAY, turned, Outcome.WIN), Opened("b", DAY, turned, DAY, at("10:05:00"), Outcome.LOSS)]
    assert places(trips)["b"] == Place(2, After.WIN)
    same_second = [Opened("a", DAY, turned, DAY, turned, Outcome.WIN), Opened("b", DAY, turned, DAY, turned, Outcome.WIN)]
    assert {place.after for place in places(same_second).values()} == {After.FIRST}


@given(st.lists(st.tuples(st.integers(0, 167), st.integers(-(10**12), 10**12)), max_size=40))
def test_parts_add_up_to_the_whole(results: list[tuple[int, int]]) -> None:
    clock = merged((slot, Summary.of_one(net, -100, None)) for slot, net in results)
    everything = whole(clock)
    assert (everything.n, everything.total) == (len(results), sum(net for _, net in results))
    for parts in (by_hour(clock), by_weekday(clock)):
        assert whole(parts).total == everything.total
        assert list(parts) == sorted(parts)
    assert sum(part.n for hour, part in by_hour(clock).items() if hour == 9) == sum(1 for slot, _ in results if slot % 24 == 9)


def test_a_slot_is_read_as_it_is_written() -> None:
    for dimension, number in (
        (Dimension.HOUR, 23),
        (Dimension.CLOCK, 167),
        (Dimension.AFTER, 0),
        (Dimension.NUMBER, 10),
        (Dimension.HELD, 8),
    ):
        assert Slot.read(str(Slot(dimension, number))) == Slot(dimension, number)
    for text in ("", "hour", "hour-24", "hour--1", "hour-9.5", "clock-168", "number-0", "number-11", "after-4", "year-1", "hour-\u0663"):
        assert Slot.read(text) is None, text


def test_the_days_curve_of_the_page() -> None:
    fills = [Realized(None, None if net is None else D(net)) for net in ("40", "-15", None, "-30")]
    curve = day_curve(fills)
    assert [int(total) for total in curve] == [40, 25, 25, -5]
    assert low_and_high(curve) == (D(-5), D(40))
    assert "40.00, 25.00, 25.00, **-5.00**" in PAGE
    assert day_curve([]) == ()
    assert low_and_high(()) == (D(0), D(0))
    assert (in_base(D("10"), D("1.1")), in_base(None, D(1)), in_base(D(1), None)) == (D("11.0"), None, None)
