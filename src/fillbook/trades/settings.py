"""How an account's fills become trades. Two independent choices; a change re-reads the ledger and touches no stored fact."""

from dataclasses import dataclass
from enum import StrEnum


class MatchingMethod(StrEnum):
    """Which open lot a closing fill takes first."""

    FIFO = "fifo"
    LIFO = "lifo"
    HIGHEST_COST = "highest_cost"
    AVERAGE = "average"
    """Every unit of a position costs the average; the oldest lot leaves first."""


class Grouping(StrEnum):
    """What one trade is. Flat to flat: from the first opening until nothing is held. Per closing: each closing fill with what it closed.
    Per day: what was closed in one instrument on one trade date.
    """

    FLAT_TO_FLAT = "flat_to_flat"
    PER_CLOSING = "per_closing"
    PER_DAY = "per_day"


class AssignmentView(StrEnum):
    """Where an exercised or assigned option's premium counts. Into the underlying is how brokers book it, so only that reconciles."""

    INTO_UNDERLYING = "into_underlying"
    ON_OPTION = "on_option"


@dataclass(frozen=True, slots=True)
class MatchSettings:
    """base_currency: of the account; its own currency needs no stated rate. forex: count currency trades that the trader made."""

    method: MatchingMethod = MatchingMethod.FIFO
    grouping: Grouping = Grouping.FLAT_TO_FLAT
    assignment: AssignmentView = AssignmentView.INTO_UNDERLYING
    base_currency: str | None = None
    forex: bool = False

    @property
    def as_broker(self) -> "MatchSettings":
        """The settings under which figures are compared with the broker's: oldest lots first, premiums into the underlying."""
        return MatchSettings(base_currency=self.base_currency, forex=self.forex)
