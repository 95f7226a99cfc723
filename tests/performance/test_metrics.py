"""Figures against a second way of computing them, and at their edges: nothing, one, only winners, only losers, all even."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.performance import metrics
from fillbook.performance.curves import by_day, by_month, equity_curve
from fillbook.performance.metrics import NoLosses
from fillbook.performance.results import Result, results_in, summarize
from fillbook.performance.summary import Summary
from tests.performance.trips import stock, trip

D = Decimal
pnls = st.lists(st.decimals(min_value=-100_000, max_value=100_000, places=4, allow_nan=False), min_size=1, max_size=25)


def results(*nets: Decimal | str, charges: str = "-1") -> tuple[Result, ...]:
    """Two a day, a minute apart."""
    first = datetime(2026, 1, 5, 15, tzinfo=UTC)
    moments = [first + timedelta(days=i // 2, minutes=i % 2) for i in range(len(nets))]
    trips = [
        trip(str(net), charges=charges, closed=at.date(), closed_at=at, key=f"{i:03}")
        for i, (net, at) in enumerate(zip(nets, moments, strict=True))
    ]
    return results_in("USD", trips).get("USD", ())


def total(numbers: list[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0))


def close(ours: Decimal | None, theirs: Fraction) -> bool:
    return ours is not None and abs(Fraction(ours) - theirs) < Fraction(1, 10**30)


@given(pnls)
def test_figures_by_fractions(nets: list[Decimal]) -> None:
    summary, x = summarize(results(*nets)), [Fraction(net) for net in nets]
    won, lost = [one for one in x if one > 0], [one for one in x if one < 0]
    assert Fraction(metrics.profit(summary)) == total(x)
    assert Fraction(metrics.gross_profit(summary)) == total(x) + len(x)
    assert metrics.fees(summary) == -len(x)
    assert close(metrics.win_rate(summary), Fraction(100 * len(won), len(x)))
    assert close(metrics.average_gain(summary), total(x) / len(x))
    assert close(metrics.average_gain_percent(summary), total(x) / 10 / len(x))
    assert close(metrics.average_win(summary), total(won) / len(won)) if won else metrics.average_win(summary) is None
    assert close(metrics.average_loss(summary), total(lost) / len(lost)) if lost else metrics.average_loss(summary) is None
    assert metrics.largest_win(summary) == (max(nets) if won else None)
    assert metrics.largest_loss(summary) == (min(nets) if lost else None)
    if won and lost:
        factor = metrics.profit_factor(summary)
        assert isinstance(factor, Decimal)
        assert close(factor, total(won) / -total(lost))
        assert close(metrics.payoff(summary), (total(won) / len(won)) / -(total(lost) / len(lost)))
        assert close(metrics.win_rate_decided(summary), Fraction(100 * len(won), len(won) + len(lost)))


@given(pnls.filter(lambda nets: len(nets) > 1))
def test_the_standard_error(nets: list[Decimal]) -> None:
    found = metrics.expectancy(summarize(results(*nets)))
    assert found is not None
    assert found.standard_error is not None
    assert float(found.standard_error) == pytest.approx(float(stdev(nets)) / len(nets) ** 0.5, rel=1e-6, abs=1e-2)


@given(pnls)
def test_drawdown_is_the_worst_stretch_of_trades(nets: list[Decimal]) -> None:
    worst = min(sum(nets[i:j]) for i in range(len(nets) + 1) for j in range(i, len(nets) + 1))
    assert metrics.max_drawdown(results(*nets)).amount == worst
    assert min(point.drawdown for point in equity_curve(results(*nets))) == worst


@given(pnls)
def test_streaks_are_the_longest_runs_of_signs(nets: list[Decimal]) -> None:
    signs = "".join("+" if net > 0 else "-" for net in nets if net != 0)
    found = metrics.streaks(results(*nets))
    assert (found.wins, found.losses) == tuple(max(n for n in range(len(signs) + 1) if mark * n in signs) for mark in "+-")


@given(pnls)
def test_days_and_months_add_up_to_the_whole(nets: list[Decimal]) -> None:
    taken = results(*nets)
    for periods in (by_day(taken), by_month(taken)):
        whole = Summary()
        for period in periods:
            whole = whole.merge(period.summary)
        assert (whole.n, whole.total, whole.fees) == (len(nets), summarize(taken).total, summarize(taken).fees)
        assert [period.first for period in periods] == sorted({period.first for period in periods})


def test_nothing_traded() -> None:
    empty = Summary()
    assert metrics.number_of_trades(empty) == 0
    assert [figure(empty) for figure in (metrics.profit, metrics.gross_profit, metrics.fees)] == [D(0), D(0), D(0)]
    for figure in (
        metrics.win_rate,
        metrics.win_rate_decided,
        metrics.average_gain,
        metrics.average_gain_percent,
        metrics.average_win,
        metrics.average_loss,
        metrics.payoff,
        metrics.profit_factor,
        metrics.expectancy,
        metrics.largest_win,
        metrics.largest_loss,
    ):
        assert figure(empty) is None
    assert metrics.holding_time(()) is None
    assert metrics.weighted_gain_percent(()) is None
    assert metrics.streaks(()) == metrics.Streaks(0, 0)
    assert metrics.max_drawdown(()) == metrics.Drawdown(D(0), None, None)
    assert (equity_curve(()), by_day(()), by_month(())) == ((), (), ())


def test_only_winners() -> None:
    summary = summarize(results("5", "7"))
    assert metrics.profit_factor(summary) is NoLosses.NO_LOSSES
    assert metrics.payoff(summary) is None
    assert metrics.average_loss(summary) is None
    assert metrics.largest_loss(summary) is None
    assert metrics.max_drawdown(results("5", "7")).amount == 0


def test_only_losers() -> None:
    summary = summarize(results("-5", "-7"))
    assert metrics.profit_factor(summary) == 0
    assert metrics.payoff(summary) is None
    assert metrics.largest_win(summary) is None
    assert metrics.win_rate(summary) == 0


def test_all_even() -> None:
    summary = summarize(results("0", "0"))
    assert metrics.win_rate(summary) == 0
    assert metrics.win_rate_decided(summary) is None
    assert metrics.profit_factor(summary) is None
    assert metrics.expectancy(summary) == metrics.Expectancy(D(0), D("0E-8"))


def test_one_trade_has_no_standard_error() -> None:
    assert metrics.expectancy(summarize(results("5"))) == metrics.Expectancy(D(5), None)


def test_the_first_loss_is_a_drawdown_from_the_start() -> None:
    assert metrics.max_drawdown(results("-30", "10")) == metrics.Drawdown(D(-30), None, date(2026, 1, 5))


def test_break_even_neither_counts_in_a_streak_nor_breaks_it() -> None:
    assert metrics.streaks(results("1", "0", "2", "-1", "3")) == metrics.Streaks(wins=2, losses=1)


def test_mean_and_median_holding_time() -> None:
    held = [trip("1", held=timedelta(hours=hours)) for hours in (1, 2, 4, 9)]
    found = metrics.holding_time(results_in("USD", [*held, trip("1")])["USD"])
    assert found == metrics.HoldingTime(mean=timedelta(hours=4), median=timedelta(hours=3), counted=4)


def test_average_and_weighted_gain_differ_by_size_and_skip_unknown_cost() -> None:
    trips = [trip("100", cost="1000"), trip("-100", cost="4000"), trip("50", cost=None), trip("50", cost="0")]
    taken = results_in("USD", trips)["USD"]
    assert metrics.average_gain_percent(summarize(taken)) == D("3.75")  # (10 - 2.5) / 2
    assert metrics.weighted_gain_percent(taken) == 0


def test_money_is_in_base_currency_and_gains_in_the_instruments_own() -> None:
    euros = trip("100", charges="-10", cost="1000", rate="1.25", instrument=stock("SAP", "EUR"))
    (result,) = results_in("USD", [euros])["USD"]
    assert (result.net, result.charges, result.cost, result.gain) == (D(125), D("-12.5"), D(1250), D("0.1"))


def test_currencies_without_a_rate_stay_apart() -> None:
    trips = [trip("1"), trip("2", rate=None, instrument=stock("SONY", "JPY")), trip("3", rate=None, instrument=stock("SAP", "EUR"))]
    assert [(name, taken[0].net) for name, taken in results_in("USD", trips).items()] == [("USD", D(1)), ("EUR", D(3)), ("JPY", D(2))]


def test_what_no_book_can_hold_is_in_no_figure() -> None:
    """Totals are whole units of 1e-8 in 64 bits, so 92,233,720,368.54775807 is the most."""
    found = results_in("USD", [trip("92233720368.54775807"), trip("92233720368.54775808"), trip("-1e20"), trip("1", charges="-1e12")])
    assert [one.net for one in found["USD"]] == [D("92233720368.54775807")]
    assert summarize(found["USD"]).n == 1
    assert results_in("USD", [trip("1e15")]) == {}


def test_without_a_base_currency_each_instrument_keeps_its_own() -> None:
    trips = [trip("1"), trip("2", rate="1.1", instrument=stock("SAP", "EUR"))]
    assert {name: taken[0].net for name, taken in results_in(None, trips).items()} == {"EUR": 2, "USD": 1}


def test_open_and_unknown_ones_are_no_results() -> None:
    assert results_in("USD", [trip("1", open_quantity="2", closed=None), trip(None)]) == {}


def test_results_come_in_closing_order_dates_without_a_time_last_in_their_day() -> None:
    day = date(2026, 3, 2)
    trips = [
        trip("1", closed=day, key="no-time"),
        trip("2", closed=day + timedelta(days=1), held=timedelta(hours=1), key="next-day"),
        trip("3", closed=day, held=timedelta(hours=1), key="b"),
        trip("4", closed=day, held=timedelta(hours=2), key="opened-earlier"),
        trip("5", closed=day, held=timedelta(hours=1), key="a"),
    ]
    assert [result.key for result in results_in("USD", trips)["USD"]] == ["opened-earlier", "a", "b", "no-time", "next-day"]
