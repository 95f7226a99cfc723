"""A day's record is what the round trips of all accounts, put in one order, come to; kept or worked out."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from random import Random

import pytest

from fillbook.ledger.execution import Execution
from fillbook.ledger.instrument import AssetClass
from fillbook.performance.curves import Path
from fillbook.performance.filters import Filter
from fillbook.performance.results import Result, result_order, summarize
from fillbook.performance.summary import Outcome, to_e8
from fillbook.storage.choosing import accounts_in
from fillbook.storage.daybook import DayRecord, day_records
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import BrokerAccount, SharedDay, User
from fillbook.storage.queries import Group, results
from fillbook.trades.records import Side
from tests.storage.deliveries import day_of, deliver, person, says
from tests.trades.builders import OTHER, STOCK, fill

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def owner_of(*accounts: str) -> User:
    """Somebody whose accounts trade on the same days, each several times a day and in turns."""
    user, chance = person(), Random(7)
    for place, account in enumerate(accounts):
        rows = []
        for number in range(60):
            instrument, price = (STOCK, OTHER)[number % 2], chance.randrange(90, 110)
            for step, units in enumerate((5, -5) if chance.random() < 0.6 else (-5, 5)):
                name = 1000 * place + 2 * number + step
                row = fill(name, units, price + step * chance.randrange(-3, 4), instrument, day=number // 6)
                rows.append(later(row, number % 6 * 600 + step * 60 + chance.randrange(60)))
        deliver(user, says(*rows, account=account, opened_on=day_of(0)))
    for one in BrokerAccount.objects.all():
        rebuild_account(one)
    return user


def later(row: Execution, seconds: int) -> Execution:
    """The same fill so many seconds after the opening."""
    moment = row.ordered_at.replace(hour=15, minute=0, second=0) + timedelta(seconds=seconds)
    return replace(row, ordered_at=moment, executed_at=moment)


def expected(accounts: list[BrokerAccount], chosen: Filter) -> list[DayRecord]:
    """The plain way: every result of every account, sorted, day by day."""
    (found,) = results(accounts, chosen).values()
    days = groupby(sorted(found, key=result_order), key=lambda result: result.closed_on)
    parts = [(day, list(part)) for day, part in days]
    return [DayRecord(day, summarize(part), path_of(part)) for day, part in parts]


def path_of(day: list[Result]) -> Path:
    """The sums of one instant added one after the other."""
    nets: dict[object, int] = {}
    for result in day:
        nets[result.closed_at] = nets.get(result.closed_at, 0) + to_e8(result.net)
    return Path.of(nets.values())


def check(accounts: list[BrokerAccount], chosen: Filter) -> None:
    (found,) = day_records(accounts, chosen).values()
    plainly = expected(accounts, chosen)
    assert [(one.day, one.path, one.summary.n, one.summary.total, one.summary.costed) for one in found] == [
        (one.day, one.path, one.summary.n, one.summary.total, one.summary.costed) for one in plainly
    ]
    assert [one.summary.costs for one in found] == pytest.approx([one.summary.costs for one in plainly])


FILTERS = (
    Filter(),
    Filter(first=day_of(2), last=day_of(7)),
    Filter(side=Side.SHORT),
    Filter(symbol="ACME"),
    Filter(symbol="ACME", side=Side.LONG),
    Filter(asset_class=AssetClass.STOCK, outcome=Outcome.LOSS, first=day_of(3)),
)


@pytest.mark.parametrize("chosen", FILTERS)
def test_one_account(chosen: Filter) -> None:
    check(accounts_in(owner_of("A1"), Filter()), chosen)
    assert not SharedDay.objects.exists()


@pytest.mark.parametrize("chosen", FILTERS)
def test_several_accounts_in_one_order(chosen: Filter) -> None:
    accounts = accounts_in(owner_of("A1", "A2", "A3"), Filter())
    assert SharedDay.objects.values_list("accounts", flat=True).distinct().get() == ",".join(str(one.pk) for one in accounts)
    check(accounts, chosen)
    check(accounts[:2], chosen)
    check(accounts[2:], chosen)


def test_two_accounts_that_close_in_one_instant_make_one_step() -> None:
    """One account wins 50 in the very second in which the other loses 60, after it won 20: the sum of both stood at 20 and then at 10."""
    user = person()
    won, lost, early = (fill(1, 5, 100, day=1), fill(2, -5, 110, day=1)), (fill(3, 5, 100, day=1), fill(4, -5, 88, day=1)), 60
    first = (fill(5, 5, 100, OTHER, day=1), fill(6, -5, 104, OTHER, day=1))
    for number, trips in (("A1", (won, first)), ("A2", (lost,))):
        rows = [later(row, (600 if pair is not first else early) + step * 10) for pair in trips for step, row in enumerate(pair)]
        deliver(user, says(*rows, account=number, opened_on=day_of(0)))
    for one in BrokerAccount.objects.all():
        rebuild_account(one)
    accounts = accounts_in(user, Filter())
    (day,) = day_records(accounts, Filter())[Group("real", "USD", "USD")]
    ten = to_e8(Decimal(10))
    assert day.path == Path(total=ten, high=2 * ten, low=ten, fall=-ten)
    assert SharedDay.objects.filter(facet="").values_list("total", "high", "low", "fall").get() == (ten, 2 * ten, ten, -ten)
    SharedDay.objects.all().delete()
    check(accounts, Filter())
    check(accounts, Filter(symbol="ACME"))


def test_a_changed_account_changes_the_days_it_shares() -> None:
    user = owner_of("A1", "A2")
    more = [later(fill(5000, 7, 100, STOCK, day=3), 10), later(fill(5001, -7, 60, STOCK, day=3), 3000)]
    deliver(user, says(*more, account="A2", opened_on=day_of(0)))
    accounts = accounts_in(user, Filter())
    rebuild_account(accounts[1], {STOCK.key})
    check(accounts, Filter())


def test_another_choice_of_accounts_never_finds_what_was_kept_for_this_one() -> None:
    user = owner_of("A1", "A2", "A3")
    BrokerAccount.objects.filter(number="A3").update(chosen=False)
    for one in BrokerAccount.objects.order_by("number"):
        rebuild_account(one)
    both = accounts_in(user, Filter())
    assert [one.number for one in both] == ["A1", "A2"]
    assert {name.count(",") for name in SharedDay.objects.values_list("accounts", flat=True)} == {1}
    check(both, Filter())
    assert Group("real", "USD", "USD") in day_records(both, Filter())
