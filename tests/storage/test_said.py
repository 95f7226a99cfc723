"""The trader's own words in lists and files: the rating of a trade follows it, and no word is taken for a formula."""

import csv
from decimal import Decimal

import pytest

from fillbook.performance.filters import Filter
from fillbook.storage.answers.trips import trips_answer
from fillbook.storage.choosing import Sort, accounts_in, in_order, trips_in
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import BrokerAccount, RoundTripRow, User
from fillbook.storage.plans import write_plan
from fillbook.storage.sheet import lines
from fillbook.storage.words import add_tag, write_note
from tests.storage.deliveries import day_of, deliver, person, says
from tests.trades.builders import OTHER, STOCK, fill

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@pytest.fixture
def owner() -> User:
    """Somebody with three trades: one with every word, one rated alone, one of which nothing is said."""
    user = person()
    rows = [fill(1, 10, 100), fill(2, -10, 110, day=1), fill(3, -5, 50, OTHER, day=2), fill(4, 5, 52, OTHER, day=3)]
    deliver(user, says(*rows, fill(5, 1, 1, STOCK, day=4), fill(6, -1, 2, STOCK, day=5), opened_on=day_of(0)))
    rebuild_account(BrokerAccount.objects.get())
    first, second, _ = in_order(RoundTripRow.objects.all())
    for name in ("late", "=cmd"):
        add_tag(user, first.key, name)
    write_note(user, first.key, "=1+1, it says\n\nAnd more.")
    write_note(user, first.key, "A second note.")
    write_plan(user, first.key, "95", "120", "4")
    write_plan(user, second.key, "", "", "2")
    return user


def told(owner: User) -> list[dict[str, str]]:
    """The words of each trade as the file has them, in closing order."""
    accounts = accounts_in(owner, Filter())
    rows = csv.DictReader(lines(in_order(trips_in(accounts, Filter())).select_related("account", "instrument")))
    return [{name: row[name] for name in ("rating", "stop", "target", "tags", "notes", "note")} for row in rows]


def test_the_file_has_the_words_and_no_formula(owner: User) -> None:
    nothing = {"rating": "", "stop": "", "target": "", "tags": "", "notes": "0", "note": ""}
    first = {"rating": "4", "stop": "95", "target": "120", "tags": "'=cmd, late", "notes": "2", "note": "'=1+1, it says"}
    assert told(owner) == [first, nothing | {"rating": "2"}, nothing]


def test_a_rating_is_there_again_after_a_rebuild_and_gone_with_its_plan(owner: User) -> None:
    rebuild_account(BrokerAccount.objects.get())
    first, second, third = in_order(RoundTripRow.objects.all())
    assert [trip.rating for trip in (first, second, third)] == [4, 2, None]
    write_plan(owner, first.key, "95", "", "")
    write_plan(owner, second.key, "", "", "")
    assert set(RoundTripRow.objects.values_list("rating", flat=True)) == {None}


def test_a_list_is_ordered_by_rating_and_says_the_words(owner: User) -> None:
    ordered = in_order(trips_in(accounts_in(owner, Filter()), Filter()), Sort.RATING, descending=True)
    assert [trip.rating for trip in ordered] == [4, 2, None]
    [first, *_] = trips_answer(list(ordered.select_related("account", "instrument")))
    said = {name: first[name] for name in ("rating", "stop", "target", "tags", "notes_count", "note")}
    assert said == {"rating": 4, "stop": "95", "target": "120", "tags": ["=cmd", "late"], "notes_count": 2, "note": "=1+1, it says"}
    [lean, *_] = trips_answer(list(ordered.select_related("account", "instrument")), ["r", "note"])
    assert set(lean) == {"key", "r", "note"}
    assert Decimal(lean["r"]) > 0
