"""What comes out of the database is what `fillbook check` says of the same statement, for every golden one."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fillbook.brokers import registry
from fillbook.brokers.interface import StatementUnreadable
from fillbook.ledger.statement import ParsedStatement, Severity
from fillbook.storage.derive import rebuild_account, settings_of
from fillbook.storage.hashes import derived_hash
from fillbook.storage.intake import write_statement
from fillbook.storage.loading import load_statement
from fillbook.storage.models import BrokerAccount, Origin, RoundTripRow
from fillbook.storage.raw import keep_raw, raw_chunks
from fillbook.trades.account import AccountBook, read_account
from tests.storage.deliveries import person
from tests.support import golden

STATEMENTS = [path for broker in ("ibkr", "apex", "tastytrade") for path in golden.documents(broker)]

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def said(book: AccountBook) -> tuple[Any, ...]:
    """All that `check` prints of an account, in no order."""
    trips = [*book.match.round_trips, *book.match.open_trips]
    return (
        Counter((t.key, t.realized_pnl, t.base_pnl, t.charges, t.quantity, t.open_quantity, t.closed_on, t.counts, t.side) for t in trips),
        Counter((lot.instrument.key, lot.quantity, lot.cost_basis) for lot in book.match.open_lots),
        Counter((left.execution.execution_id, left.quantity, left.undetermined) for left in book.match.unmatched),
        Counter((line.kind, line.id, line.ours, line.broker, line.status, line.reason) for line in book.lines),
        Counter((line.line, line.currency, line.amount) for line in book.bridge),
    )


def read(path: Path) -> ParsedStatement | None:
    """The statement, None when there is nothing to accept in it."""
    content = path.read_bytes()
    try:
        connector = registry.recognize(content[:65_536])
        parsed = connector.parse([content]) if connector else None
    except StatementUnreadable:
        return None
    return None if parsed is None or any(finding.severity is Severity.FATAL for finding in parsed.findings) else parsed


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_the_database_says_what_check_says(path: Path) -> None:
    if (parsed := read(path)) is None:
        return
    raw = keep_raw(person(), path.parent.name, path.read_bytes(), Origin.UPLOADED)
    assert b"".join(raw_chunks(raw)) == path.read_bytes()
    for written in write_statement(raw, parsed).accounts:
        rebuild_account(written.account_id, written.instruments)
    for statement in parsed.accounts:
        account = BrokerAccount.objects.get(number=statement.account)
        direct = read_account(statement, settings_of(account))
        assert said(read_account(load_statement(account).statement, settings_of(account))) == said(direct)
        keys = RoundTripRow.objects.filter(account=account).values_list("key", flat=True)
        assert sorted(keys) == sorted(trip.key for trip in (*direct.match.round_trips, *direct.match.open_trips))
        step_by_step = derived_hash(account)
        rebuild_account(account)
        assert derived_hash(account) == step_by_step


def test_there_are_golden_statements() -> None:
    assert sum(read(path) is not None for path in STATEMENTS) > 10
