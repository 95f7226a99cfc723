"""What pages sum by SQL equals what the core sums trip by trip, and nothing is added that must not be."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.instrument import AssetClass, Instrument, Right
from fillbook.performance import curves, metrics
from fillbook.performance.filters import Filter, TripStatus
from fillbook.performance.moments import Moment
from fillbook.performance.results import results_in, summarize
from fillbook.performance.summary import Outcome, Summary
from fillbook.storage.choosing import VALUE_OF, Sort, accounts_in, in_order, incomplete_in, trips_in
from fillbook.storage.derive import rebuild_account
from fillbook.storage.details import differences, freshness, open_positions, reconciled, trip_detail
from fillbook.storage.loading import load_statement
from fillbook.storage.models import BrokerAccount, EndpointKind, Origin, RoundTripRow, User
from fillbook.storage.queries import Group, bridge, by_day, by_month, equity_curve, results, summaries, trips_page
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.records import RoundTrip, Side
from tests.storage.deliveries import day_of, deliver, link_of, person, says
from tests.trades.builders import EURO, FUTURE, OTHER, STOCK, fill, held, option

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

CALL = option(Right.CALL, "20")
PAIR = Instrument("eurusd", "EUR.USD", AssetClass.FOREX, "USD")


def trade(
    number: int, bought: str, sold: str, instrument: Instrument = STOCK, *, day: int = 0, units: int = 10, **more: object
) -> list[Execution]:
    """A round trip of two fills; a negative number of units is a short one."""
    buy, sell = (bought, sold) if units > 0 else (sold, bought)
    return [
        fill(number, units, buy, instrument, day=day, fee="0.35", **more),  # type: ignore[arg-type]
        fill(number + 1, -units, sell, instrument, day=day + 1, fee="0.35", **more),  # type: ignore[arg-type]
    ]


ROWS = [
    *trade(1, "20", "22.5"),
    *trade(3, "10", "9", OTHER, day=1),
    *trade(5, "5", "5.07", STOCK, day=30),
    *trade(7, "30", "31", STOCK, day=31, units=-7),
    *trade(9, "1.1", "1.3", CALL, day=33, units=2),
    *trade(11, "4000", "4010.25", FUTURE, day=34, units=1),
    *trade(13, "8", "9", EURO, day=35, rate_to_base=Decimal("1.0837")),
    *trade(15, "8", "7", replace(EURO, key="105", symbol="KAESE"), day=36),
    *trade(17, "1.1", "1.2", PAIR, day=37, units=1000),
    fill(19, -3, 12, replace(OTHER, key="106", symbol="OLD"), day=38, effect=Effect.CLOSES, broker_realized_pnl=Decimal("4.5")),
    fill(20, 8, 3, replace(OTHER, key="107", symbol="KEPT"), day=39),
    fill(21, -5, 3, replace(OTHER, key="107", symbol="KEPT"), day=40),
]


@pytest.fixture
def owner() -> User:
    """Somebody with one account of many kinds of trades."""
    user = person()
    deliver(user, says(*ROWS, opened_on=day_of(0)))
    BrokerAccount.objects.update(counts_forex=True)
    rebuild_account(BrokerAccount.objects.get())
    return user


def book() -> AccountBook:
    """The same account read by the core alone."""
    from fillbook.storage.derive import settings_of

    account = BrokerAccount.objects.get()
    return read_account(load_statement(account).statement, settings_of(account))


def trips_of(chosen: Filter) -> list[RoundTrip]:
    """What the filter takes, by its own rule."""
    read = book().match
    return [trip for trip in (*read.round_trips, *read.open_trips) if chosen.admits(trip)]


FILTERS = [
    Filter(first=first, symbol=symbol, side=side, asset_class=kind, outcome=outcome, status=status, include_incomplete=incomplete)
    for first, symbol, side, kind, outcome, status, incomplete in product(
        (None, day_of(32)),
        ("", "ACME"),
        (None, Side.SHORT),
        (None, AssetClass.OPTION, AssetClass.FOREX),
        (None, Outcome.WIN, Outcome.LOSS),
        (TripStatus.CLOSED, TripStatus.OPEN),
        (False, True),
    )
] + [Filter(last=day_of(31)), Filter(first=day_of(2), last=day_of(36)), Filter(symbol="NOBODY"), Filter(outcome=Outcome.EVEN)]


def test_sql_takes_the_trips_that_the_filter_admits(owner: User) -> None:
    accounts = accounts_in(owner, Filter())
    read = book().match
    every = (*read.round_trips, *read.open_trips)
    sizes = set()
    for chosen in FILTERS:
        keys = set(trips_in(accounts, chosen).values_list("key", flat=True))
        assert keys == {trip.key for trip in every if chosen.admits(trip)}, chosen
        sizes.add(len(keys))
    assert {0, 1, 8} <= sizes


def test_sql_takes_the_intervals_that_the_filter_admits(owner: User) -> None:
    """From each moment on and up to it, also from and to one round trip of it."""
    accounts = accounts_in(owner, Filter())
    every = book().match.round_trips
    for one in every:
        assert one.closed_on
        for moment in (
            Moment(one.closed_on, one.closed_at),
            Moment(one.closed_on, one.closed_at, one.opened_at, one.key),
            Moment(one.closed_on),
        ):
            for chosen in (Filter(closed_from=moment), Filter(closed_to=moment), Filter(closed_from=moment, status=TripStatus.OPEN)):
                keys = set(trips_in(accounts, chosen).values_list("key", flat=True))
                assert keys == {trip.key for trip in every if chosen.admits(trip)}, chosen


def test_sums_agree_with_the_core_for_every_filter(owner: User) -> None:
    accounts = accounts_in(owner, Filter())
    read = book().match
    for chosen in [chosen for chosen in FILTERS if chosen.status is TripStatus.CLOSED]:
        expected = results_in("USD", [trip for trip in read.round_trips if chosen.admits(trip)])
        sums = {group.currency: summary for group, summary in summaries(accounts, chosen).items()}
        assert sums.keys() == expected.keys(), chosen
        for currency, found in sums.items():
            alike(found, summarize(expected[currency]))


def alike(found: Summary, expected: Summary) -> None:
    """Equal but for the last bits of the double."""
    assert found._replace(squares=0.0, costs=0.0) == expected._replace(squares=0.0, costs=0.0)
    assert [found.squares, found.costs] == pytest.approx([expected.squares, expected.costs])


def test_the_dashboards_figures_by_hand(owner: User) -> None:
    sums = summaries(accounts_in(owner, Filter()), Filter())
    dollars = sums[Group("real", "USD", "USD")]
    # 24.30 - 10.70 + 0.00 + 6.30 + 39.30 + 511.80 + 9.30 x 1.0837
    assert (dollars.n, dollars.wins, dollars.losses, dollars.zeros) == (7, 5, 1, 1)
    assert dollars.total == 581_0784_1000
    assert (dollars.least, dollars.greatest) == (-10_7000_0000, 511_8000_0000)
    (exact,) = (part for group, part in results(accounts_in(owner, Filter()), Filter()).items() if group.currency == "USD")
    assert dollars.weighted_gain == pytest.approx(metrics.weighted_gain_percent(exact))
    euros = sums[Group("real", "USD", "EUR")]  # no rate: shown beside, never added
    assert (euros.n, euros.total) == (1, -10_7000_0000)


def test_days_and_months_agree_with_the_core(owner: User) -> None:
    accounts = accounts_in(owner, Filter())
    for chosen in (Filter(), Filter(first=day_of(5), last=day_of(35)), Filter(symbol="ACME")):
        expected = results_in("USD", trips_of(chosen))
        for group, days in by_day(accounts, chosen).items():
            core = curves.by_day(expected[group.currency])
            assert [day.first for day in days] == [day.first for day in core]
            for mine, theirs in zip(days, core, strict=True):
                alike(mine.summary, theirs.summary)
        for group, months in by_month(accounts, chosen).items():
            assert [(month.first, month.summary.total) for month in months] == [
                (month.first, month.summary.total) for month in curves.by_month(expected[group.currency])
            ]


def test_results_and_curve_are_the_cores(owner: User) -> None:
    accounts = accounts_in(owner, Filter())
    expected = results_in("USD", trips_of(Filter()))
    found = {group.currency: part for group, part in results(accounts, Filter()).items()}
    assert found.keys() == expected.keys()
    for currency, part in found.items():
        core = expected[currency]
        assert [(r.key, r.net, r.charges, r.cost, r.opened_at, r.closed_at) for r in part] == [
            (r.key, r.net, r.charges, r.cost, r.opened_at, r.closed_at) for r in core
        ]
        for mine, theirs in zip(part, core, strict=True):
            assert mine.gain is not None
            assert theirs.gain is not None
            assert abs(mine.gain - theirs.gain) <= Decimal("5E-9")
    curve = equity_curve(accounts, Filter())[Group("real", "USD", "USD")]
    assert curve == curves.equity_curve(expected["USD"])


def test_kinds_and_base_currencies_are_never_added(owner: User) -> None:
    opened, closed = trade(1, "1", "2")
    pretend = says(opened, replace(closed, broker_realized_pnl=Decimal("9.30")), opened_on=day_of(0))
    deliver(owner, pretend, origin=Origin.FETCHED, link=link_of(owner, EndpointKind.SANDBOX))
    deliver(owner, replace(says(*trade(1, "1", "3"), account="E1", opened_on=day_of(0)), base_currency="EUR"))
    for account in BrokerAccount.objects.all():
        rebuild_account(account)
    sums = summaries(accounts_in(owner, Filter()), Filter())
    assert sums[Group("sandbox", "USD", "USD")].total == 9_3000_0000
    assert sums[Group("real", "EUR", "USD")].total == 19_3000_0000
    assert sums[Group("real", "USD", "USD")].n == 7
    assert set(bridge(accounts_in(owner, Filter()))) == {"real", "sandbox"}
    assert [account.number for account in accounts_in(owner, Filter(currency="EUR"))] == ["E1"]


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [False, True])
def test_pages_hold_each_trip_once_in_order(owner: User, sort: Sort, descending: bool) -> None:
    accounts = accounts_in(owner, Filter())
    for number, pk in enumerate(RoundTripRow.objects.order_by("key").values_list("pk", flat=True)[:5]):
        RoundTripRow.objects.filter(pk=pk).update(r_e8=number % 3 - 1)  # the others have no plan, and come last
    pages = [trips_page(accounts, Filter(), sort, descending=descending, number=number, size=3) for number in (1, 2, 3)]
    rows = [row for page in pages for row in page.rows]
    assert (pages[0].total, pages[0].pages, len({row.key for row in rows})) == (8, 3, 8)
    places = {row.pk: getattr(row, "compared", None) for row in RoundTripRow.objects.annotate(compared=VALUE_OF[sort])}
    values: list[Any] = [places[row.pk] for row in rows]
    known = [value for value in values if value is not None]
    assert values == [*sorted(known, reverse=descending), *[None] * (len(values) - len(known))]
    assert (len(known) < len(values)) == (sort in (Sort.R, Sort.RATING))


def test_a_page_beyond_the_last_is_the_last(owner: User) -> None:
    accounts = accounts_in(owner, Filter())
    assert trips_page(accounts, Filter(), number=99, size=3).number == 3
    assert trips_page(accounts, Filter(), number=-1, size=3).number == 1
    assert trips_page([], Filter()).pages == 1


def test_the_round_trips_of_a_filter_are_in_order(owner: User) -> None:
    first = in_order(trips_in(accounts_in(owner, Filter()), Filter())).first()
    assert first is not None
    assert first.key == book().match.round_trips[0].key


def test_a_trip_seen_closely_leads_to_its_rows(owner: User) -> None:
    trip = RoundTripRow.objects.get(key=book().match.round_trips[0].key)
    detail = trip_detail(trip)
    assert [fill.execution_id for fill in detail.fills] == ["1", "2"]
    assert detail.executions["2"].price == Decimal("22.5")
    assert [lot.closed_by for lot in detail.lots] == ["2"]
    assert detail.lines["2"].status == "unstated"


def test_positions_stand_beside_the_brokers() -> None:
    owner = person()
    broker = replace(held(STOCK, 9, 180), as_of=day_of(60), mark_price=Decimal(21))
    rows = [fill(1, 10, 20, effect=Effect.OPENS), fill(2, 4, 5, OTHER, effect=Effect.OPENS)]
    deliver(owner, says(*rows, positions=(broker,), opened_on=day_of(0)))
    account = BrokerAccount.objects.get()
    rebuild_account(account)
    acme, zorg = open_positions([account])
    assert (acme.quantity, acme.cost, acme.status) == (Decimal(10), Decimal(200), "explained")
    assert acme.stated is not None
    assert (acme.stated.quantity, acme.stated.mark_price) == (Decimal(9), Decimal(21))
    assert (zorg.quantity, zorg.stated, zorg.lots) == (Decimal(4), None, 1)
    assert not zorg.realized_so_far
    assert [row.ref for row in differences(account, 5)] == ["101", "102"]
    assert [row.ref for row in differences(account, 1)] == ["101"]


def test_how_an_account_reconciles_is_counted(owner: User) -> None:
    found = reconciled(BrokerAccount.objects.get())
    assert (found.fills, found.agrees) == ({"unstated": 9, "inferred": 1}, True)
    assert (found.incomplete, found.open, found.unmatched, found.flagged) == (1, 1, 0, 0)


def test_freshness_names_days_gaps_and_the_last_run() -> None:
    owner = person()
    link = link_of(owner)
    link.last_success_at = datetime(2026, 6, 1, tzinfo=UTC)
    link.save()
    deliver(owner, says(), origin=Origin.FETCHED, link=link)
    fresh = freshness(accounts_in(owner, Filter()))[0]
    assert (fresh.figures_to, fresh.tracked_since, fresh.gaps, fresh.run) == (day_of(60), day_of(0), (), None)
    assert fresh.last_success_at == link.last_success_at


def test_an_account_of_somebody_else_is_not_in_a_filter(owner: User) -> None:
    other = person("eve")
    account = BrokerAccount.objects.get()
    assert accounts_in(other, Filter(accounts=(str(account.pk),))) == []
    assert accounts_in(owner, Filter(accounts=(str(account.pk),))) == [account]
    assert accounts_in(owner, Filter(accounts=("999999",))) == []


def test_an_assigned_option_is_no_incomplete_trade_beside_what_it_delivered() -> None:
    """A put sold before the history is assigned: its premium, and so what the shares cost, is unknown; that is one incomplete trade."""
    put = option(Right.PUT, "12")
    rows = [
        fill(2, 1, 0, put, kind=ExecutionKind.ASSIGNMENT, day=18, effect=Effect.CLOSES),
        fill(3, 100, "12", kind=ExecutionKind.ASSIGNMENT, day=18),
        fill(4, -100, "11.5", day=20),
    ]
    deliver(person(), says(*rows, opened_on=day_of(0)))
    account = BrokerAccount.objects.get()
    rebuild_account(account)
    assert [trip.symbol for trip in incomplete_in([account], Filter())] == ["ACME"]
    assert reconciled(account).incomplete == 1
