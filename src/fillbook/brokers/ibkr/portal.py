"""The portal's own words: sections, options and fields of an Activity Flex query, what each is needed for, and where to click."""

from dataclasses import dataclass
from typing import Final

EDIT_QUERY: Final = "In the portal open Performance & Statements > Flex Queries and click the pen beside your query"
AGAIN: Final = "Save the query, then sync again or upload its new statement."
SELECT_ALL: Final = "%(edit)s, click the section %(section)s, click Select All and click Save. %(again)s"
SELECT_OPTION: Final = "%(edit)s, click the section %(section)s, under Options tick %(option)s, click Select All and click Save. %(again)s"
SELECT_ACCOUNT: Final = (
    "%(edit)s, click the section %(section)s, tick Account ID, Account Alias, Model and Currency and click Save. %(again)s"
)
"""Where to click to select a section with all that is needed; with an option to tick; of the section Account Information."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the guide's query. row: tag of its rows; option: the box under Options that must be ticked; costs: without it."""

    name: str
    row: str
    code: str
    costs: str
    option: str = ""

    @property
    def path(self) -> str:
        """The sentence with places that says where to click to select it."""
        return SELECT_ACCOUNT if self.row == "AccountInformation" else SELECT_OPTION if self.option else SELECT_ALL


SECTIONS: Final = {
    "Trades": Section("Trades", "Trade", "trades_missing", "there are no trades, so there is no performance to show", "Executions"),
    "OpenPositions": Section(
        "Open Positions",
        "OpenPosition",
        "open_positions_missing",
        "positions cannot be confirmed, and holdings older than the statement are not recognised",
        "Summary",
    ),
    "CorporateActions": Section(
        "Corporate Actions", "CorporateAction", "corporate_actions_missing", "splits, mergers and new symbols look like missing trades"
    ),
    "OptionEAE": Section(
        "Option Exercises, Assignments and Expirations",
        "OptionEAE",
        "option_events_missing",
        "what became of options that were not traded away is known from their trades alone",
    ),
    "SecuritiesInfo": Section(
        "Financial Instrument Information",
        "SecurityInfo",
        "instruments_missing",
        "details of instruments (exchange, contract size, strike, expiry) are known from their trades alone",
    ),
    "TradeTransfers": Section(
        "Incoming/Outgoing Trade Transfers",
        "TradeTransfer",
        "trade_transfers_missing",
        "trades made elsewhere and delivered to this account are missing",
        "Trade Transfers",
    ),
    "AccountInformation": Section(
        "Account Information", "AccountInformation", "account_information_missing", "the account's base currency is not stated"
    ),
}
"""The seven sections of the guide, by the tag that a statement holds when the section is selected."""

EXTRA: Final = {
    "Transfers": ("Transfer", "Transfers"),
    "CashTransactions": ("CashTransaction", "Cash Transactions"),
    "CashReport": ("CashReportCurrency", "Cash Report"),
    "ChangeInNAV": ("ChangeInNAV", "Change in NAV"),
    "EquitySummaryInBase": ("EquitySummaryByReportDateInBase", "Net Asset Value (NAV) in Base"),
    "ConversionRates": ("ConversionRate", "Conversion Rates"),
}
"""Sections that are read where the user ticked them, by tag: (tag of their rows, name in the portal)."""

NAMES: Final = {**{section.row: section.name for section in SECTIONS.values()}, **dict(EXTRA.values()), "Lot": "Trades (Closed Lots)"}
"""Where the portal has the rows of each tag."""

ALSO_READ: Final = frozenset({*EXTRA, "Message"})


FIELDS: Final = {
    "Trade": {
        "conid": ("Conid", "instruments are told apart by their symbols, and symbols change"),
        "symbol": ("Symbol", "instruments have no readable name"),
        "assetCategory": ("Asset Class", "the kind of each instrument is guessed"),
        "currency": ("Currency", "money is taken to be in the account's base currency"),
        "multiplier": ("Multiplier", "contract sizes of options and futures are guessed"),
        "buySell": ("Buy/Sell", "the sign of the quantity alone tells purchases from sales"),
        "dateTime": ("Date/Time", "trades have no time of day, so fills of one day may be paired in the wrong order"),
        "tradeDate": ("Trade Date", "the day of a trade is taken from its time, which is wrong for evening sessions"),
        "tradePrice": ("Trade Price", "prices are worked out from amounts"),
        "transactionID": ("Transaction ID", "overlapping statements may double or drop fills"),
        "tradeID": ("Trade ID", "corrections and option events cannot be joined to their trades"),
        "proceeds": ("Proceeds", "amounts are worked out from quantity and price"),
        "ibCommission": ("IB Commission", "fees are unknown, so every profit is before fees"),
        "ibCommissionCurrency": ("IB Commission Currency", "fees are taken to be in the trade's currency"),
        "openCloseIndicator": ("Open/Close Indicator", "whether a fill opens or closes is worked out instead of known"),
        "notes": ("Notes/Codes", "expiries, exercises, assignments and corrections may go unrecognised"),
        "fifoPnlRealized": ("Realized P/L", "no trade's profit can be checked against the broker's"),
        "cost": ("Cost Basis", "the cost of holdings older than the statement cannot be worked out"),
        "fxRateToBase": ("FX Rate To Base", "profits in other currencies cannot be added up in the base currency"),
        "transactionType": ("Transaction Type", "cancellations and bookings may look like ordinary trades"),
    },
    "OpenPosition": {
        "conid": ("Conid", "positions are told apart by their symbols, and symbols change"),
        "position": ("Quantity", "positions cannot be confirmed"),
        "costBasisMoney": ("Cost Basis Money", "the cost of positions cannot be confirmed"),
        "markPrice": ("Mark Price", "positions have no value"),
    },
    "CorporateAction": {
        "conid": ("Conid", "the instruments of corporate actions are told apart by their symbols, and symbols change"),
        "type": ("Type", "the kind of a corporate action is read from its sentence"),
        "quantity": ("Quantity", "the effect of corporate actions on positions is unknown"),
        "transactionID": ("Transaction ID", "overlapping statements may double or drop corporate actions"),
    },
    "OptionEAE": {"tradeID": ("Trade ID", "option events cannot be joined to their trades")},
}
"""Fields by tag of their rows: attribute -> (name in the portal, what follows without it)."""

OPTION_FIELDS: Final = {
    "expiry": ("Expiry", "when options end is read from their symbols"),
    "strike": ("Strike", "strikes are read from symbols"),
    "putCall": ("Put/Call", "calls and puts are told apart by their symbols"),
    "underlyingConid": ("Underlying Conid", "deliveries of shares may not be joined to the options that caused them"),
}
"""Fields of the section Trades that matter once options are traded."""
