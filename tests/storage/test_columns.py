"""Round trips as columns: what is packed comes back, and a filter takes the same of them as of the rows."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.bands import Band, Banded
from fillbook.performance.breakdowns import Slot
from fillbook.performance.filters import Filter, TripStatus
from fillbook.performance.keys import SAID, Key, Value
from fillbook.performance.moments import Moment
from fillbook.performance.ratings import Rated
from fillbook.performance.summary import Outcome
from fillbook.performance.told import Told
from fillbook.storage import packed, reports
from fillbook.storage.choosing import accounts_in, in_order, trips_in
from fillbook.storage.columns import Columns, by
from fillbook.storage.derive import rebuild_account
from fillbook.storage.keytotals import whole_months
from fillbook.storage.models import BrokerAccount, RoundTripRow, TripColumn, User
from fillbook.storage.picking import picked
from fillbook.storage.plans import write_plan
from fillbook.storage.queries import Group
from fillbook.storage.words import add_tag
from fillbook.trades.records import Side
from tests.storage.deliveries import day_of, deliver, person, says
from tests.storage.test_queries import ROWS
from tests.trades.builders import OTHER, STOCK, fill

MORE = [fill(31, 600, 3, OTHER, day=41, fee="-0.25"), fill(32, -600, 3, OTHER, day=41), fill(33, 20, 12, STOCK, day=42)]
DOLLARS = Group("real", "USD", "USD")
FILTERS = [
    Filter(),
    Filter(first=day_of(20), last=day_of(36)),
    Filter(last=day_of(20)),
    Filter(symbol="ACME"),
    Filter(ticker="ACME"),
    Filter(underlying="ACME"),
    Filter(side=Side.SHORT),
    Filter(asset_class=AssetClass.OPTION),
    Filter(asset_class=AssetClass.FOREX),
    Filter(outcome=Outcome.LOSS, side=Side.LONG),
    Filter(traded="EUR"),
    Filter(tags=("gap",)),
    Filter(tags=("gap", "late")),
    Filter(untagged=True),
    Filter(rating=Rated(4, 5)),
    Filter(rating=Rated(None, None), side=Side.LONG),
    Filter(include_incomplete=True),
    Filter(status=TripStatus.OPEN),
    Filter(status=TripStatus.OPEN, side=Side.LONG, symbol="ACME"),
    Filter(bands=(Band(Banded.PRICE, 3), Band(Banded.HELD, None))),
    Filter(bands=(Band(Banded.HOUR, None),)),
    *(Filter(slot=Slot.read(name)) for name in ("hour-9", "weekday-3", "session-1", "held-5", "number-1", "after-0", "clock-81")),
]


@given(st.lists(st.none() | st.integers(), min_size=1), st.sampled_from([1, 7, 15, 31, 63, 80]))
def test_whole_numbers_come_back(values: list[int | None], bits: int) -> None:
    edge = 1 << bits
    for several in (values, [*values, edge - 1, -edge], [*values, None, 1 - edge]):
        assert packed.unpack_whole(packed.pack_whole(several)) == several


@given(st.lists(st.sampled_from(["", "USD", "ÄÖ", "a\nb"]), min_size=1), st.lists(st.floats(allow_nan=False)))
def test_names_and_doubles_come_back(names: list[str], doubles: list[float]) -> None:
    assert packed.unpack_names(packed.pack_names(names)) == names
    assert packed.unpack_doubles(packed.pack_doubles(doubles)) == doubles


def test_amounts_come_back_to_the_last_decimal() -> None:
    amounts = [Decimal("1.5"), Decimal("-0.000000000000000001"), Decimal(12345678901234567890), Decimal(0), Decimal("1E+3")]
    units = packed.unpack_amounts(packed.pack_amounts(amounts))
    assert units == [15 * 10**17, -1, 12345678901234567890 * 10**18, 0, 10**21]
    assert len(packed.pack_amounts([Decimal("0.25")] * 1000)) < 30  # one price a thousand times


@pytest.fixture
def owner() -> User:
    """Somebody with two accounts that trade on the same days."""
    user = person()
    deliver(user, says(*ROWS, *MORE, opened_on=day_of(0)))
    deliver(user, replace(says(*ROWS[:6], opened_on=day_of(0)), account="E1"))
    BrokerAccount.objects.update(counts_forex=True)
    for account in BrokerAccount.objects.all():
        rebuild_account(account)
    first, second = RoundTripRow.objects.filter(counts=True, symbol="ACME").order_by("day", "account", "key")[:2]
    for trip, names in ((first, ("gap", "late")), (second, ("late",))):
        for name in names:
            add_tag(user, trip.key, name)
    write_plan(user, first.key, "", "", "4")
    write_plan(user, second.key, "", "", "2")
    return user


@pytest.mark.both_databases
@pytest.mark.django_db
def test_a_filter_takes_the_same_as_of_the_rows(owner: User) -> None:
    accounts, sizes = accounts_in(owner, Filter()), set()
    for chosen in FILTERS:
        expected = in_order(trips_in(accounts, chosen).filter(net_e8__isnull=False))
        found = picked(accounts, chosen, ("pk",), ordered=True)
        for group in {*found, *(Group("real", "USD", name) for name in expected.values_list("result_currency", flat=True))}:
            rows = list(expected.filter(result_currency=group.currency).values_list("pk", flat=True))
            assert found.get(group, {"pk": []})["pk"] == rows, (chosen, group)
            sizes.add(len(rows))
    assert len(sizes) > 5


@pytest.mark.both_databases
@pytest.mark.django_db
def test_an_interval_takes_the_same_as_of_the_rows(owner: User) -> None:
    """Of accounts with and without times of day, from and to each moment, and each round trip of it."""
    deliver(owner, replace(says(*(replace(row, executed_at=None) for row in ROWS[:12]), opened_on=day_of(0)), account="F1"))
    for account in BrokerAccount.objects.filter(number="F1"):
        rebuild_account(account)
    accounts = accounts_in(owner, Filter())
    every = in_order(trips_in(accounts, Filter()).filter(net_e8__isnull=False, result_currency="USD"))
    order = [
        (day or date.min, closed, opened, key) for day, closed, opened, key in every.values_list("day", "closed_at", "opened_at", "key")
    ]
    assert {at is None for _, at, *_ in order} == {True, False}
    for day, at, opened, key in order:
        for begins, ends in (
            (Moment(day, at), None),
            (None, Moment(day, at)),
            (Moment(day, at, opened, key), Moment(day, at, opened, key)),
        ):
            chosen = Filter(closed_from=begins, closed_to=ends)
            rows = list(in_order(trips_in(accounts, chosen).filter(pk__in=every.values("pk"))).values_list("pk", flat=True))
            assert picked(accounts, chosen, ("pk",), ordered=True)[DOLLARS]["pk"] == rows, chosen
            assert rows


@pytest.mark.django_db
def test_what_is_read_again_is_kept_again(owner: User) -> None:
    """One instrument's trades alone leave what all of them leave."""
    accounts = accounts_in(owner, Filter())
    names = ("key", "net", "moment", "own_net", "by_number", "by_price", "day", "outlay")

    def kept() -> Columns:
        return picked(accounts, Filter(), names, ordered=True)[DOLLARS]

    whole = kept()
    rebuild_account(accounts[0], {STOCK.key})
    assert kept() == whole
    TripColumn.objects.filter(account=accounts[0]).delete()
    rebuild_account(accounts[0])
    assert kept() == whole


PERIODS = [
    (None, None),
    (day_of(3), day_of(3)),
    (day_of(5), None),
    (None, day_of(33)),
    (day_of(2), day_of(60)),
    (day_of(20).replace(day=1), None),
    (day_of(0).replace(day=1), day_of(40).replace(day=1) - timedelta(days=1)),
]


@pytest.mark.both_databases
@pytest.mark.django_db
def test_kept_sums_are_those_of_the_columns(owner: User) -> None:
    accounts, sizes = accounts_in(owner, Filter()), set()
    for first, last in PERIODS:
        chosen = Filter(first=first, last=last)
        for key in sorted(set(Key) - SAID):
            found = reports.breakdown(accounts, chosen, key, told=Told(gross=key is Key.HOUR))
            columns = picked(accounts, chosen, ("net", "charges", by(key)))
            assert found.keys() == columns.keys()
            for group, part in columns.items():
                sums: dict[Value, list[int]] = defaultdict(list)
                for net, charge, value in zip(part["net"], part["charges"], part[by(key)], strict=True):
                    sums[value].append(net - charge if key is Key.HOUR else net)
                told = {one.value: (one.summary.n, one.summary.total, one.summary.least) for one in found[group].parts}
                assert told == {value: (len(nets), sum(nets), min(nets)) for value, nets in sums.items()}
                sizes.add(found[group].whole.n)
    assert len(sizes) > 4


@pytest.mark.parametrize(
    ("first", "last", "whole", "edges"),
    [
        ("", "", ("", ""), []),
        ("2026-02-01", "2026-02-28", ("2026-02-01", "2026-02-28"), []),
        ("2026-02-02", "2026-02-28", None, [("2026-02-02", "2026-02-28")]),
        ("2026-02-05", "2026-03-07", None, [("2026-02-05", "2026-02-28"), ("2026-03-01", "2026-03-07")]),
        ("2026-01-31", "2026-03-31", ("2026-02-01", "2026-03-31"), [("2026-01-31", "2026-01-31")]),
        ("", "2026-03-01", ("", "2026-02-28"), [("2026-03-01", "2026-03-01")]),
    ],
)
def test_a_period_is_whole_months_and_parts(first: str, last: str, whole: tuple[str, str] | None, edges: list[tuple[str, str]]) -> None:
    def period(one: tuple[str, str]) -> Filter:
        begins, ends = (date.fromisoformat(day) if day else None for day in one)
        return Filter(first=begins, last=ends)

    assert whole_months(period((first, last))) == (whole and period(whole), [period(edge) for edge in edges])
