"""What a later statement changes in the past is noted: facts and trades, before and after, for good."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.http import Http404

from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.ledger.statement import AccountStatement
from fillbook.performance.filters import Filter
from fillbook.storage import restated
from fillbook.storage.access import trip_for
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import BrokerAccount, RawStatement, RestatedRow, RestatedTrip, Restatement, RoundTripRow, User
from fillbook.storage.paging import Order, page_of
from fillbook.storage.replay import replay_account
from tests.storage.deliveries import day_of, days, deliver, only_account, person, says
from tests.storage.test_replay import Parser, always
from tests.trades.builders import OTHER, fill

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

BUY, SELL = fill(1, 10, 20, day=15, fee=1), fill(2, -10, 25, day=20, fee=1)
ZORG = (fill(11, 5, 9, OTHER, day=16), fill(12, -5, 8, OTHER, day=17))
YEAR = says(BUY, SELL, *ZORG, opened_on=day_of(0))


def take(owner: User, statement: AccountStatement) -> BrokerAccount:
    for written in deliver(owner, statement).accounts:
        if written.instruments is None or written.instruments:
            rebuild_account(written.account_id, written.instruments, RawStatement.objects.latest("pk").pk)
    return only_account()


@pytest.fixture
def ada() -> User:
    return person()


@pytest.fixture
def account(ada: User) -> BrokerAccount:
    return take(ada, YEAR)


def later(*rows: Execution, written: int = 1) -> AccountStatement:
    return says(*rows, opened_on=day_of(0), written=written)


def rows() -> list[tuple[str, str, str, dict[str, list[str | None]]]]:
    return [(row.what, row.symbol, row.replaced_by, row.fields) for row in restated.rows_in(Restatement.objects.latest("pk"))]


def test_what_is_told_the_first_time_or_again_restates_nothing(ada: User, account: BrokerAccount) -> None:
    take(ada, replace(YEAR, covers=days(10, 70)))
    take(ada, says(fill(21, 5, 7, OTHER, day=66), covers=days(50, 90), written=2))
    take(ada, says(fill(31, 5, 7, OTHER, day=-30), fill(32, -5, 7, OTHER, day=-29), covers=days(-60, 5), written=3))
    assert not Restatement.objects.exists()


def test_a_restated_price_is_noted_with_the_trade_before_and_after(ada: User, account: BrokerAccount) -> None:
    before = RoundTripRow.objects.get(symbol="ACME")
    take(ada, later(replace(BUY, price=Decimal(21), proceeds=Decimal(-210)), SELL, *ZORG))
    assert rows() == [("changed", "ACME", "", {"price": ["20", "21"], "proceeds": ["-200", "-210"]})]
    [noted] = restated.restatements_of(account)
    [(change, was, now)] = restated.trips_in(noted)
    assert (change.key_before, change.key_after) == (before.key, before.key)
    assert was is not None
    assert now is not None
    assert [was.realized_pnl, now.realized_pnl, was.quantity, was.charges] == [Decimal(48), Decimal(38), Decimal(10), Decimal(-2)]
    assert restated.restated_trip(RoundTripRow.objects.get(symbol="ACME")) == [noted]
    assert restated.restated_trip(RoundTripRow.objects.get(symbol="ZORG")) == []
    assert restated.counts_of([noted]) == {noted.pk: {"changed": 1, "trades": 1}}


def test_a_restated_fill_of_an_open_trade_changes_it(ada: User) -> None:
    fee = Decimal("-1.96")
    lvt = replace(fill(31, 30, "130.42", OTHER, day=58), fees=fee)
    account = take(ada, later(lvt, written=0))
    statement = deliver(ada, later(replace(lvt, price=Decimal("130.92")), written=1)).accounts[0]
    number = RawStatement.objects.latest("pk").pk
    assert rebuild_account(account, statement.instruments, number) == 1
    [(_, was, now)] = restated.trips_in(Restatement.objects.get())
    assert was is not None
    assert now is not None
    assert [(one.entry_price, one.paid, one.charges) for one in (was, now)] == [
        (Decimal("130.42"), fee, Decimal(0)),
        (Decimal("130.92"), fee, Decimal(0)),
    ]


def test_only_another_number_makes_no_trade_new_or_different(ada: User, account: BrokerAccount) -> None:
    written = deliver(ada, later(*(replace(row, execution_id=f"9{row.execution_id}") for row in (BUY, SELL, *ZORG)))).accounts[0]
    assert rebuild_account(account, written.instruments, RawStatement.objects.latest("pk").pk) == 0


def test_a_dropped_fill_and_its_return_are_two_restatements(ada: User, account: BrokerAccount) -> None:
    take(ada, later(BUY, SELL))
    assert [(what, symbol) for what, symbol, _, _ in rows()] == [("dropped", "ZORG"), ("dropped", "ZORG")]
    [gone] = RestatedTrip.objects.all()
    assert (gone.key_after, gone.after, gone.before and gone.before["realized_pnl"]) == ("", None, "-5")
    assert gone.fates == [
        {"id": "11", "day": day_of(16).isoformat(), "quantity": "5", "price": "9", "key": "", "what": "dropped"},
        {"id": "12", "day": day_of(17).isoformat(), "quantity": "-5", "price": "8", "key": "", "what": "dropped"},
    ]
    take(ada, later(BUY, SELL, *ZORG, written=2))
    assert [(what, symbol) for what, symbol, _, _ in rows()] == [("returned", "ZORG"), ("returned", "ZORG")]
    [back] = RestatedTrip.objects.filter(before__isnull=True)
    key = RoundTripRow.objects.get(symbol="ZORG").key
    assert (back.key_before, back.key_after, back.after and back.after["realized_pnl"]) == ("", key, "-5")
    assert Restatement.objects.count() == 2
    assert RestatedRow.objects.filter(what="dropped").count() == 2


def test_a_gone_trade_tells_where_its_other_fills_are(ada: User) -> None:
    """The sale that flattened the position is dropped, so what was bought and sold later is part of the trade before."""
    fills = [fill(1, 10, 20, day=15), fill(2, -10, 25, day=16), fill(3, 5, 21, day=20), fill(4, -5, 22, day=21)]
    take(ada, later(*fills, written=0))
    take(ada, later(fills[0], *fills[2:], written=1))
    kept = RoundTripRow.objects.get().key
    [gone] = RestatedTrip.objects.filter(after__isnull=True)
    assert [(fate["id"], fate["key"], fate["what"]) for fate in gone.fates] == [("3", kept, ""), ("4", kept, "")]


def test_cancel_and_rebook_is_one_change_of_one_trade(ada: User, account: BrokerAccount) -> None:
    cancel = replace(
        BUY,
        execution_id="21",
        quantity=Decimal(-10),
        proceeds=Decimal(200),
        kind=ExecutionKind.CANCEL,
        corrects="1",
        ordered_at=BUY.ordered_at + timedelta(hours=1),
    )
    rebook = replace(BUY, execution_id="22", price=Decimal(21), proceeds=Decimal(-210), ordered_at=BUY.ordered_at)
    old = RoundTripRow.objects.get(symbol="ACME").key
    take(ada, later(BUY, cancel, rebook, SELL, *ZORG))
    assert rows() == [("cancelled", "ACME", "22", {"price": ["20", "21"], "proceeds": ["-200", "-210"]})]
    [change] = RestatedTrip.objects.all()
    new = RoundTripRow.objects.get(symbol="ACME").key
    assert (change.key_before, change.key_after, new != old) == (old, new, True)
    assert change.after is not None
    assert Decimal(change.after["realized_pnl"]) < Decimal(48) - 9


def test_renumbered_fills_change_no_trade(ada: User, account: BrokerAccount) -> None:
    fills = (BUY, *ZORG, SELL)
    take(ada, later(*(replace(row, execution_id=f"9{row.execution_id}", trade_id=f"9{row.execution_id}") for row in fills)))
    assert [(what, heir, fields) for what, _, heir, fields in rows()] == [
        ("changed", f"9{old}", {"id": [old, f"9{old}"], "trade_id": ["", f"9{old}"]}) for old in ("1", "11", "12", "2")
    ]
    take(ada, later(*(replace(row, trade_id=row.execution_id) for row in fills), written=2))
    assert [(what, heir, fields) for what, _, heir, fields in rows()] == [
        ("changed", old, {"id": [f"9{old}", old], "trade_id": [f"9{old}", old]}) for old in ("1", "11", "12", "2")
    ]
    assert Restatement.objects.count() == 2
    assert not RestatedTrip.objects.exists()


def renumbered(*rows: Execution, by: int) -> list[Execution]:
    return [replace(row, execution_id=f"{by}{row.execution_id}") for row in rows]


def test_a_former_public_id_leads_to_the_trade_under_its_present_one(ada: User, account: BrokerAccount) -> None:
    first = RoundTripRow.objects.get(symbol="ACME").key
    take(ada, later(*renumbered(BUY, SELL, *ZORG, by=8)))
    second = RoundTripRow.objects.get(symbol="ACME").key
    take(ada, later(*renumbered(BUY, SELL, *ZORG, by=9), written=2))
    third = RoundTripRow.objects.get(symbol="ACME").key
    assert len({first, second, third}) == 3
    assert [trip_for(ada, key).key for key in (first, second, third)] == [third] * 3
    with pytest.raises(Http404):
        trip_for(person("eve"), first)
    take(ada, later(BUY, SELL, *ZORG, written=3))
    assert [trip_for(ada, key).key for key in (first, second, third)] == [first] * 3


def test_a_former_public_id_of_a_dropped_trade_leads_nowhere_until_its_fill_is_back(ada: User, account: BrokerAccount) -> None:
    key = RoundTripRow.objects.get(symbol="ZORG").key
    take(ada, later(BUY, SELL))
    with pytest.raises(Http404):
        trip_for(ada, key)
    take(ada, later(BUY, SELL, *renumbered(*ZORG, by=8), written=2))
    back = RoundTripRow.objects.get(symbol="ZORG").key
    assert (trip_for(ada, key).key, back != key) == (back, True)


def test_a_list_goes_on_where_it_was_after_its_trades_were_numbered_anew(ada: User, account: BrokerAccount) -> None:
    first = page_of([account], Filter(), Order(), size=1)
    assert [trip.symbol for trip in first.rows] == ["ACME"]
    take(ada, later(*renumbered(BUY, SELL, *ZORG, by=8)))
    assert [trip.symbol for trip in page_of([account], Filter(), Order(), first.after, size=1).rows] == ["ZORG"]


def test_what_restated_a_trade_is_found_under_its_later_ids(ada: User, account: BrokerAccount) -> None:
    dearer = replace(BUY, price=Decimal(21), proceeds=Decimal(-210))
    take(ada, later(dearer, SELL, *ZORG))
    [noted] = restated.restatements_of(account)
    for by in (8, 9):
        take(ada, later(*renumbered(dearer, SELL, *ZORG, by=by), written=by))
    assert restated.restated_trip(RoundTripRow.objects.get(symbol="ACME")) == [noted]
    assert restated.restated_trip(RoundTripRow.objects.get(symbol="ZORG")) == []


def test_thousands_of_rows_are_paired_to_the_last(ada: User) -> None:
    """Every fill is numbered anew, and every purchase a dollar dearer: each of the trades is the same one, and different."""
    bought = [fill(2 * n, 1, 20, day=15) for n in range(1, 601)]
    sold = [fill(2 * n + 1, -1, 25, day=15) for n in range(1, 601)]
    account = take(ada, later(*bought, *sold, written=0))
    dearer = [replace(row, price=Decimal(21), proceeds=Decimal(-21)) for row in bought]
    take(ada, later(*renumbered(*dearer, *sold, by=9000)))
    [noted] = restated.restatements_of(account)
    assert restated.counts_of([noted]) == {noted.pk: {"changed": 1200, "trades": 600}}
    assert (noted.rows, len(restated.rows_in(noted))) == (1200, restated.MOST_ROWS)
    now = set(RoundTripRow.objects.values_list("key", flat=True))
    pairs = RestatedTrip.objects.values_list("key_before", "key_after")
    assert ({after for _, after in pairs}, len({before for before, _ in pairs} - now)) == (now, 600)


def test_a_fill_that_comes_late_into_told_days_is_noted(ada: User, account: BrokerAccount) -> None:
    take(ada, later(BUY, fill(3, 5, 20, day=16, fee=1), SELL, *ZORG))
    assert [(what, symbol, fields["quantity"]) for what, symbol, _, fields in rows()] == [("added", "ACME", [None, "5"])]
    [change] = RestatedTrip.objects.all()
    assert change.after is not None
    assert change.after["is_open"]


def test_earlier_history_that_completes_a_trade_restates_nothing(ada: User) -> None:
    take(ada, says(SELL, covers=days(18, 60)))
    assert not RoundTripRow.objects.filter(counts=True).exists()
    take(ada, says(BUY, covers=days(0, 17), written=1))
    assert RoundTripRow.objects.filter(counts=True).exists()
    assert not Restatement.objects.exists()


def test_the_same_statement_again_notes_nothing_twice(ada: User, account: BrokerAccount) -> None:
    statement = later(replace(BUY, price=Decimal(21), proceeds=Decimal(-210)), SELL, *ZORG)
    take(ada, statement)
    before = list(RestatedRow.objects.values()), list(RestatedTrip.objects.values())
    take(ada, statement)
    rebuild_account(account, None, RawStatement.objects.latest("pk").pk)
    assert (list(RestatedRow.objects.values()), list(RestatedTrip.objects.values())) == before


def test_a_rebuild_keeps_what_was_noted(ada: User, account: BrokerAccount, settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    statement = later(BUY, SELL)
    take(ada, statement)
    tables = (Restatement, RestatedRow, RestatedTrip)
    before = [list(table._default_manager.values()) for table in tables]
    found, _ = replay_account(account, Parser(YEAR, statement), always)
    assert found.identical
    assert [list(table._default_manager.values()) for table in tables] == before
    account.delete()
    assert not any(table._default_manager.exists() for table in tables)
