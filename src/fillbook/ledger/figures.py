"""Totals and parts that the broker prints, kept to be compared with our own and never mixed into them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from fillbook.ledger.instrument import Instrument


class FigureKind(StrEnum):
    """What a figure totals."""

    POSITION = "position"
    CASH = "cash"
    """The balance of one currency."""
    CASH_IN_BASE = "cash_in_base"
    """All balances together, in the base currency."""
    NET_ASSET_VALUE = "net_asset_value"
    """All that the account is worth, in the base currency."""


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


@dataclass(frozen=True, slots=True)
class BrokerBalance:
    """Money that the broker says an account has at the end of `as_of`. Identity: (account, kind, currency, as_of).

    The balance with which a period starts is that of the end of the day before.

    kind: any but `POSITION`. currency: of the amounts; "" when the statement does not say which the base currency is.
    amount: + had, - owed, open settlements included. settled: the part that is settled, None where it is not stated.
    """

    kind: FigureKind
    account: str
    as_of: date
    currency: str
    amount: Decimal
    settled: Decimal | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class BrokerLot:
    """Part of a position that the broker says one fill closed. Evidence about that fill, never a row of the ledger.

    Identity: (account, lot_id), made of what is closed by what. quantity: sign of the position closed, + long, - short. cost_basis:
    signed like the quantity, as in a lot of ours. realized_pnl: + gain, - loss, after the fees of both sides; None where not stated.
    opened_by, closed_by: execution ids, "" where the statement does not tell; the opening fill may lie outside the history.
    """

    account: str
    instrument: Instrument
    lot_id: str
    quantity: Decimal
    cost_basis: Decimal
    closed_on: date
    closed_at: datetime | None = None
    realized_pnl: Decimal | None = None
    closed_by: str = ""
    opened_by: str = ""
    opened_at: datetime | None = None
    opened_on: date | None = None
    place: int = 0
