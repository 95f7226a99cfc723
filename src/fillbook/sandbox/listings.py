"""What the pretend exchange lists: invented companies, their options, a few futures and currency pairs.

Prices are whole numbers of 1/100,000 of the currency, so that a history is the same on every machine.
"""

import functools
import zlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

UNIT: Final = 100_000
"""Price units in one unit of currency."""

NEW_YORK: Final = (9 * 60 + 30, 16 * 60)
EUROPE: Final = (3 * 60, 11 * 60 + 30)
GLOBEX: Final = (8 * 60, 16 * 60)
_MONTH_CODES: Final = "FGHJKMNQUVXZ"


@dataclass(frozen=True, slots=True)
class Listing:
    """One contract.

    price: where its path starts; volatility: of a day, in millionths; growth: per trading day, in millionths. tick: in price units.
    session: minutes after midnight in New York between which it trades.
    """

    conid: str
    category: str
    symbol: str
    name: str
    currency: str = "USD"
    exchange: str = "NASDAQ"
    sub: str = "COMMON"
    country: str = "US"
    price: int = 0
    volatility: int = 18_000
    growth: int = 300
    tick: int = UNIT // 100
    session: tuple[int, int] = NEW_YORK
    multiplier: int = 1
    fee: Decimal = Decimal("0.0035")
    isin: str = ""
    figi: str = ""
    underlying: "Listing | None" = None
    strike: Decimal | None = None
    expiry: date | None = None
    right: str = ""

    @property
    def cusip(self) -> str:
        """The middle of an American or Canadian ISIN."""
        return self.isin[2:11] if self.isin[:2] in {"US", "CA"} else ""


def _stock(number: int, symbol: str, name: str, price: str, volatility: int = 18_000, **more: object) -> Listing:
    country = str(more.get("country", "US"))
    body = f"{country}{zlib.crc32(symbol.encode()) % 10**9:09d}"
    return Listing(
        conid=str(900_000_000 + number),
        category="STK",
        symbol=symbol,
        name=name,
        price=int(Decimal(price) * UNIT),
        volatility=volatility,
        isin=body + isin_check_digit(body),
        figi=f"BBG{zlib.crc32(name.encode()):010d}"[:12],
        **more,  # type: ignore[arg-type]
    )


def isin_check_digit(body: str) -> str:
    """The last digit of an ISIN (ISO 6166): letters as two-digit numbers, then Luhn's sum."""
    digits = "".join(str(int(char, 36)) for char in body)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


DAY_TRADED: Final = (
    _stock(101, "NRVX", "NORVEX SEMICONDUCTOR CORP", "142", 24_000),
    _stock(102, "HALD", "HALDEN CLOUD INC-CLASS A", "88", 21_000, exchange="NYSE"),
    _stock(103, "BFCO", "BARROW & FINCH INC", "47", 19_000, exchange="NYSE"),
    _stock(104, "QENT", "QUENTRA THERAPEUTICS INC", "31", 32_000),
    _stock(105, "SOLW", "SOLWIND ENERGY CORP", "22", 30_000),
    _stock(106, "VTRA", "VANTERRA MOTORS INC", "196", 26_000),
    _stock(107, "OKLN", "OAKLAWN RETAIL GROUP", "64", 17_000, exchange="NYSE"),
    _stock(108, "PXDN", "PIXDANE GAMES INC", "118", 23_000),
)
SWING_TRADED: Final = (
    _stock(201, "TRMN", "TREMAINE BANCORP", "54", 16_000, exchange="NYSE"),
    _stock(202, "CRSL", "CRESTLINE AIRLINES INC", "38", 24_000),
    _stock(203, "AVLN", "AVALON FREIGHT CORP", "73", 19_000, exchange="NYSE"),
    _stock(204, "MDWK", "MEDWICK DEVICES INC", "129", 20_000),
)
REVERSED: Final = _stock(301, "FLPX", "FLIPPEX COMMUNICATIONS INC", "57", 22_000)
WRITTEN_PUTS: Final = _stock(302, "KESL", "KESTREL SYSTEMS INC", "105", 17_000)
WRITTEN_CALLS: Final = _stock(303, "GRBR", "GREENBRIER LABS INC", "58", 18_000)
GROWING: Final = tuple(
    _stock(401 + place, symbol, name, price, 20_000, growth=920)
    for place, (symbol, name, price) in enumerate(
        [
            ("LUMQ", "LUMIQ OPTICS INC", "168"),
            ("ORBN", "ORBANE SPACE HOLDINGS INC", "194"),
            ("FENX", "FENNIX SOFTWARE INC", "151"),
            ("SYLV", "SYLVANE BIOSCIENCES INC", "139"),
            ("TAVO", "TAVOR ROBOTICS CORP", "177"),
            ("ZENO", "ZENOVIA PAYMENTS INC", "160"),
        ]
    )
)
TRIMMED: Final = _stock(501, "HOLT", "HOLTON INDUSTRIES & CO", "83", 12_000, exchange="NYSE")
UNTOUCHED: Final = _stock(502, "BRDX", "BROADEX TOTAL MARKET ETF", "214", 9_000, sub="ETF", exchange="ARCA")
SAVED_INTO: Final = _stock(503, "EVRX", "EVERYDAY 500 ETF", "391", 9_000, sub="ETF", exchange="ARCA")
REIT: Final = _stock(504, "KEYR", "KEYSTONE REALTY TRUST", "56", 11_000, sub="REIT", exchange="NYSE", growth=60)
FOREIGN: Final = (
    _stock(601, "RHN", "RHEINTAL AUTOMATION AG", "44", 15_000, currency="EUR", exchange="IBIS", country="DE", session=EUROPE),
    _stock(602, "LVT", "LEVANTIS SA", "92", 14_000, currency="EUR", exchange="SBF", country="FR", session=EUROPE),
    _stock(603, "ASHB", "ASHBOURNE PLC", "12.4", 15_000, currency="GBP", exchange="LSE", country="GB", session=EUROPE),
)
FUTURE_ROOTS: Final = (
    Listing("", "FUT", "MES", "Micro E-Mini S&P 500", exchange="CME", sub="", price=4000 * UNIT, volatility=9_000, growth=350,
            tick=UNIT // 4, session=GLOBEX, multiplier=5, fee=Decimal("0.62")),
    Listing("", "FUT", "MNQ", "Micro E-Mini Nasdaq-100", exchange="CME", sub="", price=12_500 * UNIT, volatility=12_000, growth=450,
            tick=UNIT // 4, session=GLOBEX, multiplier=2, fee=Decimal("0.62")),
    Listing("", "FUT", "MGC", "E-Micro Gold", exchange="COMEX", sub="", price=1850 * UNIT, volatility=8_000, growth=450,
            tick=UNIT // 10, session=GLOBEX, multiplier=10, fee=Decimal("0.97")),
)  # fmt: skip
PAIRS: Final = {
    "EUR": Listing("12087792", "CASH", "EUR.USD", "EUR.USD", exchange="", sub="", country="", price=108_000, volatility=4_000, growth=0,
                   tick=1, session=GLOBEX),
    "GBP": Listing("12087797", "CASH", "GBP.USD", "GBP.USD", exchange="", sub="", country="", price=125_000, volatility=4_000, growth=0,
                   tick=1, session=GLOBEX),
}  # fmt: skip


@functools.cache
def future(root: Listing, expiry: date) -> Listing:
    """The contract of a root that ends on `expiry`: `MESZ6`."""
    symbol = f"{root.symbol}{_MONTH_CODES[expiry.month - 1]}{expiry.year % 10}"
    return Listing(
        conid=_conid(f"{symbol} {expiry}"), category="FUT", symbol=symbol, name=f"{root.symbol} {_day(expiry)}", exchange=root.exchange,
        sub="", country="", tick=root.tick, session=root.session, multiplier=root.multiplier, fee=root.fee, underlying=root, expiry=expiry,
    )  # fmt: skip


@functools.cache
def option(stock: Listing, expiry: date, strike: Decimal, right: str) -> Listing:
    """An American option on 100 shares, under its OCC symbol."""
    symbol = f"{stock.symbol:<6}{expiry:%y%m%d}{right}{int(strike * 1000):08d}"
    return Listing(
        conid=_conid(symbol), category="OPT", symbol=symbol, name=f"{stock.symbol} {_day(expiry)} {strike} {right}", exchange="CBOE",
        sub=right, country="", session=NEW_YORK, multiplier=100, fee=Decimal("0.65"), underlying=stock, strike=strike, expiry=expiry,
        right=right,
    )  # fmt: skip


def _conid(name: str) -> str:
    return str(700_000_000 + zlib.crc32(name.encode()) % 99_999_989)


def _day(day: date) -> str:
    return day.strftime("%d%b%y").upper()
