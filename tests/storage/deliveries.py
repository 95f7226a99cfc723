"""Statements in the fewest words, delivered to the database as a fetch or an upload would."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from fillbook.ledger.events import CorporateAction, OptionEvent, Transfer
from fillbook.ledger.execution import Execution
from fillbook.ledger.figures import BrokerFigure
from fillbook.ledger.statement import AccountStatement, DateRange, ParsedStatement
from fillbook.storage.intake import Written, write_statement
from fillbook.storage.models import BrokerAccount, EndpointKind, ExecutionRow, Link, LinkState, Origin, RawStatement, RowState, User
from fillbook.storage.raw import keep_raw
from tests.trades.builders import ACCOUNT, DAY_ONE, OTHER, STOCK, fill, held

BROKER = "brokerage"


def person(name: str = "ada") -> User:
    """A user, without a password: hashing one takes its time."""
    return User.objects.create_user(f"{name}@example.com")


def link_of(owner: User, endpoint: EndpointKind = EndpointKind.LIVE) -> Link:
    """A working link."""
    return Link.objects.create(owner=owner, broker=BROKER, endpoint=endpoint, state=LinkState.LINKED)


def days(first: int, last: int) -> DateRange:
    """A period, in days from the first day of the builders' calendar."""
    return DateRange(DAY_ONE + timedelta(days=first), DAY_ONE + timedelta(days=last))


def says(
    *rows: Execution | CorporateAction | Transfer | OptionEvent,
    covers: DateRange | None = None,
    written: int = 0,
    positions: tuple[BrokerFigure, ...] | None = None,
    account: str = ACCOUNT,
    **more: object,
) -> AccountStatement:
    """What a statement says of one account. written: minutes after some moment at which the broker wrote it."""
    rows = tuple(replace(row, account=account) for row in rows)
    return AccountStatement(
        account=account,
        base_currency="USD",
        covers=covers or days(0, 60),
        executions=tuple(row for row in rows if isinstance(row, Execution)),
        corporate_actions=tuple(row for row in rows if isinstance(row, CorporateAction)),
        transfers=tuple(row for row in rows if isinstance(row, Transfer)),
        option_events=tuple(row for row in rows if isinstance(row, OptionEvent)),
        positions=positions or (),
        states_positions=positions is not None,
        states_realized_pnl=True,
        generated_at=datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=written),
        **more,  # type: ignore[arg-type]
    )


def keep(owner: User, *statements: AccountStatement, origin: Origin = Origin.UPLOADED, link: Link | None = None) -> RawStatement:
    """Raw bytes that stand for these statements; equal statements have equal bytes."""
    return keep_raw(owner, BROKER, repr(statements).encode(), origin, link)


def deliver(owner: User, *statements: AccountStatement, origin: Origin = Origin.UPLOADED, link: Link | None = None) -> Written:
    """Keep and write a document with these statements."""
    return write_statement(keep(owner, *statements, origin=origin, link=link), ParsedStatement(statements))


def only_account() -> BrokerAccount:
    """The one account there is."""
    return BrokerAccount.objects.get()


def ledger_of(account: BrokerAccount) -> dict[str, tuple[str, str]]:
    """Execution id -> (state, price) of the latest versions."""
    rows = ExecutionRow.objects.filter(account=account).exclude(state=RowState.SUPERSEDED)
    return {row.row_id: (row.state, f"{row.price:f}") for row in rows}


def day_of(offset: int) -> date:
    """A day of the builders' calendar."""
    return DAY_ONE + timedelta(days=offset)


def first() -> AccountStatement:
    """A purchase each of two stocks."""
    return says(fill(1, 10, 20, day=15), fill(2, 5, 9, OTHER, day=16), positions=(held(STOCK, 10, 200),), opened_on=day_of(0))


def second() -> AccountStatement:
    """A later word: one purchase corrected and sold, the other withdrawn."""
    rows = [fill(1, 10, 21, day=15), fill(3, -10, 24, day=20)]
    return says(*rows, positions=(held(OTHER, 5, 45),), written=1, opened_on=day_of(0))
