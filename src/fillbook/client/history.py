"""Records of what an account rests on: what its owner was told and stated, its runs and statements, and what later ones changed."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fillbook.client.records import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Record):
    """What you were told once. page: where the one thing to do (action) is done."""

    id: int
    kind: str
    tone: str
    title: str
    text: str
    action: str
    page: str
    link: str | None
    account: str | None
    created_at: datetime
    mailed_at: datetime | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Record):
    """How complete the history of one instrument is. quantity: units concerned, positive, 0 for a complete one."""

    instrument: str
    instrument_id: str
    description: str | None
    asset_class: str
    status: str
    confirmed: bool
    quantity: Decimal
    cause: str | None
    sentence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Record):
    """A document that an account rests on, and the days that it covers of it."""

    statement: int
    origin: str
    file_name: str | None
    title: str | None
    size: int
    sha256: str
    received_at: datetime
    stated_at: datetime
    from_: date | None
    to: date | None
    positions_as_of: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement(Record):
    """What a later statement changed in an account's past; counts of facts and of trades."""

    id: int
    account: str
    account_id: int
    statement: int
    run: int | None
    stated_at: datetime
    noted_at: datetime
    facts: int
    changed: int
    dropped: int
    cancelled: int
    returned: int
    added: int
    trades: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening(Record):
    """What you stated of what was held before: quantity + long, - short; cost of all units, never negative. n: its number."""

    n: int
    instrument: str
    instrument_id: str
    quantity: Decimal
    cost: Decimal
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan(Record):
    """A word of yours whose fill is in no trade at present. kind: note, tag, plan, leg or apart."""

    kind: str
    note: int | None
    tag: str | None
    plan: int | None
    campaign: str | None
    name: str | None
    account: str
    execution_id: str
    instrument: str | None
    trade_date: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Record):
    """One of our figures beside the broker's. Money in currency; of a position, units. difference: ours minus the broker's."""

    kind: str
    id: str
    instrument: str
    day: date | None
    currency: str
    ours: Decimal | None
    broker: Decimal | None
    difference: Decimal | None
    status: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload(Record):
    """A file that waits to be accepted on the pages. size: in bytes."""

    id: int
    file_name: str
    broker: str
    title: str | None
    size: int
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeLine(Record):
    """One line from the profit shown to the broker's realized figure."""

    line: str
    currency: str
    amount: Decimal
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Record):
    """One sync run. rows: new, known, changed, withdrawn, returned -> how many; error: kind, code and message, None where there is none."""

    id: int
    link: str | None
    kind: str
    state: str
    step: str | None
    began_at: datetime
    ended_at: datetime | None
    tries_again_at: datetime | None
    rows: dict[str, int]
    trades_changed: int
    trades_restated: int
    note: str | None
    error: dict[str, str] | None
