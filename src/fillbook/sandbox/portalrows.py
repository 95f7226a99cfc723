"""The pretend account's history as Apex Clearing's portal would list it: 25 fields a row, names and order as known, values as assumed.

Made from the same scenario as the other pretend broker's statement, of the stocks and options in US dollars.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from fillbook.ledger.numbers import ZERO, share
from fillbook.sandbox.rows import MAIN, Fill, Kind, Split
from fillbook.sandbox.scenario import Scenario

Row = dict[str, Any]
"""One object of the portal's list; numbers as `Decimal`."""

TRADES: Final = "TRADES"
MONEY: Final = "MONEY_MOVEMENTS"
POSITIONS: Final = "POSITION_ADJUSTMENTS"
HOLDER: Final = "PAT SAMPLE"
"""Whose account it is; Fillbook has to drop this name."""
_CATEGORIES: Final = frozenset({"STK", "OPT"})
_WORDS: Final = {"C": "CALL", "P": "PUT"}


def row(account: str, kind: str, day: date, **fields: Any) -> Row:
    """A row with every field, those not given empty."""
    blank: Row = {
        "timestamp": "", "accountNumber": account, "accountTitle": HOLDER, "symbol": "", "description": "", "descriptionLines": [],
        "tradeAction": "", "quantity": ZERO, "price": ZERO, "fees": ZERO, "commissions": ZERO, "netAmount": ZERO, "currencyCode": "USD",
        "settleDate": str(day), "tradeDate": str(day), "tradeNumber": "", "transferDirection": "", "activityType": kind, "tagNumber": "",
        "trailer": "", "accountType": "MARGIN", "underlyingSymbol": "", "optionType": "", "strikePrice": None, "expirationDate": None,
    }  # fmt: skip
    assert not set(fields) - set(blank), "a field that the portal does not have"
    return {**blank, **fields}


def history(scenario: Scenario, account: str, first: date, last: date) -> list[Row]:
    """Every row of these days, oldest first. Trade numbers are a letter and four digits, and begin anew each month."""
    held: dict[str, Decimal] = defaultdict(Decimal)
    rows: list[Row] = []
    for one in scenario.rows(date.min, last):
        if one.account == MAIN and one.listing.category in _CATEGORIES and one.listing.currency == "USD":
            made = list(_fills(account, one, held) if isinstance(one, Fill) else _split(account, one))
            held[one.listing.conid] += one.quantity
            rows += made if one.trade_date >= first else []
    return sorted([*rows, *_money(account, first, last)], key=lambda made: (made["tradeDate"], made["timestamp"]))


def _fills(account: str, fill: Fill, held: dict[str, Decimal]) -> Iterator[Row]:
    """A fill as one row; one that turns a position around as two, because what is sold short is booked to another type."""
    before = held[fill.listing.conid]
    if before * fill.quantity < 0 and abs(fill.quantity) > abs(before):
        first, rest = -before, fill.quantity + before
        commission = share(fill.commission, first, fill.quantity)
        taxes = share(fill.taxes, first, fill.quantity)
        yield _fill(account, replace(fill, quantity=first, commission=commission, taxes=taxes), before)
        yield _fill(account, replace(fill, quantity=rest, commission=fill.commission - commission, taxes=fill.taxes - taxes), ZERO)
    else:
        yield _fill(account, fill, before)


def _fill(account: str, fill: Fill, before: Decimal) -> Row:
    listing, opens = fill.listing, before * fill.quantity >= 0
    ends = fill.kind in {Kind.EXPIRED, Kind.DELIVERED}
    short = listing.category == "STK" and (fill.quantity < 0) == opens
    made = row(
        account,
        POSITIONS if ends else TRADES,
        fill.trade_date,
        timestamp=f"{fill.when:%Y-%m-%dT%H:%M:%S}.000",
        symbol=listing.symbol if listing.underlying is None else listing.underlying.symbol,
        description=listing.name,
        tradeAction="BUY" if fill.quantity > 0 else "SELL",
        quantity=abs(fill.quantity),
        price=fill.price,
        fees=-fill.taxes,
        commissions=-fill.commission,
        netAmount=fill.amount,
        settleDate=str(fill.settle_date),
        tradeNumber=f"{'ABCDEFGHJKLM'[fill.trade_date.month - 1]}{fill.number % 10_000:04d}",
        accountType="SHORT" if short else "MARGIN",
        trailer="SHORT" if short and opens else "UNSOLICITED",
    )
    lines = [listing.name, *_told(fill, opens=opens)]
    if listing.underlying is not None:
        made.update(underlyingSymbol=listing.underlying.symbol, optionType=_WORDS[listing.right])
        made.update(strikePrice=listing.strike, expirationDate=str(listing.expiry))
    return {**made, "descriptionLines": lines, "tagNumber": made["tradeNumber"]}


def _told(fill: Fill, *, opens: bool) -> list[str]:
    """What the text of a confirmation adds."""
    if fill.kind is Kind.EXPIRED:
        return ["OPTION EXPIRATION"]
    if fill.kind in {Kind.DELIVERED, Kind.STOCK_LEG}:
        return ["OPTION ASSIGNMENT"]
    if fill.listing.category == "OPT":
        return ["OPENING CONTRACT" if opens else "CLOSING CONTRACT"]
    return []


def _split(account: str, split: Split) -> Iterator[Row]:
    yield row(
        account,
        POSITIONS,
        split.trade_date,
        timestamp=f"{split.when:%Y-%m-%dT%H:%M:%S}.000",
        symbol=split.listing.symbol,
        description=split.listing.name,
        descriptionLines=[split.listing.name, f"STOCK SPLIT {split.ratio} FOR 1"],
        quantity=abs(split.quantity),
        transferDirection="INCOMING" if split.quantity > 0 else "OUTGOING",
    )


def _money(account: str, first: date, last: date) -> Iterator[Row]:
    """A deposit each quarter, interest each month."""
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.day == 15:
            yield _received(account, day, "INTEREST ON CREDIT BALANCE", Decimal("1.87"))
        if day.day == 5 and day.month in (1, 4, 7, 10):
            yield _received(account, day, "ACH DEPOSIT", Decimal(500))


def _received(account: str, day: date, description: str, amount: Decimal) -> Row:
    return row(account, MONEY, day, description=description, netAmount=amount, transferDirection="INCOMING")
