"""Results through the day, as the database sums them, equal a plain count over the round trips; places survive reading again in part."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

import pytest

from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.instrument import AssetClass, Instrument, Right
from fillbook.performance.breakdowns import STORED, Dimension, Slot
from fillbook.performance.filters import Filter
from fillbook.performance.summary import Outcome
from fillbook.storage import queries
from fillbook.storage.choosing import accounts_in, trips_in
from fillbook.storage.derive import rebuild_account
from fillbook.storage.intraday import slots, summaries, untimed, zones
from fillbook.storage.models import BrokerAccount, RoundTripRow, SlotTotals, User
from fillbook.storage.slots import opened_of
from fillbook.trades.records import Side
from tests.storage.deliveries import day_of, days, deliver, person, says
from tests.support import trips
from tests.trades.builders import OTHER, STOCK, fill, option

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

LISTED = Instrument("901", "NYC", STOCK.asset_class, "USD", exchange="NYSE")
BERLIN = Instrument("902", "BER", STOCK.asset_class, "USD", exchange="IBIS")


def pair(number: int, instrument: Instrument, units: int, bought: str, sold: str, when: str, minutes: int) -> list[Execution]:
    """A round trip opened at a moment (UTC) and closed so many minutes later; a negative number of units is a short one."""
    opened = datetime.fromisoformat(f"{when}+00:00")
    closed = opened + timedelta(minutes=minutes)
    rows = []
    for row, moment in zip(
        (fill(number, units, bought, instrument), fill(number + 1, -units, sold, instrument)), (opened, closed), strict=True
    ):
        rows.append(replace(row, ordered_at=moment, executed_at=moment, trade_date=moment.date()))
    return rows


ROWS = [
    *pair(1, LISTED, 10, "20", "22", "2026-03-02T14:40", 30),
    *pair(3, OTHER, 10, "20", "19", "2026-03-02T15:20", 200),
    *pair(5, LISTED, -5, "20", "18", "2026-03-02T20:30", 10),
    *pair(7, BERLIN, 10, "30", "30", "2026-03-03T08:10", 3),
    *pair(9, BERLIN, 10, "30", "31", "2026-03-31T08:30", 60 * 24),
    *pair(11, LISTED, 10, "20", "25", "2026-04-15T14:31", 1),
    *pair(13, OTHER, 10, "20", "21", "2026-04-15T14:33", 90),
]


@pytest.fixture
def owner() -> User:
    user = person()
    deliver(user, says(*ROWS, opened_on=day_of(0)))
    rebuild_account(BrokerAccount.objects.get())
    return user


def plainly(chosen: Filter, owner: User) -> dict[Dimension, dict[int, tuple[int, int]]]:
    """Slot -> (trades, profit in 1e-8), counted trip by trip with nothing but the clock."""
    found: dict[Dimension, dict[int, tuple[int, int]]] = {dimension: defaultdict(lambda: (0, 0)) for dimension in STORED}
    every = list(RoundTripRow.objects.order_by("opened_at"))
    for trip in trips_in(accounts_in(owner, chosen), chosen):
        assert trip.opened_at is not None
        assert trip.closed_at is not None
        assert trip.net_e8 is not None
        zone = "Europe/Berlin" if trip.symbol == "BER" else "America/New_York"
        local = trip.opened_at.astimezone(ZoneInfo(zone))
        opening, close = (9 * 60, 17 * 60 + 30) if trip.symbol == "BER" else (9 * 60 + 30, 16 * 60)
        minute = local.hour * 60 + local.minute
        session = sum(minute >= bound for bound in (opening, opening + 60, close - 60, close))
        minutes = (trip.closed_at - trip.opened_at).total_seconds() / 60
        earlier = [one for one in every if one.opened_on == trip.opened_on and one.opened_at < trip.opened_at]  # type: ignore[operator]
        done = [one for one in every if one.closed_on == trip.opened_on and one.closed_at <= trip.opened_at]  # type: ignore[operator]
        last = max(done, key=attrgetter("closed_at"), default=None)
        for dimension, slot in (
            (Dimension.CLOCK, local.weekday() * 24 + local.hour),
            (Dimension.SESSION, session),
            (Dimension.HELD, sum(minutes >= bound for bound in (1, 5, 15, 60, 240, 1440, 10080, 43200))),
            (Dimension.NUMBER, len(earlier) + 1),
            (Dimension.AFTER, 0 if last is None else {"win": 1, "loss": 2, "even": 3}[last.outcome]),
        ):
            count, total = found[dimension][slot]
            found[dimension][slot] = count + 1, total + trip.net_e8
    return {dimension: dict(parts) for dimension, parts in found.items()}


PERIODS = [
    Filter(),
    Filter(first=date(2026, 3, 1), last=date(2026, 3, 31)),
    Filter(first=date(2026, 3, 3), last=date(2026, 4, 30)),
    Filter(first=date(2026, 3, 3), last=date(2026, 3, 3)),
    Filter(first=date(2026, 2, 10), last=date(2026, 4, 14)),
    Filter(last=date(2026, 4, 14)),
    Filter(first=date(2026, 3, 3)),
    Filter(symbol="NYC"),
    Filter(side=Side.SHORT),
    Filter(outcome=Outcome.WIN, first=date(2026, 3, 3)),
    Filter(slot=Slot(Dimension.AFTER, 1)),
]


@pytest.mark.parametrize("chosen", PERIODS, ids=lambda chosen: chosen.to_query() or "everything")
def test_sums_equal_a_plain_count(owner: User, chosen: Filter) -> None:
    expected = plainly(chosen, owner)
    found = slots(accounts_in(owner, chosen), chosen)
    (parts,) = found.values()
    assert {dimension: {slot: (part.n, part.total) for slot, part in parts[dimension].items()} for dimension in STORED} == expected


def test_the_filter_takes_the_trades_of_a_slot(owner: User) -> None:
    accounts = accounts_in(owner, Filter())
    parts = next(iter(slots(accounts, Filter()).values()))
    for dimension in STORED:
        for slot, part in parts[dimension].items():
            of_slot = Filter(slot=Slot(dimension, slot))
            assert trips_in(accounts, of_slot).count() == part.n
            assert [(one.n, one.total) for one in summaries(accounts, of_slot).values()] == [(part.n, part.total)]
    assert trips_in(accounts, Filter(slot=Slot(Dimension.HOUR, 9))).count() == 2  # 14:40 UTC in New York, 08:10 in Berlin
    assert trips_in(accounts, Filter(slot=Slot(Dimension.WEEKDAY, 0))).count() == 3
    for one_slot in (Slot(Dimension.HOUR, 9), Slot(Dimension.WEEKDAY, 0), Slot(Dimension.WEEKDAY, 6)):
        for chosen in (Filter(slot=one_slot), Filter(slot=one_slot, side=Side.LONG), Filter(slot=one_slot, symbol="NYC", side=Side.LONG)):
            plain = queries.summaries(accounts, chosen)
            assert {group: (one.n, one.total) for group, one in summaries(accounts, chosen).items()} == {
                group: (one.n, one.total) for group, one in plain.items()
            }
    assert zones(accounts) == zones(accounts, Filter()) == ["America/New_York", "Europe/Berlin"]
    assert zones(accounts, Filter(symbol="NYC")) == ["America/New_York"]
    assert zones(accounts, Filter(asset_class=AssetClass.OPTION)) == []


def test_a_restated_instrument_moves_the_places_of_the_others(owner: User) -> None:
    account = BrokerAccount.objects.get()
    assert list(RoundTripRow.objects.filter(symbol="ZORG").order_by("opened_at").values_list("day_number", "after")) == [(2, 1), (2, 1)]
    gone = [row for row in ROWS if row.execution_id not in ("11", "12")]
    for written in deliver(owner, says(*gone, opened_on=day_of(0), covers=days(0, 60), written=5)).accounts:
        rebuild_account(written.account_id, written.instruments)
    assert list(RoundTripRow.objects.filter(symbol="ZORG").order_by("opened_at").values_list("day_number", "after")) == [(2, 1), (1, 0)]
    # March 31 to April 1 and the one left of April 15: each now the first of its day
    april = SlotTotals.objects.filter(account=account, month=date(2026, 4, 1), dimension="after", facet="")
    assert list(april.values_list("slot", "n", "total")) == [(0, 2, 20 * 10**8)]


def test_trades_without_a_time_are_counted_by_account(owner: User) -> None:
    dated = [replace(row, executed_at=None) for row in (fill(1, 10, 20, day=5), fill(2, -10, 21, day=6))]
    deliver(owner, says(*dated, account="D1", opened_on=day_of(0)))
    for account in BrokerAccount.objects.all():
        rebuild_account(account)
    for chosen in (Filter(), Filter(first=day_of(3)), Filter(side=Side.LONG)):
        found = untimed(accounts_in(owner, chosen), chosen)
        assert [(one.account.number, one.count, one.of) for one in found] == [("D1", 1, 1)]
    parts = next(iter(slots(accounts_in(owner, Filter()), Filter()).values()))
    timed = RoundTripRow.objects.exclude(account__number="D1").values_list("net_e8", flat=True)
    assert sum(part.total for part in parts[Dimension.CLOCK].values()) == sum(net for net in timed if net is not None)


def test_what_was_delivered_has_no_place_in_the_day() -> None:
    """A put sold at 14:30 is assigned after the close; the shares are sold two days later, as the first trade of nobody's day."""
    user, put = person(), option(Right.PUT, "12")
    after_the_close = datetime(2026, 3, 20, 20, 20, tzinfo=UTC)
    taken = [
        fill(1, -1, "1", put, day=18, effect=Effect.OPENS),
        fill(2, 1, 0, put, kind=ExecutionKind.ASSIGNMENT, day=18),
        fill(3, 100, "12", kind=ExecutionKind.ASSIGNMENT, day=18),
    ]
    rows = [
        row if row.kind is ExecutionKind.TRADE else replace(row, ordered_at=after_the_close, executed_at=after_the_close) for row in taken
    ]
    own = pair(10, OTHER, 10, "20", "21", "2026-03-20T20:40", 5)
    deliver(user, says(*rows, *own, fill(4, -100, "11.5", day=20), opened_on=day_of(0)))
    account = BrokerAccount.objects.get()
    rebuild_account(account)
    shares = RoundTripRow.objects.get(symbol="ACME", is_open=False)
    assert (shares.opened_at, shares.clock, shares.session, shares.day_number, shares.after) == (after_the_close, None, None, None, None)
    assert shares.holding_seconds
    assert RoundTripRow.objects.get(symbol="ZORG").day_number == 2, "the put was the first, what it delivered is none"
    assert [(one.count, one.of) for one in untimed([account], Filter())] == [(1, 2)]
    rebuild_account(account, {OTHER.key})
    assert RoundTripRow.objects.get(symbol="ZORG").day_number == 2


def test_an_assigned_option_is_nothing_that_one_trades_after() -> None:
    """Its premium is in what it delivered, so it is no break-even."""
    (book,) = trips.books("ibkr", "assigned-in-parts")
    moved = [trip for trip in book.match.round_trips if trip.moved_on]
    assert moved
    assert {opened_of(trip.key, trip).outcome for trip in moved} == {None}
    others = [trip for trip in book.match.round_trips if trip.counts]
    assert None not in {opened_of(trip.key, trip).outcome for trip in others}
