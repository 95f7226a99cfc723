"""`fillbook doctor` says the same of a file, of a stored account, and in `fillbook check`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.brokers.ibkr.flex_statements import document, statement, trade
from tests.cli.running import MAKE_USERS, fillbook, python

STATEMENTS = Path(__file__).parent.parent / "statements" / "ibkr"
LINK = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
from fillbook.storage.models import Link, LinkState, User
error = "The token has expired."
Link.objects.create(owner=User.objects.get(), broker="ibkr", name="Mine", state=LinkState.NEEDS_USER, error_message=error)
"""


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A statement of a query without Open Positions that names Lots beside its trades."""
    path = tmp_path_factory.mktemp("lacking") / "lacking.xml"
    path.write_bytes(document(statement(trade(), drop=["OpenPositions"], extra="<InterestAccruals />")))
    return path


def ask(*words: str | Path, status: int = 0) -> Any:
    done = fillbook("doctor", "--json", *words)
    assert (done.returncode, done.stderr) == (status, "")
    return json.loads(done.stdout)


def test_a_file_has_the_findings_of_check(lacking: Path) -> None:
    (examined,) = ask(lacking, status=1)["files"]
    (checked,) = json.loads(fillbook("check", "--json", lacking).stdout)["files"]
    assert examined["findings"] == checked["findings"]
    assert {name: examined[name] for name in ("file", "ok", "error", "title")} == {
        "file": str(lacking), "ok": True, "error": None, "title": "Fillbook",
    }  # fmt: skip
    assert [(one["severity"], one["code"]) for one in examined["findings"]] == [
        ("warning", "open_positions_missing"),
        ("note", "sections_not_read"),
    ]


def test_on_paper_each_finding_says_what_it_costs_and_where_to_click(lacking: Path) -> None:
    done = fillbook("doctor", lacking)
    shown = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "The query lacks the section Open Positions: positions cannot be confirmed" in shown
    assert "click the section Open Positions, under Options tick Summary, click Select All and click Save." in shown


def test_a_query_by_the_guide_lacks_nothing() -> None:
    assert ask(STATEMENTS / "all-sections.xml")["files"][0]["findings"] == []
    assert "Nothing is lacking." in fillbook("doctor", STATEMENTS / "all-sections.xml").stdout


def test_rows_that_contradict_themselves_are_told_with_both_figures() -> None:
    (examined,) = ask(STATEMENTS / "window-cost-disagrees.xml")["files"]
    assert [one["code"] for one in examined["findings"]] == ["cost_and_pnl_disagree"]


def test_a_file_that_cannot_be_read_says_why() -> None:
    (examined,) = ask(STATEMENTS / "dates-undecidable.xml", status=2)["files"]
    assert not examined["ok"]
    assert "set Date Format to yyyyMMdd" in examined["error"]


def test_stored_accounts_and_links_that_brought_none(lacking: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    python(MAKE_USERS, data, "ann@example.org")
    assert fillbook("import", "--data", data, lacking, STATEMENTS / "window-cost-disagrees.xml").returncode == 0
    accounts = {one["account"]: one for one in ask("--data", data, status=1)["accounts"]}
    assert [one["code"] for one in accounts["U9000001"]["findings"]] == ["open_positions_missing", "sections_not_read"]
    assert accounts["U9000001"]["findings"] == ask(lacking, status=1)["files"][0]["findings"]
    (other,) = (one for number, one in accounts.items() if number != "U9000001")
    assert [one["code"] for one in other["findings"]] == ["cost_and_pnl_disagree"]
    assert ask("--data", data, "--account", other["account"])["accounts"] == [other]
    python(LINK, data)
    told = ask("--data", data, status=2)
    assert [(one["broker"], one["state"], one["error"]) for one in told["links"]] == [("ibkr", "needs_user", "The token has expired.")]
    assert "The token has expired." in fillbook("doctor", "--data", data).stdout


def test_a_gap_in_the_history_is_no_clean_bill(tmp_path: Path) -> None:
    """Beside what the query lacks, the only sale has no purchase in the statement."""
    data = tmp_path / "data"
    python(MAKE_USERS, data, "ann@example.org")
    assert fillbook("import", "--data", data, STATEMENTS / "sale-undetermined.xml").returncode == 0
    (account,) = ask("--data", data, status=1)["accounts"]
    assert account["incomplete"] == 1
    shown = " ".join(fillbook("doctor", "--data", data).stdout.split())
    assert "1 instrument: something is missing of what was held before, or moved." in shown
    assert "`fillbook reconcile` lists each; what you held before can be stated with `fillbook opening`." in shown


def test_files_and_accounts_together_mean_nothing(lacking: Path) -> None:
    done = fillbook("doctor", lacking, "--account", "U1")
    assert (done.returncode, done.stderr) == (2, "Name files or accounts, not both.\n")
