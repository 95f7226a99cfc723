"""Comparisons a page at a time are in one order: the worst first, then the latest, what has no day last, then by symbol and row."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from fillbook.storage.comparing import WORST_FIRST, Chosen, Place, comparisons, comparisons_after
from fillbook.storage.models import BrokerAccount, InstrumentRow, ReconciliationRow
from fillbook.trades.reconcile import LineKind
from tests.storage.deliveries import person

FIRST = date(2026, 3, 2)


@pytest.fixture
def account() -> BrokerAccount:
    """One with 60 comparisons on four days or on none, of three instruments."""
    account = BrokerAccount.objects.create(owner=person(), broker="ibkr", number="U1", base_currency="USD")
    chance = random.Random(5)
    named = [InstrumentRow.objects.create(broker="ibkr", digest=name, key=name, symbol=name, multiplier=Decimal(1)) for name in "ABC"]
    for number in range(60):
        day = chance.choice([None, *(FIRST + timedelta(days=after) for after in range(4))])
        what, status = chance.choice(named), chance.choice(WORST_FIRST[:-1])
        ReconciliationRow.objects.create(
            account=account, instrument=what, instrument_key=what.key, kind="fill", ref=f"{number % 7}-{number}", status=status, day=day
        )
    return account


@pytest.mark.both_databases
@pytest.mark.django_db
@pytest.mark.parametrize("status", ["", WORST_FIRST[1]])
def test_pages_are_in_one_order(account: BrokerAccount, status: str) -> None:
    rows = [
        (WORST_FIRST.index(row.status), -(row.day or date.min).toordinal(), row.instrument.symbol, row.ref)
        for row in ReconciliationRow.objects.select_related("instrument")
        if status in ("", row.status)
    ]
    expected = [row[-1] for row in sorted(rows)]
    chosen = Chosen(LineKind.FILL, status)
    for size in (1, 7, 100):
        pages = -(-len(expected) // size)
        numbered = [line.ref for number in range(1, pages + 1) for line in comparisons(account, chosen, number, size).rows]
        assert numbered == expected
        walked: list[str] = []
        place: Place | None = None
        for _ in range(pages):
            lines, place = comparisons_after(account, chosen, place, size)
            walked += [line.ref for line in lines]
        assert (walked, place) == (expected, None)
