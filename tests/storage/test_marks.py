"""The marks in the tables are those of the book that the tables were made from."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from fillbook.ledger.execution import Effect
from fillbook.storage.books import load_book
from fillbook.storage.derive import rebuild_account, settings_of
from fillbook.storage.intake import write_statement
from fillbook.storage.marks import account_mark, instrument_marks
from fillbook.storage.models import BrokerAccount, Origin
from fillbook.storage.raw import keep_raw
from fillbook.trades.completeness import Cause, Completeness, Mark, judge_account, marks_of
from fillbook.trades.settings import Grouping
from tests.storage.deliveries import day_of, days, deliver, only_account, person, says
from tests.support import trips
from tests.trades.builders import OTHER, STOCK, fill, held

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", trips.cases("ibkr"))
def test_golden_statements_have_the_marks_of_their_books(name: str) -> None:
    owner = person()
    for path in trips.documents("ibkr", name):
        raw = keep_raw(owner, "ibkr", Path(path).read_bytes(), Origin.UPLOADED)
        for written in write_statement(raw, trips.parsed(path)).accounts:
            rebuild_account(written.account_id, written.instruments)
    for account in BrokerAccount.objects.all():
        marks = marks_of(load_book(account))
        assert instrument_marks(account) == marks
        assert account_mark(account) == judge_account(marks.values())


@pytest.mark.both_databases
def test_what_came_after_the_latest_positions_is_unconfirmed() -> None:
    owner = person()
    deliver(owner, says(fill(1, 10, 10, effect=Effect.OPENS, day=1), covers=days(0, 9), positions=(held(STOCK, 10, 100),)))
    later = says(fill(2, 5, 10, OTHER, effect=Effect.OPENS, day=50), covers=days(40, 60), written=1)
    (written,) = deliver(owner, later).accounts
    rebuild_account(written.account_id)
    marks = instrument_marks(only_account())
    assert marks[STOCK.key] == Mark(Completeness.COMPLETE)
    assert marks[OTHER.key].confirmed is False
    assert account_mark(only_account()).confirmed is False


@pytest.mark.both_databases
def test_other_settings_change_no_mark() -> None:
    rows = [
        fill(1, -5, 30, effect=Effect.CLOSES, day=1, broker_realized_pnl=Decimal(50)),
        fill(2, 4, 10, OTHER, effect=Effect.OPENS, day=2),
        fill(3, -1, 12, OTHER, effect=Effect.CLOSES, day=3),
    ]
    positions = (held(STOCK, 3, 30), held(OTHER, 3, 30))
    (written,) = deliver(person(), says(*rows, positions=positions, opened_on=day_of(-90))).accounts
    rebuild_account(written.account_id)
    account = only_account()
    before = instrument_marks(account)
    assert before[STOCK.key] == Mark(Completeness.INFERRED, Decimal(8), Cause.BEFORE_HISTORY)
    account.grouping = Grouping.PER_CLOSING
    account.save()
    rebuild_account(account)
    assert settings_of(account) == replace(settings_of(account), grouping=Grouping.PER_CLOSING)
    assert instrument_marks(account) == before
