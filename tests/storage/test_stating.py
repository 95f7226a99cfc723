"""What an owner states about the time before the history: kept apart from the broker's rows, read with them, taken back without a trace."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import Http404

from fillbook.ledger.execution import Effect
from fillbook.ledger.statement import ParsedStatement
from fillbook.performance.filters import Filter
from fillbook.storage.derive import rebuild_account
from fillbook.storage.hashes import derived_hash, ledger_hash
from fillbook.storage.marks import instrument_marks
from fillbook.storage.models import BrokerAccount, FindingRow, RoundTripRow, StatedOpening, UnmatchedRow
from fillbook.storage.queries import stated_count
from fillbook.storage.replay import replay_account
from fillbook.storage.stating import CannotState, Wording, change_opening, remove_opening, statable, state_opening
from fillbook.trades.completeness import Completeness
from tests.storage.deliveries import deliver, only_account, person, says
from tests.trades.builders import EURO, OTHER, STOCK, fill

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
BEFORE = date(2026, 1, 9)


@pytest.fixture
def account() -> BrokerAccount:
    """10 ACME sold at 12 with a dollar of fees, and one ZORG bought; no positions are stated."""
    deliver(person(), says(fill(1, -10, 12, fee=1), fill(2, 1, 9, OTHER)))
    rebuild_account(only_account())
    return only_account()


def said(quantity: str = "10", cost: str = "101", day: date = BEFORE, key: str = STOCK.key) -> Wording:
    return Wording(key, Decimal(quantity), Decimal(cost), day)


def closed() -> list[tuple[Decimal | None, str, bool]]:
    return list(RoundTripRow.objects.filter(is_open=False).values_list("realized_pnl", "basis", "counts"))


def test_it_makes_a_round_trip_that_counts_and_says_what_it_rests_on(account: BrokerAccount) -> None:
    assert (closed(), UnmatchedRow.objects.count()) == ([], 1)
    assert [(one.instrument.symbol, one.unmatched) for one in statable(account)] == [("ACME", Decimal(10)), ("ZORG", Decimal(0))]
    state_opening(account, said())
    assert closed() == [(Decimal(18), "stated", True)]
    assert UnmatchedRow.objects.count() == 0
    assert stated_count([account], Filter()) == 1
    assert instrument_marks(account)[STOCK.key].status is Completeness.STATED
    assert RoundTripRow.objects.get(is_open=False).opened_on == BEFORE


def test_taken_back_everything_is_as_it_was(account: BrokerAccount) -> None:
    before = ledger_hash(account), derived_hash(account)
    made = state_opening(account, said())
    assert (ledger_hash(account), derived_hash(account)) != before
    changed = change_opening(account, made.pk, said(cost="99"))
    assert closed() == [(Decimal(20), "stated", True)]
    remove_opening(account, changed.pk)
    assert (ledger_hash(account), derived_hash(account)) == before
    assert not StatedOpening.objects.exists()


def test_a_short_is_stated_by_what_its_sale_brought(account: BrokerAccount) -> None:
    deliver(account.owner, says(fill(1, -10, 12, fee=1), fill(2, 1, 9, OTHER), fill(3, 5, 10, EURO, effect=Effect.CLOSES), written=1))
    rebuild_account(account)
    state_opening(account, said("-5", "60", key=EURO.key))
    assert closed() == [(Decimal(10), "stated", True)]


def test_it_survives_rebuilds(account: BrokerAccount, settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    state_opening(account, said())
    before = derived_hash(account)
    statement = says(fill(1, -10, 12, fee=1), fill(2, 1, 9, OTHER))
    replayed, stays = replay_account(account, lambda _broker, _chunks: ParsedStatement((statement,)), lambda _: True)
    assert (replayed.identical, stays, derived_hash(account)) == (True, True, before)
    assert closed() == [(Decimal(18), "stated", True)]


def test_units_that_the_brokers_positions_leave_no_room_for_are_told_and_told_once(account: BrokerAccount) -> None:
    deliver(account.owner, says(fill(1, -10, 12, fee=1), fill(2, 1, 9, OTHER), positions=(), written=1))
    rebuild_account(account)
    state_opening(account, said("14", "140"))
    made = StatedOpening.objects.get()
    change_opening(account, made.pk, said("15", "150"))
    assert [row.params["units"] for row in FindingRow.objects.filter(code="stated_opening_not_taken")] == ["5"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "1E+15"}, "quantity"),
        ({"quantity": "0.0000000000000000001"}, "quantity"),
        ({"cost": "-1"}, "cost"),
        ({"cost": "1E+15"}, "cost"),
        ({"day": date(2026, 3, 3)}, "day"),
        ({"day": date(1900, 1, 1)}, "day"),
        ({"key": "nothing"}, "instrument"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(account: BrokerAccount, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(CannotState) as refused:
        state_opening(account, said(**wrong))
    assert refused.value.field == field
    assert not StatedOpening.objects.exists()


def test_nobody_is_long_and_short_at_once(account: BrokerAccount) -> None:
    state_opening(account, said())
    with pytest.raises(CannotState):
        state_opening(account, said("-3"))


def test_another_accounts_opening_is_not_there(account: BrokerAccount) -> None:
    other = BrokerAccount.objects.create(owner=person("eve"), broker=account.broker, number="U2")
    made = state_opening(account, said())
    for act in (lambda: change_opening(other, made.pk, said()), lambda: remove_opening(other, made.pk)):
        with pytest.raises(Http404):
            act()
    assert closed() == [(Decimal(18), "stated", True)]
