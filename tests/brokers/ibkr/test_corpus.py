"""Real statements, when a folder of them is given: each parses or is refused with a sentence, and never anything else."""

from pathlib import Path

import pytest

from fillbook.brokers.ibkr.parse import parse
from fillbook.brokers.interface import StatementUnreadable
from fillbook.ledger.order import LedgerRow, total_order
from fillbook.ledger.statement import AccountStatement

pytestmark = pytest.mark.corpus


def outcome(content: bytes) -> tuple[str, tuple[AccountStatement, ...]]:
    """(why it was refused, its accounts): one of them is empty."""
    try:
        return "", parse([content]).accounts
    except StatementUnreadable as refused:
        return refused.message, ()


def test_every_file_parses_or_is_refused(corpus: Path) -> None:
    files = sorted(path for path in corpus.rglob("*") if path.suffix in {".xml", ".csv"})
    assert files
    for path in files:
        message, accounts = outcome(path.read_bytes())
        assert accounts or len(message.split()) > 4, path.name
        for account in accounts:
            rows: list[LedgerRow] = [*account.executions, *account.corporate_actions, *account.transfers]
            places = [total_order(row) for row in rows]
            assert sorted(places) == sorted(set(places)), path.name
            assert len({fill.execution_id for fill in account.executions}) == len(account.executions), path.name


def test_a_real_file_cut_anywhere_is_refused(corpus: Path) -> None:
    path = max(corpus.rglob("*.xml"), key=lambda each: each.stat().st_size)
    content = path.read_bytes().rstrip()
    for end in range(0, len(content), len(content) // 25):
        with pytest.raises(StatementUnreadable):
            parse([content[:end]])
