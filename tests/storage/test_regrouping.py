"""Cuts and joins are kept, survive a rebuild, belong to one owner, and taking them back restores every derived row."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from django.http import Http404

from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.performance.filters import Filter
from fillbook.storage.choosing import accounts_in
from fillbook.storage.derive import rebuild_account
from fillbook.storage.hashes import derived_hash
from fillbook.storage.models import BrokerAccount, RoundTripRow, TripOverride, User
from fillbook.storage.plans import write_plan
from fillbook.storage.queries import summaries
from fillbook.storage.regrouping import CannotRegroup, cut, fill_of, join, take_back, trip_of
from fillbook.storage.words import add_tag, words_of, write_note
from tests.storage.deliveries import day_of, days, deliver, person, says
from tests.trades.builders import fill

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

ROWS = [fill(1, 100, 10), fill(2, -50, 12, day=1), fill(3, -50, 9, day=2), fill(4, 10, 20, day=3), fill(5, -10, 21, day=4)]


@pytest.fixture
def owner() -> User:
    user = person()
    deliver(user, says(*ROWS, opened_on=day_of(0)))
    rebuild_account(BrokerAccount.objects.get())
    return user


def nets() -> list[int]:
    return [trip.net_e8 // 10**8 for trip in RoundTripRow.objects.order_by("closed_on") if trip.net_e8 is not None]


def total(owner: User) -> int:
    return sum(summary.total for summary in summaries(accounts_in(owner, Filter()), Filter()).values())


def test_cut_rebuild_and_take_back(owner: User) -> None:
    account, whole = BrokerAccount.objects.get(), total(owner)
    before, key = derived_hash(account), RoundTripRow.objects.earliest("closed_on").key
    assert nets() == [50, 10]
    assert cut(owner, key, 3) == key
    assert (nets(), total(owner)) == ([100, -50, 10], whole)
    assert RoundTripRow.objects.earliest("closed_on").key == key
    after = derived_hash(account)
    rebuild_account(account)
    assert derived_hash(account) == after
    take_back(TripOverride.objects.get())
    assert derived_hash(account) == before


def test_words_about_one_part_of_a_cut_trade_are_of_that_part_alone(owner: User) -> None:
    """Both parts share the opening fill, so what is said of one hangs on its last closing fill; what was said of the whole is on both."""
    write_note(owner, RoundTripRow.objects.earliest("closed_on").key, "Before the cut.")
    cut(owner, RoundTripRow.objects.earliest("closed_on").key, 3)
    won, lost = RoundTripRow.objects.order_by("closed_on")[:2]
    write_note(owner, lost.key, "Held too long.")
    add_tag(owner, won.key, "plan")
    write_plan(owner, lost.key, "", "", "1")

    def told(trip: RoundTripRow) -> tuple[list[str], list[str], int | None]:
        said = words_of(trip)
        return [note.text for note in said.notes], [tag.name for tag in said.tags], trip.rating

    won, lost = RoundTripRow.objects.order_by("closed_on")[:2]
    assert told(won) == (["Before the cut."], ["plan"], None)
    assert told(lost) == (["Before the cut.", "Held too long."], [], 1)
    take_back(TripOverride.objects.get())
    assert told(RoundTripRow.objects.earliest("closed_on")) == (["Before the cut.", "Held too long."], ["plan"], 1)


def test_join_rebuild_and_take_back(owner: User) -> None:
    account, whole = BrokerAccount.objects.get(), total(owner)
    before, (first, second) = derived_hash(account), list(RoundTripRow.objects.order_by("closed_on"))
    assert join(owner, second.key) == first.key
    assert (nets(), total(owner)) == ([60], whole)
    take_back(TripOverride.objects.get())
    assert derived_hash(account) == before


def test_joining_what_was_cut_takes_the_cut_back(owner: User) -> None:
    account = BrokerAccount.objects.get()
    before = derived_hash(account)
    cut(owner, RoundTripRow.objects.earliest("closed_on").key, 3)
    join(owner, RoundTripRow.objects.order_by("closed_on")[1].key)
    assert not TripOverride.objects.exists()
    assert derived_hash(account) == before


def corrected(fate: str, row: Execution) -> list[Execution]:
    """A fill as a later statement has it: under another id, or cancelled and booked again."""
    if fate == "renumbered":
        return [replace(row, execution_id=f"9{row.execution_id}")]
    back = replace(row, execution_id="71", quantity=-row.quantity, kind=ExecutionKind.CANCEL, corrects=row.execution_id)
    return [row, back, replace(row, execution_id="72")]


def tell(owner: User, rows: Sequence[Execution], written: int) -> None:
    """A later statement, whose period begins long before these days, so that a row it lacks is one that is no more."""
    deliver(owner, says(*rows, opened_on=day_of(0), written=written, covers=days(-30, 60)))
    rebuild_account(BrokerAccount.objects.get())


@pytest.mark.parametrize("fate", ["renumbered", "rebooked"])
def test_a_cut_stays_where_its_fill_has_another_id(owner: User, fate: str) -> None:
    account = BrokerAccount.objects.get()
    cut(owner, RoundTripRow.objects.earliest("closed_on").key, 3)
    before = derived_hash(account)
    rows = [*ROWS[:2], *corrected(fate, ROWS[2]), *ROWS[3:]]
    tell(owner, rows, 1)
    assert nets() == [100, -50, 10]
    said = TripOverride.objects.get()
    assert said.execution_id == "3", "what the trader said is never rewritten"
    held, lost = fill_of(said), RoundTripRow.objects.order_by("closed_on")[1]
    assert held is not None
    assert (held.execution_id, trip_of(said)) == ({"renumbered": "93", "rebooked": "72"}[fate], lost)
    with pytest.raises(CannotRegroup):
        cut(owner, RoundTripRow.objects.earliest("closed_on").key, 3)
    tell(owner, ROWS, 2)
    assert derived_hash(account) == before
    tell(owner, rows, 3)
    join(owner, RoundTripRow.objects.order_by("closed_on")[1].key)
    assert not TripOverride.objects.exists()
    assert nets() == [50, 10]


@pytest.mark.parametrize("fate", ["renumbered", "rebooked"])
def test_a_join_stays_where_its_fill_has_another_id(owner: User, fate: str) -> None:
    join(owner, RoundTripRow.objects.order_by("closed_on")[1].key)
    tell(owner, [*ROWS[:3], *corrected(fate, ROWS[3]), ROWS[4]], 1)
    assert nets() == [60]
    take_back(TripOverride.objects.get())
    assert nets() == [50, 10]


def test_a_cut_rests_while_its_fill_is_told_no_more(owner: User) -> None:
    cut(owner, RoundTripRow.objects.earliest("closed_on").key, 3)
    tell(owner, [*ROWS[:2], *ROWS[3:]], 1)
    said = TripOverride.objects.get()
    assert (fill_of(said), trip_of(said)) == (None, None)
    tell(owner, ROWS, 2)
    assert nets() == [100, -50, 10]


def test_what_cannot_be(owner: User) -> None:
    first = RoundTripRow.objects.earliest("closed_on")
    for number in (1, 2, 9):
        with pytest.raises(CannotRegroup):
            cut(owner, first.key, number)
    with pytest.raises(CannotRegroup):
        join(owner, first.key)
    with pytest.raises(Http404):
        cut(person("eve"), first.key, 3)
    assert not TripOverride.objects.exists()
