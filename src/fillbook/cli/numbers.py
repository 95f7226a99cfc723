"""Numbers, days and moments as people read them in a terminal: thousands in commas, a true minus sign, P&L always with its sign."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final
from zoneinfo import ZoneInfo

from fillbook.ledger.numbers import EXACT, plain
from fillbook.ledger.statement import DateRange

DASH: Final = "–"
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def money(value: Decimal | None, places: int = 2) -> str:
    """Signed and rounded: `+1,234.50`, `−0.07`, `0.00`; a dash where there is no figure."""
    if value is None:
        return DASH
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN, context=EXACT)
    return _sign(rounded) + f"{abs(rounded):,.{places}f}"


def percent(value: Decimal | None, *, signed: bool = False) -> str:
    """With one decimal: `58.3 %`, or with its sign `+1.3 %`."""
    if value is None:
        return DASH
    rounded = value.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN, context=EXACT)
    sign = _sign(rounded) if signed or rounded < 0 else ""
    return f"{sign}{abs(rounded):,.1f} %"


def ratio(value: Decimal | None) -> str:
    """With two decimals and no sign."""
    return DASH if value is None else f"{value.quantize(Decimal('0.01'), rounding=ROUND_HALF_EVEN, context=EXACT):,.2f}"


def quantity(value: Decimal | None) -> str:
    """Without trailing zeros, all digits kept: `−1,500`, `0.25`."""
    if value is None:
        return DASH
    whole, point, part = plain(abs(value)).partition(".")
    return ("−" if value < 0 else "") + f"{int(whole):,}{point}{part}"


def day(value: date | None) -> str:
    """`12 Mar 2026`, whatever the language of the terminal."""
    return DASH if value is None else f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime, zone: str) -> str:
    """`12 Mar 2026, 09:31 New York` by the clock of a zone."""
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M} {zone.rpartition('/')[2].replace('_', ' ')}"


def period(covers: DateRange | None) -> str:
    """`1 Jan 2026 to 31 Mar 2026`."""
    if covers is None:
        return "period not stated"
    return day(covers.first) if covers.first == covers.last else f"{day(covers.first)} to {day(covers.last)}"


def duration(value: timedelta) -> str:
    """The two largest units: `2 d 3 h`, `11 h 18 min`, `45 s`."""
    seconds = round(value.total_seconds())
    parts = [(seconds // 86400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s")]
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count) or "0 s"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 round trip`, `1,200 round trips`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _sign(value: Decimal) -> str:
    return "−" if value < 0 else "+" if value > 0 else ""
