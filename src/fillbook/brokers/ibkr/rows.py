"""One row of a section that has few of them, read by attribute name."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.columns import INSTRUMENT
from fillbook.brokers.ibkr.formats import NOTHING, Dates, Numbers, rate_of

_ID_LENGTH: Final = 100
_TEXT_LENGTH: Final = 1000


class Row:
    """An element's attributes with the document's ways of reading them. A field that is absent reads like one without a value."""

    __slots__ = ("_dates", "_numbers", "_values", "place", "tag")

    def __init__(self, tag: str, attributes: list[str], place: int, numbers: Numbers, dates: Dates) -> None:
        self.tag = tag
        self.place = place
        self._values = dict(zip(attributes[::2], attributes[1::2], strict=True))
        self._numbers, self._dates = numbers, dates

    def raw(self, name: str) -> str:
        """The value as it stands."""
        return self._values.get(name, "")

    def text(self, *names: str) -> str:
        """The first of these fields that has a value, else ""."""
        for name in names:
            value = self._values.get(name, "").strip()
            if value not in NOTHING:
                return value[:_TEXT_LENGTH]
        return ""

    def id(self, *names: str) -> str:
        """The first of these fields that has a value, as an id.

        Raises:
            StatementUnreadable: it is longer than any id.
        """
        text = self.text(*names)
        if len(text) > _ID_LENGTH:
            raise refusals.id_too_long(text)
        return text

    def number(self, *names: str) -> Decimal | None:
        """The first of these fields that has a number."""
        for name in names:
            value = self._numbers[self._values.get(name, "")]
            if value is not None:
                return value
        return None

    @property
    def rate_to_base(self) -> Decimal | None:
        """Money in the account's base currency per unit of the row's currency."""
        return rate_of(self._numbers[self._values.get("fxRateToBase", "")])

    def day(self, *names: str) -> date | None:
        """The first of these fields that has a date."""
        for name in names:
            value = self._dates.days[self._values.get(name, "")]
            if value is not None:
                return value
        return None

    def moment(self, name: str) -> tuple[date | None, datetime | None]:
        """(calendar day, UTC instant), each None where the field does not tell."""
        return self._dates.moment(self._values.get(name, ""))

    @property
    def described(self) -> tuple[str, ...]:
        """What `InstrumentBook.find` takes."""
        return tuple(self._values.get(name, "") for name in INSTRUMENT)

    def described_without(self, column: str) -> tuple[str, ...]:
        """The same without one of its values, which in this section means something else."""
        return tuple("" if name == column else value for name, value in zip(INSTRUMENT, self.described, strict=True))

    def described_as(self, name: str) -> tuple[str, ...]:
        """The same with another description, unless that is empty."""
        return tuple(name or value if column == "description" else value for column, value in zip(INSTRUMENT, self.described, strict=True))
