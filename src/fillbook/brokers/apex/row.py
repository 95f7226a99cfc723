"""One activity as a plain record, whatever brought it. Another transport (the nightly files) would fill in the same record.

`portal_row` reads one object of the portal's list: 25 fields, of which a missing one may be null, empty or absent.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from fillbook.brokers.rows import NotUnderstood
from fillbook.ledger.numbers import NotANumber, read_number

TRADES: Final = "TRADES"
MONEY: Final = "MONEY_MOVEMENTS"
POSITIONS: Final = "POSITION_ADJUSTMENTS"
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})")
_AMERICAN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ELSEWHERE: Final = ZoneInfo("Asia/Tokyo")
_LARGEST_STAMP: Final = 253_402_300_799


@dataclass(frozen=True, slots=True)
class Activity:
    """One row. Numbers with the signs that came; `reading` and `facts` say what they mean.

    at: the stamp as an instant, None without one; zoned: it came with its own offset. text: description, its lines and the trailer, one
    to a line. place: where it stands in its document. fields: what came, for its owner to see.
    """

    kind: str
    account: str
    trade_date: date
    symbol: str
    text: str
    action: str
    trailer: str
    account_type: str
    direction: str
    currency: str
    trade_number: str
    tag: str
    quantity: Decimal | None
    price: Decimal | None
    fees: Decimal
    commissions: Decimal
    net: Decimal | None
    at: datetime | None
    zoned: bool
    settle_date: date | None
    underlying: str
    option_type: str
    strike: Decimal | None
    expiry: date | None
    place: int
    fields: Mapping[str, str]

    @property
    def is_option(self) -> bool:
        """Whether the row names an option: all four of its fields make one."""
        return bool(self.option_type or self.strike or self.expiry)


def portal_row(raw: Any, place: int, zone: ZoneInfo) -> Activity:
    """Read one object of the portal's list.

    Raises:
        NotUnderstood: it lacks what every row needs, or a field holds no such thing.
    """
    if not isinstance(raw, Mapping):
        raise NotUnderstood("it is no record with fields")
    fields = shown(raw)
    day = _date(fields, "tradeDate") or _date(fields, "settleDate")
    if day is None:
        raise NotUnderstood("it has no trade date")
    number = _numbers(fields)
    return Activity(
        kind=fields.get("activityType", "").upper(),
        account=fields.get("accountNumber", "").replace("-", "").upper(),
        trade_date=day,
        symbol=fields.get("symbol", "").upper(),
        text="\n".join(fields[name] for name in ("description", "descriptionLines", "trailer") if name in fields),
        action=fields.get("tradeAction", ""),
        trailer=fields.get("trailer", ""),
        account_type=fields.get("accountType", ""),
        direction=fields.get("transferDirection", "").upper(),
        currency=fields.get("currencyCode", "USD").upper(),
        trade_number=fields.get("tradeNumber", ""),
        tag=fields.get("tagNumber", ""),
        quantity=number["quantity"],
        price=number["price"],
        fees=number["fees"] or Decimal(0),
        commissions=number["commissions"] or Decimal(0),
        net=number["netAmount"],
        at=_stamp(fields.get("timestamp", ""), zone),
        zoned=_stamp(fields.get("timestamp", ""), zone) == _stamp(fields.get("timestamp", ""), _ELSEWHERE),
        settle_date=_date(fields, "settleDate"),
        underlying=fields.get("underlyingSymbol", "").upper(),
        option_type=fields.get("optionType", ""),
        strike=number["strikePrice"],
        expiry=_date(fields, "expirationDate"),
        place=place,
        fields=fields,
    )


def shown(raw: Mapping[str, Any]) -> dict[str, str]:
    """The fields that hold something, as text."""
    given = ((name, value) for name, value in raw.items() if value is not None)
    texts = ((name, "\n".join(map(str, value)) if isinstance(value, list) else str(value)) for name, value in given)
    return {name: text.strip() for name, text in texts if text.strip()}


def _numbers(fields: Mapping[str, str]) -> dict[str, Decimal | None]:
    return {name: _number(fields, name) for name in ("quantity", "price", "fees", "commissions", "netAmount", "strikePrice")}


def _number(fields: Mapping[str, str], name: str) -> Decimal | None:
    text = fields.get(name, "").replace(",", "").replace("$", "")
    if not text:
        return None
    try:
        return read_number(text)
    except NotANumber:
        raise NotUnderstood("its %(value)s is no number", name) from None


def _date(fields: Mapping[str, str], name: str) -> date | None:
    text = fields.get(name, "")
    if not text:
        return None
    found, american = _DAY.match(text), _AMERICAN.match(text)
    try:
        if found:
            return date.fromisoformat(found[1])
        if american:
            return date(int(american[3]), int(american[1]), int(american[2]))
    except ValueError:
        pass
    raise NotUnderstood("its %(value)s is no date", name)


def _stamp(text: str, zone: ZoneInfo) -> datetime | None:
    """ISO text, with its own offset or in `zone`; or seconds or milliseconds since 1970. A date alone is no time of day."""
    if text.isascii() and text.isdigit() and len(text) >= 9:
        seconds = int(text) / 1000 if len(text) >= 12 else int(text)
        return datetime.fromtimestamp(seconds, UTC) if seconds <= _LARGEST_STAMP else None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None and found.time() == time(0):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
