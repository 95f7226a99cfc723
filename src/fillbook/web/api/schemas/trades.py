"""Round trips, fills, lots, positions."""

from ninja import Field

from fillbook.web.api.schemas.kinds import Answer, Body, Currency, Day, Decimal, Moment, Money, Percent, Price, Quantity
from fillbook.web.api.schemas.words import NoteAnswer, PlanAnswer, TagAnswer


class Trip(Answer):
    """A round trip: what was bought and sold of one instrument, from flat to flat. Fields that `fields` leaves out are absent."""

    key: str = Field(description="Its public id. The same as long as its first fill is the same.")
    account: str = Field("", description="Number of the account.")
    account_id: int = Field(0, description="Id of the account, as filters name it.")
    kind: str = Field("", description="Of the account: real, paper or sandbox.")
    instrument: str = Field("", description="Symbol.")
    underlying: str | None = Field(None, description="Symbol of the underlying of a derivative.")
    asset_class: str = ""
    side: str = Field("", description="long (bought first) or short (sold first).")
    status: str = Field("", description="closed or open.")
    outcome: str | None = Field(None, description="win, loss or even, after fees; null while open or unknown.")
    quantity: Decimal = Field("0", description="Units opened in all, positive.")
    open_quantity: Quantity = Field("0", description="Units still held; + long, - short.")
    opened_at: Moment | None = Field(None, description="Time of the first opening fill; null where the source gives no times.")
    opened_on: Day | None = Field(None, description="Trade date of the first opening fill.")
    closed_at: Moment | None = Field(None, description="Time of the last closing fill.")
    closed_on: Day | None = Field(None, description="Trade date of the last closing fill: the day that owns the P&L.")
    currency: Currency = Field("", description="Of the instrument; prices, fees and P&L are in it, but for `net`.")
    entry_price: Price | None = Field(None, description="Average.")
    exit_price: Price | None = Field(None, description="Average.")
    gross_pnl: Money | None = Field(None, description="Before fees, in `currency`.")
    fees: Money = Field("0", description="Commission, charges and taxes, in `currency`; - paid, + rebate.")
    realized_pnl: Money | None = Field(
        None, description="After fees, in `currency`; while open, realized so far. null when a cost is unknown."
    )
    opening_cost: Decimal | None = Field(None, description="What gain_percent divides by, in `currency`; positive.")
    gain_percent: Percent | None = Field(None, description="P&L after fees by opening cost.")
    result_currency: Currency = Field("", description="The account's base currency; the instrument's own where no rate is known.")
    net: Money | None = Field(None, description="P&L after fees in `result_currency`, to eight decimals: what totals add up.")
    r: Decimal | None = Field(None, description="P&L after fees by what was at risk at the planned stop; null without one, never 0.")
    holding_seconds: int | None = Field(None, description="From the first opening to the last closing fill.")
    fills: int = Field(0, description="How many.")
    basis: str = Field("", description="Where its cost comes from: executions, stated, inferred or unknown.")
    counts: bool = Field(default=False, description="Whether it is in performance: closed and complete.")
    incomplete: list[str] = Field([], description="Why some of its openings are unknown; empty for a complete one.")
    reconciliation: str | None = Field(
        None, description="How it stands beside the broker's figures: equal, inferred, explained, different …"
    )
    rating: int | None = Field(None, description="How well traded in the trader's own eyes, 1 (worst) to 5; null where not rated, never 0.")
    stop: Price | None = Field(None, description="Planned by the trader.")
    target: Price | None = Field(None, description="Planned by the trader.")
    tags: list[str] = Field([], description="Names of the trader's tags.")
    notes_count: int = Field(0, description="How many notes it has.")
    note: str | None = Field(None, description="The first line of the oldest of its notes.")


class Fill(Answer):
    """A fill within a round trip. A fill that closes one and opens the next is in both, with its part."""

    number: int
    execution_id: str
    role: str = Field(description="opens, closes, or how else it changed the position.")
    executed_at: Moment | None
    trade_date: Day
    quantity: Quantity
    price: Price
    fees: Money
    amount: Money = Field(description="Proceeds plus fees and taxes; + received, - paid.")
    position_after: Quantity
    realized_pnl: Money | None = Field(description="By this fill, after the fees of both sides.")
    broker_realized_pnl: Money | None = Field(description="The broker's figure for the same.")
    status: str | None = Field(description="equal, inferred, unstated, explained or different; null where nothing is compared.")
    reason: str | None
    standing: Money | None = Field(
        description="What the round trip stood at after it: the cash of its fills and the position at the fill's own price, or what was "
        "realized so far where units came without a trade (see `marked`)."
    )
    has_row: bool = Field(description="Whether /trades/{key}/sent/{number} has what the broker sent of it.")


class Lot(Answer):
    """The part of a lot that one fill closed."""

    quantity: Quantity = Field(description="+ long, - short.")
    cost_basis: Money | None = Field(description="+ for long, - for short; with fees.")
    proceeds: Money
    fees: Money
    realized_pnl: Money | None
    basis: str
    opened_by: str | None = Field(description="Execution id.")
    opened_at: Moment | None
    opened_on: Day | None
    closed_by: str
    closed_at: Moment | None
    closed_on: Day
    rate_to_base: Decimal | None = Field(description="Base currency per unit of the instrument's currency.")


class Regrouping(Answer):
    """A cut or join of round trips that their owner made."""

    id: int
    kind: str = Field(description="cut or join.")
    execution_id: str = Field(description="The fill that it hangs on.")
    trade: str | None = Field(description="Key of the round trip that holds that fill now.")
    made_at: Moment


class WholeTrip(Trip):
    """A round trip with everything that stands behind it."""

    description: str | None
    exchange: str | None
    multiplier: Decimal
    fill_rows: list[Fill]
    lot_rows: list[Lot]
    notes: list[NoteAnswer]
    tag_rows: list[TagAnswer]
    plan: PlanAnswer
    marked: bool = Field(description="Whether `standing` values what was held; else it is what was realized so far.")
    flagged: bool = Field(description="A corporate action left its instrument in doubt.")
    campaign: str | None = Field(description="Key of the campaign that it is part of.")
    apart: bool = Field(description="Its owner lets it stand by itself, whatever is proposed.")
    restatements: list[int] = Field(description="Those that changed it: see /accounts/{account_id}/restatements.")
    regroupings: list[Regrouping] = Field(description="Cuts and joins of its instrument, oldest first.")


class CutSent(Body):
    """Where to cut."""

    fill: int = Field(ge=1, le=2**53, description="Number of a fill within it that closes a part of it, but for the first such.")


class SentField(Answer):
    """One field of a row that the broker sent."""

    name: str
    value: str


class Sent(Answer):
    """What the broker sent of one fact."""

    text: str = Field(description="The row as it came.")
    fields: list[SentField] = Field(description="Its attributes, those without a value left out; none of a row without names.")
    statement: int = Field(description="Number of the statement that it is from.")
    received_at: Moment
    file_name: str | None = Field(description="Of an uploaded statement.")


class Execution(Answer):
    """One fill as the broker reported it. Money in `currency`, fees and taxes in `fees_currency`."""

    execution_id: str = Field(description="The broker's id; one of an account's is never given twice.")
    account: str
    account_id: int
    kind: str
    instrument: str
    underlying: str | None
    asset_class: str
    currency: Currency
    what: str = Field(description="trade, exercise, assignment, expiry …")
    executed_at: Moment | None
    trade_date: Day
    settle_date: Day | None
    quantity: Quantity
    price: Price
    proceeds: Money
    fees: Money
    taxes: Money
    fees_currency: Currency | None
    rate_to_base: Decimal | None
    broker_realized_pnl: Money | None
    venue: str | None
    order_id: str | None
    automatic: bool = Field(description="A conversion of currency that the broker made by itself; no trade.")
    origin: str = Field(description="fetched, uploaded or stated.")


class PositionAnswer(Answer):
    """What is held of one instrument. Cost and quantity from our lots; mark, value and unrealized P&L are the broker's, of `as_of`."""

    account: str
    account_id: int
    kind: str
    instrument: str
    underlying: str | None
    asset_class: str
    currency: Currency
    quantity: Quantity
    cost: Money | None = Field(description="+ long, - short; null when a cost is unknown.")
    average_price: Price | None = Field(description="Cost per unit as a price, fees included.")
    lots: int
    opened_on: Day | None
    trade: str | None = Field(description="Key of the open round trip.")
    realized_so_far: Money | None
    as_of: Day | None
    broker_quantity: Quantity | None
    mark_price: Price | None
    value: Money | None
    unrealized_pnl: Money | None
    rate_to_base: Decimal | None
    status: str | None = Field(description="Our units beside the broker's.")
    reason: str | None
