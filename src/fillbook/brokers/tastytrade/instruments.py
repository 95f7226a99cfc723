"""Contracts as the file describes them: stocks by symbol, options by root, day, right and strike."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from fillbook.brokers.rows import NotUnderstood
from fillbook.brokers.tastytrade.row import TRADE, Entry
from fillbook.ledger.instrument import AssetClass, Instrument, Right
from fillbook.ledger.numbers import plain

_CLASSES: Final = {
    "Equity": AssetClass.STOCK,
    "Equity Option": AssetClass.OPTION,
    "Future Option": AssetClass.FUTURE_OPTION,
    "Cryptocurrency": AssetClass.CRYPTO,
}
_RIGHTS: Final = {"C": Right.CALL, "P": Right.PUT}
_QUOTED: Final = re.compile(r"@ ([\d,]+(?:\.\d+)?)\s*$")
_MONTH: Final = re.compile(r"[FGHJKMNQUVXZ]\d{1,2}$")


def units_of_futures(entries: Iterable[Entry]) -> dict[str, Decimal]:
    """Product -> units of the underlying per contract, from options whose text quotes a price: the file's own multiplier is always 1."""
    found: dict[str, Decimal] = {}
    for entry in entries:
        quoted = _QUOTED.search(entry.text)
        if entry.type == "Future Option" and entry.kind == TRADE and entry.option and entry.price and quoted:
            price = Decimal(quoted[1].replace(",", ""))
            units = entry.price / price if price else Decimal(0)
            if units and units == units.to_integral_value():
                found.setdefault(_product(entry.option[1]), units.to_integral_value())
    return found


def instrument_of(entry: Entry, units: Mapping[str, Decimal]) -> Instrument:
    """What a row is about. units: as `units_of_futures` says.

    Raises:
        NotUnderstood: it is of a kind whose money nobody has seen in such a file, or names nothing.
    """
    kind = _CLASSES.get(entry.type)
    if kind is None or not entry.symbol:
        raise (
            NotUnderstood("its instrument type %(value)s is not read", repr(entry.type))
            if entry.type
            else NotUnderstood("it names no instrument")
        )
    if entry.option is None:
        if kind in {AssetClass.OPTION, AssetClass.FUTURE_OPTION}:
            raise NotUnderstood("it names an option without its right, its strike or its day")
        return Instrument(f"~{entry.symbol}", entry.symbol, kind, entry.currency)
    root, underlying, letter, strike, expiry = entry.option
    symbol = f"{root.removeprefix('.')} {expiry:%y%m%d}{letter}{plain(strike)}"
    return Instrument(
        key=f"~{symbol}",
        symbol=symbol,
        asset_class=kind,
        currency=entry.currency,
        multiplier=units.get(_product(underlying), entry.multiplier) if kind is AssetClass.FUTURE_OPTION else entry.multiplier,
        underlying_key=f"~{underlying}",
        underlying_symbol=underlying,
        strike=strike,
        expiry=expiry,
        right=_RIGHTS[letter],
    )


def _product(underlying: str) -> str:
    """/MESZ5 -> /MES: the future without its month and year."""
    return _MONTH.sub("", underlying)
