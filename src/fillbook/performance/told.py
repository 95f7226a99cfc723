"""In which money results are told, or in percent."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Told:
    """gross: before fees and taxes instead of after them; gains in percent stay after fees.

    own: each round trip in the currency it was made in, nothing converted, so that currencies are apart; instead of all in the account's
    base currency, at the rates of the fills.

    percent: each round trip's gain in percent of its opening cost in the place of its P&L, as if all had had the same stake; those whose
    cost is unknown are left out. Amounts are percent then: 12.5 for 12.5 %.
    """

    gross: bool = False
    own: bool = False
    percent: bool = False


USUAL: Final = Told()
"""After fees and taxes, in the base currency."""
