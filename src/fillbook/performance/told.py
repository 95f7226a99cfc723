"""In which money results are told."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Told:
    """gross: before fees and taxes instead of after them; gains in percent stay after fees.

    own: each round trip in the currency it was made in, nothing converted, so that currencies are apart; instead of all in the account's
    base currency, at the rates of the fills.
    """

    gross: bool = False
    own: bool = False


USUAL: Final = Told()
"""After fees and taxes, in the base currency."""
