"""Places in the order in which round trips closed: where an interval of them begins and ends, and how that is written in a URL.

The order is that of every curve and run: by the day that owns the P&L, then by the instant; what has no time of day comes last in its
day. Days come first because a session in the evening may belong to the next day: an interval of instants alone would mix two days that a
curve holds apart.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Self

_MONTH: Final = r"(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])"
_LEAP: Final = r"((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)-02-29"
_DAY: Final = rf"((19|20|21)[0-9][0-9]-({_MONTH})|{_LEAP})"
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
_INSTANT: Final = rf"{_DAY}T{_CLOCK}(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
PATTERN: Final = rf"^({_INSTANT}|{_DAY}~({_INSTANT})?(~({_INSTANT})?~[0-9a-f]{{1,64}})?)?$"
"""Just what `Moment.read` understands, and nothing."""
_WRITTEN: Final = re.compile(PATTERN, re.ASCII)
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT: Final = timedelta(microseconds=1)
_TOP: Final = (2,)
"""Above everything that `_rank` gives."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What closed in one instant of a day, or on it without a time of day: one step of a curve.

    day: that owns the P&L. at: the instant; None for those of the day without one. key: of the round trip at which an interval begins or
    ends, where only some of a moment belong to it, as runs may part them; "" for all of it. opened: when that one was opened, by which
    round trips of one moment are in order, those without last.
    """

    day: date
    at: datetime | None = None
    opened: datetime | None = None
    key: str = ""

    @classmethod
    def of(cls, day: date, microseconds: int | None) -> Self:
        """From an instant in microseconds since 1970."""
        return cls(day, None if microseconds is None else _BEGINNING + microseconds * _UNIT)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """From a URL, None for what is none: an ISO instant with its zone, of the day that is written in it; or the day that owns the P&L,
        `~` and the instant, nothing for those without; and where it says so `~`, when it was opened, `~` and the key of a round trip.
        """
        if not text or not _WRITTEN.fullmatch(text := text.replace(" ", "+")):  # as a plus reads that nobody encoded
            return None
        parts = text.split("~")
        if len(parts) == 1:
            return cls(date.fromisoformat(text[:10]), _instant(text))
        key = parts[3] if len(parts) > 2 else ""
        return cls(date.fromisoformat(parts[0]), _instant(parts[1]), _instant(parts[2]) if key else None, key)

    def __str__(self) -> str:
        """As `read` takes it: always with its day, instants in UTC."""
        text = f"{self.day}~{_written(self.at)}"
        return f"{text}~{_written(self.opened)}~{self.key}" if self.key else text

    @property
    def microseconds(self) -> int | None:
        """`at` since 1970."""
        return None if self.at is None else (self.at - _BEGINNING) // _UNIT

    @property
    def lower(self) -> tuple[Any, ...]:
        """What decides which of two intervals begins later."""
        return (self.day, _rank(self.at), *((_rank(self.opened), self.key) if self.key else ()))

    @property
    def upper(self) -> tuple[Any, ...]:
        """What decides which of two intervals ends later: all of a moment goes further than a part of it."""
        return self.lower if self.key else (*self.lower, _TOP)

    def admits_from(self, day: date, at: datetime | None, opened: datetime | None, key: str) -> bool:
        """Whether a round trip is in an interval that begins here."""
        return Moment(day, at, opened, key).lower >= self.lower

    def admits_to(self, day: date, at: datetime | None, opened: datetime | None, key: str) -> bool:
        """Whether a round trip is in an interval that ends here."""
        return Moment(day, at, opened, key).lower <= self.upper


def later(one: Moment | None, other: Moment | None) -> Moment | None:
    """Where both of two intervals have begun."""
    return max(filter(None, (one, other)), key=lambda moment: moment.lower, default=None)


def earlier(one: Moment | None, other: Moment | None) -> Moment | None:
    """Where the first of two intervals has ended."""
    return min(filter(None, (one, other)), key=lambda moment: moment.upper, default=None)


def _rank(at: datetime | None) -> tuple[Any, ...]:
    return (1,) if at is None else (0, at)


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _written(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
