"""Each change of what belongs together is taken back in one step, whatever was read again meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.http import Http404
from pytest_django import DjangoAssertNumQueries

from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import Right
from fillbook.storage import campaigning
from fillbook.storage.campaign_changes import MOST, begun_with, changes_about, changes_of, undo
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import BrokerAccount, Campaign, CampaignChange, CampaignLeg, CampaignRow, LegApart, RoundTripRow, User
from tests.storage.deliveries import day_of, person, says
from tests.storage.test_campaigns import LOSER, P18, P20, SPREAD, members, trip
from tests.storage.test_words import take
from tests.trades.builders import fill, option

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

P16 = option(Right.PUT, "16", "416")
LATER = (fill(21, 1, 1, P16, day=9), fill(22, -1, 2, P16, day=10))
HIGH, LOW, LAST = (one.symbol.upper() for one in (P20, P18, P16))


@pytest.fixture
def ada() -> User:
    return person()


@pytest.fixture
def account(ada: User) -> BrokerAccount:
    return take(ada, says(*SPREAD, *LOSER, *LATER, opened_on=day_of(0)))


def proposed() -> str:
    return CampaignRow.objects.get(own=None).key


def said() -> list[Any]:
    """All that is said of campaigns, without the numbers and moments of its rows."""
    legs = CampaignLeg.objects.values_list("campaign__name", "execution_id", "role")
    return [
        sorted(Campaign.objects.values_list("pk", "name")),
        sorted(legs),
        sorted(LegApart.objects.values_list("execution_id", "role")),
    ]


def test_a_proposal_that_was_taken_apart_is_there_again_in_one_step(ada: User, account: BrokerAccount) -> None:
    assert account.pk
    campaigning.dissolve(ada, proposed())
    assert members() == []
    [change] = changes_of(ada)
    assert [one.pk for one in changes_about([trip(LOW)])] == [change.pk]
    assert changes_about([trip(LAST)]) == []
    held = undo(ada, change.pk)
    assert held is not None
    assert held.symbol in (HIGH, LOW)
    assert members() == [[HIGH, LOW]]
    assert (LegApart.objects.count(), changes_of(ada)) == (0, [])


CHANGES: dict[str, Callable[[User], object]] = {
    "together": lambda ada: campaigning.gather(ada, [trip(HIGH).key, trip(LAST).key], "Roll"),
    "added": lambda ada: campaigning.add(ada, proposed(), trip(LAST).key),
    "kept": lambda ada: campaigning.keep(ada, proposed(), "Spread"),
    "alone": lambda ada: campaigning.take_out(ada, trip(LOW).key),
    "apart": lambda ada: campaigning.dissolve(ada, proposed()),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_is_taken_back(ada: User, account: BrokerAccount, what: str) -> None:
    assert account.pk
    before, grouped = said(), members()
    CHANGES[what](ada)
    assert said() != before
    [change] = changes_of(ada)
    assert change.what == what
    undo(ada, change.pk)
    assert (said(), members()) == (before, grouped)


def test_a_campaign_of_ones_own_comes_back_with_its_name_and_the_changes_before(ada: User, account: BrokerAccount) -> None:
    assert account.pk
    campaigning.gather(ada, [trip(HIGH).key, trip(LOW).key, trip(LAST).key], "Ladder")
    made = said()
    campaigning.keep(ada, CampaignRow.objects.get().key, "Stairs")
    campaigning.dissolve(ada, CampaignRow.objects.get().key)
    campaigning.put_back(ada, trip(LOW).key)
    for what in ("proposed", "apart", "kept"):
        [change] = changes_of(ada)  # of several about the same the last one alone
        assert change.what == what
        undo(ada, change.pk)
    assert said() == made
    undo(ada, changes_of(ada)[0].pk)
    assert said() == [[], [], []]
    assert members() == [[HIGH, LOW]]


def test_changes_that_have_nothing_in_common_are_taken_back_in_any_order(
    ada: User, account: BrokerAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert account.pk
    campaigning.dissolve(ada, proposed())
    campaigning.gather(ada, [trip("ZORG").key, trip(LAST).key], "Odd")
    changes_of_both = changes_of(ada)
    assert [change.what for change in changes_of_both] == ["together", "apart"]
    with django_assert_num_queries(2):  # however many there are
        assert len(begun_with(changes_of_both)) == 2
    undo(ada, changes_of(ada)[1].pk)
    assert sorted(members()) == sorted([[HIGH, LOW], ["ZORG", LAST]])


def test_a_change_is_taken_back_after_a_rebook_and_a_rebuild(ada: User, account: BrokerAccount) -> None:
    campaigning.dissolve(ada, proposed())
    sold = SPREAD[0]
    back = replace(sold, execution_id="31", quantity=-sold.quantity, proceeds=-sold.proceeds, kind=ExecutionKind.CANCEL, corrects="1")
    take(ada, says(*SPREAD, back, replace(sold, execution_id="32"), *LOSER, *LATER, opened_on=day_of(0), written=1))
    rebuild_account(account)
    assert members() == []
    [change] = changes_of(ada)
    assert begun_with([change]) == {change.pk: RoundTripRow.objects.get(fill_rows__execution_id="32").key}
    undo(ada, change.pk)
    assert members() == [[HIGH, LOW]]


def test_nothing_changed_is_nothing_to_take_back_and_old_changes_are_let_go(ada: User, account: BrokerAccount) -> None:
    assert account.pk
    campaigning.put_back(ada, trip(LOW).key)
    assert not CampaignChange.objects.exists()
    campaigning.keep(ada, proposed(), "a")
    for _ in range(MOST // 2):
        for name in ("b", "a"):
            campaigning.keep(ada, CampaignRow.objects.get().key, name)
    assert CampaignChange.objects.count() == MOST
    campaigning.keep(ada, CampaignRow.objects.get().key, "a")
    assert CampaignChange.objects.count() == MOST


def test_nobody_takes_back_another_ones(ada: User, account: BrokerAccount) -> None:
    assert account.pk
    campaigning.dissolve(ada, proposed())
    [change] = changes_of(ada)
    other = person("eve")
    assert changes_of(other) == []
    with pytest.raises(Http404):
        undo(other, change.pk)
    assert RoundTripRow.objects.filter(in_campaign=None).count() == 4
