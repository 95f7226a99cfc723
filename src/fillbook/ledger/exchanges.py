"""Which clock a venue keeps, and its regular hours: exchange code to IANA time zone.

The codes are the ones that brokers print beside a fill or a listing. A trader reads a fill by the clock of the place where it
happened, so pages show times in this zone and name it once.
"""

from datetime import time
from typing import Final

DEFAULT_ZONE: Final = "America/New_York"
"""The zone of a venue that is not in the table: brokers' own times are US Eastern as well."""

_VENUES: Final[dict[str, str]] = {
    # Options on United States shares keep the hours of the shares, wherever the exchange has its seat, so CBOE stands here.
    "America/New_York": (
        "AMEX ARCA ARCAEDGE BATS BEX BOX BYX CBOE CBOE2 CHX COMEX DARKECN DRCTEDGE EDGEA EDGX EMERALD FINRA FXCONV FOREX GEMINI "
        "IDEAL IDEALFX IDEALPRO IEX ISE ISLAND LTSE MEMX MEMXOP MERCURY MIAX MIAXO NASDAQ NASDAQBX NASDAQOM NASDAQ.NMS NASDAQ.SCM "
        "NYBOT NYMEX NYSE NYSELIFFE NYSENAT OTCBB OTCLNKECN OVERNIGHT PAXOS PEARL PHLX PINK PINKC PSX SAPPHIRE SMART T24X VALUE ZEROHASH"
    ),
    "America/Chicago": "CBOT CFE CME CMECRYPTO ECBOT GLOBEX ONE SMFE",
    "America/Toronto": "AEQLIT AEQNEO ALPHA CDE CHIXCA NEOE OMEGA PURE TRADELOGIC TSE VENTURE",
    "America/Mexico_City": "MEXDER MEXI",
    "America/Sao_Paulo": "B3 BVMF",
    "Europe/London": "BATEUK CHIXUK ICEEU ICEEUSOFT IPE LIFFE LMEOTC LSE LSEETF LSEIOB1 TRQXUK",
    "Europe/Dublin": "ISED",
    "Europe/Berlin": "DTB EUREX FWB FWB2 GETTEX GETTEX2 IBIS IBIS2 IBIS.EUSTARS SWB SWB2 TGATE TRADEGATE XETRA",
    "Europe/Paris": "BATEEN CHIXEN MATIF MONEP SBF TRQXEN",
    "Europe/Amsterdam": "AEB FTA",
    "Europe/Brussels": "BELFOX ENEXT.BE",
    "Europe/Zurich": "CHIXCH EBS SOFFEX TRQXCH VIRTX",
    "Europe/Madrid": "BM MEFFRV",
    "Europe/Lisbon": "BVL",
    "Europe/Rome": "BVME BVME.ETF EUROTLX IDEM",
    "Europe/Vienna": "VSE",
    "Europe/Stockholm": "BATESE CHIXSE OMS SFB",
    "Europe/Copenhagen": "CPH OMXCOP",
    "Europe/Helsinki": "HEX",
    "Europe/Oslo": "OSE OSL",
    "Europe/Warsaw": "WSE",
    "Europe/Prague": "PRA",
    "Europe/Budapest": "BUX",
    "Europe/Tallinn": "N.TALLINN",
    "Europe/Riga": "N.RIGA",
    "Europe/Vilnius": "N.VILNIUS",
    "Asia/Jerusalem": "TASE",
    "Africa/Johannesburg": "JSE",
    "Asia/Riyadh": "TADAWUL",
    "Asia/Kolkata": "NSE",
    "Asia/Singapore": "SGX SGXCME",
    "Asia/Hong_Kong": "HKFE HKMEX SEHK SEHKNTL SEHKSZSE",
    "Asia/Taipei": "TAIFEX TPEX TWSE",
    "Asia/Seoul": "KSE",
    "Asia/Tokyo": "CHIXJ JPNNEXT KABU ODX OSE.JPN TSEJ",
    "Asia/Kuala_Lumpur": "BURSAMY",
    "Asia/Bangkok": "SET",
    "Australia/Sydney": "ASX ASXCEN CHIXAU SNFE",
}

_ZONES: Final = {code: zone for zone, codes in _VENUES.items() for code in codes.split()}

_HOURS: Final[dict[str, str]] = {
    "America/New_York": "09:30 16:00",
    "America/Chicago": "08:30 15:00",
    "America/Toronto": "09:30 16:00",
    "America/Mexico_City": "08:30 15:00",
    "America/Sao_Paulo": "10:00 17:00",
    "Europe/London": "08:00 16:30",
    "Europe/Dublin": "08:00 16:30",
    "Europe/Lisbon": "08:00 16:30",
    "Europe/Copenhagen": "09:00 17:00",
    "Europe/Helsinki": "10:00 18:30",
    "Europe/Oslo": "09:00 16:20",
    "Europe/Warsaw": "09:00 17:00",
    "Europe/Prague": "09:00 16:20",
    "Europe/Budapest": "09:00 17:00",
    "Europe/Tallinn": "10:00 16:00",
    "Europe/Riga": "10:00 16:00",
    "Europe/Vilnius": "10:00 16:00",
    "Asia/Jerusalem": "10:00 17:15",
    "Africa/Johannesburg": "09:00 17:00",
    "Asia/Riyadh": "10:00 15:00",
    "Asia/Kolkata": "09:15 15:30",
    "Asia/Singapore": "09:00 17:00",
    "Asia/Hong_Kong": "09:30 16:00",
    "Asia/Taipei": "09:00 13:30",
    "Asia/Seoul": "09:00 15:30",
    "Asia/Tokyo": "09:00 15:30",
    "Asia/Kuala_Lumpur": "09:00 17:00",
    "Asia/Bangkok": "10:00 16:30",
    "Australia/Sydney": "10:00 16:00",
}
"""Opening and close of a regular day of the shares traded in a zone, by its own clock; half days and holidays are not known here."""
_CONTINENT: Final = "09:00 17:30"
"""Of the other European venues."""
_AROUND_THE_CLOCK: Final = frozenset("CMECRYPTO FOREX FXCONV IDEAL IDEALFX IDEALPRO LMEOTC PAXOS ZEROHASH".split())
"""Venues whose day has no opening and no close."""


def zone_of(exchange: str) -> str:
    """IANA name of the zone that a venue's clock keeps; `DEFAULT_ZONE` for "" and for a code that is not in the table."""
    return _ZONES.get(exchange.strip().upper(), DEFAULT_ZONE)


def regular_hours(exchange: str) -> tuple[time, time] | None:
    """(opening, close) of a venue's regular day by the clock of `zone_of`; None where trading goes round the clock."""
    if exchange.strip().upper() in _AROUND_THE_CLOCK:
        return None
    opening, close = _HOURS.get(zone_of(exchange), _CONTINENT).split()
    return time.fromisoformat(opening), time.fromisoformat(close)
