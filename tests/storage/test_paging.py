"""Pages that begin after a round trip: walked from either end they hold each trip once, in the order of the whole list."""

from random import Random

import pytest

from fillbook.performance.filters import Filter
from fillbook.storage.choosing import Sort, in_order, trips_in
from fillbook.storage.models import BrokerAccount, RoundTripRow
from fillbook.storage.paging import Cursor, Order, Page, every_row, page_of
from fillbook.storage.sheet import guarded, lines
from tests.storage.deliveries import person
from tests.support.manytrips import make_account, make_trips

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@pytest.fixture
def accounts() -> list[BrokerAccount]:
    """Two accounts with equal moments, equal values and missing ones between them."""
    owner, chance = person(), Random(3)
    found = [make_account(owner, "M1"), make_account(owner, "M2")]
    for number, account in enumerate(found):
        make_trips(account, 25, days=4, with_fills=False, seed=number)
    for trip in RoundTripRow.objects.order_by("account", "key"):
        trip.key = f"{trip.account.number.lower()}{trip.key}"
        if chance.random() < 0.3:
            trip.closed_at = trip.holding_seconds = None
        if chance.random() < 0.2:
            trip.gain_e8 = None
        trip.fills = chance.choice((2, 2, 3))
        trip.rating = chance.choice((None, 2, 4))
        trip.save()
    return found


def test_walking_there_and_back(accounts: list[BrokerAccount], subtests: pytest.Subtests) -> None:
    for sort in Sort:
        for descending in (False, True):
            with subtests.test(sort=sort, descending=descending):
                walk(accounts, Order(sort, descending))


def walk(accounts: list[BrokerAccount], order: Order) -> None:
    whole = [trip.key for trip in in_order(trips_in(accounts, Filter()), order.sort, descending=order.descending)]
    there: list[str] = []
    cursor: Cursor | None = Cursor()
    page = page_of(accounts, Filter(), order, size=7)
    assert page.before is None
    while cursor is not None and len(there) <= len(whole):
        page = page_of(accounts, Filter(), order, cursor, size=7)
        there += [trip.key for trip in page.rows]
        cursor = page.after
    assert there == whole
    back: list[str] = [trip.key for trip in page.rows]
    while page.before is not None and len(back) <= len(whole):
        page = page_of(accounts, Filter(), order, page.before, size=7)
        back = [trip.key for trip in page.rows] + back
    assert back == whole


def named(page: Page) -> list[tuple[str, int]]:
    return [(trip.key, trip.account_id) for trip in page.rows]


def test_trips_that_are_the_same_in_all_but_their_account_come_once_each(accounts: list[BrokerAccount], subtests: pytest.Subtests) -> None:
    """An account number that is held twice, as a real and as a sandbox account, has its trades by the same keys."""
    same = RoundTripRow.objects.filter(account=accounts[0])
    RoundTripRow.objects.filter(account=accounts[1]).delete()
    for trip in same:
        trip.pk = None
        trip.account = accounts[1]
        trip.save(force_insert=True)
    whole = sorted(RoundTripRow.objects.filter(is_open=False).values_list("key", "account_id"))
    assert len(whole) == 50
    for order in (Order(), Order(Sort.PROFIT, False), Order(Sort.GAIN)):
        with subtests.test(order=order):
            page = page_of(accounts, Filter(), order, size=3)
            there = named(page)
            while page.after is not None and len(there) <= len(whole):
                page = page_of(accounts, Filter(), order, page.after, size=3)
                there += named(page)
            back = named(page)
            while page.before is not None and len(back) <= len(whole):
                page = page_of(accounts, Filter(), order, page.before, size=3)
                back = named(page) + back
            assert sorted(there) == whole
            assert back == there


def test_a_cursor_that_is_gone_is_the_first_page(accounts: list[BrokerAccount]) -> None:
    assert page_of(accounts, Filter(), Order(), Cursor("gone", backwards=True)).rows == page_of(accounts, Filter(), Order()).rows
    assert page_of([], Filter(), Order()).rows == []


def test_the_file_has_every_trip_and_no_formula(accounts: list[BrokerAccount]) -> None:
    BrokerAccount.objects.filter(pk=accounts[0].pk).update(number="=cmd|' /C calc'!A0")
    text = list(lines(every_row(accounts, Filter(), Order())))
    assert len(text) == 51
    assert text[0].startswith("key,account,kind,symbol,underlying,asset_class,side,status,quantity,")
    assert sum("'=cmd|' /C calc'!A0" in line for line in text) == 25
    assert not any(cell.startswith(("=", "@", "+")) for line in text for cell in line.split(","))


@pytest.mark.parametrize(
    ("text", "shown"), [("=1+1", "'=1+1"), ("@x", "'@x"), (" -2", "' -2"), ("\tx", "'\tx"), ("BRK B", "BRK B"), ("", "")]
)
def test_texts_are_never_formulas(text: str, shown: str) -> None:
    assert guarded(text) == shown
