"""Real statements, when a folder of them is given: read to the end, the sums hold, and what differs is known and has its reason."""

import json
from functools import cache
from pathlib import Path

import pytest

from fillbook.brokers.ibkr.parse import parse
from fillbook.brokers.interface import StatementUnreadable
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.reconcile import Status
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod, MatchSettings
from tests.support.invariants import broken

pytestmark = pytest.mark.corpus

KNOWN: dict[str, dict[str, str]] = json.loads((Path(__file__).parent.parent / "brokers" / "ibkr" / "corpus_differences.json").read_text())
"""File and row: why the statement itself is wrong there."""
SETTINGS = [
    MatchSettings(method=MatchingMethod.LIFO, grouping=Grouping.PER_CLOSING),
    MatchSettings(method=MatchingMethod.HIGHEST_COST, assignment=AssignmentView.ON_OPTION),
    MatchSettings(method=MatchingMethod.AVERAGE, grouping=Grouping.PER_DAY, forex=True),
]


def statements(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in {".xml", ".csv"})


@cache
def books(path: Path, settings: MatchSettings | None = None) -> list[AccountBook]:
    try:
        parsed = parse([path.read_bytes()])
    except StatementUnreadable:
        return []
    return [read_account(account, settings) for account in parsed.accounts]


def test_what_must_hold_for_any_account_holds_for_real_ones(corpus: Path) -> None:
    files = statements(corpus)
    assert sum(1 for path in files if books(path)) > 100, "the folder of real statements has that many"
    assert [(path.name, sentence) for path in files for book in books(path) for sentence in broken(book)] == []


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings.method.value)
def test_a_trader_may_look_at_them_in_any_way(corpus: Path, settings: MatchSettings) -> None:
    """Other settings change the round trips and not what is compared with the broker."""
    for path in statements(corpus):
        for plain, other in zip(books(path), books(path, settings), strict=True):
            if not settings.forex:
                assert [line.status for line in other.lines] == [line.status for line in plain.lines], path.name
            assert other.broker_realized_pnl == plain.broker_realized_pnl, path.name
            assert broken(other, listed=False) == [], path.name


def test_only_what_is_known_to_be_wrong_differs(corpus: Path) -> None:
    found = {
        path.name: {line.id for line in lines}
        for path in statements(corpus)
        if (lines := [line for book in books(path) for line in book.lines if line.status is Status.DIFFERENT])
    }
    present = {path.name for path in statements(corpus)}
    assert found == {name: set(rows) for name, rows in KNOWN.items() if name in present}
