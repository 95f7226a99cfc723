"""Write a history as an Activity Flex statement: the seven sections of the guide, attribute by attribute as the real service does."""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from fillbook.ledger.numbers import EXACT, ZERO, exact, plain
from fillbook.sandbox.book import Holding
from fillbook.sandbox.listings import Listing
from fillbook.sandbox.rows import BASES, Fill, Kind, Row, Split
from fillbook.sandbox.scenario import Scenario

_NAMES: Final = {account: f"Sandbox Trader {place}" for place, account in enumerate(BASES, 1)}
_TRANSACTIONS: Final = 31_000_000_000
_TRADES: Final = 7_200_000_000
_ORDERS: Final = 3_700_000_000
_METALS: Final = {"serialNumber": "", "deliveryType": "", "commodityType": "", "fineness": "0.0", "weight": "0.0"}
_VENUES: Final = {
    "STK": ("ISLAND", "ARCA", "BATS", "EDGEA", "IEX", "MEMX", "NYSE", "DARK", "IBKRATS"),
    "OPT": ("CBOE", "PHLX", "BOX", "AMEX", "ISE", "MIAX", "PEARL", "EMERALD"),
    "CASH": ("IDEALFX",),
}
_CENT: Final = Decimal("0.01")
_MICRO: Final = Decimal("0.000001")
_BOOKED: Final = {Kind.EXPIRED, Kind.DELIVERED, Kind.STOCK_LEG}


@dataclass(frozen=True, slots=True)
class Days:
    """What a statement covers, and how the query was asked for it: IB's word for the period, "" for given days."""

    first: date
    last: date
    period: str


def write(
    scenario: Scenario, days: Days, generated: datetime, query_name: str = "Fillbook", accounts: Iterable[str] = tuple(BASES)
) -> bytes:
    """The statement of both accounts (or of those given) as UTF-8 bytes. generated: naive, New York."""
    chosen = tuple(accounts)
    rows, holdings = scenario.rows(days.first, days.last), scenario.holdings(days.last)
    lines = [f'<FlexQueryResponse queryName="{query_name}" type="AF">', f'<FlexStatements count="{len(chosen)}">']
    with exact():
        for account in chosen:
            mine = [row for row in rows if row.account == account]
            held = [one for one in holdings if one.account == account]
            lines += _Writer(scenario, account, days).statement(mine, held, generated)
    lines += ["</FlexStatements>", "</FlexQueryResponse>", ""]
    return "\n".join(lines).encode()


class _Writer:
    """One account's statement."""

    def __init__(self, scenario: Scenario, account: str, days: Days) -> None:
        self._market, self._account, self._base, self._days = scenario.market, account, BASES[account], days

    def statement(self, rows: list[Row], held: list[Holding], generated: datetime) -> Iterator[str]:
        fills = [row for row in rows if isinstance(row, Fill)]
        splits = [row for row in rows if isinstance(row, Split)]
        listings = {one.listing.conid: one.listing for one in (*rows, *held)}
        yield _open(
            "FlexStatement",
            accountId=self._account,
            fromDate=_day(self._days.first),
            toDate=_day(self._days.last),
            period=self._days.period,
            whenGenerated=_time(generated),
        )
        yield _tag(
            "AccountInformation",
            {"accountId": self._account, "acctAlias": "", "model": "", "currency": self._base, "name": _NAMES[self._account]},
        )
        yield from _section("OpenPositions", [_tag("OpenPosition", one) for one in self._positions(held)])
        yield from _section("Trades", [_tag("Trade", self._trade(fill)) for fill in fills])
        yield from _section("OptionEAE", [_tag("OptionEAE", self._option_event(fill)) for fill in fills if fill.kind in _BOOKED])
        yield from _section("TradeTransfers", [])
        yield from _section("CorporateActions", [_tag("CorporateAction", self._split(split)) for split in splits])
        yield from _section("SecuritiesInfo", [_tag("SecurityInfo", _security(one)) for _, one in sorted(listings.items())])
        yield "</FlexStatement>"

    def _head(self, listing: Listing, day: date) -> dict[str, str]:
        rate = self._market.rate(listing.currency, self._base, day)
        return {
            "accountId": self._account,
            "acctAlias": "",
            "model": "",
            "currency": listing.currency,
            "fxRateToBase": plain(rate),
        } | _about(listing)

    def _trade(self, fill: Fill) -> dict[str, str]:
        """Four groups in the real order: what, when and where, how much, and under which numbers."""
        listing, booked = fill.listing, fill.kind in _BOOKED
        return {
            **self._head(listing, fill.report_date),
            "tradeID": str(_TRADES + fill.number),
            "multiplier": str(listing.multiplier),
            "relatedTradeID": "",
            "strike": plain(listing.strike) if listing.strike is not None else "",
            "reportDate": _day(fill.report_date),
            "expiry": _day(listing.expiry),
            "dateTime": _time(fill.when),
            "putCall": listing.right,
            "tradeDate": _day(fill.trade_date),
            "principalAdjustFactor": "",
            "settleDateTarget": _day(fill.settle_date),
            "transactionType": "BookTrade" if booked else "ExchTrade",
            "exchange": "--" if booked else _venue(fill),
            **self._money(fill),
            **_numbers(fill, booked),
            **_METALS,
        }

    def _money(self, fill: Fill) -> dict[str, str]:
        converts = fill.kind is Kind.CONVERSION
        return {
            "quantity": plain(fill.quantity),
            "tradePrice": plain(fill.price),
            "tradeMoney": plain(fill.money),
            "proceeds": plain(-fill.money),
            "taxes": plain(fill.taxes),
            "ibCommission": plain(fill.commission),
            "ibCommissionCurrency": self._base if converts else fill.listing.currency,
            "netCash": plain(self._net_cash(fill)),
            "closePrice": plain(fill.close_price),
            "openCloseIndicator": "" if converts else fill.indicator,
            "notes": fill.notes,
            "cost": "0" if converts else plain(fill.cost),
            "fifoPnlRealized": "0" if converts else plain(fill.realized),
            "mtmPnl": "0" if converts else plain(self._marked(fill)),
        }

    def _net_cash(self, fill: Fill) -> Decimal:
        if fill.kind is Kind.CONVERSION:
            return ZERO
        return self._marked(fill) + fill.commission if fill.listing.category == "FUT" else fill.amount

    @staticmethod
    def _marked(fill: Fill) -> Decimal:
        """(close - price) x quantity x multiplier."""
        return (fill.close_price - fill.price) * fill.quantity * fill.listing.multiplier

    def _positions(self, held: list[Holding]) -> Iterator[dict[str, str]]:
        last = self._days.last
        marks = [self._market.price(one.listing, last) for one in held]
        values = [one.quantity * one.listing.multiplier * mark for one, mark in zip(held, marks, strict=True)]
        rates = [self._market.rate(one.listing.currency, self._base, last) for one in held]
        total = sum((abs(value) * rate for value, rate in zip(values, rates, strict=True)), ZERO)
        for one, mark, value, rate in zip(held, marks, values, rates, strict=True):
            per_unit = EXACT.divide(one.cost, one.quantity * one.listing.multiplier).quantize(Decimal("0.000000001"), context=EXACT)
            yield {
                **self._head(one.listing, last),
                **_terms(one.listing),
                "reportDate": _day(last),
                "position": plain(one.quantity),
                "markPrice": plain(mark),
                "positionValue": plain(value),
                "openPrice": plain(per_unit),
                "costBasisPrice": plain(per_unit),
                "costBasisMoney": plain(one.cost.quantize(_MICRO, context=EXACT)),
                "percentOfNAV": str(EXACT.divide(value * rate * 100, total).quantize(_CENT, context=EXACT)),
                "fifoPnlUnrealized": plain((value - one.cost).quantize(_MICRO, context=EXACT)),
                "side": "Long" if one.quantity > 0 else "Short",
                "levelOfDetail": "SUMMARY",
                **dict.fromkeys(("openDateTime", "holdingPeriodDateTime", "vestingDate", "code"), ""),
                "originatingOrderID": "",
                "originatingTransactionID": "",
                "accruedInt": "",
                **_METALS,
            }

    def _option_event(self, fill: Fill) -> dict[str, str]:
        bought = "Buy" if fill.quantity > 0 else "Sell"
        kind = {"Ep": "Expiration", "A": "Assignment", "Ex": "Exercise"}[fill.notes] if fill.kind is not Kind.STOCK_LEG else bought
        return {
            **self._head(fill.listing, fill.report_date),
            **_terms(fill.listing),
            "date": _day(fill.trade_date),
            "transactionType": kind,
            "quantity": _grouped(fill.quantity, 0),
            "tradePrice": _grouped(fill.price, 4),
            "markPrice": _grouped(fill.close_price, 4),
            "proceeds": _grouped(-fill.money, 2),
            "commisionsAndTax": _grouped(fill.commission + fill.taxes, 2),
            "costBasis": _grouped(fill.cost, 2),
            "realizedPnl": _grouped(fill.realized, 2),
            "fxPnl": "0.00",
            "mtmPnl": _grouped(self._marked(fill), 2),
            "tradeID": str(_TRADES + fill.number),
            **_METALS,
        }

    def _split(self, split: Split) -> dict[str, str]:
        listing = split.listing
        sentence = f"{listing.symbol}({listing.isin}) SPLIT {split.ratio} FOR 1 ({listing.symbol}, {listing.name}, {listing.isin})"
        return {
            **self._head(listing, split.report_date),
            **_terms(listing),
            "reportDate": _day(split.report_date),
            "dateTime": _time(split.when),
            "actionDescription": sentence,
            "description": sentence,
            "amount": "0",
            "proceeds": "0",
            "value": "0",
            "quantity": plain(split.quantity),
            "costBasis": "0",
            "fifoPnlRealized": "0",
            "mtmPnl": "0",
            "code": "",
            "type": "FS",
            "transactionID": str(_TRANSACTIONS + split.number),
            "actionID": str(110_000_000 + split.number),
            "levelOfDetail": "DETAIL",
            **_METALS,
        }


def _about(listing: Listing) -> dict[str, str]:
    """What most rows say of their instrument."""
    under = listing.underlying if listing.category == "OPT" else None
    return {
        "assetCategory": listing.category,
        "subCategory": listing.sub,
        "symbol": listing.symbol,
        "description": listing.name,
        "conid": listing.conid,
        "securityID": listing.isin,
        "securityIDType": "ISIN" if listing.isin else "",
        "cusip": listing.cusip,
        "isin": listing.isin,
        "figi": listing.figi,
        "listingExchange": listing.exchange,
        "underlyingConid": under.conid if under else "",
        "underlyingSymbol": under.symbol if under else listing.symbol if listing.category == "STK" else "",
        "underlyingSecurityID": under.isin if under else "",
        "underlyingListingExchange": under.exchange if under else "",
        "issuer": "",
        "issuerCountryCode": listing.country,
    }


def _terms(listing: Listing) -> dict[str, str]:
    return {
        "multiplier": str(listing.multiplier),
        "strike": plain(listing.strike) if listing.strike is not None else "",
        "expiry": _day(listing.expiry),
        "putCall": listing.right,
        "principalAdjustFactor": "",
    }


def _security(listing: Listing) -> dict[str, str]:
    return {
        "currency": listing.currency,
        **_about(listing),
        **_terms(listing),
        "maturity": "",
        "issueDate": "",
        "underlyingCategory": "STK" if listing.category == "OPT" else "",
        "type": listing.sub,
        "settlementPolicyMethod": "Delivery" if listing.category == "OPT" else "",
        "code": "",
        **_METALS,
    }


def _numbers(fill: Fill, booked: bool) -> dict[str, str]:
    """Ids and what belongs to the order; what the broker booked by itself has no order and no execution."""
    transaction, ordered = str(_TRANSACTIONS + fill.number), "" if booked else _time(fill.when)
    at_market = fill.kind is Kind.CONVERSION or fill.order_number % 3 == 0
    return {
        "origTradePrice": "0",
        "origTradeDate": "",
        "origTradeID": "",
        "origOrderID": "0",
        "origTransactionID": "0",
        "buySell": "BUY" if fill.quantity > 0 else "SELL",
        "clearingFirmID": "",
        "ibOrderID": transaction if booked else str(_ORDERS + fill.order_number),
        "transactionID": transaction,
        "ibExecID": "" if booked else f"{zlib.crc32(transaction.encode()):08x}.{fill.number:08x}.01.01",
        "relatedTransactionID": "",
        "rtn": "",
        "brokerageOrderID": "" if booked else f"0012d687.{fill.order_number:08x}.{zlib.crc32(ordered.encode()):08x}.0001",
        "orderReference": "",
        "volatilityOrderLink": "",
        "exchOrderId": "N/A",
        "extExecID": "N/A" if booked else f"{zlib.crc32(ordered.encode()):x}{fill.number}",
        "orderTime": ordered,
        **dict.fromkeys(("openDateTime", "holdingPeriodDateTime", "whenRealized", "whenReopened"), ""),
        "levelOfDetail": "EXECUTION",
        "changeInPrice": "0",
        "changeInQuantity": "0",
        "orderType": "" if booked else "MKT" if at_market else "LMT",
        "traderID": "",
        "isAPIOrder": "N",
        "accruedInt": "0",
        "initialInvestment": "",
        "positionActionID": str(101_000_000 + fill.number // 1000) if booked else "",
    }


def _venue(fill: Fill) -> str:
    if fill.listing.currency != "USD" or fill.listing.category == "FUT":
        return fill.listing.exchange
    venues = _VENUES[fill.listing.category]
    return venues[fill.number % len(venues)]


def _section(name: str, tags: list[str]) -> list[str]:
    return [f"<{name}>", *tags, f"</{name}>"] if tags else [f"<{name} />"]


def _open(name: str, **attributes: str) -> str:
    return _tag(name, attributes).removesuffix(" />") + ">"


def _tag(name: str, attributes: Mapping[str, str]) -> str:
    return f"<{name} " + " ".join(f'{key}="{_escaped(value)}"' for key, value in attributes.items()) + " />"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _grouped(value: Decimal, decimals: int) -> str:
    """With commas between thousands, as the section on options has them and no other."""
    return f"{value:,.{decimals}f}"


def _day(day: date | None) -> str:
    return day.strftime("%Y%m%d") if day is not None else ""


def _time(moment: datetime) -> str:
    return moment.strftime("%Y%m%d;%H%M%S")
