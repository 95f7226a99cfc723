"""How an account's fills become trades. Two independent choices; a change re-reads the ledger and touches no stored fact."""

from dataclasses import dataclass
from enum import StrEnum


class MatchingMethod(StrEnum):
    """Which open lot a closing fill takes first."""

    FIFO = "fifo"
    LIFO = "lifo"
    HIGHEST_COST = "highest_cost"


class Grouping(StrEnum):
    """What one trade is. Flat to flat: from the first opening until nothing is held."""

    FLAT_TO_FLAT = "flat_to_flat"


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """base_currency: of the account; its own currency needs no stated rate. forex: count currency trades that the trader made."""

    method: MatchingMethod = MatchingMethod.FIFO
    grouping: Grouping = Grouping.FLAT_TO_FLAT
    base_currency: str | None = None
    forex: bool = False
