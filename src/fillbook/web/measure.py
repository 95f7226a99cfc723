"""Whether a page tells results in money or in percent, and how either is written.

In percent every round trip counts alike, large or small: a total is the sum of gain percents, as if each trade had had the same stake.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from fillbook.performance.summary import Summary, from_e8
from fillbook.web import readable

PERCENT: Final = "percent"
"""The value of `show` in an address that asks for percent; money is the default."""


@dataclass(frozen=True, slots=True)
class Measure:
    """currency: of the money. percent: tell the sum of gain percents instead."""

    currency: str
    percent: bool = False

    @property
    def unit(self) -> str:
        """What stands once beside a figure or in a heading."""
        return _("% of one stake") if self.percent else self.currency

    @property
    def beside(self) -> str:
        """What stands beside a figure that has its percent sign already."""
        return _("of one stake") if self.percent else self.currency

    @property
    def parameter(self) -> str:
        """`show` in an address; "" for the default."""
        return PERCENT if self.percent else ""

    def units(self, summary: Summary) -> int:
        """A summary's total in units of 1e-8, of money or of fractions."""
        return summary.gain_total if self.percent else summary.total

    def value(self, units: int) -> Decimal:
        """Such units as money, or as percent."""
        return from_e8(units * 100 if self.percent else units)

    def total(self, summary: Summary) -> Decimal:
        """A summary's total as money, or as percent."""
        return self.value(self.units(summary))

    def gain(self, value: Decimal | None) -> str:
        """With its sign; without the unit, but for the percent sign."""
        return readable.percent(value, signed=True) if self.percent else readable.gain(value, self.currency)

    def gains(self, values: Iterable[Decimal]) -> list[str]:
        """Many of them."""
        return readable.percents(values) if self.percent else readable.gains(values, self.currency)

    def size(self, value: Decimal) -> str:
        """How large something is, without a sign."""
        return readable.percent(value) if self.percent else readable.amount(value, self.currency)

    def fine(self, value: Decimal | None) -> str:
        """The same of fees, which are small beside what a trade cost."""
        return readable.percent(value, signed=True, decimals=2) if self.percent else self.gain(value)

    def short(self, value: Decimal) -> str:
        """The same for narrow places."""
        if not self.percent:
            return readable.short_amount(value)
        return readable.percent(value, signed=True, decimals=0 if abs(value) >= 10 else 1)
