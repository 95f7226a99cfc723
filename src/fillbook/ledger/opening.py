"""What was held before the history, as the account's owner states it. No broker says so, and the record never passes for one that does."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fillbook.ledger.instrument import Instrument


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """Units of one purchase (or short sale) made before the first row of their instrument.

    quantity: + long, - short, in the units of that first row. cost_basis: all of it, fees included, signed like the quantity, in the
    instrument's currency. opened_on: the day it was made.
    """

    account: str
    instrument: Instrument
    quantity: Decimal
    cost_basis: Decimal
    opened_on: date
