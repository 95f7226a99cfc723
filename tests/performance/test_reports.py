"""The figures of reports against plain recomputations, and against examples worked out by hand."""

import math
import random
import struct
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import shake_256
from itertools import groupby
from operator import itemgetter
from statistics import NormalDist, mean, median, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.performance import metrics
from fillbook.performance.bands import BOUNDS, Band, Banded, bounds_of
from fillbook.performance.chance import Day, Interval, chance_of, resampled, wilson
from fillbook.performance.compare import compared
from fillbook.performance.crossing import OTHERS, crossed, limited
from fillbook.performance.curves import Path
from fillbook.performance.distributions import histogram, in_classes
from fillbook.performance.drawdowns import bottom, falls, recovery_factor, stretch
from fillbook.performance.filters import Filter
from fillbook.performance.keys import SAID, Key, Value, banded, narrowed, value_of
from fillbook.performance.moments import Moment
from fillbook.performance.ratios import Returns, daily_returns, sharpe, sortino
from fillbook.performance.results import Result
from fillbook.performance.statistics import Absent, Figure, Sample, k_ratio, statistics, track_record
from fillbook.performance.streaks import Closings, Run, streaks, z_score
from fillbook.performance.summary import Outcome, Summary
from fillbook.trades.records import Side
from tests.performance.trips import stock, trip

D = Decimal
E8 = 10**8
START = date(2026, 1, 1)
nets = st.lists(st.integers(-5, 5).map(lambda units: units * E8), max_size=60)


def closings(values: list[int], days: Callable[[int], int] = lambda index: index) -> Closings:
    return Closings([START + timedelta(days=days(index)) for index in range(len(values))], range(len(values)), values)


def sample(values: list[int], rs: tuple[D, ...] = ()) -> Sample:
    """One round trip a day."""
    parts = [Summary.of_one(value, -E8, value // 100, D(100)) for value in values]
    return Sample.of(Summary.together(parts), parts, closings(values), rs)


def figure(name: str, found: Sample) -> Figure:
    return next(one for one in statistics(found) if one.name == name)


TWELVE = [3 * E8, -E8, -E8, 2 * E8, 0, 4 * E8, -2 * E8, E8, E8, -3 * E8, 5 * E8, -E8]


def test_the_figures_of_twelve_trades_by_hand() -> None:
    found = {one.name: one for one in statistics(sample(TWELVE))}
    # 16 won by 6, 8 lost by 5: p = 6/11, b = (16/6) / (8/5) = 5/3, Kelly = 6/11 - (5/11) / (5/3) = 3/11
    assert found["profit_factor"].value == 2
    assert found["payoff"].value == pytest.approx(D(5) / 3)
    assert found["kelly"].value == pytest.approx(D(300) / 11)
    assert found["half_kelly"].value == pytest.approx(D(150) / 11)
    assert found["expectancy"].value == pytest.approx(D(8) / 12)
    assert found["average_day"].value == pytest.approx(D(8) / 12)
    assert found["green_days"].value == 50
    assert found["volume"].value == 1200
    assert found["fee_share"].value == 60  # 12 of fees by 20 before them
    assert [found[name].value for name in ("longest_wins", "longest_losses")] == [2, 2]
    assert [found[name].absent for name in ("sqn", "z_score", "sharpe", "minimum_track_record")] == [
        Absent.NO_R,
        Absent.TOO_FEW,
        Absent.NO_NAV,
        Absent.TOO_FEW,
    ]
    assert all(found[name].few for name in ("win_rate", "kelly", "profit_factor"))


@given(nets)
def test_every_figure_by_another_way(values: list[int]) -> None:
    found = {one.name: one for one in statistics(sample(values))}
    whole = [Fraction(value, E8) for value in values]
    won, lost = [one for one in whole if one > 0], [one for one in whole if one < 0]

    def is_(name: str, expected: Fraction | float | None, close: float = 1e-7) -> None:
        got = found[name].value
        assert (got is None) == (expected is None), name
        assert (found[name].absent is Absent.NONE) == (got is not None), name
        assert got is None or float(got) == pytest.approx(float(expected or 0), rel=close, abs=close), name

    is_("win_rate", Fraction(100 * len(won), len(whole)) if whole else None)
    is_("expectancy", sum(whole) / len(whole) if whole else None)
    is_("average_win", sum(won) / len(won) if won else None)
    is_("average_loss", sum(lost) / len(lost) if lost else None)
    is_("profit_factor", sum(won) / -sum(lost) if lost else None)
    both = bool(won and lost)
    is_("payoff", (sum(won) / len(won)) / (-sum(lost) / len(lost)) if both else None)
    p = Fraction(len(won), len(won) + len(lost)) if both else Fraction(0)
    is_("kelly", 100 * (p - (1 - p) * (-sum(lost) / len(lost)) / (sum(won) / len(won))) if both else None)
    is_("green_days", Fraction(100 * len(won), len(whole)) if whole else None)
    floats = [float(one) for one in whole]
    is_("k_ratio", plain_k_ratio(floats))
    is_("z_score", plain_z(floats))


def plain_k_ratio(values: list[float]) -> float | None:
    """Least squares as in a textbook."""
    n, curve = len(values), [sum(values[: index + 1]) for index in range(len(values))]
    if n < 3:
        return None
    xs = range(1, n + 1)
    mx, my = mean(xs), mean(curve)
    sxx = sum((x - mx) ** 2 for x in xs)
    slope = sum((x - mx) * (y - my) for x, y in zip(xs, curve, strict=True)) / sxx
    rest = sum((y - my - slope * (x - mx)) ** 2 for x, y in zip(xs, curve, strict=True))
    return slope / math.sqrt(rest / (n - 2) / sxx) if rest > 1e-9 else None


def plain_z(values: list[float]) -> float | None:
    signs = ["+" if value > 0 else "-" for value in values if value]
    n, x = len(signs), 2 * signs.count("+") * signs.count("-")
    if n <= 30 or not x:
        return None
    runs = len("".join(signs).replace("+-", "+|-").replace("-+", "-|+").split("|"))
    return (n * (runs - 0.5) - x) / math.sqrt(x * (x - n) / (n - 1))


def test_trades_that_are_all_alike_have_no_chance_and_great_ones_have_figures() -> None:
    """40 times 1.10, whose squares as doubles are not quite their mean's; and 10^12 and -10^12 in turn with one 10^-8 more."""
    alike = figure("random_chance", sample([110_000_000] * 40))
    assert (alike.value, alike.absent) == (None, Absent.ALL_ALIKE)
    days = figure("minimum_track_record", sample([10**12, -(10**12)] * 20 + [1])).value
    assert days is not None
    assert days > 10**27  # SR = (1 / 41) / 10^12, and (1.645 / SR)^2 = 4.5e27
    parts = [Summary.of_one(E8, 0, 1, D("9e19"))] * 30
    assert figure("volume", Sample.of(Summary.together(parts), parts, Closings())).value == pytest.approx(D("2.7e21"))


def test_runs_that_alternate_are_far_from_chance() -> None:
    # W = L = 20, R = 40: X = 800, z = (40 x 39.5 - 800) / sqrt(800 x 760 / 39) = 780 / 124.86
    assert z_score([E8, -E8] * 20) == pytest.approx(6.247, abs=1e-3)
    assert z_score([E8] * 40) is None
    assert z_score([E8, -E8] * 15) is None


def test_the_system_quality_number_needs_results_in_r() -> None:
    rs = tuple(D(1) if index % 3 else D(-1) for index in range(120))
    found = {one.name: one for one in statistics(sample(TWELVE, rs))}
    expected = mean(float(r) for r in rs) / stdev(float(r) for r in rs)
    assert float(found["sqn"].value or 0) == pytest.approx(expected * math.sqrt(100))
    assert float(found["sqn_uncapped"].value or 0) == pytest.approx(expected * math.sqrt(120))
    assert found["expectancy_r"].n == 120
    assert figure("expectancy_r", sample(TWELVE)).value is None


@pytest.mark.parametrize(
    ("t", "freedom", "p"), [(1.812, 10, 0.05), (2.764, 10, 0.01), (1.684, 40, 0.05), (6.314, 1, 0.05), (-1.812, 10, 0.95)]
)
def test_the_chance_of_a_mean_is_the_one_of_the_tables(t: float, freedom: int, p: float) -> None:
    n = freedom + 1
    assert chance_of(t / math.sqrt(n), 1.0, n) == pytest.approx(p, abs=2e-4)


def test_intervals_are_the_same_each_time_and_hold_the_figure() -> None:
    draw = random.Random(7)
    days = tuple(Day(draw.randrange(5) * E8, -draw.randrange(4) * E8, 2, 3, 2) for _ in range(80))
    resampled.cache_clear()
    first = resampled(days)
    resampled.cache_clear()
    assert first == resampled(days)
    assert first is not None
    assert first.mean is not None
    assert first.factor is not None
    assert first.mean.low < sum(day.won + day.lost for day in days) / 160 < first.mean.high
    assert first.factor.low < sum(day.won for day in days) / -sum(day.lost for day in days) < first.factor.high
    assert (first.samples, first.days) == (1000, 80)
    # the mean of many days is about normal, so its interval is about 1.96 standard errors wide on either side
    spread = stdev((day.won + day.lost) / 2 for day in days) / math.sqrt(80)
    assert (first.mean.high - first.mean.low) / 2 == pytest.approx(1.96 * spread, rel=0.12)
    assert resampled(days[:1]) is None


def test_draws_by_another_way() -> None:
    """Word after word of the digest, day after day."""
    days = tuple(Day(index * E8, -3 * index, index % 4, 5 - 7 * index, index % 3) for index in range(450))
    samples = 400_000 // 450
    words = struct.unpack(f"<{samples * 450}I", shake_256(b"whole days, drawn with replacement").digest(4 * samples * 450))
    drawn = [[days[word * 450 >> 32] for word in words[at : at + 450]] for at in range(0, len(words), 450)]
    gains = sorted(sum(day.gains for day in one) / sum(day.gain_count for day in one) for one in drawn)
    factors = sorted(sum(day.won for day in one) / -sum(day.lost for day in one) for one in drawn)
    found = resampled(days)
    assert found is not None
    low, high = math.floor(0.025 * (samples - 1)), math.ceil(0.975 * (samples - 1))
    assert found.samples == samples == 888
    assert (found.gain, found.factor) == (Interval(gains[low], gains[high]), Interval(factors[low], factors[high]))


def test_wilsons_interval_of_the_textbook() -> None:
    # 10 of 20: (0.5 + 0.0960 +- 0.2412) / 1.1921
    found = wilson(10, 20)
    assert found is not None
    assert [found.low, found.high] == pytest.approx([0.2993, 0.7007], abs=1e-4)
    assert wilson(0, 0) is None


def test_the_shortest_track_record() -> None:
    # 100 days of +3 and -1 in turn: mean 1, population moments 4, 0 and 16, so g3 = 0, g4 = 1, SR = 1 / sqrt(4 x 100 / 99)
    ratio = 1 / math.sqrt(400 / 99)
    expected = 1 + (NormalDist().inv_cdf(0.95) / ratio) ** 2
    assert track_record([3, -1] * 50)[0] == pytest.approx(expected)
    assert track_record([-3, 1] * 50) == (None, Absent.NOT_POSITIVE)
    assert track_record([1] * 50) == (None, Absent.ALL_ALIKE)


def test_ratios_on_the_brokers_net_asset_values() -> None:
    worth = {START: D(1000), START + timedelta(1): D(1100), START + timedelta(4): D(0), START + timedelta(5): D(500)}
    gains = {START: D(7), START + timedelta(1): D(10), START + timedelta(3): D(-22), START + timedelta(5): D(4)}
    found = daily_returns(gains, worth)
    assert found is not None
    assert found.daily == (0.01, -0.02)  # 10 on 1,000; -22 on 1,100; a day after a worth of nothing has no return
    assert sharpe(found.daily) == pytest.approx(-0.005 / math.sqrt(0.00045) * math.sqrt(252))
    assert sortino(found.daily) == pytest.approx(-0.005 / math.sqrt(0.0004 / 2) * math.sqrt(252))
    assert sortino([0.01, 0.02]) is None
    rising = Sample(Summary(), returns=Returns(START, START + timedelta(60), (0.01, 0.02) * 30))
    assert (figure("sharpe", rising).absent, figure("sortino", rising).absent) == (Absent.NONE, Absent.NO_LOSSES)
    assert daily_returns(gains, {START: D(1000)}) is None
    # START is a Thursday: the value of a Sunday begins a statement, and is a day of its own only where something closed on it
    week = {START + timedelta(day): D(1000) for day in (0, 1, 3, 4)}
    for closed, days in (({}, 2), ({START + timedelta(3): D(10)}, 3)):
        found = daily_returns(closed, week)
        assert found is not None
        assert len(found.daily) == days
    begun = daily_returns({START + timedelta(4): D(10)}, {START + timedelta(3): D(1000), START + timedelta(4): D(1010)})
    assert begun is not None
    assert begun.daily == (0.01,)


@given(nets)
def test_runs_by_another_way(values: list[int]) -> None:
    made = closings(values, lambda index: index // 3)
    found = streaks(made)
    runs = []
    for outcome, group in groupby(
        ((place, net) for place, net in enumerate(values) if net), key=lambda one: Outcome.WIN if one[1] > 0 else Outcome.LOSS
    ):
        part = list(group)
        places = part[0][0], part[-1][0]
        begins, ends = (Moment.of(made.days[place], made.moments[place]) for place in places)
        runs.append(Run(outcome, len(part), begins.day, ends.day, sum(net for _, net in part), places, begins, ends))
    for outcome, longest in ((Outcome.WIN, found.wins), (Outcome.LOSS, found.losses)):
        of_one = [run for run in runs if run.outcome is outcome]
        assert longest == max(of_one, key=lambda run: run.length, default=None)
        assert found.lengths[outcome] == Counter(run.length for run in of_one)
    assert found.current == (runs[-1] if runs else None)
    old = metrics.streaks([Result(str(index), D(value), D(0), None, None, START) for index, value in enumerate(values)])
    assert (found.wins.length if found.wins else 0, found.losses.length if found.losses else 0) == (old.wins, old.losses)


@given(nets, st.integers(1, 4))
def test_falls_by_another_way(values: list[int], a_day: int) -> None:
    """Day after day, point by point: below the high so far or not."""
    found = falls(closings(values, lambda index: index // a_day))
    equity = high = 0
    below = False
    depths: list[int] = []
    for value in values:
        equity += value
        high = max(high, equity)
        if equity < high:
            depths = [*depths, 0] if not below else depths
            depths[-1] = min(depths[-1], equity - high)
        below = equity < high
    assert [fall.depth for fall in found] == depths
    assert all(fall.recovered_on is not None for fall in found[:-1])
    assert (found[-1].recovered_on is None if found else False) == below
    days = closings(values).days
    results = [Result(str(index), D(value), D(0), None, None, days[index]) for index, value in enumerate(values)]
    assert min((fall.depth for fall in found), default=0) == metrics.max_drawdown(results).amount or a_day > 1


def test_one_fall_by_hand() -> None:
    assert recovery_factor(closings([5, -2, -1, 4]), falls(closings([5, -2, -1, 4]))) == 2
    assert recovery_factor(closings([5, 4]), ()) is None
    made, lost = falls(closings([5, -2, -1, 4]))[0], falls(closings([-1, 1, -2]))[0]
    assert (made.peak_on, made.began_on, made.trough_on, made.recovered_on) == tuple(START + timedelta(day) for day in (0, 1, 2, 3))
    assert (made.depth, made.days, made.days_down, made.trades) == (-3, 3, 2, 3)
    assert (lost.peak_on, lost.began_on, lost.recovered_on, lost.days) == (None, START, START + timedelta(1), 1)
    assert [moment.day for moment in (made.begins, made.lowest, made.ends)] == [START + timedelta(day) for day in (1, 2, 3)]
    # what closed in one instant is one step
    for moment in (36_000, None):
        assert falls(Closings([START, START], [moment, moment], [9, -5])) == ()
    # and what closed on another day, or at no known moment, is another
    for days, moments in (([START, START + timedelta(1)], [None, None]), ([START, START], [36_000, None])):
        assert [fall.trades for fall in falls(Closings(days, moments, [9, -5]))] == [1]


@given(nets, st.integers(1, 4))
def test_the_deepest_fall_is_found_from_days(values: list[int], a_day: int) -> None:
    """Of what is kept of each day, and what closed on the three days it names, as of all that closed."""
    made = closings(values, lambda index: index // a_day)
    moments = [Moment.of(day, at) for day, at in zip(made.days, made.moments, strict=True)]
    steps = [(moment, sum(net for _, net in part)) for moment, part in groupby(zip(moments, values, strict=True), key=itemgetter(0))]
    days = [(day, Path.of(net for _, net in part)) for day, part in groupby(steps, key=lambda step: step[0].day)]
    found, every = bottom(days), falls(made)
    assert (found.depth if found else 0) == min((fall.depth for fall in every), default=0)
    if found:
        deepest = min(every, key=lambda fall: fall.depth)
        assert len(found.starts) <= 3
        assert found.low_on == deepest.trough_on
        part = [step for step in steps if step[0].day in found.starts]
        assert stretch(found, part) == (deepest.begins, deepest.lowest)
        assert sum(net for moment, net in steps if deepest.begins.lower <= moment.lower <= deepest.lowest.lower) == deepest.depth
        assert stretch(found, [(moment, 1) for moment, _ in part]) is None


@given(st.lists(st.integers(-(10**12), 10**12), max_size=200))
def test_a_histogram_loses_nothing(values: list[int]) -> None:
    found = histogram(values)
    if not values:
        assert found is None
        return
    assert found is not None
    assert sum(bar.count for bar in found.bars) == found.n == len(values)
    assert float(found.mean) == pytest.approx(mean(values))
    assert float(found.median) == pytest.approx(median(values))
    assert len(found.bars) <= 32
    assert all(one.most == other.least for one, other in zip(found.bars, found.bars[1:], strict=False))
    for bar in found.bars:
        inside = [one for one in values if (bar.least is None or one >= bar.least) and (bar.most is None or one < bar.most)]
        assert len(inside) == bar.count
    edges = {bar.least for bar in found.bars}
    assert 0 in edges or all(edge is None or edge > 0 for edge in edges) or all(edge is None or edge < 0 for edge in edges)


def test_given_classes_take_their_lower_edge() -> None:
    found = in_classes([0, 59, 60, 300], [60, 300])
    assert found is not None
    assert [bar.count for bar in found.bars] == [2, 1, 1]


def test_two_choices_beside_each_other() -> None:
    pairs = {pair.first.name: pair for pair in compared(sample([E8] * 9 + [2 * E8]), sample([-E8] * 9 + [-2 * E8]))}
    assert [pairs[name].difference for name in ("profit", "win_rate")] == [-22, -100]
    assert pairs["expectancy"].clear is True
    assert pairs["payoff"].difference is None
    assert pairs["profit"].clear is None


def test_a_crossing_keeps_the_rest_together() -> None:
    cells: dict[tuple[Value, Value], Summary] = {
        (f"S{row}", column): Summary.of_one(row, 0, None) for row in range(6) for column in range(3)
    }
    whole = crossed(Key.SYMBOL, Key.HOUR, cells)
    small = limited(whole, 4, 2)
    assert (small.rows[-1], small.columns[-1]) == (OTHERS, OTHERS)
    assert (len(small.rows), len(small.columns)) == (4, 2)
    assert sum(part.n for part in small.cells.values()) == 18
    assert small.margins.rows[small.rows[0]].n == 3


@pytest.mark.parametrize("kind", list(BOUNDS))
def test_bands_leave_nothing_between_them(kind: Banded) -> None:
    bands = [Band(kind, number) for number in range(len(BOUNDS[kind]) + 1)]
    assert [bounds_of(one)[1] for one in bands[:-1]] == [bounds_of(other)[0] for other in bands[1:]]
    assert [Band.read(str(one)) for one in [*bands, Band(kind, None)]] == [*bands, Band(kind, None)]
    assert Band.read(f"{kind}-{len(bands)}") is None


@pytest.mark.parametrize("text", ["", "price", "price-", "price--1", "price-01", "colour-1", "number-0", "hour-24", "hour-\u0661"])
def test_what_is_no_band_is_left_out(text: str) -> None:
    assert Filter.from_query({"band": text}) == Filter()


@pytest.mark.parametrize("key", [key for key in Key if key not in (*SAID, Key.ACCOUNT, Key.NUMBER, Key.AFTER)])
def test_a_row_leads_to_its_trades_alone(key: Key) -> None:
    trips = [
        trip("5", charges="-1", held=timedelta(minutes=3), closed=date(2026, 3, 2)),
        trip("-5", charges="-7", cost="20", side=Side.SHORT, closed=date(2026, 4, 7), instrument=stock("SAP  5", "EUR"), rate="1.1"),
    ]
    for one in trips:
        chosen = narrowed(Filter(), key, value_of(one, key))
        if chosen is None:
            pytest.fail(f"{key} of {one} is no filter")
        assert Filter.from_query(chosen.parameters()) == chosen
        assert [other for other in trips if chosen.admits(other)] == [
            other for other in trips if value_of(other, key) == value_of(one, key)
        ]
    assert banded(key) is None or narrowed(Filter(), key, None) is not None


def test_what_an_address_cannot_say_has_no_door() -> None:
    assert narrowed(Filter(), Key.SYMBOL, "") is None
    assert narrowed(Filter(), Key.SYMBOL, "A\x00B") is None
    assert narrowed(Filter(first=date(2026, 3, 10)), Key.MONTH, "2026-03") == Filter(first=date(2026, 3, 10), last=date(2026, 3, 31))
    assert k_ratio([1, 1, 1]) is None
