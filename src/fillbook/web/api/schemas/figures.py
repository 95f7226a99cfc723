"""Figures of performance."""

from ninja import Field

from fillbook.web.api.schemas.kinds import Answer, Currency, Day, Decimal, Group, Moment, Money, Percent, Price, Quantity
from fillbook.web.api.schemas.words import NoteAnswer


class Brief(Answer):
    """Round trips counted and summed, in short."""

    round_trips: int
    winners: int
    losers: int
    profit: Money = Field(description="After fees.")
    fees: Money
    win_rate: Percent | None
    average_gain_percent: Percent | None = Field(description="Mean of P&L by opening cost, every round trip alike.")


class SummaryAnswer(Answer):
    """Round trips counted and summed. What does not exist is null, never 0."""

    round_trips: int
    winners: int
    losers: int
    break_even: int
    profit: Money = Field(description="After fees.")
    gross_profit: Money = Field(description="Before fees.")
    fees: Money
    win_rate: Percent | None = Field(description="Winners by all round trips.")
    win_rate_decided: Percent | None = Field(description="Winners by winners and losers.")
    average_gain: Money | None = Field(description="Mean P&L of a round trip.")
    average_gain_percent: Percent | None = Field(description="Mean of P&L by opening cost, every round trip alike.")
    average_win: Money | None
    average_loss: Money | None
    payoff: Decimal | None = Field(description="Average win by size of average loss.")
    profit_factor: str | None = Field(description="Wins by size of losses, a decimal text; `no_losses` where there are none.")
    standard_error: Money | None = Field(description="Of the mean P&L; null below two round trips.")
    largest_win: Money | None
    largest_loss: Money | None


class Previous(SummaryAnswer):
    """The same of the period before."""

    from_: Day = Field(alias="from")
    to: Day


class InR(Answer):
    """Results in units of risk, of the round trips that have a stop."""

    round_trips: int
    total: Decimal
    mean: Decimal | None
    sqn: Decimal | None = Field(description="System quality number, of at most 100 trades; null below 30.")
    sqn_uncapped: Decimal | None


class DashboardGroup(Group, SummaryAnswer):
    """One group's figures."""

    weighted_gain_percent: Percent | None = Field(description="P&L by all money put in.")
    max_drawdown: Money = Field(description="Deepest fall of the curve below its highest point so far; 0 or negative.")
    in_r: InR
    previous: Previous | None = Field(description="The period before; null unless the filter has both `from` and `to`.")


class IncompleteTrips(Answer):
    """Closed round trips some of whose openings are unknown."""

    round_trips: int
    counted: int = Field(description="How many of them are in the figures; the others are left out.")
    countable: int = Field(description="How many `incomplete=1` counts, because their results are known.")


class Dashboard(Answer):
    """The figures of the dashboard, what they leave out, and what they rest on."""

    groups: list[DashboardGroup]
    incomplete: IncompleteTrips
    stated: int = Field(description="Round trips that rest on an opening balance which their owner stated.")


class Point(Answer):
    """The curve at the end of one or several days."""

    first: Day
    last: Day
    round_trips: int
    gain: Money = Field(description="What they added.")
    equity: Money = Field(description="Sum so far, from 0.")
    drawdown: Money = Field(description="Deepest in these days below the highest point so far; 0 or negative.")


class CurveGroup(Group):
    """One group's curve."""

    step: str = Field(description="day, week or month.")
    points: list[Point]


class Curve(Answer):
    """The curve of closed round trips. Deposits and open positions are in none of it."""

    groups: list[CurveGroup]


class CalendarDay(Brief):
    """A day on which something closed."""

    day: Day


class CalendarWeek(Brief):
    """Days of one week, Monday to Sunday, within one month."""

    first: Day
    last: Day


class CalendarMonth(Brief):
    """A month."""

    month: str = Field(description="Such as 2026-01.")


class CalendarGroup(Group):
    """One group's calendar."""

    days: list[CalendarDay]
    weeks: list[CalendarWeek]
    months: list[CalendarMonth]
    total: Brief


class Calendar(Answer):
    """Days, weeks and months in which something closed."""

    groups: list[CalendarGroup]


class DayFill(Answer):
    """One fill of a day. `realized`, `fees` and `running` are in the group's currency, the price in the fill's own."""

    account: str
    execution_id: str
    instrument: str
    what: str
    executed_at: Moment | None
    quantity: Quantity
    price: Price | None
    currency: Currency
    realized: Money | None = Field(description="null where nothing was closed, or where a cost or rate is unknown.")
    fees: Money | None
    running: Money = Field(description="The day's sum after it.")
    unknown: bool = Field(description="Something was closed whose result is not known.")
    trades: list[str] = Field(description="Keys of the round trips that it is in.")


class DayGroup(Group):
    """One group's day."""

    closed: Brief = Field(description="The round trips whose last closing fill is of this day.")
    realized: Money = Field(description="By the fills of this day.")
    fills: list[DayFill]


class DayAnswer(Answer):
    """A trading day, fill by fill."""

    day: Day
    before: Day | None = Field(description="The nearest day before with a fill.")
    after: Day | None
    groups: list[DayGroup]
    note: NoteAnswer | None = Field(description="On the day itself.")
    notes: list[NoteAnswer] = Field(description="On the trades whose day it is.")


class Part(Brief):
    """Round trips that were opened in one part of the day."""

    dimension: str = Field(description="clock (weekday x 24 + hour), hour, weekday, session, held, number or after.")
    number: int = Field(description="Which part; Monday is weekday 0.")
    slot: str = Field(description="What the filter `slot` takes.")


class IntradayGroup(Group):
    """One group's parts."""

    parts: list[Part]


class Untimed(Answer):
    """Round trips of an account without a time of day."""

    account: str
    round_trips: int
    of: int


class Intraday(Answer):
    """Results by where in the day round trips were opened, on each exchange's own clock."""

    groups: list[IntradayGroup]
    untimed: list[Untimed]


class BridgeLine(Answer):
    """One line of the bridge."""

    line: str = Field(description="profit, left_out, realized_so_far, corporate_actions, fx, differences; the last, broker, is their sum.")
    currency: Currency
    amount: Money


class BridgeKind(Answer):
    """The bridge of the accounts of one kind."""

    kind: str
    lines: list[BridgeLine]


class Bridge(Answer):
    """From the profit shown to the broker's realized figure."""

    groups: list[BridgeKind]
