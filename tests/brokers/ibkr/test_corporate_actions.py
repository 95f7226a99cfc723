"""Corporate actions: their kind, ratio and legs, from the broker's type and from its sentence."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fillbook.brokers.ibkr.parse import parse
from fillbook.ledger.events import CorporateAction
from fillbook.ledger.events import CorporateActionKind as Kind
from fillbook.ledger.statement import AccountStatement
from tests.brokers.ibkr.flex_statements import document, element, findings, statement


def one(content: bytes) -> AccountStatement:
    (account,) = parse([content]).accounts
    return account


def action(description: str, **changes: str) -> CorporateAction:
    row = {"accountId": "U9000001", "symbol": "ACM", "conid": "9001", "isin": "US0090010011", "dateTime": "20260302", "quantity": "10"}
    content = document(statement(CorporateActions=element("CorporateAction", {**row, "description": description, **changes})))
    (found,) = one(content).corporate_actions
    return found


@pytest.mark.parametrize(
    ("broker_type", "sentence", "kind", "ratio"),
    [
        ("FS", "ACM(US0090010011) SPLIT 4 FOR 1 (ACM, ACME CORP, US0090010011)", Kind.SPLIT, (4, 1)),
        ("RS", "ACM(US0090010011) SPLIT  1 FOR 25 (ACM, ACME CORP, US0090010029)", Kind.REVERSE_SPLIT, (1, 25)),
        ("FS", "ACM(US0090010011) SPLIT 548275673 FOR 10000000000 (ACM, ACME, X)", Kind.SPLIT, (548275673, 10000000000)),
        ("IC", "ACM(US0090010011) CUSIP/ISIN CHANGE TO (US0090010029) (ACM, ACME CORP, US0090010029)", Kind.IDENTIFIER_CHANGE, None),
        ("SO", "OLD(US0090090090) SPINOFF  3 FOR 10 (ACM, ACME CORP, US0090010011)", Kind.SPIN_OFF, (3, 10)),
        ("SD", "ACM(US0090010011) STOCK DIVIDEND 1 FOR 11 (ACM, ACME CORP, US0090010011)", Kind.STOCK_DIVIDEND, (12, 11)),
        ("HI", "OLD(US0090090090) STOCK DIVIDEND 1 FOR 11 (ACM, ACME CORP, US0090010011)", Kind.STOCK_DIVIDEND, (1, 11)),
        ("TC", "OLD(US0090090090) MERGED(Acquisition) WITH US0090010011 255 FOR 1000 (ACM, ACME, X)", Kind.MERGER, (255, 1000)),
        ("TC", "OLD(US9) CASH and STOCK MERGER (Acquisition) US0090010011 592 FOR 1000 AND USD 4.24 (OLD, O, X)", Kind.MERGER,
         (592, 1000)),
        ("TC", "OLD(US9) MERGED(Liquidation)  FOR USD 0.047 PER SHARE (OLD, O, US9)", Kind.MERGER, None),
        ("TC", "OLD(US9) MERGED(Acquisition) WITH US0090010011 1 FOR 2, US0090010029 3 FOR 4 (ACM, A, X)", Kind.MERGER, (1, 2)),
        ("TO", "OLD(CA9) TENDERED TO CA91701P1TN3 1 FOR 1 (OLD.TEN, OLD INC - TENDER FOR CASH CAD, CA9)", Kind.TENDER, (1, 1)),
        ("RI", "OLD(ES9) SUBSCRIBABLE RIGHTS ISSUE  1 FOR 1 (ACM, A, X)", Kind.RIGHTS_ISSUE, (1, 1)),
        ("SR", "ACM (US9) SUBSCRIBES TO () (ACM, A, X)", Kind.SUBSCRIPTION, None),
        ("OR", "OVER SUBSCRIBE ACM (US9) AT 6.00 USD (ACM, A, X)", Kind.SUBSCRIPTION, None),
        ("DW", "(US9) DELISTED (ACM, ACME - CONTRA, X)", Kind.DELISTING, None),
        ("BM", "(US9) FULL CALL / EARLY REDEMPTION FOR USD 1.10306815 PER BOND (ACM, A, X)", Kind.MATURITY, None),
        ("TM", "(US9) TBILL MATURITY (912796ZY8, B 01/25/24, X)", Kind.MATURITY, None),
        ("GV", "ACM(US9) GENERIC VOLUNTARY (ACM, A, X)", Kind.OTHER, None),
        ("XX", "ACM(US9) NEVER SEEN (ACM, A, X)", Kind.OTHER, None),
        ("", "ACM(US9) SPLIT 3 FOR 2 (ACM, A, X)", Kind.SPLIT, (3, 2)),
        ("", "ACM(US9) SPLIT 1 FOR 10 (ACM, A, X)", Kind.REVERSE_SPLIT, (1, 10)),
        ("", "OLD(US9) SPINOFF  1 FOR 3 (ACM, A, X)", Kind.SPIN_OFF, (1, 3)),
        ("", "", Kind.OTHER, None),
    ],
)  # fmt: skip
def test_what_a_corporate_action_is(broker_type: str, sentence: str, kind: Kind, ratio: tuple[object, object] | None) -> None:
    found = action(sentence, type=broker_type)
    assert found.kind is kind
    assert [found.ratio_new, found.ratio_old] == list(ratio or (None, None))


def test_legs_of_one_action_share_its_id() -> None:
    sentence = "OLD(US9) MERGED(Acquisition) WITH US0090010011 1 FOR 2 "
    one_leg, other = action(sentence + "(ACM, ACME CORP, US0090010011)", type="TC"), action(sentence + "(OLD, OLD INC, US9)", type="TC")
    assert one_leg.action_id == other.action_id
    assert one_leg.action_id != action(sentence + "(ACM, ACME CORP, US0090010011)", type="TC", dateTime="20260303").action_id
    assert action(sentence, type="TC", actionID="77").action_id == "77"


def test_the_sentence_may_stand_in_its_own_field() -> None:
    found = action("ACME CORP", actionDescription="ACM(US9) SPLIT 3 FOR 2 (ACM, ACME CORP, X)", type="FS")
    assert [found.ratio_new, found.ratio_old] == [3, 2]
    assert found.instrument.description == "ACME CORP"
    assert action("ACM(US9) SPLIT 3 FOR 2 (ACM, ACME CORP, X)", type="FS").instrument.description == "ACME CORP"


@pytest.mark.parametrize(
    ("broker_type", "hours"), [("FS", (20, 25)), ("TO", (19, 45)), ("RI", (19, 45)), ("SD", (20, 20)), ("TC", (20, 25))]
)
def test_actions_without_a_time_are_booked_in_the_evening(broker_type: str, hours: tuple[int, int]) -> None:
    wanted = datetime(2026, 3, 2, 5, tzinfo=UTC) + timedelta(hours=hours[0], minutes=hours[1])
    assert action("X", type=broker_type).ordered_at == wanted


def test_a_reversal_is_known_by_its_code_and_cash_by_either_field() -> None:
    assert action("X", code="Ca").reverses
    assert not action("X", code="CaX").reverses
    assert action("X", proceeds="12.5", amount="-12.5").proceeds == Decimal("12.5")
    assert action("X", amount="-12.5").proceeds == Decimal("12.5")


def test_summaries_of_actions_count_only_without_details() -> None:
    row = {"accountId": "U9000001", "symbol": "ACM", "conid": "9001", "dateTime": "20260302", "type": "FS", "quantity": "10"}
    detail, summary = (
        element("CorporateAction", {**row, "levelOfDetail": level, "transactionID": level}) for level in ("DETAIL", "SUMMARY")
    )
    both = one(document(statement(CorporateActions=detail + summary))).corporate_actions
    assert [leg.leg_id for leg in both] == ["DETAIL"]
    assert [leg.leg_id for leg in one(document(statement(CorporateActions=summary))).corporate_actions] == ["SUMMARY"]


def test_a_repeated_corporate_action_counts_once() -> None:
    row = element("CorporateAction", {"accountId": "U9000001", "symbol": "ACM", "dateTime": "20260302", "type": "FS", "quantity": "10"})
    content = document(statement(CorporateActions=row), statement(CorporateActions=row))
    assert len(one(content).corporate_actions) == 1
    assert findings(content)["rows_repeated"].params == {"count": "1"}


def test_equal_legs_without_ids_stay_two_and_keep_their_names() -> None:
    # booked, taken back and booked again: the first and the last row are equal in every field
    row = {"accountId": "U9000001", "symbol": "ACM", "conid": "9001", "dateTime": "20260302;202500", "type": "TC", "description": "M (A)"}
    booked, back = (
        element("CorporateAction", {**row, "quantity": "-100"}),
        element("CorporateAction", {**row, "quantity": "100", "code": "Ca"}),
    )
    content = document(statement(CorporateActions=booked + back + booked))
    legs = one(content).corporate_actions
    assert [(str(leg.quantity), leg.reverses) for leg in legs] == [("-100", False), ("100", True), ("-100", False)]
    assert len({leg.leg_id for leg in legs}) == 3
    assert [leg.leg_id for leg in one(document(statement(CorporateActions=booked))).corporate_actions] == [legs[0].leg_id]
