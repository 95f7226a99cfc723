"""`fillbook check` as a user runs it: statements in, figures out, exit status by what was found."""

import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.contract import assert_contract
from tests.cli.running import ROOT, fillbook

CENT = Decimal("0.01")


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A statement of 400 executions and what its generator knows of it."""
    folder = tmp_path_factory.mktemp("generated")
    statement, truth = folder / "statement.xml", folder / "truth.json"
    words = ["-n", "400", "--corpactions", "0", "--transfers", "0", "-o", str(statement), "--truth", str(truth)]
    subprocess.run([sys.executable, str(ROOT / "bench" / "make_flex.py"), *words], check=True, capture_output=True)
    return statement, json.loads(truth.read_text(), parse_float=Decimal)


def test_a_generated_statement_agrees_in_everything(generated: tuple[Path, dict[str, Any]]) -> None:
    statement, truth = generated
    done = fillbook("check", "--json", statement)
    answer = json.loads(done.stdout)
    assert_contract(answer)
    assert (done.returncode, done.stderr) == (0, "")
    (account,) = answer["files"][0]["accounts"]
    assert (account["executions"], account["round_trips"]) == (400, truth["round_trips"])
    assert account["realized_pnl"].keys() == account["broker_realized_pnl"].keys() == truth["pnl"].keys()
    for currency, expected in truth["pnl"].items():
        assert abs(Decimal(account["realized_pnl"][currency]) - Decimal(expected)) < CENT
        assert abs(Decimal(account["broker_realized_pnl"][currency]) - Decimal(expected)) < CENT
    assert account["differences"] == []


def test_the_page_for_people(generated: tuple[Path, dict[str, Any]]) -> None:
    statement, truth = generated
    done = fillbook("check", statement)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    for words in ("Profit", "Average gain", "Win rate", "From profit to the broker's figure", "Broker's realized P&L", "Closing fills  ✓"):
        assert words in done.stdout
    assert "Everything that the broker states agrees to the cent." in done.stdout
    assert f"400 executions · {truth['round_trips']} round trips" in done.stdout
    assert not re.search(r"[-+]\d", done.stdout.replace("+", "")), "a minus is U+2212"
    assert "\x1b" not in done.stdout


def test_colour_only_where_wanted(generated: tuple[Path, dict[str, Any]]) -> None:
    statement, _ = generated
    assert "\x1b[" in fillbook("check", statement, FORCE_COLOR="1", TERM="xterm").stdout
    coloured = re.compile(r"\x1b\[[\d;]*3\d")
    assert not coloured.search(fillbook("check", statement, FORCE_COLOR="1", TERM="xterm", NO_COLOR="1").stdout)


@pytest.mark.parametrize("columns", ["40", "200"])
def test_narrow_and_wide_terminals(generated: tuple[Path, dict[str, Any]], columns: str) -> None:
    statement, _ = generated
    lines = fillbook("check", statement, COLUMNS=columns).stdout.splitlines()
    assert max(map(len, lines)) <= min(int(columns), 100)


def test_golden_statements_answer_by_the_contract() -> None:
    folder = ROOT / "tests" / "statements" / "ibkr"
    done = fillbook("check", "--json", folder)
    answer = json.loads(done.stdout)
    assert_contract(answer)
    assert len(answer["files"]) == len(list(folder.glob("*.xml"))) > 20
    assert sum(file["ok"] for file in answer["files"]) > 20


def test_money_is_in_base_currency_and_the_bridge_in_the_currencies_traded() -> None:
    page = fillbook("check", ROOT / "tests" / "statements" / "ibkr" / "several-currencies.xml").stdout
    assert "+107.52 USD" in page  # (10 x 210 - 2 - 10 x 200 - 2) EUR at 1.12
    assert "after 4.48 USD of fees" in page
    assert "+4.8 %" in page  # 96 / 2002
    assert "in the currencies traded" in page
    assert "+96.00" in page


def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.xml").write_bytes(b"")
    (tmp_path / "table.csv").write_text("Date,Symbol,Quantity\n2026-01-05,ACME,1\n")
    (tmp_path / "other.xml").write_text("<Document/>")
    (tmp_path / "notes.txt").write_text("not asked for")
    done = fillbook("check", "--json", tmp_path, tmp_path / "missing.xml")
    answer = json.loads(done.stdout)
    assert_contract(answer)
    assert done.returncode == 2
    errors = {Path(file["file"]).name: file["error"] for file in answer["files"]}
    assert list(errors) == ["empty.xml", "other.xml", "table.csv", "missing.xml"]
    assert "empty" in errors["empty.xml"]
    assert "<Document>" in errors["other.xml"]
    assert "CSV" in errors["table.csv"]
    assert "no such file" in errors["missing.xml"]


def test_unreadable_files_do_not_stop_the_others(tmp_path: Path, generated: tuple[Path, dict[str, Any]]) -> None:
    statement, _ = generated
    (tmp_path / "broken.xml").write_bytes(statement.read_bytes()[:20_000])
    (tmp_path / "whole.xml").write_bytes(statement.read_bytes())
    done = fillbook("check", tmp_path)
    assert done.returncode == 2
    assert "× " in done.stdout
    assert done.stdout.splitlines()[-1] == "2 files · 1 could not be read · nothing differs"


def test_a_figure_of_the_broker_changed_by_hand_is_found(tmp_path: Path, generated: tuple[Path, dict[str, Any]]) -> None:
    text = generated[0].read_text()
    row = next(
        match for match in re.finditer(r"<Trade [^>]*>", text) if Decimal(re.findall(r'fifoPnlRealized="([^"]*)"', match[0])[0] or 0)
    )
    old = re.findall(r'fifoPnlRealized="([^"]*)"', row[0])[0]
    changed = row[0].replace(f'fifoPnlRealized="{old}"', f'fifoPnlRealized="{Decimal(old) + 5}"')
    statement = tmp_path / "changed.xml"
    statement.write_text(text.replace(row[0], changed))
    done = fillbook("check", "--json", statement)
    answer = json.loads(done.stdout)
    assert_contract(answer)
    assert done.returncode == 1
    (line,) = answer["files"][0]["accounts"][0]["differences"]
    assert line["status"] == "different"
    assert abs(Decimal(line["broker"]) - Decimal(line["ours"]) - 5) < CENT
    page = fillbook("check", statement)
    assert page.returncode == 1
    assert line["id"] in page.stdout
    assert "no known reason applies" in page.stdout


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    done = fillbook("check", tmp_path)
    assert done.returncode == 2
    assert "holds no XML or CSV file" in done.stdout


def test_help_and_bad_use() -> None:
    assert fillbook("--help").returncode == 0
    assert "check" in fillbook().stdout
    assert fillbook("check").returncode == 2
    assert fillbook("chekc").returncode == 2
    assert re.fullmatch(r"fillbook \d+\.\d+\.\d+\n", fillbook("--version").stdout)


def test_check_needs_neither_framework_nor_network() -> None:
    code = (
        "import sys; from fillbook.cli.main import main; main(['check', '--json', 'missing.xml']);"
        "print([name for name in ('django', 'dbos', 'httpx2', 'sqlalchemy', 'ssl', 'rich') if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"


def test_a_reader_that_goes_away_leaves_no_trace(generated: tuple[Path, dict[str, Any]]) -> None:
    command = f"{sys.executable} -m fillbook check {generated[0]} {generated[0]} | head -1"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("statement.xml")
    assert done.stderr == ""


def test_a_csv_is_found_out_by_itself_and_compared_with_nothing() -> None:
    """tastytrade states no profit, so there is no bridge that ends at its figure, and nothing differs."""
    file = ROOT / "tests" / "statements" / "tastytrade" / "today.csv"
    done = fillbook("check", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert "+231.85 USD" in done.stdout
    assert "Line 12 was left out" in done.stdout
    assert "From profit to the broker's figure" not in done.stdout
    answer = json.loads(fillbook("check", "--json", file).stdout)
    assert_contract(answer)
    (account,) = answer["files"][0]["accounts"]
    assert (account["round_trips"], account["bridge"]) == (3, [])
