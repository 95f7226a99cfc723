"""The evidence file: whole enough to look into a figure, with nothing in it that names a person."""

import json
from dataclasses import replace
from decimal import Decimal

from fillbook.ledger.execution import Effect, ExecutionKind
from fillbook.ledger.instrument import Right
from fillbook.trades.account import read_account
from fillbook.trades.evidence import evidence, redacted
from tests.trades.builders import ACCOUNT, OTHER, book_of, fill, option


def test_it_holds_rows_lots_and_both_figures_of_the_instrument_and_what_it_is_linked_with() -> None:
    call = option(Right.CALL, "12")
    book = book_of(
        fill(1, 100, "10", effect=Effect.OPENS),
        fill(2, -1, "0.80", call, effect=Effect.OPENS),
        fill(3, 1, 0, call, kind=ExecutionKind.ASSIGNMENT, day=18, effect=Effect.CLOSES),
        fill(4, -100, "12", kind=ExecutionKind.ASSIGNMENT, day=18, effect=Effect.CLOSES, broker_realized_pnl=Decimal(275)),
        fill(5, 10, "3", OTHER, effect=Effect.OPENS),
    )
    found = evidence(book, ["101"])
    assert [row["execution_id"] for row in found["executions"]] == ["1", "2", "3", "4"]
    (line,) = [line for line in found["reconciliation"] if line["id"] == "4"]
    assert (line["ours"], line["broker"], line["status"]) == ("280", "275", "different")
    assert {lot["opened_by"] for trip in found["round_trips"] for lot in trip["closed_lots"]} == {"1", "2"}


def test_it_is_json_and_names_nobody() -> None:
    row = replace(fill(1, 10, "10", effect=Effect.OPENS), model="Mine", order_id="77")
    text = json.dumps(evidence(read_account(book_of(row).statement)))
    assert ACCOUNT not in text
    assert "Mine" not in text
    assert "order_id" not in text
    assert redacted("U1234567") == "*****567"
    assert redacted("U12") == "***"
