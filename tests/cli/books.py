"""Accounts made by hand for the tests of commands."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.figures import BrokerFigure, FigureKind
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.money import proceeds_of
from fillbook.ledger.statement import AccountStatement, DateRange

D = Decimal
FIRST = datetime(2026, 1, 5, 15, tzinfo=UTC)


def stock(symbol: str, currency: str = "USD", sub_class: str = "COMMON") -> Instrument:
    return Instrument(f"k-{symbol}", symbol, AssetClass.STOCK, currency, sub_class=sub_class)


def fill(
    number: int,
    instrument: Instrument,
    quantity: str,
    price: str,
    *,
    pnl: str | None = None,
    effect: Effect = Effect.UNSAID,
    fees: str = "-1",
    rate: str | None = "1",
    kind: ExecutionKind = ExecutionKind.TRADE,
) -> Execution:
    """One fill, `number` hours after the first Monday of 2026; number is its id."""
    at = FIRST + timedelta(hours=number)
    return Execution(
        account="U1",
        instrument=instrument,
        execution_id=str(number),
        ordered_at=at,
        executed_at=at,
        trade_date=at.date(),
        quantity=D(quantity),
        price=D(price),
        proceeds=proceeds_of(instrument, D(quantity), D(price)),
        fees=D(fees),
        fees_currency=instrument.currency,
        effect=effect,
        rate_to_base=None if rate is None else D(rate),
        broker_realized_pnl=None if pnl is None else D(pnl),
        kind=kind,
    )


def held(instrument: Instrument, quantity: str, cost: str | None = None) -> BrokerFigure:
    return BrokerFigure(FigureKind.POSITION, "U1", instrument, date(2026, 3, 31), D(quantity), None if cost is None else D(cost))


def account(*executions: Execution, positions: tuple[BrokerFigure, ...] | None = (), currency: str | None = "USD") -> AccountStatement:
    return AccountStatement(
        account="U1",
        base_currency=currency,
        covers=DateRange(date(2026, 1, 1), date(2026, 3, 31)),
        executions=executions,
        positions=positions or (),
        states_positions=positions is not None,
        states_realized_pnl=True,
    )
