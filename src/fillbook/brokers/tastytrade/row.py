"""One row as a record, whichever form it came in. Money with the ledger's signs: + received, - paid."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from fillbook.brokers.rows import NotUnderstood
from fillbook.brokers.tastytrade.table import Line
from fillbook.ledger.numbers import ZERO, NotANumber, read_number

NEW_YORK: Final = ZoneInfo("America/New_York")
TRADE, DELIVERY, MONEY = "Trade", "Receive Deliver", "Money Movement"
_DAY: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})")
_CONTRACT: Final = re.compile(r"(?:Open|Close|Bought|Sold|Removal of) [\d.]+ +(?P<root>\S+) +\d\d(?:/\d\d/\d\d|\d{4}[CP]\d{8})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row.

    at: its moment; None in the old form, whose clock is not known. day: its calendar day, in New York where the moment is known.
    buys: None where the row does not say. opens: None too. sub: what sort of its kind, for example "Assignment". kind: TRADE, DELIVERY
    or MONEY. option: (root, underlying, right C or P, strike, expiry), None for anything else. type: of the instrument, as written.
    """

    line: Line
    at: datetime | None
    day: date
    kind: str
    sub: str
    buys: bool | None
    opens: bool | None
    symbol: str
    type: str
    text: str
    value: Decimal
    quantity: Decimal
    price: Decimal | None
    fees: Decimal
    multiplier: Decimal
    option: tuple[str, str, str, Decimal, date] | None
    currency: str


def modern(line: Line) -> Entry:
    """A row of the forms since 2022.

    Raises:
        NotUnderstood: a cell holds no such thing.
    """
    at = _moment(line["Date"])
    action = line["Action"].upper()
    fees = _number(line, "Fees") + _number(line, "Commissions")
    units = _number(line, "Multiplier") or Decimal(1)
    each = _number(line, "Average Price")
    kind, sub = line["Type"], line["Sub Type"] or _sub_of(line)
    return Entry(
        line=line,
        at=at,
        day=at.astimezone(NEW_YORK).date(),
        kind=kind,
        sub=sub,
        buys=True if action.startswith("BUY") else False if action.startswith("SELL") else None,
        opens=True if action.endswith("OPEN") else False if action.endswith("CLOSE") else None,
        symbol=line["Symbol"],
        type=line["Instrument Type"],
        text=line["Description"],
        value=_number(line, "Value"),
        quantity=abs(_number(line, "Quantity")),
        price=abs(each) / units if each else None,
        fees=fees,
        multiplier=units,
        option=_option(line, line["Symbol"].split(" ")[0], line["Underlying Symbol"], "Strike Price", "Call or Put"),
        currency=line["Currency"] or "USD",
    )


def legacy(line: Line) -> Entry:
    """A row of the form until 2021: fees are positive and hold the commission; the root of an adjusted option is in the text alone.

    Raises:
        NotUnderstood: a cell holds no such thing.
    """
    day = _date(line["Date/Time"].split(" ")[0])
    buys, opens = line["Buy/Sell"], line["Open/Close"]
    named = _CONTRACT.search(line["Description"])
    root = named["root"] if named else line["Symbol"]
    option = _option(line, root, line["Symbol"], "Strike", "Call/Put")
    return Entry(
        line=line,
        at=None,
        day=day,
        kind=line["Transaction Code"],
        sub=line["Transaction Subcode"],
        buys=None if buys not in {"Buy", "Sell"} else buys == "Buy",
        opens=None if opens not in {"Open", "Close"} else opens == "Open",
        symbol=line["Symbol"],
        type="Equity Option" if option else "Equity" if line["Symbol"] else "",
        text=line["Description"],
        value=_number(line, "Amount"),
        quantity=abs(_number(line, "Quantity")),
        price=_number(line, "Price") or None,
        fees=-_number(line, "Fees"),
        multiplier=Decimal(100) if option else Decimal(1),
        option=option,
        currency="USD",
    )


def order_within_day(entry: Entry) -> tuple[date, timedelta]:
    """Day and clock reading of a row, to put the rows of the old form in order."""
    clock = datetime.strptime(entry.line["Date/Time"].split(" ", 1)[1].strip(), "%I:%M %p")  # noqa: DTZ007 - a clock that nobody can place
    return entry.day, timedelta(hours=clock.hour, minutes=clock.minute)


def _sub_of(line: Line) -> str:
    """The 18-column form has no column for it: the text tells."""
    text = line["Description"]
    if line["Type"] != DELIVERY:
        return ""
    for piece, sub in (("assignment", "Assignment"), ("expiration", "Expiration"), ("exercise", "Exercise"), ("via ACAT", "ACAT")):
        if piece in text:
            return sub
    for piece in ("Reverse split", "Forward split", "Symbol change", "Stock merger"):
        if text.startswith(piece):
            return piece.title()
    return " ".join(word.capitalize() if word != "to" else word for word in text.split(" ")[:3])


def _moment(text: str) -> datetime:
    """The offset is the viewer's, so the moment is exact and the calendar day is not the broker's."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise NotUnderstood("its date is no date") from None
    if found.tzinfo is None:
        raise NotUnderstood("its date has no offset from universal time")
    return found.astimezone(UTC)


def _date(text: str) -> date:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise NotUnderstood("%(value)s is no date", repr(text[:20]))
    year = int(found[3])
    try:
        return date(year + 2000 if year < 100 else year, int(found[1]), int(found[2]))
    except ValueError:
        raise NotUnderstood("%(value)s is no date", repr(text[:20])) from None


def _option(line: Line, root: str, underlying: str, strike: str, right: str) -> tuple[str, str, str, Decimal, date] | None:
    if not line[right]:
        return None
    letter = line[right][0].upper()
    if letter not in {"C", "P"} or not line[strike] or not line["Expiration Date"]:
        raise NotUnderstood("it names an option without its right, its strike or its day")
    return root, underlying or root, letter, _number(line, strike), _date(line["Expiration Date"])


def _number(line: Line, column: str) -> Decimal:
    """0 for none, which the file writes as nothing or as two dashes."""
    text = line[column].replace(",", "")
    if text in {"", "--"}:
        return ZERO
    try:
        return read_number(text)
    except NotANumber:
        raise NotUnderstood("its %(value)s is no number", f"{column} {text[:20]!r}") from None
