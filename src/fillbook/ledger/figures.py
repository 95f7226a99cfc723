"""Totals that the broker prints, kept to be compared with our own and never mixed into them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fillbook.ledger.instrument import Instrument


class FigureKind(StrEnum):
    """What a figure totals."""

    POSITION = "position"


@dataclass(frozen=True, slots=True)
class BrokerFigure:
    """A position as the broker states it at the end of `as_of`.

    quantity: + long, - short. cost_basis: signed like the position, commissions included; None when the broker gives none
    (or a zero that means none). mark_price, value, unrealized_pnl: at the day's close, in the instrument's currency.
    """

    kind: FigureKind
    account: str
    instrument: Instrument
    as_of: date
    quantity: Decimal
    cost_basis: Decimal | None = None
    mark_price: Decimal | None = None
    value: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    rate_to_base: Decimal | None = None
    place: int = 0
