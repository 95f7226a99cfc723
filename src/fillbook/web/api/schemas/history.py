"""What an account rests on, what its owner was told, what later statements changed, what its owner stated."""

from typing import Annotated

from ninja import Field

from fillbook.web.api.schemas.accounts import ComparisonAnswer
from fillbook.web.api.schemas.figures import Brief
from fillbook.web.api.schemas.kinds import Answer, Body, Currency, Day, Decimal, Moment, Money, Quantity
from fillbook.web.api.schemas.trades import Lot


class NoticeAnswer(Answer):
    """Something that its owner was told once."""

    id: int
    kind: str = Field(description="credential_ages, link_stopped, statement_late, query_changed or history_changed.")
    tone: str = Field(description="bad, warn or info.")
    title: str
    text: str
    action: str = Field(description="The one thing to do.")
    page: str = Field(description="Where on this instance to do it.")
    link: str | None
    account: str | None
    created_at: Moment
    read_at: Moment | None = Field(description="When it was put away, or was over; null for a new one.")
    mailed_at: Moment | None


class InstrumentMark(Answer):
    """How complete the history of one instrument is."""

    instrument: str
    instrument_id: str = Field(description="The broker's contract id.")
    description: str | None
    asset_class: str
    status: str = Field(description="missing, inferred, stated or complete.")
    confirmed: bool = Field(description="Whether the broker's positions confirm it.")
    quantity: Decimal = Field(description="Units concerned, positive; 0 for a complete one.")
    cause: str | None
    sentence: str | None = Field(description="The likely cause in words.")


class StatementAnswer(Answer):
    """A document that an account rests on, kept byte for byte."""

    statement: int = Field(description="Its number.")
    origin: str = Field(description="fetched or uploaded.")
    file_name: str | None = Field(description="Of an uploaded one.")
    title: str | None = Field(description="Of the query.")
    size: int = Field(description="Bytes.")
    sha256: str = Field(description="Of its bytes.")
    received_at: Moment
    stated_at: Moment = Field(description="When the broker wrote it.")
    from_: Day | None = Field(alias="from", description="First day that it covers of this account.")
    to: Day | None
    positions_as_of: Day | None = Field(description="The day whose positions it states.")


class HeldLot(Answer):
    """A lot that is still held."""

    quantity: Quantity
    cost_basis: Money | None = Field(description="+ for long, - for short; with fees.")
    fees: Money
    basis: str
    opened_by: str | None = Field(description="Execution id.")
    opened_at: Moment | None
    opened_on: Day | None


class FillPart(Answer):
    """A fill's share in one round trip."""

    trade: str = Field(description="Key of the round trip.")
    number: int = Field(description="Of the fill within it.")
    role: str
    quantity: Quantity
    fees: Money


class SourceRow(Answer):
    """A row that the broker sent."""

    number: int = Field(description="As /accounts/{account_id}/comparison/sent takes it.")
    kind: str = Field(description="execution, corporate_action or position.")
    id: str = Field(description="The broker's id; of a position the contract id.")
    day: Day
    quantity: Quantity


class WholeComparison(ComparisonAnswer):
    """A comparison with the round trips it is in, the lots that it closed or holds, and the rows that it was read from."""

    trades: list[str] = Field(description="Keys.")
    closed_lots: list[Lot]
    held_lots: list[HeldLot]
    parts: list[FillPart]
    sources: list[SourceRow] = Field(description="The first dozen.")


class RestatementAnswer(Answer):
    """A statement that says of an account's past something else than statements before it. The counts are of facts, but for `trades`."""

    id: int
    account: str
    account_id: int
    statement: int = Field(description="Number of the statement.")
    run: int | None = Field(description="The sync run that brought it.")
    stated_at: Moment = Field(description="When the broker wrote it.")
    noted_at: Moment
    facts: int = Field(description="All of them.")
    changed: int
    dropped: int = Field(description="No longer there.")
    cancelled: int
    returned: int = Field(description="There again.")
    added: int = Field(description="On a day that was told completely before.")
    trades: int = Field(description="Round trips that are different, gone, or there because of it.")


class Restatements(Answer):
    """All that one run brought."""

    items: list[RestatementAnswer]


class FieldChange(Answer):
    """A field before and after; null for nothing."""

    name: str
    before: str | None
    after: str | None


class FactChange(Answer):
    """A fact before and after."""

    kind: str = Field(description="executions, corporate_actions, transfers, option_events, cash_movements or broker_lots.")
    what: str = Field(description="changed, dropped, cancelled, returned or added.")
    id: str = Field(description="The broker's.")
    replaced_by: str | None = Field(description="Id of what was booked instead, or of the same fact under its new number.")
    instrument: str | None
    day: Day
    before_at: Moment | None = Field(description="When the earlier statement was written; null for an added fact.")
    fields: list[FieldChange] = Field(description="Of a changed fact those that differ.")


class TripFigures(Answer):
    """What people look at of a round trip. Money in `currency`, base_pnl in the account's base currency."""

    instrument: str
    side: str
    currency: Currency
    opened_on: Day | None
    closed_on: Day | None
    status: str
    quantity: Decimal
    open_quantity: Quantity
    realized_pnl: Money | None
    fees: Money
    base_pnl: Money | None
    fills: int
    counts: bool
    reconciliation: str | None
    entry_price: Decimal | None = Field(description="Of one unit, before fees; null where it is unknown or was not noted.")
    fees_paid: Money | None = Field(description="Of all its fills, while `fees` are of what is closed; null where it was not noted.")


class FillFate(Answer):
    """What became of a fill of a round trip that is gone."""

    id: str = Field(description="The broker's.")
    day: Day
    quantity: Decimal
    price: Decimal
    key: str | None = Field(description="Of the round trip that it is in now; null for none.")
    what: str | None = Field(description="What the statement says otherwise of it, as for a fact; null for nothing.")


class TripChange(Answer):
    """A round trip before and after."""

    key_before: str | None = Field(description="Its key before; null for one that was not there.")
    key: str | None = Field(description="Its key now; null for one that is gone.")
    before: TripFigures | None
    after: TripFigures | None
    fills: list[FillFate] = Field(description="Of one that is gone.")


class WholeRestatement(RestatementAnswer):
    """A restatement with its facts (the first thousand) and round trips, before and after."""

    fact_rows: list[FactChange]
    trade_rows: list[TripChange]


class OpeningAnswer(Answer):
    """What an account's owner says was held before its history begins."""

    n: int = Field(description="Its number.")
    instrument: str
    instrument_id: str = Field(description="The broker's contract id.")
    quantity: Quantity
    cost: Decimal = Field(description="Of all units, fees included, never negative; of a short position what its sale brought.")
    day: Day


class Unmatched(Answer):
    """What was closed without an opening."""

    instrument: str
    instrument_id: str
    quantity: Quantity = Field(description="Units that must have been held before.")
    before: Day | None = Field(description="The day of its first row.")


class Openings(Answer):
    """What is stated of an account, and what could be."""

    account: str
    id: int
    stated: list[OpeningAnswer]
    unmatched: list[Unmatched]


class ReadAs(Answer):
    """How fills are read as trades."""

    grouping: str
    matching: str
    assignment: str
    forex: str = Field(description="on or off.")


class CurrencyBrief(Brief):
    """Closed round trips that count, of one currency."""

    currency: Currency


class StandingAnswer(Answer):
    """What an account comes to, currency pairs apart."""

    closed: list[CurrencyBrief]
    open: int
    incomplete: int = Field(description="Left out.")
    forex: int = Field(description="Round trips in currency pairs.")


class Trying(Answer):
    """How an account is read, and what other settings would make of it."""

    account: str
    id: int
    settings: ReadAs = Field(description="As they are.")
    tried: ReadAs
    now: StandingAnswer
    then: StandingAnswer


_DAY = r"^(19|20|21)[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


class OpeningSent(Body):
    """An opening balance to state."""

    instrument_id: str = Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$", description="The broker's contract id.")
    quantity: Annotated[str, Field(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,18})?$")] = Field(description="Units; - for a short position.")
    cost: Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,18})?$")] = Field(
        description="Of all units, fees included; of a short position what its sale brought."
    )
    day: Annotated[str, Field(pattern=_DAY, json_schema_extra={"format": "date"})] = Field(description="The day they were bought.")
