"""What the client gives: frozen records with the names of the API's fields, numbers as `Decimal`, days and moments as such.

A record is read by its annotations. Fields that a newer server adds are left out; the answer itself is in `raw`.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

R = TypeVar("R", bound="Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """raw: the JSON object that it was read from."""

    raw: dict[str, Any]

    @classmethod
    def read(cls: type[R], found: dict[str, Any]) -> R:
        """From a JSON object; a field that is absent is as null."""
        values = {name: _value(kind, found.get(name.rstrip("_"))) for name, kind in kinds_of(cls).items() if name != "raw"}
        return cls(raw=found, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade(Record):
    """A round trip. net in result_currency, other money in currency; + gained, - lost or paid."""

    key: str
    account: str
    account_id: int
    kind: str
    instrument: str
    underlying: str | None
    asset_class: str
    side: str
    status: str
    outcome: str | None
    quantity: Decimal
    open_quantity: Decimal
    opened_at: datetime | None
    opened_on: date | None
    closed_at: datetime | None
    closed_on: date | None
    currency: str
    entry_price: Decimal | None
    exit_price: Decimal | None
    gross_pnl: Decimal | None
    fees: Decimal
    realized_pnl: Decimal | None
    opening_cost: Decimal | None
    gain_percent: Decimal | None
    result_currency: str
    net: Decimal | None
    r: Decimal | None
    holding_seconds: int | None
    fills: int
    basis: str
    counts: bool
    incomplete: list[str]
    reconciliation: str | None
    rating: int | None
    stop: Decimal | None
    target: Decimal | None
    tags: list[str]
    notes_count: int
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign(Record):
    """Round trips taken as one. net and fees in currency; of an open one so far. Its legs are in `raw["legs"]`."""

    key: str
    account: str
    account_id: int
    kind: str
    name: str | None
    title: str
    own: bool
    underlying: str
    shape: str
    strikes: list[str]
    expiry: date | None
    rolls: int
    delivered: bool
    why: list[str]
    status: str
    counts: bool
    outcome: str | None
    currency: str | None
    net: Decimal | None
    fees: Decimal | None
    opened_on: date | None
    closed_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPart(Record):
    """The campaigns of one shape, underlying or month, each counted once. profit_factor: None where nothing was lost."""

    value: str
    campaigns: int
    winners: int
    losers: int
    break_even: int
    net: Decimal
    fees: Decimal
    win_rate: Decimal | None
    win_rate_decided: Decimal | None
    average: Decimal | None
    average_win: Decimal | None
    average_loss: Decimal | None
    payoff: Decimal | None
    profit_factor: Decimal | None
    standard_error: Decimal | None
    largest_win: Decimal | None
    largest_loss: Decimal | None
    average_days: Decimal | None
    kind: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(Record):
    """A round trip that could be taken into a campaign. campaign: the one that it is in and would leave."""

    trade: str
    instrument: str
    side: str
    quantity: Decimal
    status: str
    opened_on: date | None
    closed_on: date | None
    campaign: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill(Record):
    """A fill within a round trip. standing: what the round trip stood at after it."""

    number: int
    execution_id: str
    role: str
    executed_at: datetime | None
    trade_date: date
    quantity: Decimal
    price: Decimal
    fees: Decimal
    amount: Decimal
    position_after: Decimal
    realized_pnl: Decimal | None
    broker_realized_pnl: Decimal | None
    standing: Decimal | None
    status: str | None
    reason: str | None
    has_row: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution(Record):
    """One fill as the broker reported it."""

    execution_id: str
    account: str
    account_id: int
    kind: str
    instrument: str
    underlying: str | None
    asset_class: str
    currency: str
    what: str
    executed_at: datetime | None
    trade_date: date
    settle_date: date | None
    quantity: Decimal
    price: Decimal
    proceeds: Decimal
    fees: Decimal
    taxes: Decimal
    fees_currency: str | None
    rate_to_base: Decimal | None
    broker_realized_pnl: Decimal | None
    venue: str | None
    order_id: str | None
    automatic: bool
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Position(Record):
    """What is held of one instrument; mark, value and unrealized P&L are the broker's, of the day as_of."""

    account: str
    account_id: int
    kind: str
    instrument: str
    underlying: str | None
    asset_class: str
    currency: str
    quantity: Decimal
    cost: Decimal | None
    average_price: Decimal | None
    lots: int
    opened_on: date | None
    trade: str | None
    realized_so_far: Decimal | None
    as_of: date | None
    broker_quantity: Decimal | None
    mark_price: Decimal | None
    value: Decimal | None
    unrealized_pnl: Decimal | None
    rate_to_base: Decimal | None
    status: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Record):
    """An account held at a broker."""

    id: int
    account: str
    alias: str | None
    kind: str
    broker: str
    currency: str | None
    counted: bool
    link: str | None
    link_state: str | None
    error: str | None
    last_success_at: datetime | None
    from_: date | None
    to: date | None
    grouping: str
    matching: str
    assignment: str
    counts_forex: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals(Record):
    """Round trips counted and summed. profit_factor: None where nothing was lost (`raw` tells no_losses)."""

    round_trips: int
    winners: int
    losers: int
    break_even: int
    profit: Decimal
    gross_profit: Decimal
    fees: Decimal
    win_rate: Decimal | None
    win_rate_decided: Decimal | None
    average_gain: Decimal | None
    average_gain_percent: Decimal | None
    average_win: Decimal | None
    average_loss: Decimal | None
    payoff: Decimal | None
    profit_factor: Decimal | None
    standard_error: Decimal | None
    largest_win: Decimal | None
    largest_loss: Decimal | None
    kind: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Totals):
    """Of what may be added up: one kind of account, one base currency, one currency. previous: the period before, None unless the filter
    has both ends; `raw["in_r"]` has the results in R.
    """

    base_currency: str | None
    weighted_gain_percent: Decimal | None
    max_drawdown: Decimal
    previous: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief(Record):
    """Round trips counted and summed, in short."""

    round_trips: int
    winners: int
    losers: int
    profit: Decimal
    fees: Decimal
    win_rate: Decimal | None
    average_gain_percent: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Brief):
    """A day on which something closed; currency and kind tell its group."""

    day: date
    kind: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint(Record):
    """The curve of closed trades at the end of a day; drawdown 0 or negative."""

    last: date
    round_trips: int
    gain: Decimal
    equity: Decimal
    drawdown: Decimal
    kind: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Brief):
    """Round trips that were opened in one part of the day. slot: what the filter takes."""

    dimension: str
    number: int
    slot: str
    kind: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Totals):
    """The round trips of one value of a key, such as one symbol. filter: the one that takes just these, as an address has it."""

    value: str | None
    in_r: int
    mean_r: Decimal | None
    filter: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Record):
    """A figure of a report; low and high bound its interval of 95 %. few: it rests on too few to say much. absent: why there is none."""

    name: str
    unit: str
    value: Decimal | None
    n: int
    of_days: bool
    few: bool
    low: Decimal | None
    high: Decimal | None
    error: Decimal | None
    absent: str | None
    kind: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell(Totals):
    """The round trips of two values crossed; `others` is what has no row or column of its own."""

    row: str | None
    column: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(Record):
    """How the results of one kind of account and currency are spread; `raw["bars"]` has how many lie from one value to another."""

    n: int
    mean: Decimal
    median: Decimal
    kind: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall(Record):
    """A fall of the curve below its highest point so far. depth: negative. recovered_on: None while it lasts. filter: that takes its
    trades, filter_down: those from the high to the low, as an address has them.
    """

    depth: Decimal
    peak_on: date | None
    began_on: date
    trough_on: date
    recovered_on: date | None
    days: int
    days_down: int
    round_trips: int
    filter: str
    filter_down: str
    kind: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak(Record):
    """Round trips in a row that ended alike. which: wins or losses for the longest such run, current for the one that lasts.

    filter: the one that takes just these, as an address has it.
    """

    which: str
    outcome: str
    length: int
    first: date
    last: date
    profit: Decimal
    filter: str
    kind: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared(Record):
    """A figure of two choices; difference: second less first. clear: whether that is more than chance, None where it cannot be said."""

    name: str
    unit: str
    first: Decimal | None
    second: Decimal | None
    difference: Decimal | None
    few: bool
    clear: bool | None
    kind: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Record):
    """A note of yours."""

    id: int
    about: str
    day: date | None
    account: str | None
    execution_id: str | None
    role: str | None
    trades: list[str]
    text: str
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(Record):
    """A tag of yours."""

    id: int
    name: str
    hue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Record):
    """What was planned of a round trip; r is None without a stop, never 0."""

    stop: Decimal | None
    target: Decimal | None
    rating: int | None
    entry: Decimal | None
    currency: str
    risk: Decimal | None
    r: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View(Record):
    """A page, or a filter for any page, under a name. path: what it opens, "" for any page. query: as an address has it."""

    id: int
    name: str
    path: str
    query: str
    is_default: bool
    created_at: datetime


_KINDS: dict[type, dict[str, Any]] = {}


def kinds_of(record: type["Record"]) -> dict[str, Any]:
    """Name of a field -> its annotation."""
    if record not in _KINDS:
        hints = get_type_hints(record)
        _KINDS[record] = {field.name: hints[field.name] for field in fields(record)}
    return _KINDS[record]


def _value(kind: Any, found: Any) -> Any:
    options = [one for one in get_args(kind) if one is not type(None)] if get_origin(kind) in (Union, UnionType) else [kind]
    wanted = options[0]
    if found is None:
        return [] if get_origin(wanted) is list and len(options) == 1 and kind is wanted else None
    if wanted is Decimal:
        return None if found == "no_losses" else Decimal(found)
    if wanted is datetime:
        return datetime.fromisoformat(found)
    return date.fromisoformat(found) if wanted is date else found
