"""A curve made of one path a day is the curve of the round trips one by one."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fillbook.performance import metrics
from fillbook.performance.curves import CurveDay, Path, Step, coarser, curve_days, equity_curve, moments
from fillbook.performance.results import Result
from fillbook.performance.summary import to_e8

DAY_ONE = date(2026, 1, 5)
steps = st.lists(st.integers(-1000, 1000), min_size=1, max_size=8)


def results(days: list[list[int]]) -> list[Result]:
    """One a minute."""
    return [
        Result(f"{number}-{index}", Decimal(step), Decimal(0), None, None, DAY_ONE + timedelta(days=number), closed_at=at(number, index))
        for number, day in enumerate(days)
        for index, step in enumerate(day)
    ]


def at(day: int, minute: int) -> datetime:
    return datetime(2026, 1, 5, 15, tzinfo=UTC) + timedelta(days=day, minutes=minute)


def test_a_path_by_hand() -> None:
    assert Path.of([5, -8, 4, 6, -1]) == Path(total=6, high=7, low=-3, fall=-8)
    assert Path.of([-3]) == Path(total=-3, high=0, low=-3, fall=-3)
    assert Path.of([3]) == Path(total=3, high=3, low=3, fall=0)


@given(steps, steps)
def test_two_paths_in_a_row_are_the_path_of_both(one: list[int], other: list[int]) -> None:
    assert Path.of(one).then(Path.of(other)) == Path.of(one + other)


@given(st.lists(steps, max_size=12))
def test_day_by_day_equals_trade_by_trade(days: list[list[int]]) -> None:
    curve = curve_days((DAY_ONE + timedelta(days=number), len(day), Path.of(day)) for number, day in enumerate(days))
    points = equity_curve(results(days))
    for one in curve:
        mine = [point for point in points if point.on == one.first]
        assert (one.trades, one.gain) == (len(mine), sum(point.net for point in mine))
        assert Decimal(one.equity) == mine[-1].equity
        assert Decimal(one.drawdown) == min(point.drawdown for point in mine)
    deepest = min(curve, key=lambda one: one.drawdown, default=None)
    fall = metrics.max_drawdown(results(days))
    assert fall.amount == (deepest.drawdown if deepest else 0)
    if fall.amount and deepest:
        assert fall.trough_on == deepest.first


def spread() -> list[Result]:
    """Monday +100. Tuesday two legs of a spread in one second, +500 and -620, then +50 and, without a time, -40 and +10."""
    closings = ((0, 0, 100), (1, 0, 500), (1, 0, -620), (1, 1, 50), (1, None, -40), (1, None, 10))
    return [
        Result(
            str(number),
            Decimal(net),
            Decimal(0),
            None,
            None,
            DAY_ONE + timedelta(days=day),
            None,
            None if minute is None else at(day, minute),
        )
        for number, (day, minute, net) in enumerate(closings)
    ]


def test_legs_that_close_in_one_instant_are_one_step() -> None:
    """The curve runs 100, -20, 30, 0: it falls from 100 to -20, and never stood at 600."""
    assert metrics.max_drawdown(spread()) == metrics.Drawdown(Decimal(-120), DAY_ONE, DAY_ONE + timedelta(days=1))
    assert [(int(point.net), point.trades, int(point.equity), int(point.drawdown)) for point in equity_curve(spread())] == [
        (100, 1, 100, 0),
        (-120, 2, -20, -120),
        (50, 1, 30, -70),
        (-30, 2, 0, -100),
    ]
    tuesday = [(one.closed_at, int(one.net)) for one in spread()[1:]]
    assert list(moments(tuesday)) == [-120, 50, -30]
    assert Path.of(moments(tuesday)) == Path(total=-100, high=0, low=-120, fall=-120)


def test_a_long_curve_keeps_its_ends_and_its_deepest_fall() -> None:
    days = [[to_e8(Decimal(1))] if number % 7 else [to_e8(Decimal(-9))] for number in range(1500)]
    curve = curve_days((DAY_ONE + timedelta(days=number), 1, Path.of(day)) for number, day in enumerate(days))
    step, points = coarser(curve)
    assert (step, len(points)) == (Step.WEEK, 215)
    assert points[0] == CurveDay(DAY_ONE, DAY_ONE + timedelta(days=6), to_e8(Decimal(-3)), 7, to_e8(Decimal(-3)), to_e8(Decimal(-9)))
    assert points[-1].equity == curve[-1].equity
    assert min(point.drawdown for point in points) == min(day.drawdown for day in curve)
    assert coarser(curve[:400]) == (Step.DAY, curve[:400])
