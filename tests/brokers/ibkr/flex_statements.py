"""Small Flex statements for tests: rows are given by what differs from an ordinary one."""

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from fillbook.brokers.ibkr.parse import parse
from fillbook.ledger.execution import Execution
from fillbook.ledger.statement import Finding, ParsedStatement

TRADE = {
    "accountId": "U9000001", "currency": "USD", "fxRateToBase": "1", "assetCategory": "STK", "symbol": "ACM", "description": "ACME CORP",
    "conid": "9001", "isin": "US0090010011", "listingExchange": "NASDAQ", "underlyingConid": "", "multiplier": "1", "strike": "",
    "expiry": "", "putCall": "", "tradeID": "5000001", "reportDate": "20260302", "dateTime": "20260302;100000", "tradeDate": "20260302",
    "transactionType": "ExchTrade", "exchange": "ISLAND", "quantity": "10", "tradePrice": "50", "proceeds": "-500", "taxes": "0",
    "ibCommission": "-1", "ibCommissionCurrency": "USD", "openCloseIndicator": "O", "notes": "", "cost": "501", "fifoPnlRealized": "0",
    "buySell": "BUY", "transactionID": "70000001", "levelOfDetail": "EXECUTION",
}  # fmt: skip
HEADER = {
    "accountId": "U9000001", "fromDate": "20250919", "toDate": "20260918", "period": "Last365CalendarDays",
    "whenGenerated": "20260919;031500",
}  # fmt: skip
SECTIONS = ("Trades", "OpenPositions", "CorporateActions", "OptionEAE", "TradeTransfers", "SecuritiesInfo")


def element(tag: str, values: dict[str, str]) -> str:
    return f"<{tag}{''.join(f' {name}={quoteattr(value)}' for name, value in values.items())} />"


def trade(**changes: str | None) -> str:
    """One row of the section Trades; a field that is None is left out."""
    return element("Trade", {name: value for name, value in {**TRADE, **changes}.items() if value is not None})


def statement(*trades: str, drop: Iterable[str] = (), extra: str = "", header: dict[str, str] | None = None, **sections: str) -> str:
    """One FlexStatement. drop: sections to leave out; extra: raw XML at its end; sections: their rows by tag."""
    rows = {"Trades": "".join(trades), **sections}
    body = "".join(f"<{name}>{rows.get(name, '')}</{name}>" for name in SECTIONS if name not in drop)
    values = {**HEADER, **(header or {})}
    account = element("AccountInformation", {"accountId": values["accountId"], "acctAlias": "", "currency": "USD", "name": "A B"})
    return f"{element('FlexStatement', values)[:-3]}>{'' if 'AccountInformation' in drop else account}{body}{extra}</FlexStatement>"


def document(*statements: str, query_type: str | None = "AF", count: str | None = None) -> bytes:
    """A whole Flex document."""
    kind = "" if query_type is None else f' type="{query_type}"'
    counted = str(len(statements)) if count is None else count
    body = f'<FlexStatements count="{counted}">{"".join(statements)}</FlexStatements>'
    return f'<FlexQueryResponse queryName="Fillbook"{kind}>{body}</FlexQueryResponse>'.encode()


def read(*trades: str) -> ParsedStatement:
    return parse([document(statement(*trades))])


def fill(**changes: str | None) -> Execution:
    """The one execution that a row becomes."""
    (account,) = read(trade(**changes)).accounts
    (execution,) = account.executions
    return execution


def findings(content: bytes) -> dict[str, Finding]:
    """Findings of a document by code; each code must come once."""
    found = parse([content]).findings
    by_code = {finding.code: finding for finding in found}
    assert len(by_code) == len(found)
    return by_code
