"""Reports by SQL equal what the core says trip by trip, each breakdown adds up to the whole, and each row leads to its own trades."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.figures import BrokerBalance, FigureKind
from fillbook.performance import metrics
from fillbook.performance.bands import Band, Banded
from fillbook.performance.compare import compared
from fillbook.performance.curves import equity_curve
from fillbook.performance.distributions import Spread
from fillbook.performance.drawdowns import falls
from fillbook.performance.filters import Filter
from fillbook.performance.keys import SAID, Key, Value, banded, narrowed, value_of
from fillbook.performance.results import results_in, summarize
from fillbook.performance.statistics import Absent, statistics
from fillbook.performance.summary import Summary, from_e8, to_e8
from fillbook.performance.told import USUAL, Told
from fillbook.storage import reports
from fillbook.storage.answers.reports import breakdown_answer, crossing_answer, distribution_answer
from fillbook.storage.choosing import accounts_in, trips_in
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import BrokerAccount, RoundTripRow, User
from fillbook.storage.plans import results_in_r, write_plan
from fillbook.storage.queries import Group, summaries
from fillbook.storage.report_files import rows_of_spread
from fillbook.storage.words import add_tag
from fillbook.trades.records import RoundTrip
from tests.storage.deliveries import day_of, deliver, person, says
from tests.storage.test_queries import CALL, ROWS, alike, book
from tests.trades.builders import OTHER, STOCK, fill

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

GROSS, OWN = Told(gross=True), Told(own=True)
UNTOLD = (*SAID, Key.ACCOUNT, Key.NUMBER, Key.AFTER)
"""Of which a round trip alone knows nothing."""
MORE = [
    fill(31, 600, 3, OTHER, day=41, fee="-0.25"),
    fill(32, -600, 3, OTHER, day=41, fee="0.25"),
    fill(33, 20, 1200, STOCK, day=42, fee="150"),
    fill(34, -20, 1201, STOCK, day=60, fee="0"),
    # shares that an exercise delivers have a time and no place in the day
    fill(41, 1, "1.1", CALL, day=61),
    fill(42, -1, 0, CALL, day=62, kind=ExecutionKind.EXERCISE),
    fill(43, 100, 20, STOCK, day=62, kind=ExecutionKind.EXERCISE),
    fill(44, -100, 22, STOCK, day=63),
]


@pytest.fixture
def owner() -> User:
    """Somebody whose trades are of many kinds, some of them tagged and planned."""
    user = person()
    deliver(user, says(*ROWS, *MORE, opened_on=day_of(0)))
    BrokerAccount.objects.update(counts_forex=True)
    rebuild_account(BrokerAccount.objects.get())
    first, second, third = RoundTripRow.objects.filter(counts=True, symbol="ACME").order_by("day", "key")[:3]
    for trip, names in ((first, ("gap", "late")), (second, ("late",))):
        for name in names:
            add_tag(user, trip.key, name)
    write_plan(user, first.key, "19", "", "5")
    write_plan(user, third.key, "32", "", "2")
    return user


def accounts_of(owner: User) -> list[BrokerAccount]:
    return accounts_in(owner, Filter())


def core(chosen: Filter) -> dict[str, list[RoundTrip]]:
    """What a filter takes, by the currency of the result."""
    found: dict[str, list[RoundTrip]] = defaultdict(list)
    for trip in book().match.round_trips:
        if chosen.admits(trip):
            ((currency, _),) = results_in("USD", [trip]).items()
            found[currency].append(trip)
    return found


def of_core(trips: list[RoundTrip]) -> Summary:
    ((_, results),) = results_in("USD", trips).items()
    return summarize(results)


@pytest.mark.parametrize("chosen", [Filter(), Filter(first=day_of(20), last=day_of(36)), Filter(symbol="ACME")])
def test_a_breakdown_is_the_whole_and_each_row_its_trades(owner: User, chosen: Filter) -> None:
    accounts, expected = accounts_of(owner), core(chosen)
    for key in Key:
        rows_are_their_trades(accounts, expected, chosen, key)


def rows_are_their_trades(accounts: list[BrokerAccount], expected: dict[str, list[RoundTrip]], chosen: Filter, key: Key) -> None:
    found = reports.breakdown(accounts, chosen, key)
    assert {group.currency for group in found} == expected.keys()
    for group, part in found.items():
        alike(part.whole, of_core(expected[group.currency]))
        together = Summary.together(one.summary for one in part.parts)
        if key is Key.TAG:
            assert part.overlaps == (chosen.first is None and group.currency == "USD")
        else:
            alike(together, part.whole)
        for one in part.parts:
            door = narrowed(chosen, key, one.value)
            assert door is not None
            alike(summaries(accounts, door)[group], one.summary)
            if key not in UNTOLD:
                alike(one.summary, of_core([trip for trip in expected[group.currency] if value_of(trip, key) == one.value]))


def test_tags_overlap_and_the_whole_counts_each_trade_once(owner: User) -> None:
    found = reports.breakdown(accounts_of(owner), Filter(), Key.TAG)[Group("real", "USD", "USD")]
    assert {part.value: part.summary.n for part in found.parts} == {"gap": 1, "late": 2, None: 8}
    assert (found.whole.n, found.overlaps) == (10, True)


def test_what_is_not_rated_is_a_row_of_its_own(owner: User) -> None:
    found = reports.breakdown(accounts_of(owner), Filter(), Key.RATING)[Group("real", "USD", "USD")]
    assert {part.value: part.summary.n for part in found.parts} == {2: 1, 5: 1, None: 8}
    assert (found.whole.n, found.overlaps) == (10, False)


def test_bands_agree_with_the_core(owner: User) -> None:
    accounts, trips, sizes = accounts_of(owner), book().match.round_trips, set()
    for kind in set(Banded) - {Banded.NUMBER, Banded.AFTER}:
        for number in (*range(24), None):
            band = Band(kind, number)
            if Band.read(str(band)) is None:
                continue
            chosen = Filter(bands=(band,))
            keys = set(trips_in(accounts, chosen).values_list("key", flat=True))
            assert keys == {trip.key for trip in trips if chosen.admits(trip)}, band
            sizes.add(len(keys))
    assert len(sizes) > 3


def test_a_crossing_is_two_breakdowns(owner: User) -> None:
    accounts = accounts_of(owner)
    pairs = [(Key.SYMBOL, Key.WEEKDAY), (Key.HELD, Key.PRICE), (Key.TAG, Key.SIDE), (Key.MONTH, Key.TAG), (Key.TAG, Key.TAG)]
    for down, across in [*pairs, (Key.RATING, Key.SIDE), (Key.TAG, Key.RATING)]:
        cells_are_their_trades(accounts, down, across)
    tags = reports.crossing(accounts, Filter(), Key.TAG, Key.TAG)[Group("real", "USD", "USD")]
    assert {place: part.n for place, part in tags.cells.items()} == {
        ("gap", "gap"): 1,
        ("gap", "late"): 1,
        ("late", "gap"): 1,
        ("late", "late"): 2,
        (None, None): 8,
    }
    assert tags.margins.whole.n == 10


def cells_are_their_trades(accounts: list[BrokerAccount], down: Key, across: Key) -> None:
    for group, grid in reports.crossing(accounts, Filter(), down, across).items():
        rows = {part.value: part.summary for part in reports.breakdown(accounts, Filter(), down)[group].parts}
        columns = {part.value: part.summary for part in reports.breakdown(accounts, Filter(), across)[group].parts}
        assert (set(grid.rows), set(grid.columns)) == (set(rows), set(columns))
        for row in grid.rows:
            alike(grid.margins.rows[row], rows[row])
        for column in grid.columns:
            alike(grid.margins.columns[column], columns[column])
        alike(grid.margins.whole, summaries(accounts, Filter())[group])
        for (row, column), part in grid.cells.items():
            door = _both(Filter(), down, row, across, column)
            alike(summaries(accounts, door)[group], part)


def _both(chosen: Filter, down: Key, row: Value, across: Key, column: Value) -> Filter:
    one = narrowed(chosen, down, row)
    assert one is not None
    both = narrowed(one, across, column)
    assert both is not None
    return both


def test_each_trade_in_the_currency_it_was_made_in(owner: User) -> None:
    """One of the two trades in euros has a rate to the base currency and one has none: told in euros they stand together."""
    accounts, chosen = accounts_of(owner), Filter()
    expected = results_in(None, [trip for trip in book().match.round_trips if chosen.admits(trip)])
    assert [one.net for one in expected["EUR"]] == [Decimal("9.30"), Decimal("-10.70")]  # 10 at 8 and 9, 0.35 of fees each way
    assert expected.keys() == {"USD", "EUR"}
    wholes = reports.totals(accounts, chosen, told=OWN)
    assert {group.currency for group in wholes} == expected.keys()
    for group, whole in wholes.items():
        results = expected[group.currency]
        alike(whole, summarize(results))
        for key in (Key.SIDE, Key.SYMBOL, Key.MONTH, Key.CURRENCY):
            alike(Summary.together(part.summary for part in reports.breakdown(accounts, chosen, key, told=OWN)[group].parts), whole)
        alike(Summary.together(reports.crossing(accounts, chosen, Key.SIDE, Key.MONTH, told=OWN)[group].cells.values()), whole)
        assert list(reports.closings(accounts, chosen, told=OWN)[group].nets) == [to_e8(one.net) for one in results]
        alike(Summary.together(day.summary for day in reports.days(accounts, chosen, told=OWN)[group]), whole)
        gross = sorted(to_e8(one.net) - to_e8(one.charges) for one in results)
        assert sorted(reports.spread(accounts, chosen, Spread.PROFIT, told=Told(gross=True, own=True))[group]) == gross
        assert trips_in(accounts, replace(chosen, traded=group.currency)).count() == whole.n  # where the page's numbers lead
    samples = reports.samples(accounts, chosen, told=OWN)
    assert [len(sample.rs) for group, sample in sorted(samples.items())] == [0, 2]  # EUR, USD
    absent = {one.name: one.absent for sample in samples.values() for one in statistics(sample)}
    assert absent["sharpe"] == absent["sortino"] == Absent.NOT_IN_BASE


def test_before_fees_a_trade_may_end_otherwise(owner: User) -> None:
    accounts, group = accounts_of(owner), Group("real", "USD", "USD")
    expected = [to_e8((trip.base_pnl or Decimal(0)) - (trip.base_charges or Decimal(0))) for trip in core(Filter())["USD"]]
    for key in (Key.SIDE, Key.TAG, Key.HOUR):
        whole = reports.breakdown(accounts, Filter(), key, told=GROSS)[group].whole
        assert (whole.total, whole.wins, whole.losses) == (
            sum(expected),
            sum(one > 0 for one in expected),
            sum(one < 0 for one in expected),
        )
    days = reports.days(accounts, Filter(), told=GROSS)[group]
    assert sum(day.summary.total for day in days) == sum(expected)
    net, gross = (reports.samples(accounts, Filter(), told=before)[group] for before in (USUAL, GROSS))
    pairs = {pair.first.name: pair for pair in compared(net, gross)}
    assert pairs["profit"].second.value == pairs["gross_profit"].first.value == from_e8(sum(expected))
    for name in ("gross_profit", "fees", "fee_share", "volume", "average_gain_percent", "weighted_gain_percent"):
        assert pairs[name].difference == 0, name
    for total in (answer["total"] for answer in breakdown_answer(accounts, Filter(), Key.SIDE, told=GROSS)):
        assert total["profit"] == total["gross_profit"]
    for cell in (cell for answer in crossing_answer(accounts, Filter(), Key.SIDE, Key.TAG, told=GROSS) for cell in answer["cells"]):
        assert cell["profit"] == cell["gross_profit"]
    assert sum(reports.closings(accounts, Filter(), told=GROSS)[group].nets) == sum(expected)
    assert sorted(reports.spread(accounts, Filter(), Spread.PROFIT, told=GROSS)[group]) == sorted(expected)


def test_curve_falls_and_spreads_are_those_of_the_trades(owner: User) -> None:
    accounts, group = accounts_of(owner), Group("real", "USD", "USD")
    results = results_in("USD", core(Filter())["USD"])["USD"]
    found = reports.closings(accounts, Filter())[group]
    assert list(zip(found.days, found.nets, strict=True)) == [(one.closed_on, to_e8(one.net)) for one in results]
    assert min(fall.depth for fall in falls(found)) == to_e8(metrics.max_drawdown(results).amount)
    assert len(set(zip(found.days, found.moments, strict=True))) == len(equity_curve(results))
    held = [int((one.closed_at - one.opened_at).total_seconds()) for one in results if one.closed_at and one.opened_at]
    assert sorted(reports.spread(accounts, Filter(), Spread.HELD)[group]) == sorted(held)
    bars = [row for row in rows_of_spread(accounts, Filter(), Spread.HELD) if row["currency"] == "USD"]
    assert [row["before"] for row in bars] == ["60", "300", "900", "3600", "14400", "86400", "604800", "2592000", None]
    assert [bar["round_trips"] for bar in distribution_answer(accounts, Filter(), Spread.HELD)[0]["bars"]] == [
        row["trades"] for row in bars
    ]
    assert sum(row["trades"] for row in bars) == len(held)
    assert len(reports.spread(accounts, Filter(), Spread.PERCENT)[group]) == len(results)


def test_results_in_r_are_kept_and_never_nothing(owner: User) -> None:
    accounts, group = accounts_of(owner), Group("real", "USD", "USD")
    exact = results_in_r(accounts, Filter(), "USD")
    kept = reports.spread(accounts, Filter(), Spread.R)[group]
    assert sorted(kept) == sorted(to_e8(one) for one in exact)
    assert len(kept) == 2
    by_side = {part.value: part for part in reports.breakdown(accounts, Filter(), Key.SIDE)[group].parts}
    assert [(by_side[side].r_count) for side in ("long", "short")] == [1, 1]
    tags = reports.breakdown(accounts, Filter(), Key.TAG)[group]
    assert tags.all.r_count == 2  # one has both tags and counts once
    assert tags.all.mean_r == pytest.approx(sum(exact) / 2)
    by_tag = {part.value: part for part in tags.parts}
    assert (by_tag["gap"].r_count, by_tag["late"].r_count, by_tag[None].r_count) == (1, 1, 1)
    assert by_tag["gap"].mean_r == pytest.approx(exact[0])
    write_plan(owner, RoundTripRow.objects.get(symbol="KAESE").key, "7", "", "")  # in euros without a rate, so of a group of its own
    assert {found.currency: len(one.rs) for found, one in reports.samples(accounts, Filter()).items()} == {"USD": 2, "EUR": 1}
    write_plan(owner, RoundTripRow.objects.get(symbol="KAESE").key, "", "", "")
    planned = RoundTripRow.objects.filter(r_e8__isnull=False).order_by("day")
    write_plan(owner, planned[0].key, "", "", "")
    assert [trip.symbol for trip in planned.all()] == ["ACME"]
    rebuild_account(accounts[0])
    assert planned.count() == 1


def test_ratios_only_where_the_broker_states_what_the_account_is_worth(owner: User) -> None:
    accounts, group = accounts_of(owner), Group("real", "USD", "USD")
    assert reports.samples(accounts, Filter())[group].returns is None
    worth = [BrokerBalance(FigureKind.NET_ASSET_VALUE, "U1", day_of(0) + timedelta(days=day), "USD", Decimal(10_000)) for day in range(90)]
    deliver(owner, says(balances=tuple(worth)))
    sample = reports.samples(accounts, Filter())[group]
    assert sample.returns is not None
    assert len(sample.returns.daily) == 66  # 65 working days and two Sundays on which something closed, the first day without one before it
    assert sum(sample.returns.daily) * 10_000 == pytest.approx(float(metrics.profit(sample.summary)))
    sharpe = next(one for one in statistics(sample) if one.name == "sharpe")
    assert sharpe.value is not None
    within = reports.samples(accounts, Filter(first=day_of(30), last=day_of(50)))[group].returns
    assert within is not None
    assert (within.first, within.last) == (day_of(29), day_of(50))


def test_what_was_made_in_the_trades_own_currency(owner: User) -> None:
    found = reports.own_currency(accounts_of(owner), Filter())
    assert found[Group("real", "USD", "USD")]["EUR"] == (Decimal("9.3"), Decimal("-0.7"))
    assert found[Group("real", "USD", "EUR")]["EUR"] == (Decimal("-10.7"), Decimal("-0.7"))


def test_nothing_has_no_parts() -> None:
    accounts = accounts_of(person())
    for key in (Key.TAG, Key.MONTH):
        assert reports.breakdown(accounts, Filter(), key) == reports.breakdown(accounts, Filter(), key, told=GROSS) == {}
        assert banded(key) is None


def test_accounts_of_one_base_currency_are_one_group(owner: User) -> None:
    deliver(owner, replace(says(*ROWS[:4], opened_on=day_of(0)), account="E1"))
    for account in BrokerAccount.objects.all():
        rebuild_account(account)
    accounts, group = accounts_of(owner), Group("real", "USD", "USD")
    whole = summaries(accounts, Filter())[group]
    assert (len(accounts), whole.n) == (2, 12)
    for key in (Key.ACCOUNT, Key.SIDE, Key.MONTH):
        alike(Summary.together(one.summary for one in reports.breakdown(accounts, Filter(), key)[group].parts), whole)
    days = reports.days(accounts, Filter(), told=GROSS)[group]
    assert [day.first for day in days] == sorted(set(reports.closings(accounts, Filter())[group].days))
    assert sum(day.summary.n for day in days) == 12
    net, paid = reports.own_currency(accounts, Filter())[group]["USD"]
    assert (to_e8(net), to_e8(paid)) == tuple(
        sum(getattr(part.summary, name) for part in reports.breakdown(accounts, Filter(traded="USD"), Key.SIDE)[group].parts)
        for name in ("total", "fees")
    )
