"""Which clock a venue keeps: exchange code to IANA time zone.

The codes are the ones that brokers print beside a fill or a listing. A trader reads a fill by the clock of the place where it
happened, so pages show times in this zone and name it once.
"""

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


def zone_of(exchange: str) -> str:
    """IANA name of the zone that a venue's clock keeps; `DEFAULT_ZONE` for "" and for a code that is not in the table."""
    return _ZONES.get(exchange.strip().upper(), DEFAULT_ZONE)
