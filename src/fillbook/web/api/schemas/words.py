"""The trader's own words, as they are answered and as they are sent."""

from typing import Annotated

from ninja import Field

from fillbook.journal.notes import LONGEST
from fillbook.journal.plans import BEST
from fillbook.journal.tags import LONGEST as LONGEST_TAG
from fillbook.journal.tags import Hue
from fillbook.storage.viewing import LONGEST as LONGEST_VIEW
from fillbook.storage.viewing import PAGES
from fillbook.web.api.schemas.kinds import Answer, Body, Currency, Day, Decimal, Moment, Money, Price

PriceSent = Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,10})?$")]
_VISIBLE = r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_TAG = r"^[^,\x00-\x1f\x7f]*\S[^,\x00-\x1f\x7f]*$"
_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"


class NoteAnswer(Answer):
    """A note."""

    id: int
    about: str = Field(description="trade, day or month.")
    day: Day | None = Field(description="Of a note on a day; of one on a month, its first.")
    account: str | None
    execution_id: str | None = Field(description="The fill that a note on a trade hangs on.")
    role: str | None
    trades: list[str] = Field(description="Keys of the round trips that it is about at present.")
    text: str = Field(description="Markdown, as written.")
    created_at: Moment
    changed_at: Moment


class TagAnswer(Answer):
    """A tag."""

    id: int
    name: str
    hue: str = Field(description="One of the eight colours.")


class CountedTag(TagAnswer):
    """A tag, and how many round trips have it."""

    round_trips: int


class Tags(Answer):
    """All tags."""

    items: list[CountedTag]


class PlanAnswer(Answer):
    """What was planned of a round trip, empty where nothing was. Prices and risk in `currency`."""

    stop: Price | None
    target: Price | None
    rating: int | None = Field(description="1 (worst) to 5, the trader's own.")
    entry: Price | None = Field(description="Of the first opening fill.")
    currency: Currency
    risk: Money | None = Field(description="What was lost at the stop, fees included; positive.")
    r: Decimal | None = Field(description="The result in units of risk; null without a stop, never 0.")


class ViewAnswer(Answer):
    """A saved view."""

    id: int
    name: str
    path: str = Field(description="The page that it opens; empty for a filter for any page.")
    query: str = Field(description="Its filter and what else the page's address says.")
    is_default: bool = Field(description="Whether pages without a filter begin with it.")
    created_at: Moment


class Views(Answer):
    """All saved views."""

    items: list[ViewAnswer]


class OrphanAnswer(Answer):
    """A word whose fill is in no trade at present. It is kept, and goes back by itself should the fill return."""

    kind: str = Field(description="note, tag, plan, leg (of a campaign) or apart (a trade that is to stand by itself).")
    note: int | None = Field(description="Id of the note.")
    tag: str | None = Field(description="Name of the tag.")
    plan: int | None
    campaign: str | None = Field(description="Key of the campaign that a leg belongs to; null where too little is left of it.")
    name: str | None = Field(description="What its owner calls the campaign.")
    account: str
    execution_id: str
    instrument: str | None
    trade_date: Day | None


class Orphans(Answer):
    """All words that no trade holds."""

    items: list[OrphanAnswer]


class NoteSent(Body):
    """A note to write."""

    text: str = Field(min_length=1, max_length=LONGEST, pattern=_VISIBLE, description="Markdown.")


class TagSent(Body):
    """A tag to put on a round trip: an existing one by its name, or a new one."""

    name: str = Field(min_length=1, max_length=LONGEST_TAG, pattern=_TAG)
    hue: Hue | None = Field(None, description="Colour of a new one; without it the one that the fewest have.")


class TagChanged(Body):
    """A tag renamed and coloured. Given the name of another, it becomes one with that."""

    name: str = Field(min_length=1, max_length=LONGEST_TAG, pattern=_TAG)
    hue: Hue


class PlanSent(Body):
    """A plan. Nothing in it takes it away."""

    stop: PriceSent | None = Field(None, description="Where the trade would be given up; on its losing side.")
    target: PriceSent | None = Field(None, description="Where it would be closed with a gain.")
    rating: int | None = Field(None, ge=1, le=BEST, description="1 (worst) to 5.")


class ViewSent(Body):
    """A view to keep; one of that name is replaced."""

    name: str = Field(min_length=1, max_length=60, pattern=_PRINTABLE)
    path: str = Field(
        "",
        max_length=60,
        pattern=f"^({'|'.join(PAGES)})?$",
        description="The page that it opens, such as `/reports/by/symbol/`; without it, a filter for any page.",
    )
    query: str = Field(
        "",
        max_length=LONGEST_VIEW,
        pattern=_PRINTABLE,
        description="What the page's address says, such as `symbol=AAPL&period=this-month`; a `period` moves with the calendar.",
    )
    is_default: bool = False
