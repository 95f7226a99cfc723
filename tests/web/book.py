"""A small book whose every figure can be worked out by hand.

    ACME  long   10 at 100, 10 at 110, one dollar of fees each   net  98.00 on  1,001.00   9.79 %   closed 10 Feb 2026
    BOLT  short   5 at  50,  5 at  52, one dollar of fees each   net -12.00 on    249.00  -4.82 %   closed  3 Mar 2026
    ACME  long    4 at 120, still held, nothing realized

Profit 86.00 after 4.00 of fees, 90.00 before; average gain 2.49 %; win rate 50.0 %.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from fillbook.ledger.execution import Execution
from fillbook.ledger.figures import BrokerFigure, FigureKind
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.statement import AccountStatement, DateRange, Finding, ParsedStatement, Severity
from fillbook.storage.derive import rebuild_account
from fillbook.storage.intake import write_statement
from fillbook.storage.models import BrokerAccount, EndpointKind, Link, LinkState, Origin, RawStatement, Restatement, User
from fillbook.storage.raw import keep_raw
from fillbook.storage.secrets import seal_credential
from fillbook.sync import uploads
from tests.sync.flex import statement

BROKER = "ibkr"
ACME = Instrument("4711", "ACME", AssetClass.STOCK, "USD", description="ACME INC", exchange="NYSE")
BOLT = Instrument("4712", "BOLT", AssetClass.STOCK, "USD", description="BOLT CORP", exchange="NASDAQ")
COVERS = DateRange(date(2025, 9, 26), date(2026, 9, 25))


def fill(number: int, instrument: Instrument, quantity: int, price: int, when: datetime, broker: str | None = None) -> Execution:
    """One fill with a dollar of fees; `when` in UTC. broker: its own figure for what the fill realized."""
    return Execution(
        account="U1",
        instrument=instrument,
        execution_id=str(number),
        ordered_at=when,
        executed_at=when,
        trade_date=when.date(),
        quantity=Decimal(quantity),
        price=Decimal(price),
        proceeds=Decimal(-quantity * price),
        fees=Decimal(-1),
        fees_currency=instrument.currency,
        rate_to_base=Decimal(1),
        broker_realized_pnl=None if broker is None else Decimal(broker),
        venue=instrument.exchange,
    )


def utc(month: int, day: int, hour: int = 15, minute: int = 30) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


FILLS = (
    fill(1, ACME, 10, 100, utc(1, 5)),
    fill(2, ACME, -10, 110, utc(2, 10), broker="98"),
    fill(3, BOLT, -5, 50, utc(3, 2)),
    fill(4, BOLT, 5, 52, utc(3, 3), broker="-12"),
    fill(5, ACME, 4, 120, utc(3, 5)),
)
RAW = b'<FlexQueryResponse><Trade accountId="U1" symbol="ACME" quantity="10" description="a &lt; b"/>\n</FlexQueryResponse>\n'
PLACE = RAW.index(b"<Trade")


def says(*fills: Execution, number: str = "U1", currency: str = "USD", paper: bool = False) -> AccountStatement:
    """A statement with these fills and, as the broker's positions, what they leave."""
    left: dict[Instrument, Decimal] = {}
    for one in fills:
        left[one.instrument] = left.get(one.instrument, Decimal(0)) + one.quantity
    positions = [BrokerFigure(FigureKind.POSITION, number, what, COVERS.last, units) for what, units in left.items() if units]
    return AccountStatement(
        account=number,
        base_currency=currency,
        covers=COVERS,
        executions=tuple(replace(one, account=number, place=PLACE) for one in fills),
        positions=tuple(positions),
        states_positions=True,
        states_realized_pnl=True,
        opened_on=COVERS.first,
        paper=paper,
        generated_at=datetime(2026, 9, 26, 6, tzinfo=UTC),
    )


def link_of(owner: User, state: LinkState = LinkState.LINKED, endpoint: EndpointKind = EndpointKind.LIVE) -> Link:
    """A link whose credential is sealed."""
    when = utc(1, 2)
    link = Link(owner=owner, broker=BROKER, endpoint=endpoint, name="Interactive Brokers", state=state, created_at=when, linked_at=when)
    seal_credential(link, {"token": "CANARY-TOKEN-713705191384", "query_id": "1047263"}, "token")
    link.save()
    return link


def write_book(
    owner: User, what: AccountStatement | None = None, link: Link | None = None, findings: tuple[Finding, ...] = ()
) -> BrokerAccount:
    """Keep, write and match a statement, as a fetch or an upload does; returns its account."""
    said = what or says(*FILLS)
    content = RAW + repr(said).encode()
    raw = keep_raw(owner, BROKER, content, Origin.FETCHED if link else Origin.UPLOADED, link, file_name="" if link else "year.xml")
    written = write_statement(raw, ParsedStatement((said,), findings=findings, title="Fillbook"))
    for account in written.accounts:
        rebuild_account(account.account_id, account.instruments, raw.pk)
    return BrokerAccount.objects.get(pk=written.accounts[0].account_id)


def restated_book(owner: User, link: Link | None) -> Restatement:
    """A later statement that makes the first purchase of ACME a dollar dearer, so that the trade earned 10 dollars less."""
    dearer = replace(FILLS[0], price=Decimal(101), proceeds=Decimal(-1010))
    write_book(owner, replace(says(dearer, *FILLS[1:]), generated_at=datetime(2026, 9, 27, 6, tzinfo=UTC)), link)
    return Restatement.objects.latest("pk")


def waiting_upload(owner: User, name: str = "later.xml") -> RawStatement:
    """A file that its owner has looked at and not accepted yet."""
    preview = uploads.preview_upload(owner, name, statement("U7000001"))
    assert preview.preview_id is not None, preview.error
    return RawStatement.objects.get(pk=preview.preview_id)


NOTE = Finding(Severity.WARNING, "positions_absent", "The query has no Open Positions section.", "Tick Open Positions in the query.")
