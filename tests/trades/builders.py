"""Rows in the fewest words: a scenario reads as a table of fills."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from fillbook.ledger.events import CorporateAction, CorporateActionKind
from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.figures import BrokerFigure, FigureKind
from fillbook.ledger.instrument import AssetClass, Instrument, Right
from fillbook.ledger.money import proceeds_of
from fillbook.ledger.order import LedgerRow, total_order
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.matching import match
from fillbook.trades.openings import Opening
from fillbook.trades.records import MatchResult
from fillbook.trades.settings import MatchSettings

ACCOUNT = "U9000001"
DAY_ONE = date(2026, 3, 2)
STOCK = Instrument("101", "ACME", AssetClass.STOCK, "USD")
OTHER = Instrument("102", "ZORG", AssetClass.STOCK, "USD")
TRUST = Instrument("103", "PLOT", AssetClass.STOCK, "USD", sub_class="REIT")
EURO = Instrument("104", "WURST", AssetClass.STOCK, "EUR")
FUTURE = Instrument("201", "ESM6", AssetClass.FUTURE, "USD", multiplier=Decimal(50))
BOND = Instrument("301", "T 4 30", AssetClass.BOND, "USD")
SETTLED = frozenset({"101", "102", "103", "104", "201", "301"})


def option(right: Right, strike: str, key: str = "401", underlying: Instrument = STOCK) -> Instrument:
    """A stock option of 100 on `underlying`."""
    return Instrument(
        key,
        f"{underlying.symbol} {right} {strike}",
        AssetClass.OPTION,
        "USD",
        multiplier=Decimal(100),
        underlying_key=underlying.key,
        underlying_symbol=underlying.symbol,
        strike=Decimal(strike),
        expiry=date(2026, 3, 20),
        right=right,
    )


def fill(
    number: int,
    quantity: str | int,
    price: str | int,
    instrument: Instrument = STOCK,
    *,
    fee: str | int = 0,
    day: int = 0,
    effect: Effect = Effect.UNSAID,
    kind: ExecutionKind = ExecutionKind.TRADE,
    **more: object,
) -> Execution:
    """One execution; `number` is its id and its minute of the day, so rows are in the order of their numbers."""
    units, unit_price = Decimal(quantity), Decimal(price)
    moment = datetime(DAY_ONE.year, DAY_ONE.month, DAY_ONE.day, 14, 30, tzinfo=UTC) + timedelta(days=day, seconds=number)
    return Execution(
        account=ACCOUNT,
        instrument=instrument,
        execution_id=str(number),
        ordered_at=moment,
        executed_at=moment,
        trade_date=moment.date(),
        quantity=units,
        price=unit_price,
        proceeds=proceeds_of(instrument, units, unit_price),
        fees=-Decimal(fee),
        fees_currency=instrument.currency,
        kind=kind,
        effect=effect,
        **more,  # type: ignore[arg-type]
    )


def action(
    number: int, quantity: str | int, kind: CorporateActionKind, instrument: Instrument = STOCK, *, day: int = 0, **more: object
) -> CorporateAction:
    """One leg of a corporate action, in the evening of its day."""
    moment = datetime(DAY_ONE.year, DAY_ONE.month, DAY_ONE.day, 23, 25, tzinfo=UTC) + timedelta(days=day, seconds=number)
    return CorporateAction(
        account=ACCOUNT,
        instrument=instrument,
        leg_id=str(number),
        action_id=str(more.pop("action_id", number)),
        kind=kind,
        ordered_at=moment,
        trade_date=moment.date(),
        quantity=Decimal(quantity),
        **more,  # type: ignore[arg-type]
    )


def held(instrument: Instrument, quantity: str | int, cost: str | int | None = None) -> BrokerFigure:
    """A position that the broker states at the end."""
    basis = None if cost is None else Decimal(cost)
    return BrokerFigure(FigureKind.POSITION, ACCOUNT, instrument, date(2026, 3, 31), Decimal(quantity), basis)


def matched(*rows: LedgerRow, settings: MatchSettings | None = None, opening: Opening | None = None) -> MatchResult:
    """Match rows that start from nothing held, unless an opening says otherwise."""
    return match(sorted(rows, key=total_order), opening or Opening(settled=SETTLED, all_settled=True), settings)


def book_of(*rows: LedgerRow, positions: tuple[BrokerFigure, ...] = (), states_positions: bool = True, **more: object) -> AccountBook:
    """Read an account the way a statement does, openings inferred and figures reconciled."""
    from fillbook.ledger.statement import AccountStatement

    return read_account(
        AccountStatement(
            account=ACCOUNT,
            base_currency="USD",
            covers=None,
            executions=tuple(row for row in rows if isinstance(row, Execution)),
            corporate_actions=tuple(row for row in rows if isinstance(row, CorporateAction)),
            positions=positions,
            states_positions=states_positions,
            states_realized_pnl=True,
            **more,  # type: ignore[arg-type]
        )
    )
