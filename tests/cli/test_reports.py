"""`fillbook report` beyond its first page, on the statement of test_trades_and_report.py: a long trade of +98 and a short one of +72."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.running import MAKE_USERS, fillbook, python
from tests.cli.test_trades_and_report import STATEMENT, ask


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder into which the statement was imported."""
    folder = tmp_path_factory.mktemp("reports") / "data"
    python(MAKE_USERS, folder, "ann@example.org")
    assert fillbook("import", "--json", "--data", folder, STATEMENT).returncode == 0
    return folder


def said(data: Path, *words: str) -> str:
    done = fillbook("report", "--data", data, *words)
    assert (done.returncode, done.stderr) == (0, "")
    return " ".join(done.stdout.split())


def test_by_one_key_and_by_two(data: Path) -> None:
    rows = ask(data, "report", "--by", "side")["rows"]
    assert [(row["part"], row["value"], row["trades"], row["profit"]) for row in rows] == [
        ("value", "long", 1, "98"),
        ("value", "short", 1, "72"),
        ("all", None, 2, "170"),
    ]
    gross = ask(data, "report", "--by", "side", "--gross")["rows"]
    assert [row["profit"] for row in gross] == ["100", "75", "175"]
    assert [row["profit"] for row in ask(data, "report", "--by", "side", "--own")["rows"]] == ["98", "72", "170"]
    (one, other) = ask(data, "report", "--by", "side", "--cross", "weekday")["rows"]
    assert [(row["down_value"], row["across_value"], row["profit"]) for row in (one, other)] == [("long", 0, "98"), ("short", 1, "72")]
    assert "long, Monday" in said(data, "--by", "side", "--cross", "weekday")
    assert "all, each once 2 100.0 % +85.00" in said(data, "--by", "price")
    assert "100 to 200" in said(data, "--by", "price")


def test_csv_figures_and_the_rest(data: Path) -> None:
    lines = fillbook("report", "--by", "side", "--csv", "--data", data).stdout.splitlines()
    assert lines[0].startswith("kind,base_currency,currency,part,key,value")
    assert lines[1].startswith("real,USD,USD,value,side,long,,,1,1,0,0,100,98,-2,98,9.79021,no_losses,1,0,")
    figures = {row["name"]: row for row in ask(data, "report", "--figures")["rows"]}
    assert (figures["expectancy"]["value"], figures["expectancy"]["standard_error"], figures["profit_factor"]["absent"]) == (
        "85",
        "13",
        "no_losses",
    )
    assert "Sharpe no daily NAV from the broker" in said(data, "--figures")
    assert ask(data, "report", "--falls")["rows"] == []
    assert "No complete round trip fits." in said(data, "--falls")
    (run,) = ask(data, "report", "--runs")["rows"]
    assert (run["length"], run["wins"], run["losses"]) == (2, 1, 0)
    assert sum(row["trades"] for row in ask(data, "report", "--spread", "profit")["rows"]) == 2


def test_two_choices(data: Path) -> None:
    pairs = {row["name"]: row for row in ask(data, "report", "--side", "long", "--compare", "side=short")["rows"]}
    assert (pairs["profit"]["first"], pairs["profit"]["second"], pairs["profit"]["difference"]) == ("98", "72", "-26")
    assert "side=long" in said(data, "--side", "long", "--compare", "side=short")
    refused = fillbook("report", "--compare", "colour=red", "--data", data)
    assert (refused.returncode, "colour means nothing here" in refused.stderr) == (2, True)


def test_a_period_the_wrong_way_round_is_refused(data: Path) -> None:
    refused = fillbook("trades", "--from", "2026-03-31", "--to", "2026-03-01", "--data", data)
    assert refused.returncode == 2
    assert "--from 2026-03-31 is after --to 2026-03-01" in refused.stderr
    assert "write --from 2026-03-01 --to 2026-03-31" in refused.stderr
    beside = fillbook("report", "--compare", "from=2026-03-31&to=2026-03-01", "--data", data)
    assert (beside.returncode, "from=2026-03-31 is after to=2026-03-01" in beside.stderr) == (2, True)


def test_the_html_file(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert str(file) in said(data, "--html", str(file), "--side", "long")
    page = file.read_text(encoding="utf-8")
    assert "+98.00" in page
    assert "+72.00" not in page
    assert not re.search(r"(href|src)=|<script|url\(", page)
    said(data, "--html", str(file), "--private")
    assert "98.00" not in file.read_text(encoding="utf-8")
    assert fillbook("report", "--html", str(tmp_path), "--data", data).returncode == 2


def test_what_makes_no_sense_together(data: Path) -> None:
    assert fillbook("report", "--cross", "side", "--data", data).returncode == 2
    assert fillbook("report", "--csv", "--data", data).returncode == 2
    assert json.loads(fillbook("report", "--json", "--band", "price-6", "--data", data).stdout)["filter"] == {"band": "price-6"}
