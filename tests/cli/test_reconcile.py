"""`fillbook reconcile`, `evidence` and `settings` on golden statements whose figures are worked out beside them."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import MAKE_USERS, fillbook, python

STATEMENTS = Path(__file__).parent.parent / "statements" / "ibkr"
HASHES = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
from fillbook.storage.hashes import derived_hash, ledger_hash
from fillbook.storage.models import BrokerAccount
account = BrokerAccount.objects.get(number=sys.argv[2])
print(ledger_hash(account), derived_hash(account))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three accounts: one older than its history, one with an unseen transfer, one with a cancellation."""
    folder = tmp_path_factory.mktemp("book") / "data"
    python(MAKE_USERS, folder, "ann@example.org")
    names = ("window-before-closed-long", "unseen-transfer", "cancel-same-day", "lifo-code", "contradiction")
    assert fillbook("import", "--data", folder, *(STATEMENTS / f"{name}.xml" for name in names)).returncode == 0
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(made, tmp_path / "data"))


def ask(data: Path, *words: str | Path, status: int = 0) -> Any:
    done = fillbook(words[0], "--json", "--data", data, *words[1:])
    assert (done.returncode, done.stderr) == (status, "")
    return json.loads(done.stdout)


def test_an_account_that_is_older_than_its_history(made: Path) -> None:
    (account,) = ask(made, "reconcile", "--account", "U9000012")["accounts"]
    assert {name: account[name] for name in ("account", "kind", "currency", "from", "to")} == {
        "account": "U9000012",
        "kind": "real",
        "currency": "USD",
        "from": "2025-09-19",
        "to": "2026-09-18",
    }
    completeness = account["completeness"]
    (instrument,) = completeness.pop("instruments")
    assert completeness == {"status": "inferred", "confirmed": True, "complete": 0, "stated": 0, "inferred": 1, "missing": 0}
    assert instrument.pop("sentence").startswith("Opened before the first day")
    assert instrument == {
        "id": "9001", "instrument": "ACM", "status": "inferred", "confirmed": True, "quantity": "10", "cause": "before_history",
    }  # fmt: skip
    assert account["fees"] == [{"currency": "USD", "stated": "-1", "counted": "-1", "left_out": "0", "different": "0"}]
    assert account["reconciliation"]["fees"]["equal"] == account["reconciliation"]["fills"]["inferred"] == 1
    assert [(line["kind"], line["ours"], line["broker"], line["status"]) for line in account["differences"]] == [
        ("fill", "119", "119", "inferred")
    ]
    assert {step["line"]: step["amount"] for step in account["bridge"]}["left_out"] == "119"


def test_every_line_that_is_not_equal_has_a_sentence_unless_it_differs(made: Path) -> None:
    (account,) = ask(made, "reconcile", "--account", "U9000022")["accounts"]
    told = [(line["kind"], line["id"], line["status"], line["reason"], line["sentence"] != "") for line in account["differences"]]
    assert told == [
        ("fill", "70000001", "explained", "cancel_chain", True),
        ("fill", "70000002", "explained", "cancel_chain", True),
        ("fee", "70000001", "explained", "cancel_chain", True),
    ]
    assert account["fees"] == [{"currency": "USD", "stated": "-2.7666", "counted": "-2.7666", "left_out": "0", "different": "0"}]


def test_a_missing_row_is_named_by_units_and_likely_cause(made: Path) -> None:
    done = fillbook("reconcile", "--data", made, "--account", "U9000076")
    assert done.returncode == 0
    words = " ".join(done.stdout.split())
    assert "1 instrument: 1 with something missing." in words
    assert "Missing: The broker states another quantity: a row is missing, such as a transfer or a day that is not covered. ACM 5" in words
    assert "1 position explained The position changed without a trade" in words
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_difference_without_a_reason_is_told_by_the_status(made: Path) -> None:
    accounts = ask(made, "reconcile", status=1)["accounts"]
    assert len(accounts) == 5
    different = [line for account in accounts for line in account["differences"] if line["status"] == "different"]
    assert different
    assert {(line["reason"], line["sentence"]) for line in different} == {("", "")}
    page = fillbook("reconcile", "--data", made)
    assert page.returncode == 1
    assert "no known reason applies" in " ".join(page.stdout.split())


def test_a_book_without_accounts_says_so(tmp_path: Path) -> None:
    python(MAKE_USERS, tmp_path / "data", "ann@example.org")
    assert fillbook("reconcile", "--data", tmp_path / "data").stdout == "There is no account in this book yet.\n"
    assert ask(tmp_path / "data", "reconcile") == {"accounts": []}
    assert fillbook("settings", "--data", tmp_path / "data").stderr == "There is no account in this book yet.\n"


def test_an_account_is_named_where_there_are_several(made: Path) -> None:
    done = fillbook("evidence", "--data", made)
    assert (done.returncode, done.stdout) == (2, "")
    assert "U9000012" in done.stderr
    assert "U9" not in fillbook("evidence", "--data", made, "--account", "U9000012", "-o", "-").stdout
    assert "There is no account U1 in this book" in fillbook("reconcile", "--data", made, "--account", "U1").stderr


def test_evidence_is_saved_once_and_names_nobody(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "evidence.json"
    words = ("evidence", "--account", "U9000022", "-o", path)
    assert ask(made, *words) == {"file": str(path), "account": "*****022", "rows": 5}
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text("utf-8")
    found = json.loads(text)
    assert found["format"] == "fillbook-evidence-1"
    assert [row["execution_id"] for row in found["executions"]] == ["70000001", "70000002", "70000003", "70000004", "70000005"]
    assert "U9000022" not in text
    again = fillbook("evidence", "--data", made, *words[1:])
    assert again.returncode == 1
    assert f"{path} exists" in again.stderr
    path.write_text("older", encoding="utf-8")
    assert fillbook("evidence", "--data", made, *words[1:], "--force").returncode == 0
    assert json.loads(path.read_text("utf-8")) == found


def test_evidence_of_one_trade_has_a_name_of_its_own(made: Path, tmp_path: Path) -> None:
    (trip,) = ask(made, "trades", "--account", "U9000022")["trips"]
    done = fillbook("evidence", "--data", made, "--account", "U9000022", "--trade", trip["key"], cwd=tmp_path)
    (path,) = tmp_path.glob("*.json")
    assert path.name == f"fillbook-evidence-022-{trip['key']}.json"
    assert path.name in done.stdout
    wrong = fillbook("evidence", "--data", made, "--account", "U9000012", "--trade", trip["key"], cwd=tmp_path)
    assert wrong.returncode == 2
    assert "has no round trip" in wrong.stderr
    assert list(tmp_path.glob("*.json")) == [path]


def test_settings_are_shown_changed_and_touch_no_stored_fact(data: Path) -> None:
    """lifo-code.xml comes to 298 in one round trip (lifo-code.trips.json); its two closings are two trades with the same sum."""
    number = json.loads((STATEMENTS / "lifo-code.trips.json").read_text("utf-8"))["accounts"][0]["account"]
    shown = ask(data, "settings", "--account", number)
    assert shown["settings"] == {"grouping": "flat_to_flat", "matching": "fifo", "assignment": "into_underlying", "forex": "off"}
    assert (shown["trades_changed"], shown["before"]) == (0, shown["after"])
    ledger, derived = python(HASHES, data, number).split()
    changed = ask(data, "settings", "--account", number, "--matching", "lifo", "--grouping", "per_closing", "--forex", "on")
    assert changed["settings"] == {"grouping": "per_closing", "matching": "lifo", "assignment": "into_underlying", "forex": "on"}
    assert changed["before"] == shown["after"] == {"round_trips": 1, "counted": 1, "open": 0, "profit": {"USD": "298"}}
    assert changed["after"] == {"round_trips": 2, "counted": 2, "open": 0, "profit": {"USD": "298"}}
    assert changed["trades_changed"] == 3
    assert python(HASHES, data, number).split()[0] == ledger
    page = fillbook("settings", "--data", data, "--account", number, "--grouping", "flat_to_flat", "--matching", "fifo", "--forex", "off")
    assert "the oldest lot is closed first (was lifo)" in " ".join(page.stdout.split())
    assert "No stored fill was touched." in page.stdout
    assert python(HASHES, data, number).split() == [ledger, derived]


def test_a_setting_that_does_not_exist_is_refused(data: Path) -> None:
    done = fillbook("settings", "--data", data, "--account", "U9000012", "--matching", "random")
    assert done.returncode == 2
    assert "invalid choice" in done.stderr
