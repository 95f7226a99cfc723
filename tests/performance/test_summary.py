"""A summary counts and sums round trips, and adds up in any order."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.performance.results import results_in, summarize
from fillbook.performance.summary import Outcome, Summary, from_e8, gain_e8, gain_of, outcome_of, to_e8
from tests.performance.trips import stock, trip

units = st.integers(min_value=-(10**15), max_value=10**15)


def _merge_all(parts: list[Summary]) -> Summary:
    result = Summary()
    for part in parts:
        result = result.merge(part)
    return result


summaries = st.lists(st.builds(Summary.of_one, units, units, st.none() | units), max_size=6).map(_merge_all)


def same(one: Summary, other: Summary) -> bool:
    return one._replace(squares=0.0) == other._replace(squares=0.0) and math.isclose(one.squares, other.squares, rel_tol=1e-12)


@given(summaries, summaries, summaries)
def test_merging_is_associative(a: Summary, b: Summary, c: Summary) -> None:
    assert same(a.merge(b).merge(c), a.merge(b.merge(c)))


@given(summaries, summaries)
def test_merging_is_commutative(a: Summary, b: Summary) -> None:
    assert a.merge(b) == b.merge(a)


@given(summaries)
def test_the_empty_summary_changes_nothing(a: Summary) -> None:
    assert a.merge(Summary()) == a
    assert Summary().merge(a) == a


@given(st.lists(units, max_size=20))
def test_parts_add_up(pnls: list[int]) -> None:
    summary = _merge_all([Summary.of_one(pnl, 0, None) for pnl in pnls])
    assert summary.n == summary.wins + summary.losses + summary.zeros == len(pnls)
    assert summary.total == summary.total_wins + summary.total_losses == sum(pnls)
    assert summary.least == min(pnls, default=None)
    assert summary.greatest == max(pnls, default=None)


@given(st.lists(st.tuples(units, st.none() | units, st.none() | units, st.none() | st.decimals(0, 10**9, places=2)), max_size=8))
def test_columns_add_up_to_what_merging_does(rows: list[tuple[int, int | None, int | None, Decimal | None]]) -> None:
    parts = [Summary.of_one(net, fees or 0, gain, cost) for net, fees, gain, cost in rows]
    assert Summary.of_rows(rows) == Summary.together(parts) == _merge_all(parts)


def test_summary_of_four_round_trips() -> None:
    trips = [
        trip("100", charges="-2", cost="1000"),  # gain 0.1
        trip("-40.5", charges="-1.5", cost="300"),  # gain -0.135
        trip("0", charges="-1", cost=None),
        trip("10", charges="0.25", cost="0"),  # a rebate, and nothing to divide by
        trip(None),
        trip("7", rate=None, instrument=stock(currency="EUR")),  # no rate to the base currency
    ]
    assert summarize(results_in("USD", trips)["USD"])._asdict() == {
        "n": 4,
        "wins": 2,
        "losses": 1,
        "zeros": 1,
        "total": 6_950_000_000,
        "total_wins": 11_000_000_000,
        "total_losses": -4_050_000_000,
        "fees": -425_000_000,
        "gain_count": 2,
        "gain_total": -3_500_000,
        "squares": 10000 + 1640.25 + 100,
        "least": -4_050_000_000,
        "greatest": 10_000_000_000,
        "costed": 5_950_000_000,
        "costs": 1300.0,
    }
    costly = [Summary.of_one(10, 0, None, cost) for cost in (Decimal(40), Decimal(0), None, Decimal("0.5"))]
    assert (_merge_all(costly).costed, _merge_all(costly).costs) == (20, 40.5)


def test_another_currency_counts_at_its_rate() -> None:
    (found,) = results_in("USD", [trip("100", charges="-2", rate="1.1")])["USD"]
    assert summarize([found]) == Summary.of_one(11_000_000_000, -220_000_000, 10_000_000, Decimal(1100))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.5", 150_000_000),
        ("-0.00000001", -1),
        ("0.000000005", 0),  # half goes to even
        ("0.000000015", 2),
        ("-92233720368.54775807", -(2**63 - 1)),
    ],
)
def test_to_e8(value: str, expected: int) -> None:
    assert to_e8(Decimal(value)) == expected


def test_to_e8_refuses_what_no_column_holds() -> None:
    with pytest.raises(OverflowError):
        to_e8(Decimal("92233720368.54775808"))


@given(st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1))
def test_from_e8_leads_back(number: int) -> None:
    assert to_e8(from_e8(number)) == number


def test_a_gain_beyond_all_measure_is_absent() -> None:
    beyond = trip("1000", cost="0.000000001")  # a fraction of 10^12
    assert gain_of(beyond) == Decimal("1E12")
    assert gain_e8(gain_of(beyond)) is None


@pytest.mark.parametrize(("pnl", "outcome"), [("0.01", Outcome.WIN), ("-0.01", Outcome.LOSS), ("0", Outcome.EVEN), ("1E-9", Outcome.EVEN)])
def test_outcomes(pnl: str, outcome: Outcome) -> None:
    assert outcome_of(Decimal(pnl)) is outcome
