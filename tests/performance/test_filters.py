"""A filter survives its URL, ignores rubbish, and admits the round trips that it names."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.journal import plans as journal
from fillbook.ledger.instrument import AssetClass
from fillbook.performance.bands import Band, Banded
from fillbook.performance.filters import Chip, Filter, TripStatus, previous_period, turned
from fillbook.performance.moments import Moment
from fillbook.performance.ratings import BEST, Rated
from fillbook.performance.summary import Outcome
from fillbook.trades.records import Incomplete, RoundTrip, Side
from tests.performance.trips import stock, trip

NAMES = [
    *"account from to closed_from closed_to symbol side class outcome status".split(),
    *"currency incomplete ticker underlying traded untagged band rating".split(),
]
days = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
instants = st.integers(-2_200_000_000, 7_200_000_000).map(lambda seconds: BEGINNING + timedelta(seconds=seconds, microseconds=seconds % 3))
moments = st.builds(Moment, days, st.none() | instants) | st.builds(
    Moment, days, st.none() | instants, st.none() | instants, st.from_regex(r"[0-9a-f]{1,64}", fullmatch=True)
)


def in_turn(ends: tuple[Moment | None, Moment | None]) -> tuple[Moment | None, Moment | None]:
    begins, last = ends
    return (last, begins) if begins and last and begins.lower > last.upper else ends


filters = st.builds(
    lambda accounts, ends, interval, **rest: Filter(
        accounts=tuple(sorted(accounts)), first=ends[0], last=ends[1], closed_from=interval[0], closed_to=interval[1], **rest
    ),
    accounts=st.frozensets(st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True), max_size=5),
    ends=st.tuples(st.none() | days, st.none() | days).map(lambda ends: tuple(sorted(ends)) if None not in ends else ends),
    interval=st.tuples(st.none() | moments, st.none() | moments).map(in_turn),
    symbol=st.sampled_from(["", "ACME", "BRK B", "7203.T", "ACME 260320C", "A&B=C%?#+/ЮЛ"]),
    side=st.none() | st.sampled_from(Side),
    asset_class=st.none() | st.sampled_from(AssetClass),
    outcome=st.none() | st.sampled_from(Outcome),
    status=st.sampled_from(TripStatus),
    currency=st.sampled_from(["", "USD", "EUR", "NONE", "NONE-USD", "EUR-USD"]),
    include_incomplete=st.booleans(),
    ticker=st.sampled_from(["", "ACME", "ACME  260320C00100000", "X" * 120]),
    underlying=st.sampled_from(["", "ACME"]),
    traded=st.sampled_from(["", "USD", "BTC.X"]),
    untagged=st.booleans(),
    rating=st.none() | st.sampled_from([Rated(4, 4), Rated(4, 5), Rated(1, 5), Rated(None, None)]),
    bands=st.sets(st.sampled_from(Banded)).flatmap(
        lambda kinds: st.tuples(*(st.builds(Band, st.just(kind), st.none() | st.integers(1, 3)) for kind in sorted(kinds)))
    ),
)


@given(filters)
def test_a_url_leads_back_to_its_filter(chosen: Filter) -> None:
    assert Filter.from_query(chosen.parameters()) == chosen
    assert Filter.from_query(parse_qs(chosen.to_query(), strict_parsing=bool(chosen.to_query()))) == chosen


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(), st.text() | st.lists(st.text(), max_size=3)))
def test_rubbish_is_read_safely_and_only_once(parameters: dict[str, str | list[str]]) -> None:
    chosen = Filter.from_query(parameters)
    assert Filter.from_query(chosen.parameters()) == chosen
    assert chosen.to_query().isascii()


def test_a_period_the_wrong_way_round_is_turned_and_told() -> None:
    wrong = {"from": "2026-03-31", "to": ["2026-03-01"]}
    assert turned(wrong) == (date(2026, 3, 31), date(2026, 3, 1))
    assert Filter.from_query(wrong) == Filter(first=date(2026, 3, 1), last=date(2026, 3, 31))
    fine: tuple[dict[str, str], ...] = (
        {"from": "2026-03-01", "to": "2026-03-01"},
        {"from": "2026-03-31"},
        {"from": "x", "to": "2026-03-01"},
    )
    assert [turned(one) for one in fine] == [None] * 3


@pytest.mark.parametrize(
    "parameters",
    [
        {"from": "2026-02-30"},
        {"from": "20260201"},
        {"to": "9999-01-01"},
        {"side": "up"},
        {"class": "stocks"},
        {"outcome": "WIN"},
        {"status": "ajar"},
        {"currency": "EURO"},
        {"incomplete": "yes"},
        {"account": "U1;DROP"},
        {"symbol": "X" * 41},
        {"symbol": "A\x00B"},
        {"sort": "pnl"},
        {"rating": "0"},
        {"rating": "6"},
        {"rating": "4-"},
        {"rating": "4-5-5"},
        {"account": []},
        {"closed_from": "2026-03-02"},
        {"closed_from": "2026-03-02T15:00:00"},  # of which zone?
        {"closed_to": "2026-02-30T15:00:00Z"},
        {"closed_to": "2026-03-02~15:00"},
    ],
)
def test_what_means_nothing_is_left_out(parameters: dict[str, str]) -> None:
    assert Filter.from_query(parameters) == Filter()


@pytest.mark.parametrize(
    ("written", "kept", "meant"),
    [("4", "4", (4,)), ("4-4", "4", (4,)), ("5-4", "4-5", (4, 5)), ("1-5", "1-5", (1, 2, 3, 4, 5)), ("none", "none", (None,))],
)
def test_a_rating_is_one_several_or_none_at_all(written: str, kept: str, meant: tuple[int | None, ...]) -> None:
    rating = Filter.from_query({"rating": written}).rating
    assert rating is not None
    assert (str(rating), rating.values) == (kept, meant)
    assert BEST == journal.BEST


def test_the_canonical_form() -> None:
    chosen = Filter.from_query(
        {"to": "2026-01-01", "from": "2026-03-31", "account": ["b,a", "a"], "symbol": " brk  b ", "side": "short", "currency": "usd"}
    )
    assert chosen.to_query() == "account=a,b&from=2026-01-01&to=2026-03-31&symbol=BRK%20B&side=short&currency=USD"
    assert Filter().to_query() == ""


def test_chips_name_each_condition_and_drop_it() -> None:
    chosen = Filter(symbol="ACME", outcome=Outcome.LOSS, include_incomplete=True)
    assert chosen.describe() == (Chip("symbol", "ACME"), Chip("outcome", "loss"), Chip("incomplete", "1"))
    assert chosen.without("outcome") == Filter(symbol="ACME", include_incomplete=True)
    assert chosen.without("nothing") == chosen


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),
        (("2026-01-01", "2026-06-30"), ("2025-07-01", "2025-12-31")),
        (("2026-11-16", "2026-11-20"), ("2026-11-11", "2026-11-15")),
        (("2026-11-01", "2026-11-01"), ("2026-10-31", "2026-10-31")),
    ],
)
def test_the_previous_period(period: tuple[str, str], before: tuple[str, str]) -> None:
    chosen = Filter(first=date.fromisoformat(period[0]), last=date.fromisoformat(period[1]), symbol="ACME")
    earlier = previous_period(chosen)
    assert earlier is not None
    assert (str(earlier.first), str(earlier.last), earlier.symbol) == (*before, "ACME")


@pytest.mark.parametrize("chosen", [Filter(), Filter(first=date(2026, 1, 1)), Filter(last=date(2026, 1, 1))])
def test_an_open_end_has_no_previous_period(chosen: Filter) -> None:
    assert previous_period(chosen) is None


def test_the_empty_filter_takes_closed_and_complete_round_trips() -> None:
    assert Filter().admits(trip("5"))
    assert not Filter().admits(trip("5", open_quantity="3", closed=None))
    assert not Filter().admits(trip(None))
    assert not Filter().admits(trip("5", incomplete=Incomplete.TRANSFERRED))


def test_incomplete_ones_count_by_the_switch_where_their_figure_is_known() -> None:
    switched = Filter(include_incomplete=True)
    assert switched.admits(trip("5", incomplete=Incomplete.TRANSFERRED))
    assert not switched.admits(trip(None, incomplete=Incomplete.TRANSFERRED))


def test_the_last_closing_day_decides_and_for_open_ones_the_opening_day() -> None:
    march = Filter(first=date(2026, 3, 1), last=date(2026, 3, 31))
    assert march.admits(trip("5", opened=date(2025, 1, 1), closed=date(2026, 3, 31)))
    assert not march.admits(trip("5", opened=date(2026, 3, 1), closed=date(2026, 4, 1)))
    still_open = trip("5", open_quantity="3", opened=date(2026, 3, 1), closed=None)
    assert Filter(first=date(2026, 3, 1), status=TripStatus.OPEN).admits(still_open)
    assert not Filter(last=date(2026, 2, 28), status=TripStatus.OPEN).admits(still_open)


def test_an_interval_takes_what_the_curve_has_between_its_moments() -> None:
    """By the day that owns the P&L, then by the instant; without a time of day at the end of the day."""

    def closed(day: int, at: tuple[int, int, int] | None, key: str = "") -> RoundTrip:
        return trip("5", closed=date(2026, 3, day), closed_at=at and datetime(2026, 3, *at, tzinfo=UTC), key=key)

    early, noon, untimed = closed(2, (2, 14, 30)), closed(2, (2, 17, 0)), closed(2, None)
    evening, morning = closed(3, (2, 16, 0)), closed(3, (3, 14, 30))  # a session in the evening that counts for the next day
    every = (early, noon, untimed, evening, morning)

    def taken(**ends: str) -> list[RoundTrip]:
        chosen = Filter.from_query(ends)
        assert chosen.is_interval
        return [one for one in every if chosen.admits(one)]

    assert taken(closed_from="2026-03-02T12:00:00-05:00") == [noon, untimed, evening, morning]
    assert taken(closed_to="2026-03-02T12:00:00-05:00") == [early, noon]
    assert taken(closed_from="2026-03-02~") == [untimed, evening, morning]
    assert taken(closed_to="2026-03-02~") == [early, noon, untimed]
    assert taken(closed_from="2026-03-02~2026-03-02T17:00:00Z", closed_to="2026-03-03~2026-03-02T16:00:00Z") == [noon, untimed, evening]
    assert taken(closed_from="2026-03-03T15:00:00Z", closed_to="2026-03-02T15:00:00Z") == [noon, untimed, evening, morning], "turned"
    assert not Filter.from_query({"closed_from": "2026-03-01~", "status": "open"}).admits(trip("5", open_quantity="3", closed=None))


def test_an_interval_may_begin_and_end_within_a_moment() -> None:
    """As runs do, where several closed in one instant: by when they were opened, then by their keys."""
    at = datetime(2026, 3, 2, 17, tzinfo=UTC)
    held = ("bb", timedelta(hours=3)), ("aa", timedelta(hours=2)), ("cc", timedelta(hours=2))
    first, second, third = (trip("5", closed=date(2026, 3, 2), closed_at=at, held=time, key=key) for key, time in held)
    part = "2026-03-02~2026-03-02T17:00:00Z~2026-03-02T15:00:00Z~aa"
    since, until = Filter.from_query({"closed_from": part}), Filter.from_query({"closed_to": part})
    assert [since.admits(one) for one in (first, second, third)] == [False, True, True]
    assert [until.admits(one) for one in (first, second, third)] == [True, True, False]
    whole = Moment(date(2026, 3, 2), at)
    assert since.between(whole, whole) == Filter(closed_from=since.closed_from, closed_to=whole), "the narrower of both"
    assert until.between(whole, whole) == Filter(closed_from=whole, closed_to=until.closed_to)
    assert previous_period(replace(since, first=date(2026, 3, 1), last=date(2026, 3, 31))) is None


def test_currency_pairs_count_only_when_asked_for() -> None:
    pair = trip("5", instrument=stock("EUR.USD", asset_class=AssetClass.FOREX))
    assert not Filter().admits(pair)
    assert Filter(asset_class=AssetClass.FOREX).admits(pair)


def test_symbol_side_class_and_outcome() -> None:
    short = trip("-5", side=Side.SHORT, instrument=stock("brk b", asset_class=AssetClass.OPTION))
    assert Filter(symbol="BRK B", side=Side.SHORT, asset_class=AssetClass.OPTION, outcome=Outcome.LOSS).admits(short)
    for other in (Filter(symbol="BRK"), Filter(side=Side.LONG), Filter(asset_class=AssetClass.STOCK), Filter(outcome=Outcome.EVEN)):
        assert not other.admits(short)
