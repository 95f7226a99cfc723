"""A month in weeks whose totals add up to it."""

from datetime import date

from fillbook.performance.calendar import month_of, shade
from fillbook.performance.curves import Period
from fillbook.performance.summary import Summary

UNIT = 100_000_000


def day(month: int, number: int, total: int) -> Period:
    return Period(date(2026, month, number), Summary.of_one(total * UNIT, 0, None))


def test_march_2026_has_six_weeks_and_the_days_around_it_stay_outside() -> None:
    month = month_of(date(2026, 3, 1), [day(2, 27, 7), day(3, 1, 5), day(3, 3, -2), day(3, 6, 4), day(3, 31, 1), day(4, 1, 9)])
    assert [week.days[0].day for week in month.weeks] == [
        date(2026, 2, 23), date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 23), date(2026, 3, 30),
    ]  # fmt: skip
    totals = [None if week.summary is None else (week.summary.n, week.summary.total // UNIT) for week in month.weeks]
    assert totals == [(1, 5), (2, 2), None, None, None, (1, 1)]
    assert month.summary is not None
    assert (month.summary.n, month.summary.total // UNIT, month.largest // UNIT) == (4, 8, 5)
    friday = month.weeks[0].days[4]
    assert (friday.day, friday.inside, friday.summary) == (date(2026, 2, 27), False, None)


def test_a_month_without_trades_is_empty_and_not_zero() -> None:
    month = month_of(date(2026, 2, 1), [day(3, 1, 5)])
    assert (len(month.weeks), month.summary, month.largest) == (5, None, 0)


def test_shades_are_symmetric_and_the_smallest_gain_still_shows() -> None:
    assert [shade(total, 100) for total in (100, 76, 75, 51, 1, 0, -1, -25, -26, -100)] == [4, 4, 3, 3, 1, 0, -1, -1, -2, -4]
    assert shade(5, 0) == 0
