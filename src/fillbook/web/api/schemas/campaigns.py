"""Campaigns, as they are answered and as they are sent."""

from typing import Annotated

from ninja import Field

from fillbook.storage.campaigning import LONGEST_NAME, MOST_LEGS
from fillbook.web.api.schemas.kinds import Answer, Body, Currency, Day, Moment, Money, Price, Quantity

_Name = Annotated[str, Field(max_length=LONGEST_NAME, pattern=r"^[^\x00-\x1f\x7f]*$", description="Empty for what its shape is called.")]
_Trade = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Key of a round trip.")]


class LegAnswer(Answer):
    """A round trip of a campaign."""

    trade: str = Field(description="Its key.")
    instrument: str
    side: str
    status: str
    opened_on: Day | None
    closed_on: Day | None
    realized_pnl: Money | None = Field(description="After fees, in `currency`; while open, realized so far.")
    currency: Currency


class CampaignAnswer(Answer):
    """Round trips that belong together: a spread, its rolls, what was delivered. Each is in one at most, so nothing counts twice."""

    key: str = Field(description="That of its first leg.")
    account: str
    account_id: int
    kind: str
    name: str | None = Field(description="What its owner calls it.")
    title: str = Field(description="The name, else what it is: KESL bull put spread 90/95.")
    own: bool = Field(description="Put together by its owner; else proposed.")
    underlying: str
    shape: str = Field(description="What its options are called: bull_put, iron_condor, covered_call …; other for what has no name.")
    strikes: list[str]
    expiry: Day | None
    rolls: int = Field(description="How often an option was closed and another of its right and side opened at once.")
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


class CampaignFill(Answer):
    """A fill of one of its legs. Money in `currency`."""

    trade: str = Field(description="Key of the leg.")
    instrument: str
    execution_id: str
    role: str
    executed_at: Moment | None
    trade_date: Day
    quantity: Quantity
    price: Price
    fees: Money
    realized_pnl: Money | None
    currency: Currency
    total: Money | None = Field(
        description="Realized by the campaign up to and with it; null where nothing was, or legs have other currencies."
    )


class WholeCampaign(CampaignAnswer):
    """A campaign with the fills of its legs in time."""

    fill_rows: list[CampaignFill]


class Candidate(Answer):
    """A round trip that could be taken into a campaign."""

    trade: str = Field(description="Its key.")
    instrument: str
    side: str
    quantity: Quantity
    status: str
    opened_on: Day | None
    closed_on: Day | None
    campaign: str | None = Field(description="Key of the campaign that it is in, which it would leave.")


class Candidates(Answer):
    """Round trips of the same account and underlying, the nearest in time first."""

    items: list[Candidate]


class CampaignSent(Body):
    """Round trips to take as one; those that were in others leave them."""

    trades: list[_Trade] = Field(min_length=2, max_length=MOST_LEGS)
    name: _Name = ""


class CampaignChanged(Body):
    """A name, which also makes a proposed campaign the trader's own."""

    name: _Name = ""


class LegSent(Body):
    """One more round trip."""

    trade: _Trade


class Change(Answer):
    """A change of what belongs together that can be taken back."""

    id: int
    account_id: int
    what: str = Field(description="together, added, kept, alone, apart or proposed.")
    execution_id: str = Field(description="The fill that it began with.")
    trade: str | None = Field(description="Key of the round trip that holds that fill now.")
    made_at: Moment


class Changes(Answer):
    """All changes that can be taken back now."""

    items: list[Change]
