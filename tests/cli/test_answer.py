"""The JSON of `check`, on accounts made by hand."""

import json

from fillbook.cli import answer
from fillbook.ledger.execution import Effect
from fillbook.ledger.statement import Finding, Severity
from fillbook.trades.account import read_account
from tests.cli.books import account, fill, held, stock
from tests.cli.contract import assert_contract

ACME, BETA, REAL = stock("ACME"), stock("BETA", "EUR"), stock("RET", sub_class="REIT")


def test_one_account_with_everything() -> None:
    book = read_account(
        account(
            fill(1, ACME, "10", "100"),
            fill(2, ACME, "-10", "110", pnl="98"),  # 1099 - 1001
            fill(3, BETA, "5", "20", rate="1.1"),
            fill(4, BETA, "-5", "19", pnl="-6", effect=Effect.CLOSES, rate="1.1"),  # ours: 94 - 101 = -7
            fill(5, REAL, "10", "50"),
            fill(6, REAL, "-4", "55", pnl="20", effect=Effect.CLOSES),  # ours: 219 - 200.4 = 18.6
            positions=(held(REAL, "6", "298"),),
        )
    )
    found = answer.read_file("a.xml", [Finding(Severity.NOTE, "code", "What is so.", "What to do.", {"x": "y"})], [book])
    assert_contract({"files": [found]})
    (told,) = json.loads(json.dumps(found))["accounts"]
    assert told["round_trips"] == 2
    assert told["open"] == 1
    assert told["realized_pnl"] == {"EUR": "-7", "USD": "116.6"}
    assert told["broker_realized_pnl"] == {"EUR": "-6", "USD": "118"}
    assert [(step["line"], step["amount"]) for step in told["bridge"] if step["currency"] == "USD"] == [
        ("profit", "98"),
        ("left_out", "0"),
        ("realized_so_far", "18.6"),
        ("corporate_actions", "0"),
        ("fx", "0"),
        ("differences", "1.4"),
        ("broker", "118"),
    ]
    assert told["reconciliation"]["fills"] == {"equal": 1, "inferred": 0, "unstated": 0, "explained": 1, "different": 1}
    assert told["open_positions"] == [{"instrument": "RET", "quantity": "6", "cost": "300.6"}]
    assert told["differences"] == [
        {"kind": "fill", "id": "4", "instrument": "BETA", "ours": "-7", "broker": "-6", "status": "different", "reason": ""},
        {
            "kind": "fill",
            "id": "6",
            "instrument": "RET",
            "ours": "18.6",
            "broker": "20",
            "status": "explained",
            "reason": "return_of_capital",
        },
    ]


def test_a_sale_without_its_purchase_is_counted_once() -> None:
    book = read_account(account(fill(1, ACME, "-10", "100", effect=Effect.CLOSES), positions=None))
    (told,) = answer.read_file("a.xml", [], [book])["accounts"]
    assert_contract({"files": [answer.read_file("a.xml", [], [book])]})
    assert (told["round_trips"] + told["unmatched"], told["open"]) == (1, 0)


def test_an_unread_file() -> None:
    entry = answer.unread_file("a.xml", "This file is empty.")
    assert_contract({"files": [entry]})
    assert entry == {"file": "a.xml", "ok": False, "error": "This file is empty.", "findings": [], "accounts": []}
