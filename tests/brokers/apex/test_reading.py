"""What nobody outside knows of the portal: read by words and a zone that can be set, shown where it is not understood, never guessed."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillbook.brokers.apex.envelope import seal
from fillbook.brokers.apex.parse import parse
from fillbook.brokers.interface import BrokerConfig, StatementUnreadable
from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.statement import DateRange, ParsedStatement

DAYS = DateRange(date(2026, 1, 1), date(2026, 3, 31))
BOUGHT: dict[str, Any] = {
    "timestamp": "2026-01-05T10:15:42.000", "accountNumber": "5AB12345", "symbol": "ACME", "description": "ACME INC", "tradeAction": "BUY",
    "quantity": 10, "price": 20, "netAmount": -200, "tradeDate": "2026-01-05", "tradeNumber": "A0001", "activityType": "TRADES",
}  # fmt: skip
OPTION = {"underlyingSymbol": "ACME", "optionType": "C", "strikePrice": 25, "expirationDate": "2026-02-20"}
WRITTEN = {**BOUGHT, **OPTION, "tradeAction": "SELL", "netAmount": None}
ENDED = {"activityType": "POSITION_ADJUSTMENTS", "tradeAction": "", "trailer": "EXPIRED", "tradeDate": "2026-02-20", "price": 0}
EXPIRED = {**WRITTEN, **ENDED}


def read(*rows: Any, **settings: str) -> ParsedStatement:
    whole = seal("5AB12345", DAYS, [])
    return parse([whole.replace(b"\n\n", b"\n" + json.dumps(rows)[1:-1].encode() + b"\n")], BrokerConfig(settings))


def codes(parsed: ParsedStatement) -> list[str]:
    return [finding.code for finding in parsed.findings]


@pytest.mark.parametrize(
    "stamp",
    ["2026-01-05T10:15:42.000", "2026-01-05 10:15:42", "2026-01-05T15:15:42Z", "2026-01-05T09:15:42-06:00", 1767626142000, 1767626142],
)
def test_a_stamp_is_a_moment_whatever_its_form(stamp: object) -> None:
    (fill,) = read({**BOUGHT, "timestamp": stamp}).accounts[0].executions
    assert fill.executed_at == datetime(2026, 1, 5, 15, 15, 42, tzinfo=UTC)


@pytest.mark.parametrize("stamp", ["", None, "2026-01-05", "2026-01-05T00:00:00", "2026-01-06T10:15:42", "soon", "99999999999999999"])
def test_a_stamp_that_is_no_moment_of_the_day_is_none(stamp: object) -> None:
    (fill,) = read({**BOUGHT, "timestamp": stamp}).accounts[0].executions
    assert fill.executed_at is None
    assert fill.trade_date == date(2026, 1, 5)


def test_stamps_that_fit_no_session_name_the_zone_that_does() -> None:
    early = [{**BOUGHT, "timestamp": f"2026-01-05T08:4{minute}:00.000", "tradeNumber": f"A000{minute}"} for minute in range(6)]
    parsed = read(*early)
    assert codes(parsed) == ["stamps_of_another_zone"]
    assert parsed.findings[0].params == {"outside": "6", "total": "6", "zone": "America/New_York", "better": "America/Chicago"}
    told = read(*early, zone="America/Chicago")
    assert told.findings == ()
    assert told.accounts[0].executions[0].executed_at == datetime(2026, 1, 5, 14, 40, tzinfo=UTC)
    assert codes(read(*early[:4])) == []


def test_a_word_that_the_operator_adds_is_understood() -> None:
    odd = {**BOUGHT, "tradeAction": "BOT"}
    assert codes(read(odd)) == ["row_not_understood"]
    told = read(odd, words="SLD = sell; BOT = buy; nonsense; X = nothing")
    assert told.findings == ()
    assert told.accounts[0].executions[0].quantity == 10


@pytest.mark.parametrize(
    "row",
    [
        7,
        {},
        {**BOUGHT, "tradeDate": ""},
        {**BOUGHT, "tradeDate": "2026-02-30"},
        {**BOUGHT, "quantity": "many"},
        {**BOUGHT, "quantity": None},
        {**BOUGHT, "price": "NaN"},
        {**BOUGHT, "symbol": ""},
        {**BOUGHT, "tradeAction": ""},
        {**BOUGHT, "accountNumber": "5AB99999"},
        {**BOUGHT, "activityType": "GIFTS"},
        {**BOUGHT, "activityType": ""},
        {**WRITTEN, "strikePrice": None},
        {**WRITTEN, "optionType": "Q"},
        {**BOUGHT, "activityType": "POSITION_ADJUSTMENTS"},
        {**BOUGHT, "activityType": "POSITION_ADJUSTMENTS", "trailer": "EXPIRED"},
        {**BOUGHT, "activityType": "MONEY_MOVEMENTS", "netAmount": None},
        EXPIRED,
    ],
)
def test_what_is_not_understood_is_shown_with_its_fields_and_the_next_row_is_read(row: Any) -> None:
    parsed = read(row, BOUGHT)
    assert codes(parsed) == ["row_not_understood"]
    assert len(parsed.accounts[0].executions) == 1
    finding = parsed.findings[0]
    assert "accountNumber" not in finding.params
    if isinstance(row, dict) and row:
        assert finding.params["description"] == "ACME INC"


def test_an_option_that_expires_leaves_what_is_held() -> None:
    parsed = read(EXPIRED, WRITTEN)
    assert parsed.findings == ()
    assert [(fill.kind, fill.quantity) for fill in parsed.accounts[0].executions] == [
        (ExecutionKind.TRADE, Decimal(-10)),
        (ExecutionKind.EXPIRY, Decimal(10)),
    ]


def test_a_net_amount_that_does_not_follow_is_said_and_not_used() -> None:
    parsed = read({**BOUGHT, "netAmount": -2000})
    assert codes(parsed) == ["net_amount_disagrees"]
    assert parsed.accounts[0].executions[0].proceeds == Decimal(-200)


@given(st.permutations([*[BOUGHT] * 3, {**BOUGHT, "fees": 1}, WRITTEN, EXPIRED, {**BOUGHT, "tradeNumber": "A0009"}]))
def test_the_order_of_the_rows_changes_nothing_and_equal_fills_stay(rows: list[dict[str, Any]]) -> None:
    def facts(parsed: ParsedStatement) -> list[tuple[object, ...]]:
        return sorted((fill.execution_id, fill.quantity, fill.fees, fill.proceeds) for fill in parsed.accounts[0].executions)

    found = facts(read(*rows))
    assert found == facts(read(*[BOUGHT] * 3, {**BOUGHT, "fees": 1}, WRITTEN, EXPIRED, {**BOUGHT, "tradeNumber": "A0009"}))
    assert len({identity for identity, *_ in found}) == 7


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (seal("5AB12345", DAYS, [])[:-3], "damaged"),
        (b"[]", "not_activities"),
        (b'{"source":"apex-portal-activities","account":"5AB12345","first":"soon","last":"2026-01-01","rows":[]}', "not_activities"),
        (b'{"source":"another","account":"5AB12345","first":"2026-01-01","last":"2026-01-01","rows":[]}', "not_activities"),
    ],
)
def test_a_document_that_is_none_of_ours_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(StatementUnreadable) as caught:
        parse([data])
    assert caught.value.code == code
