"""What the rows of one document trade: one shared `Instrument` for each description met."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from fillbook.brokers.ibkr.formats import NOTHING, Dates, Numbers
from fillbook.brokers.ibkr.observed import Observed
from fillbook.ledger.instrument import AssetClass, Instrument, Right
from fillbook.ledger.numbers import plain

_CLASSES: Final = {
    "STK": AssetClass.STOCK, "ETF": AssetClass.STOCK, "OPT": AssetClass.OPTION, "FSOPT": AssetClass.OPTION, "FUT": AssetClass.FUTURE,
    "FOP": AssetClass.FUTURE_OPTION, "FSFOP": AssetClass.FUTURE_OPTION, "CASH": AssetClass.FOREX, "CFD": AssetClass.CFD,
    "FXCFD": AssetClass.CFD, "BOND": AssetClass.BOND, "BILL": AssetClass.BILL, "WAR": AssetClass.WARRANT, "IOPT": AssetClass.STRUCTURED,
    "FUND": AssetClass.FUND, "CRYPTO": AssetClass.CRYPTO, "CMDTY": AssetClass.COMMODITY,
}  # fmt: skip
_RIGHTS: Final = {"C": Right.CALL, "CALL": Right.CALL, "P": Right.PUT, "PUT": Right.PUT}
_OPTION_SYMBOL: Final = re.compile(r"(\S{1,6})\s*(\d{2})(\d{2})(\d{2})([CP])(\d{8})", re.ASCII)
_PAIR: Final = re.compile(r"[A-Z]{3}\.[A-Z]{3}", re.ASCII)
_LENGTH: Final = 100
"""No name of the broker's is longer, save descriptions that nobody reads to the end."""
_CONTRACT: Final = Decimal(100)
_UNIT: Final = Decimal(1)

Described = tuple[str, ...]
"""The values of `columns.INSTRUMENT` in one row."""


class InstrumentBook:
    """Finds or makes the instrument that a row describes."""

    def __init__(self, numbers: Numbers, dates: Dates, observed: Observed) -> None:
        self._numbers, self._dates, self._observed = numbers, dates, observed
        self._known: dict[Described, Instrument] = {}
        self._shared: dict[Instrument, Instrument] = {}
        self._described: Described = ()
        self._last: Instrument | None = None

    def find(self, described: Described) -> Instrument:
        """The instrument of a row; rows of one instrument mostly follow each other, so the last one is tried first.

        Raises:
            OrderUnknown, NotADate, NotANumber: as `formats`.
        """
        if described == self._described and self._last is not None:
            return self._last
        found = self._known.get(described)
        if found is None:
            made = self._make(described)
            found = self._known[described] = self._shared.setdefault(made, made)
        self._described, self._last = described, found
        return found

    def _make(self, described: Described) -> Instrument:
        values = ["" if text.strip() in NOTHING else text.strip() for text in described]
        if max(map(len, values)) > _LENGTH:
            values = [value[:_LENGTH] for value in values]
        conid, symbol, category, currency, units, description, exchange, sub_class, isin, under_id, under_symbol, *option = values
        strike, expiry, right = self._option(symbol, *option)
        asset_class = self._asset_class(category, symbol, expiry, right)
        if asset_class not in (AssetClass.OPTION, AssetClass.FUTURE_OPTION, AssetClass.WARRANT, AssetClass.STRUCTURED):
            strike, right = None, None
        derived = asset_class not in (AssetClass.STOCK, AssetClass.FOREX, AssetClass.FUND)
        return Instrument(
            key=conid if conid not in ("", "0") else composite_key(symbol or isin or description, expiry, strike, right),
            symbol=symbol,
            asset_class=asset_class,
            currency=currency[:12],
            multiplier=self._numbers[units] or (_CONTRACT if asset_class is AssetClass.OPTION else _UNIT),
            description=description,
            exchange=exchange[:40],
            sub_class=sub_class[:40],
            isin=isin[:20],
            underlying_key=under_id if derived else "",
            underlying_symbol=under_symbol if derived else "",
            strike=strike,
            expiry=expiry,
            right=right,
        )

    def _option(self, symbol: str, strike: str, expiry: str, right: str) -> tuple[Decimal | None, date | None, Right | None]:
        """Strike, expiry and right from their own fields, else from the symbol (`CZR   260821C00030000`)."""
        amount, day, side = self._numbers[strike], self._dates.days[expiry], _RIGHTS.get(right.upper())
        named = _OPTION_SYMBOL.fullmatch(symbol)
        if named is None or (amount is not None and day is not None and side is not None):
            return amount, day, side
        try:
            symbol_day = date(2000 + int(named[2]), int(named[3]), int(named[4]))
        except ValueError:
            return amount, day, side
        return amount or Decimal(named[6]) / 1000, day or symbol_day, side or _RIGHTS[named[5]]

    def _asset_class(self, category: str, symbol: str, expiry: date | None, right: Right | None) -> AssetClass:
        """By the broker's category; where the query lacks it, by what else the row tells."""
        known = _CLASSES.get(category)
        if known is not None:
            return known
        if category:
            self._observed.strange("assetCategory", category)
            return AssetClass.OTHER
        if right is not None:
            return AssetClass.OPTION
        if expiry is not None:
            return AssetClass.FUTURE
        return AssetClass.FOREX if _PAIR.fullmatch(symbol) else AssetClass.STOCK


def composite_key(symbol: str, expiry: date | None, strike: Decimal | None, right: Right | None) -> str:
    """The key of an instrument whose contract id the query lacks: `~AAPL`, `~CZR|2026-08-21|30|call`."""
    parts = [
        " ".join(symbol.split()),
        expiry.isoformat() if expiry is not None else "",
        plain(strike) if strike is not None else "",
        right.value if right is not None else "",
    ]
    return "~" + "|".join(parts).rstrip("|")
