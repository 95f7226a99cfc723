"""`fillbook trades` and `fillbook report` on a golden statement whose two round trips are worked out here.

reversal.xml: 10 bought at 100, 25 sold at 110, 15 bought at 105; commissions 1, 2.50 and 1.50.
Long:  10 x 110 - 1.00 (10/25 of 2.50) - (10 x 100 + 1) = 1099 - 1001 = 98, gain 98 / 1001.
Short: 15 x 110 - 1.50 - (15 x 105 + 1.50) = 1648.50 - 1576.50 = 72, gain 72 / 1648.50.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import MAKE_USERS, fillbook, python

STATEMENT = Path(__file__).parent.parent / "statements" / "ibkr" / "reversal.xml"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder into which the statement was imported."""
    folder = tmp_path_factory.mktemp("book") / "data"
    python(MAKE_USERS, folder, "ann@example.org")
    done = fillbook("import", "--json", "--data", folder, STATEMENT)
    assert json.loads(done.stdout)["files"][0]["accounts"][0]["executions"]["new"] == 3
    return folder


def ask(data: Path, *words: str) -> Any:
    done = fillbook(words[0], "--json", "--data", data, *words[1:])
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_the_trades_newest_first(data: Path) -> None:
    answer = ask(data, "trades")
    assert (answer["total"], answer["filter"]) == (2, {})
    short, long = answer["trips"]
    assert (short["side"], short["quantity"], short["entry_price"], short["exit_price"]) == ("short", "15", "110", "105")
    assert (short["realized_pnl"], short["fees"], short["opening_cost"], short["fills"]) == ("72", "-3", "1648.5", 2)
    assert (long["side"], long["quantity"], long["net"], long["result_currency"]) == ("long", "10", "98", "USD")
    assert (long["opened_on"], long["closed_on"], long["holding_seconds"]) == ("2026-03-02", "2026-03-03", 86400)
    assert (long["status"], long["account"], long["kind"], long["reconciliation"]) == ("closed", "U9000001", "real", "equal")
    assert Decimal(long["gain_percent"]) == Decimal("9.79021")


def test_the_report(data: Path) -> None:
    answer = ask(data, "report")
    (group,) = answer["groups"]
    assert (group["kind"], group["base_currency"], group["currency"]) == ("real", "USD", "USD")
    expected = {
        "round_trips": 2,
        "winners": 2,
        "losers": 0,
        "break_even": 0,
        "profit": "170",
        "gross_profit": "175",
        "fees": "-5",
        "win_rate": "100",
        "average_gain": "85",
        "average_gain_percent": "7.0789085",
        "weighted_gain_percent": "6.41630496",  # 170 / 2649.50
        "average_win": "85",
        "average_loss": None,
        "payoff": None,
        "profit_factor": "no_losses",
        "standard_error": "13",  # both are 13 from their mean: s = 13 x sqrt(2)
        "largest_win": "98",
        "largest_loss": None,
        "holding_seconds": {"mean": 86400, "median": 86400},
        "streaks": {"wins": 2, "losses": 0},
        "max_drawdown": {"amount": "0", "peak_on": None, "trough_on": None},
    }
    assert {name: group[name] for name in expected} == expected
    assert [(month["month"], month["profit"], month["round_trips"]) for month in group["months"]] == [("2026-03", "170", 2)]
    steps = {step["line"]: step["amount"] for step in answer["bridge"]["real"]}
    assert (steps["profit"], steps["differences"], steps["broker"]) == ("170", "0", "170")


def test_the_report_equals_what_check_finds_in_the_statement(data: Path) -> None:
    (account,) = json.loads(fillbook("check", "--json", STATEMENT).stdout)["files"][0]["accounts"]
    answer = ask(data, "report")
    assert answer["bridge"]["real"] == account["bridge"]
    assert answer["groups"][0]["round_trips"] == account["round_trips"]


@pytest.mark.parametrize(
    ("words", "total"),
    [
        (["--side", "short"], 1),
        (["--symbol", "acm"], 2),
        (["--symbol", "OTHER"], 0),
        (["--from", "2026-03-04"], 1),
        (["--to", "2026-03-03"], 1),
        (["--outcome", "loss"], 0),
        (["--class", "stock"], 2),
        (["--class", "option"], 0),
        (["--account", "U9000001"], 2),
        (["--currency", "EUR"], 0),
        (["--status", "open"], 0),
        (["--status", "closed", "--incomplete"], 2),
    ],
)
def test_filters(data: Path, words: list[str], total: int) -> None:
    answer = ask(data, "trades", *words)
    assert (answer["total"], len(answer["trips"])) == (total, total)
    report = ask(data, "report", *words)
    assert sum(group["round_trips"] for group in report["groups"]) == total


def test_sorting_and_limit(data: Path) -> None:
    assert [trip["net"] for trip in ask(data, "trades", "--sort", "profit")["trips"]] == ["98", "72"]
    first = ask(data, "trades", "--sort", "profit", "--ascending", "--limit", "1")
    assert (first["total"], [trip["net"] for trip in first["trips"]]) == (2, ["72"])


@pytest.mark.parametrize(
    "words", [["--from", "yesterday"], ["--account", "U1"], ["--currency", "EURO"], ["--side", "up"], ["--limit", "-1"]]
)
def test_what_means_nothing_is_said(data: Path, words: list[str]) -> None:
    done = fillbook("trades", "--data", data, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert words[1] in done.stderr or "whole number" in done.stderr


def test_pages_for_people(data: Path) -> None:
    trades = fillbook("trades", "--data", data)
    assert [line.split()[:3] for line in trades.stdout.splitlines()[2:4]] == [["4", "Mar", "2026"], ["3", "Mar", "2026"]]
    assert "+72.00 USD" in trades.stdout
    assert trades.stdout.endswith("2 round trips\n")
    assert "No round trip fits." in fillbook("trades", "--data", data, "--symbol", "OTHER").stdout
    report = fillbook("report", "--data", data).stdout
    for words in ("Real accounts, base currency USD", "+170.00 USD", "+7.1 %", "100.0 %", "+85.00 ± 13.00", "no losses", "2026-03"):
        assert words in report
    assert max(len(line) for line in (trades.stdout + report).splitlines()) <= 80
    assert "no figures yet" in fillbook("report", "--data", data, "--symbol", "OTHER").stdout
