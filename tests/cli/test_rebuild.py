"""`fillbook rebuild`: the same as before, or the trades that change, accepted or not."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli import forking
from tests.cli.running import MAKE_USERS, fillbook, python

STATEMENT = Path(__file__).parent.parent / "statements" / "ibkr" / "partial-fills.xml"
"""Five fills of one round trip with a profit of 101.15 after 2.00 of commission."""

# `fillbook` at a terminal where somebody types the first word, with a parser that finds a dollar more commission in every fill.
OTHER_PARSER = """
import io, sys
from dataclasses import replace
from fillbook.brokers import registry
from fillbook.cli.main import main

class Dearer:
    def __init__(self, connector):
        self.connector = connector
    def parse(self, chunks, config):
        parsed = self.connector.parse(chunks, config)
        accounts = [replace(one, executions=tuple(replace(row, fees=row.fees - 1) for row in one.executions)) for one in parsed.accounts]
        return replace(parsed, accounts=tuple(accounts))

class Terminal(io.StringIO):
    def isatty(self):
        return True

found = registry.connector
registry.connector = lambda name: Dearer(found(name))
sys.stdin = Terminal(sys.argv.pop(1) + "\\n")
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def data(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with one account, whose tables are in an SQLite file unless a test asks for the other database."""
    if getattr(request, "param", "sqlite") == "postgresql":
        monkeypatch.setenv("FILLBOOK_DATABASE_URL", request.getfixturevalue("postgres_url"))
    python(MAKE_USERS, tmp_path / "data", "ann@example.org")
    assert fillbook("import", STATEMENT, "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


def with_another_parser(answer: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return forking.run(["-c", OTHER_PARSER, answer, *map(str, words)], None, {**os.environ, "PYTHONUTF8": "1"})


def profit(data: Path) -> str:
    """Of the one round trip, as stored."""
    [trip] = json.loads(fillbook("trades", "--json", "--data", data).stdout)["trips"]
    return str(trip["realized_pnl"])


def test_what_did_not_change_is_the_same(data: Path) -> None:
    first, again = (json.loads(fillbook("rebuild", "--json", "--data", data).stdout)["accounts"][0] for _ in range(2))
    assert first == again
    assert (first["account"], first["statements"], first["identical"], first["accepted"]) == ("U9000001", 1, True, True)
    assert (first["facts_changed"], first["trades"]) == (0, [])
    for name in ("ledger_hash", "derived_hash"):
        assert first[name]["before"] == first[name]["after"]
        assert len(first[name]["after"]) == 64
    printed = fillbook("rebuild", "--data", data)
    assert (printed.returncode, printed.stdout) == (
        0,
        "Account U9000001: 1 statement read again.\n  Everything is the same as before.\n",
    )


def test_changed_trades_are_shown_and_declined(data: Path) -> None:
    declined = with_another_parser("n", "rebuild", "--data", data)
    assert declined.returncode == 1
    assert "5 stored facts read differently; 1 round trip changes." in declined.stdout
    assert "ACM long, 2 Mar 2026 to 2 Mar 2026" in declined.stdout
    assert "profit: +101.15 → +96.15" in declined.stdout
    assert "fees: −2.00 → −7.00" in declined.stdout
    assert "Nothing was changed." in declined.stdout
    assert profit(data) == "101.15"
    assert json.loads(fillbook("rebuild", "--json", "--data", data).stdout)["accounts"][0]["identical"]


@pytest.mark.parametrize("data", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_changed_trades_are_accepted_by_a_yes_or_in_advance(data: Path) -> None:
    accepted = with_another_parser("y", "rebuild", "--data", data)
    assert (accepted.returncode, profit(data)) == (0, "96.15")
    assert accepted.stdout.endswith("Accepted.\n")
    back = json.loads(fillbook("rebuild", "--json", "--yes", "--account", "U9000001", "--data", data).stdout)["accounts"][0]
    assert (back["identical"], back["accepted"], back["facts_changed"]) == (False, True, 5)
    [trade] = back["trades"]
    assert (trade["before"]["realized_pnl"], trade["after"]["realized_pnl"]) == ("96.15", "101.15")
    assert profit(data) == "101.15"


def test_json_asks_nobody(data: Path) -> None:
    asked = with_another_parser("y", "rebuild", "--json", "--data", data)
    [account] = json.loads(asked.stdout)["accounts"]
    assert (asked.returncode, account["accepted"], profit(data)) == (1, False, "101.15")


def test_an_unknown_account_is_named(data: Path) -> None:
    unknown = fillbook("rebuild", "--account", "U1", "--data", data)
    assert (unknown.returncode, unknown.stderr) == (2, "There is no account U1; the accounts are: U9000001.\n")
