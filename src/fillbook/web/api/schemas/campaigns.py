"""Campaigns."""

from ninja import Field, Schema

from fillbook.web.api.schemas.kinds import Currency, Day, Money


class LegAnswer(Schema):
    """A round trip of a campaign."""

    trade: str = Field(description="Its key.")
    instrument: str
    side: str
    status: str
    opened_on: Day | None
    closed_on: Day | None
    realized_pnl: Money | None = Field(description="After fees, in `currency`; while open, realized so far.")
    currency: Currency


class CampaignAnswer(Schema):
    """Round trips that belong together: a spread, its rolls, what was delivered. Each is in one at most, so nothing counts twice."""

    key: str = Field(description="That of its first leg.")
    account: str
    account_id: int
    kind: str
    name: str | None = Field(description="What its owner calls it.")
    own: bool = Field(description="Put together by its owner; else proposed.")
    underlying: str
    shape: str = Field(description="What it is: vertical, calendar, covered_call …")
    strikes: list[str]
    expiry: Day | None
    rolls: int = Field(description="How often it was rolled.")
    delivered: bool = Field(description="An option of it delivered its underlying.")
    why: list[str] = Field(description="Why it was proposed.")
    status: str
    counts: bool = Field(description="All legs are closed and their results known.")
    outcome: str | None
    currency: Currency | None = Field(description="Of `net` and `fees`; null where legs have results in several.")
    net: Money | None = Field(description="P&L after fees of all legs.")
    fees: Money | None
    opened_on: Day | None
    closed_on: Day | None
    legs: list[LegAnswer]
