"""Fills that come back under other ids, also in the days at the end of a statement in which a missing row means nothing by itself."""

from dataclasses import replace
from itertools import permutations

import pytest

from fillbook.ledger.execution import Execution
from fillbook.storage.intake import Counts
from fillbook.storage.models import BrokerAccount
from tests.storage.deliveries import days, deliver, ledger_of, only_account, person, says
from tests.trades.builders import fill

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

EARLY, LATE = fill(1, 10, 20, day=20), fill(2, -10, 22, day=57)
"""One well inside the sixty days, one three days before their end."""


def under(number: int, row: Execution) -> Execution:
    """The same fill under another id."""
    return replace(row, execution_id=str(number))


def current(account: BrokerAccount) -> set[str]:
    return {row_id for row_id, (state, _) in ledger_of(account).items() if state == "current"}


def test_every_fill_under_a_new_id_is_still_one_fill() -> None:
    owner = person()
    deliver(owner, says(EARLY, LATE, covers=days(0, 60)))
    written = deliver(owner, says(under(81, EARLY), under(82, LATE), covers=days(0, 60), written=1))
    assert written.counts == Counts(new=2, withdrawn=2)
    assert written.accounts[0].instruments == frozenset({"101"})
    assert current(only_account()) == {"81", "82"}


def test_whatever_comes_first_it_is_the_same() -> None:
    old, again = says(EARLY, LATE, covers=days(0, 60)), says(LATE, covers=days(50, 60), written=1)
    new = says(under(81, EARLY), under(82, LATE), covers=days(0, 60), written=2)
    for number, order in enumerate(permutations((old, again, new))):
        owner = person(f"trader{number}")
        for statement in order:
            deliver(owner, statement)
        assert current(BrokerAccount.objects.get(owner=owner)) == {"81", "82"}, number


def test_equal_fills_stay_as_many_as_they_are() -> None:
    owner, twin = person(), under(3, LATE)
    deliver(owner, says(LATE, covers=days(0, 60)))
    deliver(owner, says(LATE, twin, covers=days(0, 60), written=1))
    assert current(only_account()) == {"2", "3"}
    deliver(owner, says(under(82, LATE), under(83, twin), covers=days(0, 60), written=2))
    assert current(only_account()) == {"82", "83"}


def test_a_fill_that_is_only_missing_at_the_end_stays_beside_another_one() -> None:
    owner = person()
    deliver(owner, says(LATE, covers=days(0, 60)))
    deliver(owner, says(fill(4, -10, 23, day=57), covers=days(0, 60), written=1))
    assert current(only_account()) == {"2", "4"}


def test_days_that_a_statement_does_not_cover_are_none_of_its_business() -> None:
    owner = person()
    deliver(owner, says(LATE, covers=days(50, 60)))
    deliver(owner, says(under(82, LATE), covers=days(0, 40), written=1))
    assert current(only_account()) == {"2", "82"}
