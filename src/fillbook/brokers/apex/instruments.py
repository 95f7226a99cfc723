"""Contracts as the portal describes them: no number of its own, so stocks are known by symbol and options by their four fields."""

from decimal import Decimal
from typing import Final

from fillbook.brokers.apex.reading import Reading, Word
from fillbook.brokers.apex.row import Activity
from fillbook.brokers.rows import NotUnderstood
from fillbook.ledger.instrument import AssetClass, Instrument, Right
from fillbook.ledger.numbers import plain

_CONTRACT: Final = Decimal(100)
_RIGHTS: Final = {Word.CALL: Right.CALL, Word.PUT: Right.PUT}


def instrument_of(row: Activity, reading: Reading) -> Instrument:
    """What a row is about.

    Raises:
        NotUnderstood: it names no symbol, or an option without one of its four fields.
    """
    if row.is_option:
        return _option(row, reading)
    if not row.symbol:
        raise NotUnderstood("it names no symbol")
    return Instrument(f"~{row.symbol}", row.symbol, AssetClass.STOCK, row.currency, description=_name(row))


def _option(row: Activity, reading: Reading) -> Instrument:
    word = reading.code(row.option_type)
    right = _RIGHTS.get(word) if word else None
    underlying = row.underlying or row.symbol
    if right is None or row.strike is None or row.expiry is None or not underlying:
        raise NotUnderstood("it names an option without its underlying, its right, its strike or its day")
    symbol = f"{underlying} {row.expiry:%y%m%d}{right.value[0].upper()}{plain(row.strike)}"
    return Instrument(
        key=f"~{symbol}",
        symbol=symbol,
        asset_class=AssetClass.OPTION,
        currency=row.currency,
        multiplier=_CONTRACT,
        description=_name(row),
        underlying_key=f"~{underlying}",
        underlying_symbol=underlying,
        strike=row.strike,
        expiry=row.expiry,
        right=right,
    )


def _name(row: Activity) -> str:
    """The security's name; foreign ones begin with stars."""
    return row.fields.get("description", "").partition("\n")[0].lstrip("*").strip()[:120]
