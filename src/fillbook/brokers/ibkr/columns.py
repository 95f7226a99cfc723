"""The attributes that we read or know, section by section.

A query chooses which attributes it has and the broker adds new ones every few months, so a row is read by name: `Layout` turns the
names of one row into a getter that picks the wanted values, and serves as long as the names stay the same.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Final

INSTRUMENT: Final = (
    "conid", "symbol", "assetCategory", "currency", "multiplier", "description", "listingExchange", "subCategory", "isin",
    "underlyingConid", "underlyingSymbol", "strike", "expiry", "putCall",
)  # fmt: skip
"""What an instrument is described with, in the order `InstrumentBook.find` takes it."""

TRADE: Final = (
    *INSTRUMENT, "accountId", "model", "fxRateToBase", "levelOfDetail", "transactionType", "notes", "buySell", "openCloseIndicator",
    "dateTime", "tradeDate", "tradeTime", "reportDate", "settleDateTarget", "quantity", "tradePrice", "tradeMoney", "proceeds",
    "ibCommission", "ibCommissionCurrency", "taxes", "accruedInt", "cost", "fifoPnlRealized", "closePrice", "transactionID", "tradeID",
    "ibOrderID", "ibExecID", "origTransactionID", "origTradeID", "exchange",
)  # fmt: skip

LOT: Final = (
    *INSTRUMENT, "accountId", "levelOfDetail", "dateTime", "tradeDate", "reportDate", "quantity", "cost", "fifoPnlRealized",
    "transactionID", "openDateTime",
)  # fmt: skip

DATES: Final = frozenset({
    "fromDate", "toDate", "whenGenerated", "dateTime", "tradeDate", "reportDate", "date", "settleDateTarget", "settleDate", "expiry",
    "orderTime", "openDateTime", "holdingPeriodDateTime", "whenRealized", "whenReopened", "origTradeDate", "maturity", "issueDate",
    "vestingDate", "dateOpened", "dateFunded", "dateClosed", "lastTradedDate", "exDate", "availableForTradingDate",
})  # fmt: skip
"""Attributes that hold dates: what is looked at to learn the order of day and month."""

_SECURITY: Final = frozenset(INSTRUMENT) | frozenset(
    "accountId acctAlias model fxRateToBase securityID securityIDType cusip figi underlyingSecurityID underlyingListingExchange issuer"
    " issuerCountryCode principalAdjustFactor serialNumber deliveryType commodityType fineness weight relatedTradeID".split()
)
_TRADE_LIKE: Final = (_SECURITY | frozenset(TRADE)) | frozenset(
    "netCash netCashInBase fxPnl capitalGainsPnl mtmPnl origTradePrice origTradeDate origOrderID clearingFirmID relatedTransactionID rtn"
    " brokerageOrderID orderReference volatilityOrderLink exchOrderId extExecID orderTime openDateTime holdingPeriodDateTime"
    " whenRealized whenReopened changeInPrice changeInQuantity orderType traderID isAPIOrder initialInvestment positionActionID".split()
)
KNOWN: Final[dict[str, frozenset[str]]] = {
    "Trade": _TRADE_LIKE,
    "TradeTransfer": _TRADE_LIKE
    | frozenset(
        "brokerName brokerAccount awayBrokerCommission regulatoryFee direction deliveredReceived netTradeMoney netTradeMoneyInBase"
        " netTradePrice".split()
    ),
    "OpenPosition": _SECURITY
    | frozenset(
        "reportDate position markPrice positionValue positionValueInBase openPrice costBasisPrice costBasisMoney percentOfNAV"
        " fifoPnlUnrealized side levelOfDetail openDateTime holdingPeriodDateTime vestingDate code originatingOrderID"
        " originatingTransactionID accruedInt".split()
    ),
    "CorporateAction": _SECURITY
    | frozenset(
        "reportDate dateTime actionDescription amount proceeds value quantity costBasis fifoPnlRealized capitalGainsPnl fxPnl mtmPnl code"
        " type transactionID actionID levelOfDetail".split()
    ),
    "OptionEAE": _SECURITY
    | frozenset(
        "date transactionType quantity tradePrice markPrice proceeds commisionsAndTax costBasis realizedPnl capitalGainsPnl fxPnl mtmPnl"
        " tradeID levelOfDetail".split()
    ),
    "Transfer": _SECURITY
    | frozenset(
        "reportDate date dateTime settleDate type direction company account accountName deliveringBroker quantity transferPrice"
        " positionAmount positionAmountInBase pnlAmount pnlAmountInBase capitalGainsPnl fxPnl cashTransfer code clientReference"
        " transactionID levelOfDetail positionInstructionID positionInstructionSetID".split()
    ),
    "Lot": _TRADE_LIKE,
    "CashTransaction": _SECURITY
    | frozenset(
        "dateTime date settleDate availableForTradingDate reportDate exDate amount type dividendType tradeID exchange code transactionID"
        " clientReference actionID levelOfDetail".split()
    ),
    "ConversionRate": frozenset("reportDate fromCurrency toCurrency rate".split()),
    "SecurityInfo": _SECURITY | frozenset("maturity issueDate underlyingCategory type code sedol settlementPolicyMethod".split()),
}
"""Attributes that a section is known to have; others are reported once. Sections that are not here are read by a few names alone."""


_MANY: Final = 1000


class Layout:
    """Picks the wanted attributes out of rows whose names and their order are `names`; "" stands for one that is absent."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self._wanted = wanted
        self._learned: dict[tuple[str, ...], Callable[[list[str]], tuple[str, ...]]] = {}
        self.names: list[str] = []
        self.pick: Callable[[list[str]], tuple[str, ...]] = itemgetter(*[-1] * len(wanted))

    def learn(self, names: list[str]) -> bool:
        """Serve rows with these names from now on. Whether they were never met before.

        `pick` takes a row's list of names and values with one "" appended, which is what an absent attribute's index -1 finds.
        """
        key = tuple(names)
        new = key not in self._learned
        if new:
            if len(self._learned) > _MANY:
                self._learned.clear()
            place = {name: 2 * index + 1 for index, name in enumerate(names)}
            self._learned[key] = itemgetter(*(place.get(name, -1) for name in self._wanted))
        self.names, self.pick = names, self._learned[key]
        return new
