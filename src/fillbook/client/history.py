"""Records of what an account rests on: what its owner was told and stated, its statements, and what later ones changed."""

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
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(Record):
    """How complete the history of one instrument is. quantity: units concerned, positive, 0 for a complete one."""

    instrument: str
    instrument_id: str
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
