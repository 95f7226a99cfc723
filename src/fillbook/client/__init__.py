"""Fillbook in a notebook: a small typed client of the API that needs nothing of Fillbook's own code.

    from fillbook.client import Fillbook

    book = Fillbook("http://localhost:8000", token="fb_…")
    for trade in book.trades(symbol="AAPL"):
        print(trade.closed_on, trade.net)
    frame = book.trades().to_pandas()

Money, prices and quantities are `Decimal`, exact as the API gives them; tables can have them as floats.
"""

from fillbook.client.book import Fillbook
from fillbook.client.errors import ApiError
from fillbook.client.history import Mark, Notice, Opening, Orphan, Restatement, Statement
from fillbook.client.records import (
    Account,
    Brief,
    Campaign,
    Cell,
    Compared,
    CurvePoint,
    Day,
    Distribution,
    Execution,
    Fall,
    Figure,
    Fill,
    Group,
    Note,
    Part,
    Plan,
    Position,
    Run,
    Slice,
    Summary,
    Tag,
    Trade,
    View,
)
from fillbook.client.tables import Listing

__all__ = [
    "Account",
    "ApiError",
    "Brief",
    "Campaign",
    "Cell",
    "Compared",
    "CurvePoint",
    "Day",
    "Distribution",
    "Execution",
    "Fall",
    "Figure",
    "Fill",
    "Fillbook",
    "Group",
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
    "Summary",
    "Tag",
    "Trade",
    "View",
]
