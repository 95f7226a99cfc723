"""What dividends and the broker's own lots prove about a fill that differs."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fillbook.ledger.cash import CashKind, CashMovement
from fillbook.ledger.execution import Effect, Execution
from fillbook.ledger.figures import BrokerLot
from fillbook.ledger.instrument import Instrument
from fillbook.trades.evidence import evidence
from fillbook.trades.reasons import Reason
from fillbook.trades.reconcile import LineKind, ReconciliationLine, Status
from tests.trades.builders import ACCOUNT, DAY_ONE, EURO, STOCK, TRUST, book_of, fill, held

OPENS, CLOSES = Effect.OPENS, Effect.CLOSES
LONG_AGO = date(2026, 1, 1)


def paid(amount: str, instrument: Instrument = TRUST, kind: CashKind = CashKind.DIVIDEND, currency: str = "USD") -> CashMovement:
    return CashMovement(ACCOUNT, instrument, f"{instrument.key} {amount} {kind}", kind, DAY_ONE, currency, Decimal(amount))


def bought_and_sold(stated: str, instrument: Instrument = TRUST) -> tuple[Execution, Execution]:
    """10 at 10, sold at 12: 20 by our lots."""
    return (
        fill(1, 10, "10", instrument, effect=OPENS),
        fill(2, -10, "12", instrument, effect=CLOSES, broker_realized_pnl=Decimal(stated)),
    )


def line(*rows: Execution, **sections: Any) -> ReconciliationLine:
    (found,) = [each for each in book_of(*rows, **sections).lines if each.kind is LineKind.FILL]
    return found


@pytest.mark.parametrize(
    ("movements", "explained"),
    [
        ((), True),
        ((paid("1.5"),), True),
        ((paid("1.49"),), True),
        ((paid("1.48"),), False),
        ((paid("1"), paid("0.5", kind=CashKind.PAYMENT_IN_LIEU)), True),
        ((paid("3"), paid("-3"), paid("1")), False),
        ((paid("1"), paid("9", kind=CashKind.INTEREST)), False),
        ((paid("9", instrument=STOCK),), True),
        ((paid("1", currency="EUR"),), True),
    ],
)
def test_the_broker_lowers_a_cost_by_no_more_than_the_dividends(movements: tuple[CashMovement, ...], explained: bool) -> None:
    """The broker's P&L is 1.5 above ours. Where it is not known what the trust paid, the condition on its kind alone decides."""
    found = line(*bought_and_sold("21.5"), cash_movements=movements, cash_since=LONG_AGO)
    assert found.status is (Status.EXPLAINED if explained else Status.DIFFERENT)
    assert found.reason is (Reason.RETURN_OF_CAPITAL if explained else Reason.NONE)


def test_dividends_count_only_where_they_are_known_for_as_long_as_the_lots_were_held() -> None:
    rows = bought_and_sold("21.5")
    for since, status in ((DAY_ONE, Status.DIFFERENT), (date(2026, 3, 3), Status.EXPLAINED), (None, Status.EXPLAINED)):
        assert line(*rows, cash_movements=(paid("1"),), cash_since=since).status is status


def test_no_dividend_explains_a_stock() -> None:
    found = line(*bought_and_sold("21.5", STOCK), cash_movements=(paid("9", STOCK),), cash_since=LONG_AGO)
    assert found.status is Status.DIFFERENT


def lot(opened_by: str, quantity: str, pnl: str | None, closed_by: str = "3") -> BrokerLot:
    number = f"{closed_by} {opened_by}"
    realized = None if pnl is None else Decimal(pnl)
    return BrokerLot(ACCOUNT, STOCK, number, Decimal(quantity), Decimal(0), DAY_ONE, None, realized, closed_by, opened_by)


THREE = (
    fill(1, 10, "10", effect=OPENS),
    fill(2, 10, "11", effect=OPENS),
    fill(3, -10, "12", effect=CLOSES, broker_realized_pnl=Decimal(10)),
)
"""By the oldest lot the sale made 20; the broker says 10, as by the second."""


@pytest.mark.parametrize(
    ("lots", "explained"),
    [
        ((), False),
        ((lot("2", "10", "10"),), True),
        ((lot("2", "10", "10", closed_by="2"),), False),
        ((lot("1", "10", "10"),), False),
        ((lot("2", "10", "11"),), False),
        ((lot("2", "10", None),), False),
        ((lot("2", "9", "10"),), False),
        ((lot("", "10", "10"),), False),
        ((lot("2", "5", "5"), lot("7", "5", "5")), True),
    ],
)
def test_lots_that_the_broker_closed_instead_explain_its_figure(lots: tuple[BrokerLot, ...], explained: bool) -> None:
    found = line(*THREE, broker_lots=lots, positions=(held(STOCK, 10, 110),))
    assert found.status is (Status.EXPLAINED if explained else Status.DIFFERENT)
    assert found.reason is (Reason.BROKER_METHOD if explained else Reason.NONE)


def test_a_fill_that_agrees_needs_no_witness() -> None:
    found = line(*bought_and_sold("20", STOCK), broker_lots=(lot("7", "10", "20", closed_by="2"),))
    assert (found.status, found.reason) == (Status.EQUAL, Reason.NONE)


def test_evidence_holds_what_an_instrument_paid_and_no_deposit() -> None:
    deposit = CashMovement(ACCOUNT, None, "d", CashKind.DEPOSIT_WITHDRAWAL, DAY_ONE, "USD", Decimal(5000))
    movements = (paid("1.5"), paid("2", EURO), deposit)
    book = book_of(*bought_and_sold("21.5"), cash_movements=movements, cash_since=LONG_AGO, broker_lots=(lot("1", "1", "1"),))
    document = evidence(book, [TRUST.key])
    assert [row["amount"] for row in document["cash_movements"]] == ["1.5"]
    assert (document["broker_lots"], document["cash_since"]) == ([], "2026-01-01")
    assert len(evidence(book)["cash_movements"]) == 2
    assert evidence(book)["broker_lots"][0]["closed_by"] == "3"
