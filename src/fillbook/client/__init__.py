"""Fillbook in a notebook: a small typed client of the API that needs nothing of Fillbook's own code.

    from fillbook.client import Fillbook

    book = Fillbook("http://localhost:8000", token="fb_…")
    for trade in book.trades(symbol="AAPL"):
        print(trade.closed_on, trade.net)
    frame = book.trades().to_pandas()

Money, prices and quantities are `Decimal`, exact as the API gives them; tables can have them as floats.
"""

from fillbook.client.book import Fillbook
from fillbook.client.errors import ApiError, Unreachable
from fillbook.client.history import BridgeLine, Comparison, Mark, Notice, Opening, Orphan, Restatement, Run, Statement, Upload
from fillbook.client.records import (
    Account,
    Brief,
    Campaign,
    CampaignPart,
    Candidate,
    Cell,
    Compared,
    CurvePoint,
    Day,
    Distribution,
    Execution,
    Fall,
    Figure,
    Fill,
    Note,
    Part,
    Plan,
    Position,
    Slice,
    Streak,
    Summary,
    Tag,
    Totals,
    Trade,
    View,
)
from fillbook.client.tables import Listing

__all__ = [
    "Account",
    "ApiError",
    "BridgeLine",
    "Brief",
    "Campaign",
    "CampaignPart",
    "Candidate",
    "Cell",
    "Compared",
    "Comparison",
    "CurvePoint",
    "Day",
    "Distribution",
    "Execution",
    "Fall",
    "Figure",
    "Fill",
    "Fillbook",
    "Listing",
    "Mark",
    "Note",
    "Notice",
    "Opening",
    "Orphan",
    "Part",
    "Plan",
    "Position",
    "Restatement",
    "Run",
    "Slice",
    "Statement",
    "Streak",
    "Summary",
    "Tag",
    "Totals",
    "Trade",
    "Unreachable",
    "Upload",
    "View",
]
