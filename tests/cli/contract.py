"""The shape of `fillbook check --json`, checked to the last key."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

STATUSES = {"equal", "inferred", "unstated", "explained", "different"}
LINES = ["profit", "left_out", "realized_so_far", "corporate_actions", "fx", "differences", "broker"]
COUNTS = [
    "executions",
    "corporate_actions",
    "option_events",
    "transfers",
    "positions",
    "round_trips",
    "incomplete",
    "open",
    "unmatched",
]
SUMS = ["realized_pnl", "broker_realized_pnl", "corporate_action_pnl"]
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")


def assert_contract(answer: Any) -> None:
    """Every key there, none more, every value of its kind; the bridge adds up and counts fit together."""
    assert set(answer) == {"files"}
    for file in answer["files"]:
        assert set(file) == {"file", "ok", "error", "findings", "accounts"}
        assert isinstance(file["file"], str)
        assert isinstance(file["ok"], bool)
        if file["ok"]:
            assert file["error"] is None
        else:
            assert len(file["error"].split()) > 2
            assert file["accounts"] == []
        for finding in file["findings"]:
            assert set(finding) == {"severity", "code", "message", "remedy"}
            assert finding["severity"] in {"fatal", "warning", "note"}
            assert all(isinstance(text, str) for text in finding.values())
        for account in file["accounts"]:
            _assert_account(account)


def _assert_account(account: Any) -> None:
    assert set(account) == {
        "account",
        "currency",
        "from",
        "to",
        *COUNTS,
        *SUMS,
        "bridge",
        "open_positions",
        "reconciliation",
        "differences",
    }
    assert isinstance(account["account"], str)
    assert account["account"] != "-"
    assert account["currency"] is None or re.fullmatch("[A-Z]{3}", account["currency"])
    for end in ("from", "to"):
        assert account[end] is None or date.fromisoformat(account[end]) < date.max
    for name in COUNTS:
        assert type(account[name]) is int
        assert account[name] >= 0
    assert account["incomplete"] <= account["round_trips"]
    for name in SUMS:
        assert all(re.fullmatch("[A-Z]{3}", currency) and _decimal(text) is not None for currency, text in account[name].items())
    _assert_bridge(account)
    for position in account["open_positions"]:
        assert set(position) == {"instrument", "quantity", "cost"}
        assert _decimal(position["quantity"]) is not None
        assert position["cost"] is None or _decimal(position["cost"]) is not None
    _assert_differences(account)


def _assert_bridge(account: Any) -> None:
    bridge = account["bridge"]
    assert [step["line"] for step in bridge] == LINES * (len(bridge) // len(LINES))
    for start in range(0, len(bridge), len(LINES)):
        steps = bridge[start : start + len(LINES)]
        assert {frozenset(step) for step in steps} == {frozenset({"line", "currency", "amount"})}
        assert len({step["currency"] for step in steps}) == 1
        amounts = [_decimal(step["amount"]) for step in steps]
        assert sum(amounts[:-1]) == amounts[-1]
        assert amounts[-1] == _decimal(account["broker_realized_pnl"].get(steps[0]["currency"], "0"))


def _assert_differences(account: Any) -> None:
    assert set(account["reconciliation"]) == {"fills", "positions"}
    for counts in account["reconciliation"].values():
        assert set(counts) == STATUSES
        assert all(type(count) is int for count in counts.values())
    listed = account["differences"]
    for line in listed:
        assert set(line) == {"kind", "id", "instrument", "ours", "broker", "status", "reason"}
        assert line["kind"] in {"fill", "position"}
        assert all(isinstance(line[name], str) for name in ("id", "instrument", "status", "reason"))
        assert all(line[name] is None or _decimal(line[name]) is not None for name in ("ours", "broker"))
        assert line["reason"] or line["status"] != "explained"
    for kind, counts in (("fill", account["reconciliation"]["fills"]), ("position", account["reconciliation"]["positions"])):
        for status in ("unstated", "explained", "different"):
            surplus = sum(1 for line in listed if (line["kind"], line["status"]) == (kind, status)) - counts[status]
            # a cancellation is listed whole, its rebook too, which is counted as what it is
            rebooks = sum(1 for line in listed if line["reason"] == "cancel_chain" and line["ours"] is not None)
            assert 0 <= surplus <= (rebooks if (kind, status) == ("fill", "explained") else 0)


def _decimal(text: str) -> Decimal:
    assert isinstance(text, str)
    assert _DECIMAL.fullmatch(text), text
    return Decimal(text)
