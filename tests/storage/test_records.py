"""Every field of a record has its column, and equal records have equal digests."""

from dataclasses import replace
from decimal import Decimal

import pytest

from fillbook.ledger.cash import CashMovement, ConversionRate
from fillbook.ledger.events import CorporateAction, OptionEvent, OptionEventKind, Transfer
from fillbook.ledger.execution import Execution
from fillbook.ledger.figures import BrokerBalance, BrokerFigure, BrokerLot
from fillbook.ledger.instrument import Instrument
from fillbook.storage import models
from fillbook.storage.bulk import insert
from fillbook.storage.derived_rows import CLOSED_LOT, FILL, distinct
from fillbook.storage.records import EXECUTIONS, OPTION_EVENTS, columns, stated
from fillbook.trades.records import ClosedLot, RoundTrip, TripFill
from tests.trades.builders import STOCK, fill


def names(record: type) -> set[str]:
    """Field names of a dataclass or a named tuple."""
    return set(record.__match_args__)  # type: ignore[attr-defined]


ELSEWHERE = {"account", "instrument", "execution_id", "leg_id", "transfer_id"}
DAY = {"moved_on", "closed_on"}


@pytest.mark.parametrize(
    ("record", "model", "otherwise"),
    [
        (Execution, models.ExecutionRow, ELSEWHERE),
        (CorporateAction, models.CorporateActionRow, ELSEWHERE),
        (Transfer, models.TransferRow, ELSEWHERE),
        (OptionEvent, models.OptionEventRow, ELSEWHERE),
        (CashMovement, models.CashMovementRow, ELSEWHERE | DAY | {"movement_id"}),
        (BrokerLot, models.BrokerLotRow, ELSEWHERE | DAY | {"lot_id"}),
        (BrokerBalance, models.BalanceRow, set()),
        (ConversionRate, models.RateRow, set()),
        (Instrument, models.InstrumentRow, set()),
        (BrokerFigure, models.PositionRow, ELSEWHERE | {"kind"}),
        (RoundTrip, models.RoundTripRow, {"closed_lots"}),
        (TripFill, models.TripFillRow, {"delivered"}),  # where in the day the trip has its place is kept in its row
        (ClosedLot, models.ClosedLotRow, {"instrument", "moved_on"}),  # the trip as a whole keeps that its premium moved on, as no outcome
    ],
)
def test_every_field_has_a_column(record: type, model: type[models.StatedRow], otherwise: set[str]) -> None:
    columns = {field.name for field in model._meta.concrete_fields}
    assert names(record) - otherwise <= columns


def test_the_lists_of_columns_are_the_records_fields() -> None:
    assert set(FILL[2:]) == names(TripFill) - {"delivered"}
    assert set(CLOSED_LOT[2:]) == names(ClosedLot) - {"instrument", "moved_on"}


def test_a_digest_covers_what_money_depends_on_and_no_mere_name() -> None:
    row = fill(1, 10, "20.50")
    digest = stated(EXECUTIONS, [row])[0].digest
    same = [
        replace(row, price=Decimal("20.5")),
        replace(row, place=99),
        replace(row, account="other"),
        replace(row, instrument=replace(STOCK, symbol="NEW", description="New", isin="X", exchange="Y")),
    ]
    other = [
        replace(row, price=Decimal("20.51")),
        replace(row, fees=Decimal("-0.01")),
        replace(row, broker_realized_pnl=Decimal(0)),
        replace(row, codes="O"),
        replace(row, instrument=replace(STOCK, multiplier=Decimal(10))),
        replace(row, instrument=replace(STOCK, key="999")),
    ]
    assert {entry.digest for entry in stated(EXECUTIONS, same)} == {digest}
    digests = {entry.digest for entry in stated(EXECUTIONS, other)}
    assert digest not in digests
    assert len(digests) == len(other)


def test_equal_events_stay_two() -> None:
    event = OptionEvent("A", STOCK, OptionEventKind.EXPIRATION, fill(1, 1, 1).trade_date, Decimal(1))
    ids = [entry.row_id for entry in stated(OPTION_EVENTS, [event, event])]
    assert len(set(ids)) == 2


def test_texts_are_cut_to_their_columns_and_ids_stay_apart() -> None:
    row = replace(fill(1, 1, 1), order_id="x" * 500 + "1", venue="a\0b", execution_id="y" * 500 + "1")
    values = dict(zip(EXECUTIONS.names, columns(EXECUTIONS, row), strict=True))
    assert (len(values["order_id"]), values["venue"]) == (120, "ab")
    twin = replace(row, execution_id="y" * 500 + "2")
    first, second = stated(EXECUTIONS, [row, twin])
    assert first.row_id != second.row_id
    assert len(first.row_id) <= 200


def test_a_bulk_insert_names_every_column() -> None:
    with pytest.raises(AssertionError, match="currency"):
        insert(models.DayTotals, ("account_id", "day"), [])


def test_equal_ids_of_trades_are_told_apart() -> None:
    assert distinct(["a", "b", "a", "a"]) == ["a", "b", "a-2", "a-3"]
