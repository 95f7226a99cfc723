"""What a page asks of the database does not grow with the round trips: told by steps of the database's machine, which no clock disturbs."""

import pytest
from django.db import connection
from django.test import Client

from fillbook.storage.models import BrokerAccount, ExecutionRow, RoundTripRow, User
from tests.support.manytrips import LAST, make_account, make_trips

pytestmark = pytest.mark.django_db

DAYS, FEW, FOURFOLD = 40, 400, 1600
MOST_QUERIES = 45
STEPS = 1000
SORTS = "opened symbol side kind account quantity entry held fills gross fees gain profit".split()
PAGES = (
    "/", "/?side=short", "/?class=option&outcome=win", f"/?from={LAST.replace(day=1)}&to={LAST}", "/?symbol=TAA0", "/calendar/",
    "/calendar/?side=short", "/intraday/", "/intraday/?outcome=loss", "/trades/", "/trades/?side=long", "/trades/?class=stock",
    *(f"/trades/?sort={sort}&order={('asc', 'desc')[number % 2]}" for number, sort in enumerate(SORTS)),
    "/accounts/", "/accounts/{account}/", "/trades/{trip}/", "/positions/",
)  # fmt: skip


def work(browser: Client, page: str) -> tuple[int, int]:
    """(queries, thousands of steps) that the database takes to answer."""
    steps, queries = [0], [0]

    def step() -> int:
        steps[0] += 1
        return 0

    def query(execute, *arguments):  # type: ignore[no-untyped-def]
        queries[0] += 1
        return execute(*arguments)

    connection.connection.set_progress_handler(step, STEPS)
    try:
        with connection.execute_wrapper(query):
            answer = browser.get(page)
    finally:
        connection.connection.set_progress_handler(None, STEPS)
    assert answer.status_code == 200, page
    return queries[0], steps[0]


def works(browser: Client, owner: User, trips: int) -> dict[str, tuple[int, int]]:
    """The work of each page on a book of so many round trips."""
    account = make_account(owner)
    make_trips(account, trips, days=DAYS)
    second = RoundTripRow.objects.filter(symbol="TAA0").order_by("pk")[1]  # between others, to cut and join
    names = {"account": account.pk, "trip": second.key}
    return {page: work(browser, page.format(**names)) for page in PAGES}


def test_four_times_the_round_trips_are_no_more_work(browser_of_owner: Client, owner: User) -> None:
    browser_of_owner.get("/more/")  # the first visit notes the session
    before = works(browser_of_owner, owner, FEW)
    ExecutionRow.objects.all().delete()  # an account with facts is not deleted by itself
    BrokerAccount.objects.all().delete()
    found = works(browser_of_owner, owner, FOURFOLD)
    assert {page: queries for page, (queries, _) in found.items()} == {page: queries for page, (queries, _) in before.items()}
    assert max(queries for queries, _ in found.values()) <= MOST_QUERIES
    assert {page: counts for page, counts in found.items() if counts[1] > 1.5 * before[page][1] + 4} == {}
