"""A fault of ours in one file costs neither the answers about the others nor the fault's own trace."""

import json
from pathlib import Path

import pytest

from fillbook.cli import check_command
from fillbook.cli.main import main
from fillbook.ledger.statement import AccountStatement
from fillbook.trades.account import AccountBook, read_account
from tests.cli.contract import assert_contract

STATEMENTS = Path(__file__).parent.parent / "statements" / "ibkr"


def test_a_fault_in_one_file(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def faulty(statement: AccountStatement) -> AccountBook:
        if statement.base_currency == "USD" and len(statement.executions) == 3:
            raise ZeroDivisionError("a bug")
        return read_account(statement)

    monkeypatch.setattr(check_command, "read_account", faulty)
    monkeypatch.setattr("gc.disable", lambda: None)
    status = main(["check", "--json", str(STATEMENTS / "reversal.xml"), str(STATEMENTS / "several-currencies.xml")])
    told = capsys.readouterr()
    answer = json.loads(told.out)
    assert_contract(answer)
    assert status == 2
    assert [file["ok"] for file in answer["files"]] == [False, True]
    assert answer["files"][0]["error"] == check_command.OUR_FAULT
    assert "ZeroDivisionError: a bug" in told.err
