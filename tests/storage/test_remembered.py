"""A report that was made once is told again until something of it could have changed, and to nobody else."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from fillbook.ledger.execution import Execution
from fillbook.ledger.figures import BrokerBalance, FigureKind
from fillbook.performance.filters import Filter
from fillbook.performance.keys import Key
from fillbook.performance.told import USUAL, Told
from fillbook.storage import remembered, reports
from fillbook.storage.choosing import accounts_in
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import BrokerAccount, RoundTripRow, User
from fillbook.storage.plans import write_plan
from fillbook.storage.words import add_tag
from tests.storage.deliveries import day_of, deliver, person, says
from tests.storage.test_queries import ROWS
from tests.trades.builders import ACCOUNT, OTHER, fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    user = person()
    take(user, *ROWS)
    return user


def take(user: User, *rows: Execution, account: str = ACCOUNT, written: int = 0) -> None:
    """Let somebody's account hold these and be read."""
    deliver(user, says(*rows, opened_on=day_of(0), account=account, written=written))
    rebuild_account(BrokerAccount.objects.get(owner=user))


def told(user: User) -> list[object]:
    """What a report says, by every way that remembers."""
    accounts = accounts_in(user, Filter())
    crossed = reports.crossing(accounts, Filter(), Key.TAG, Key.SIDE)
    by_tag = reports.breakdown(accounts, Filter(), Key.TAG)
    reckoned = reports.reckoned(accounts, Filter())
    return [
        sorted((str(place), part.n) for one in crossed.values() for place, part in one.cells.items()),
        sorted((str(part.value), part.r_count) for one in by_tag.values() for part in one.parts),
        sorted((one.summary.n, figure.name, figure.value) for one in reckoned.values() for figure in one.figures if figure.n),
    ]


def test_what_changes_is_told_otherwise_at_once(owner: User) -> None:
    seen = [told(owner)]
    assert told(owner) == seen[0]
    trip = RoundTripRow.objects.filter(counts=True, symbol="ACME").order_by("day", "key")[0]
    worth = [BrokerBalance(FigureKind.NET_ASSET_VALUE, "U1", day_of(0) + timedelta(days=day), "USD", Decimal(9000)) for day in range(70)]
    changes: list[Callable[[], object]] = [
        lambda: add_tag(owner, trip.key, "gap"),
        lambda: write_plan(owner, trip.key, "19", "", ""),
        lambda: deliver(owner, says(balances=tuple(worth))),
        lambda: take(owner, fill(31, 6, 3, OTHER, day=41), fill(32, -6, 4, OTHER, day=41), written=1),
    ]
    for number, change in enumerate(changes):
        change()
        now = told(owner)
        remembered.forget()
        assert now == told(owner)
        assert now not in seen, number
        seen.append(now)


def test_nobody_gets_what_was_made_for_another(owner: User) -> None:
    made: list[tuple[int, Told]] = []

    def make(accounts: list[BrokerAccount], asked: Told) -> list[int]:
        made.append((len(accounts), asked))
        return [account.pk for account in accounts]

    other = person("other")
    take(other, *ROWS, account="U9")
    mine, theirs = (accounts_in(user, Filter()) for user in (owner, other))
    for accounts in (mine, theirs, mine, theirs, []):
        assert remembered.remembered(make, accounts, USUAL) == [account.pk for account in accounts]
    assert remembered.remembered(make, mine, Told(gross=True)) == [account.pk for account in mine]
    assert made == [(1, USUAL), (1, USUAL), (0, USUAL), (1, Told(gross=True))]


def test_the_oldest_go_first(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 25_000)
    accounts, made = accounts_in(owner, Filter()), []

    def make(_: object, number: int) -> bytes:
        made.append(number)
        return bytes(10_000)

    for number in (1, 2, 1, 3, 1, 2):
        remembered.remembered(make, accounts, number)
    assert made == [1, 2, 3, 2]
