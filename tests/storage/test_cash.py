"""Money without trades, balances, rates and the broker's lots: kept like all facts, whatever came first."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations

import pytest

from fillbook.ledger.cash import CashKind, CashMovement, ConversionRate
from fillbook.ledger.figures import BrokerBalance, BrokerLot, FigureKind
from fillbook.ledger.statement import AccountStatement
from fillbook.storage.hashes import ledger_hash
from fillbook.storage.loading import load_statement
from fillbook.storage.models import AccountInstrument, BalanceRow, BrokerAccount, CashMovementRow, Origin, RateRow
from fillbook.storage.planning import Counts
from tests.storage.deliveries import day_of, days, deliver, link_of, only_account, person, says
from tests.trades.builders import ACCOUNT, OTHER, STOCK, fill, held

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

BUY = fill(1, 10, "20.5", day=20)
DIVIDEND = CashMovement(
    account=ACCOUNT,
    instrument=STOCK,
    movement_id="90",
    kind=CashKind.DIVIDEND,
    moved_on=day_of(30),
    currency="EUR",
    amount=Decimal("2.4"),
    value_date=day_of(29),
    moved_at=datetime(2026, 4, 1, 0, 20, tzinfo=UTC),
    rate_to_base=Decimal("1.0987"),
    broker_type="Dividends",
    description="ACME CASH DIVIDEND",
    place=77,
)
DEPOSIT = CashMovement(ACCOUNT, None, "91", CashKind.DEPOSIT_WITHDRAWAL, day_of(12), "USD", Decimal(5000))
LOT = BrokerLot(
    account=ACCOUNT,
    instrument=STOCK,
    lot_id="~1",
    quantity=Decimal(10),
    cost_basis=Decimal("205.000000000000000001"),
    closed_on=day_of(33),
    closed_at=datetime(2026, 4, 4, 15, tzinfo=UTC),
    realized_pnl=Decimal("-0.5"),
    closed_by="2",
    opened_by="1",
    opened_on=day_of(20),
    place=5,
)


def cash(amount: str, day: int = 60, currency: str = "USD", settled: str | None = None) -> BrokerBalance:
    part = None if settled is None else Decimal(settled)
    return BrokerBalance(FigureKind.CASH, ACCOUNT, day_of(day), currency, Decimal(amount), part, 3)


def rate(amount: str, day: int = 40) -> ConversionRate:
    return ConversionRate(ACCOUNT, "EUR", "USD", day_of(day), Decimal(amount), 4)


def full(**more: object) -> AccountStatement:
    """A statement with all of them."""
    sections: dict[str, object] = {
        "cash_movements": (DIVIDEND, DEPOSIT),
        "cash_since": day_of(0),
        "balances": (cash("12.5", settled="10"), BrokerBalance(FigureKind.NET_ASSET_VALUE, ACCOUNT, day_of(60), "USD", Decimal(-3))),
        "rates": (rate("1.1"), rate("1.2", 41)),
        "broker_lots": (LOT,),
    }
    return says(BUY, **{**sections, **more})  # type: ignore[arg-type]


def test_they_come_back_as_they_were_stated() -> None:
    deliver(person(), full())
    loaded = load_statement(only_account()).statement
    assert loaded.cash_movements == (DEPOSIT, DIVIDEND)
    assert loaded.cash_since == day_of(0)
    assert loaded.balances == full().balances
    assert loaded.rates == full().rates
    assert loaded.broker_lots == (LOT,)


def test_some_instruments_are_loaded_with_their_own_movements_alone() -> None:
    deliver(person(), full(cash_movements=(DIVIDEND, DEPOSIT, replace(DIVIDEND, movement_id="92", instrument=OTHER))))
    loaded = load_statement(only_account(), [STOCK.key]).statement
    assert (loaded.cash_movements, loaded.broker_lots, loaded.balances, loaded.rates) == ((DIVIDEND,), (LOT,), (), ())
    assert loaded.cash_since == day_of(0)


def test_the_same_again_changes_nothing() -> None:
    owner = person()
    assert deliver(owner, full()).counts == Counts(new=4)
    before = ledger_hash(only_account())
    again = deliver(owner, full(written=1))
    assert again.counts == Counts(known=4)
    assert again.accounts[0].instruments == frozenset()
    assert ledger_hash(only_account()) == before


def test_a_new_movement_has_its_instrument_read_again() -> None:
    owner = person()
    deliver(owner, full(cash_movements=()))
    written = deliver(owner, full(written=1))
    assert written.counts == Counts(new=2, known=2)
    assert written.accounts[0].instruments == frozenset({STOCK.key})


def test_a_movement_that_is_stated_differently_is_superseded() -> None:
    owner = person()
    deliver(owner, full())
    assert deliver(owner, full(cash_movements=(replace(DIVIDEND, amount=Decimal("2.2")), DEPOSIT), written=1)).counts.changed == 1
    rows = CashMovementRow.objects.filter(row_id="90").order_by("pk")
    assert [(row.state, row.amount) for row in rows] == [("superseded", Decimal("2.4")), ("current", Decimal("2.2"))]


def test_a_better_description_of_its_instrument_changes_no_movement() -> None:
    owner = person()
    deliver(owner, full())
    known = replace(STOCK, description="ACME CORP", multiplier=Decimal(2))
    assert deliver(owner, full(cash_movements=(replace(DIVIDEND, instrument=known), DEPOSIT), written=1)).counts.changed == 0


def test_only_a_statement_with_the_section_denies_a_movement() -> None:
    owner = person()
    deliver(owner, full())
    assert deliver(owner, says(BUY, written=1)).counts == Counts(known=1)
    assert load_statement(only_account()).statement.cash_since == day_of(0)
    assert deliver(owner, says(BUY, cash_since=day_of(0), written=2)).counts == Counts(known=1, withdrawn=2)
    assert load_statement(only_account()).statement.cash_movements == ()


def test_cash_is_stated_from_the_first_statement_that_lists_it() -> None:
    owner = person()
    deliver(owner, says(BUY, covers=days(-365, 0)))
    assert load_statement(only_account()).statement.cash_since is None
    deliver(owner, full(covers=days(10, 60), cash_since=day_of(10), written=1))
    assert load_statement(only_account()).statement.cash_since == day_of(10)


def test_all_trades_are_read_again_when_cash_is_known_from_an_earlier_day() -> None:
    owner = person()
    deliver(owner, full(covers=days(10, 60), cash_since=day_of(10)))
    assert deliver(owner, full(covers=days(12, 61), cash_since=day_of(12), written=1)).accounts[0].instruments == frozenset()
    assert deliver(owner, says(BUY, covers=days(-20, 20), cash_since=day_of(-20))).accounts[0].instruments is None


def test_of_each_day_the_strongest_statement_tells_the_figures() -> None:
    owner = person()
    deliver(owner, full(written=2))
    deliver(owner, full(balances=(cash("99"),), rates=(rate("9"),), written=1))
    assert BalanceRow.objects.get(kind="cash").amount == Decimal("12.5")
    assert RateRow.objects.get(day=day_of(40)).rate == Decimal("1.1")
    deliver(owner, full(balances=(cash("99"),), rates=(rate("9"),), written=0), origin=Origin.FETCHED, link=link_of(owner))
    assert [(row.amount, row.settled, row.origin) for row in BalanceRow.objects.filter(kind="cash")] == [(Decimal(99), None, 3)]
    assert {row.day: row.rate for row in RateRow.objects.all()} == {day_of(40): Decimal(9), day_of(41): Decimal("1.2")}


def test_a_figure_that_is_repeated_is_believed_as_much_as_its_latest_statement() -> None:
    owner = person()
    for amount, written in (("1", 1), ("1", 3), ("2", 2)):
        deliver(owner, says(BUY, balances=(cash(amount),), written=written))
    assert BalanceRow.objects.get().amount == 1


def test_statements_in_any_order_give_one_ledger() -> None:
    statements = [
        full(written=1, balances=(cash("1"), cash("2", 50)), rates=(rate("1.1"), rate("1.3", 44))),
        full(written=2, cash_movements=(DEPOSIT,), broker_lots=(replace(LOT, cost_basis=Decimal(200)),), balances=(cash("3"),)),
        full(written=3, covers=days(15, 50), cash_movements=(replace(DIVIDEND, amount=Decimal(3)),), balances=(cash("1"),)),
        full(written=3, covers=days(20, 44), cash_movements=(), balances=(cash("4"),), rates=(rate("1.4"),)),
    ]
    hashes = set()
    for number, order in enumerate(permutations(statements)):
        owner = person(f"order-{number}")
        for statement in order:
            deliver(owner, statement)
        account = BrokerAccount.objects.get(owner=owner)
        hashes.add(ledger_hash(account))
        assert {row.as_of: row.amount for row in BalanceRow.objects.filter(account=account, kind="cash")} == {
            day_of(60): 4,
            day_of(50): 2,
        }
    assert len(hashes) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"cash_movements": (DIVIDEND,)},
        {"balances": (cash("12.6"),)},
        {"rates": (rate("1.1"),)},
        {"broker_lots": ()},
        {"broker_lots": (replace(LOT, closed_by="3"),)},
    ],
)
def test_the_hash_covers_them(more: dict[str, object]) -> None:
    hashes = []
    for number, statement in enumerate((full(), full(**more))):
        owner = person(f"hash-{number}")
        deliver(owner, statement)
        hashes.append(ledger_hash(BrokerAccount.objects.get(owner=owner)))
    assert hashes[0] != hashes[1]


def test_a_movement_names_an_instrument_only_as_long_as_nothing_better_does() -> None:
    sparse, rich = replace(OTHER, symbol="ZRG"), replace(OTHER, description="ZORG INC", exchange="NYSE")
    mention = says(cash_movements=(replace(DIVIDEND, instrument=sparse),), written=5)
    later = says(cash_movements=(replace(DIVIDEND, instrument=replace(sparse, symbol="ZRGN")),), written=6)
    held_before = says(positions=(held(rich, 5),), covers=days(-60, 0), written=1)
    for number, order in enumerate(permutations((mention, later, held_before))):
        owner = person(f"named-{number}")
        for statement in order:
            deliver(owner, statement)
        named = AccountInstrument.objects.get(account__owner=owner, key=OTHER.key).instrument
        assert (named.symbol, named.description, named.exchange) == (OTHER.symbol, "ZORG INC", "NYSE")
    alone = person("alone")
    deliver(alone, later)
    deliver(alone, mention)
    assert AccountInstrument.objects.get(account__owner=alone).instrument.symbol == "ZRGN"


def test_a_day_is_a_day_in_both_databases() -> None:
    deliver(person(), full())
    assert CashMovementRow.objects.filter(trade_date=date(2026, 4, 1)).count() == 1
    assert BalanceRow.objects.filter(as_of=day_of(60)).count() == 2
