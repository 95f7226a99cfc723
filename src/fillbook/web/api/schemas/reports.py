"""Reports."""

from ninja import Field

from fillbook.web.api.schemas.figures import Brief, SummaryAnswer
from fillbook.web.api.schemas.kinds import Answer, Day, Decimal, Group, Money, Percent


class BreakdownPart(SummaryAnswer):
    """The round trips of one value of a key."""

    value: str | None = Field(description="A symbol, tag, month …; of a band its number (see `filter`). null for those without one.")
    filter: str | None = Field(description="The filter that takes just these, as an address has it; null where none says that.")
    in_r: int = Field(description="How many have a result in R.")
    mean_r: Decimal | None


class BreakdownGroup(Group):
    """One group's breakdown."""

    overlaps: bool = Field(description="Some round trips are in several parts, as tags may be; else the parts add up to `total`.")
    total: SummaryAnswer
    parts: list[BreakdownPart]


class BreakdownAnswer(Answer):
    """Results broken down by a key."""

    groups: list[BreakdownGroup]


class CrossedCell(SummaryAnswer):
    """The round trips of one pair of values."""

    row: str | None
    column: str | None


class CrossingGroup(Group):
    """One group's crossing. `others` holds what has no row or column of its own."""

    rows: list[str | None]
    columns: list[str | None]
    cells: list[CrossedCell]


class CrossingAnswer(Answer):
    """Two keys crossed."""

    groups: list[CrossingGroup]


class FigureAnswer(Answer):
    """One figure, and how much it rests on."""

    name: str
    unit: str = Field(description="count, money, percent, ratio, r or days.")
    value: Decimal | None
    n: int = Field(description="Round trips, or days, that it rests on.")
    of_days: bool
    few: bool = Field(description="It rests on too few to say much.")
    low: Decimal | None = Field(description="Of the interval of 95 %, where one is defined.")
    high: Decimal | None
    error: Decimal | None = Field(description="Standard error.")
    absent: str | None = Field(description="Why there is no value: no_trades, no_losses, too_few, no_nav …")


class FallAnswer(Answer):
    """A fall of the curve below its highest point so far."""

    depth: Money
    peak_on: Day | None
    began_on: Day
    trough_on: Day
    recovered_on: Day | None
    days: int = Field(description="Calendar days from the high to the recovery, or to the end of the curve.")
    days_down: int = Field(description="Of these, from the high to the low.")
    round_trips: int = Field(description="Closed after the high, up to the recovery or the end of the curve.")
    filter: str = Field(description="The filter that takes just these, as an address has it.")
    filter_down: str = Field(description="The filter that takes those from the high to the low: their results add up to the depth.")


class RunOfTrades(Answer):
    """Winners or losers in a row."""

    outcome: str
    length: int
    first: Day
    last: Day
    profit: Money
    filter: str = Field(description="The filter that takes just these, as an address has it.")


class RunLength(Answer):
    """How many runs of one length there were."""

    length: int
    wins: int
    losses: int


class StreaksAnswer(Answer):
    """The longest runs, and the one that goes on."""

    wins: RunOfTrades | None
    losses: RunOfTrades | None
    current: RunOfTrades | None
    lengths: list[RunLength] = Field(description="Shortest first; lengths that do not occur are left out.")


class StatisticsGroup(Group):
    """One group's figures."""

    figures: list[FigureAnswer]
    drawdowns: list[FallAnswer] = Field(description="The deepest first, at most fifty.")
    recovery_factor: Decimal | None = Field(description="Profit by the size of the deepest fall; null where the curve never fell.")
    streaks: StreaksAnswer


class StatisticsAnswer(Answer):
    """Every further figure."""

    groups: list[StatisticsGroup]


class PairAnswer(Answer):
    """A figure of both choices."""

    name: str
    unit: str = Field(description="count, money, percent, ratio, r or days.")
    first: Decimal | None
    second: Decimal | None
    difference: Decimal | None = Field(description="Second minus first.")
    few: bool = Field(description="One of them rests on too few to say much.")
    clear: bool | None = Field(description="More than two standard errors apart; null for figures without one.")


class ComparisonGroup(Group):
    """One group's figures, side by side."""

    figures: list[PairAnswer]


class ComparedAnswer(Answer):
    """Two choices of round trips side by side."""

    groups: list[ComparisonGroup]


class CampaignFigures(Answer):
    """Campaigns that are closed and whose results are known, each counted once."""

    campaigns: int
    winners: int
    losers: int
    break_even: int
    net: Money = Field(description="P&L after fees.")
    fees: Money
    win_rate: Percent | None = Field(description="Winners by all campaigns.")
    win_rate_decided: Percent | None = Field(description="Winners by winners and losers.")
    average: Money | None = Field(description="Mean P&L of a campaign.")
    average_win: Money | None
    average_loss: Money | None
    payoff: Decimal | None = Field(description="Average win by size of average loss.")
    profit_factor: str | None = Field(description="Wins by size of losses, a decimal text; `no_losses` where there are none to divide by.")
    standard_error: Money | None = Field(description="Of the mean P&L; null below two campaigns.")
    largest_win: Money | None
    largest_loss: Money | None
    average_days: Decimal | None = Field(description="Days from the first fill to the last one, both counted, of those with a first day.")


class CampaignPartAnswer(CampaignFigures):
    """The campaigns of one value."""

    value: str = Field(description="A shape (see /campaigns), the symbol of an underlying, or a month such as 2026-03.")


class CampaignGroup(Group, CampaignFigures):
    """One group's campaigns, and how their legs ended one by one.

    Legs with results in several currencies make no campaign that counts; each counts as a leg of its own currency.
    """

    leg_winners: int
    leg_losers: int
    leg_even: int
    by: str
    parts: list[CampaignPartAnswer] = Field(description="The greatest profit first, months in order. They add up to the group.")
    alone: Brief = Field(description="Round trips that are in no campaign.")
    decisions: Brief = Field(
        description="Campaigns and round trips that are in none, each once; without a gain in percent, since campaigns have none."
    )
    rest: Money = Field(description="Profit of all round trips less that of decisions: legs of campaigns that are not counted.")
    trades: Brief = Field(description="All round trips, leg by leg.")


class CampaignTotals(Answer):
    """What campaigns came to."""

    groups: list[CampaignGroup]


class BarAnswer(Answer):
    """Round trips from one value on and below another."""

    from_: Decimal | None = Field(alias="from", description="null for an open end.")
    to: Decimal | None
    round_trips: int


class DistributionGroup(Group):
    """One group's distribution: in money, percent, R, or seconds."""

    n: int
    mean: Decimal
    median: Decimal
    bars: list[BarAnswer]


class DistributionAnswer(Answer):
    """How results are spread."""

    groups: list[DistributionGroup]
