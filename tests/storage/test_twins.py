"""Two accounts with the same fills are told, unless they are two by what their broker says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fillbook.ledger.execution import Execution
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import AccountTotals, BrokerAccount, EndpointKind, User
from fillbook.storage.twins import TWIN
from tests.storage.deliveries import day_of, deliver, link_of, person, says
from tests.trades.builders import fill

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def trading(count: int, price: int = 100) -> list[Execution]:
    """A purchase and a sale a day."""
    return [fill(2 * day + step, (5, -5)[step], price + day + step, day=day) for day in range(count) for step in (0, 1)]


def later(rows: list[Execution], seconds: int) -> list[Execution]:
    """The same fills as another source stamps them, under ids of its own."""
    moved = []
    for row in rows:
        assert row.executed_at is not None
        at = row.executed_at + timedelta(seconds=seconds)
        moved.append(replace(row, execution_id=f"x{row.execution_id}", ordered_at=at, executed_at=at))
    return moved


def rebuilt(*owners: User) -> dict[str, dict[str, int]]:
    """Number of each account -> its twins by their number."""
    for account in BrokerAccount.objects.filter(owner__in=owners):
        rebuild_account(account)
    names = {str(account.pk): account.number for account in BrokerAccount.objects.all()}
    rows = AccountTotals.objects.filter(account__owner__in=owners)
    return {names[str(row.account_id)]: {names[key]: count for key, count in row.checked[TWIN].items()} for row in rows}


def test_one_account_by_link_and_by_upload_is_told() -> None:
    user = person()
    deliver(user, says(*trading(10), account="U1", opened_on=day_of(0)), link=link_of(user))
    deliver(user, says(*later(trading(10), 15), account="Mine", opened_on=day_of(0)))
    deliver(user, says(*trading(10, price=300), account="Other", opened_on=day_of(0)))
    assert rebuilt(user) == {"U1": {"Mine": 20}, "Mine": {"U1": 20}, "Other": {}}


def test_two_links_are_two_accounts_that_trade_alike_and_so_are_two_peoples() -> None:
    ada, bob = person(), person("bob")
    deliver(ada, says(*trading(10), account="U1", opened_on=day_of(0)), link=link_of(ada))
    deliver(ada, says(*later(trading(10), 0), account="U2", opened_on=day_of(0)), link=link_of(ada))
    deliver(bob, says(*trading(10), account="B1", opened_on=day_of(0)))
    assert rebuilt(ada, bob) == {"U1": {}, "U2": {}, "B1": {}}


def test_a_few_equal_fills_and_pretend_money_say_nothing() -> None:
    user = person()
    deliver(user, says(*trading(3), account="U1", opened_on=day_of(0)))
    deliver(user, says(*later(trading(3), 0), account="U2", opened_on=day_of(0)))
    deliver(user, says(*trading(10), account="S1", opened_on=day_of(0)), link=link_of(user, EndpointKind.SANDBOX))
    assert rebuilt(user) == {"U1": {}, "U2": {}, "S1": {}}
