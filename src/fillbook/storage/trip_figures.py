"""What people look at of a round trip, before and after something changed it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet

from fillbook.ledger.numbers import EXACT, ZERO, plain
from fillbook.storage.models import RoundTripRow, TripFillRow


@dataclass(frozen=True, slots=True)
class TripFigures:
    """What people look at of a round trip; money in `currency`, `base_pnl` in the account's base currency.

    charges: fees and taxes of what is closed; paid: those of all fills, - paid. entry_price, paid: None in texts of earlier versions.
    """

    symbol: str
    side: str
    currency: str
    opened_on: date | None
    closed_on: date | None
    is_open: bool
    quantity: Decimal
    open_quantity: Decimal
    realized_pnl: Decimal | None
    charges: Decimal
    base_pnl: Decimal | None
    fills: int
    counts: bool
    reconciliation: str
    entry_price: Decimal | None = None
    paid: Decimal | None = None

    def as_texts(self) -> dict[str, Any]:
        """JSON values; `from_texts` reads them back."""
        return {name: _text(getattr(self, name)) for name in FIGURES}

    @classmethod
    def from_texts(cls, texts: dict[str, Any]) -> "TripFigures":
        """From what `as_texts` wrote."""
        read = {name: Decimal(texts[name]) for name in _DECIMALS if texts.get(name) is not None}
        read_days = {name: date.fromisoformat(texts[name]) for name in _DAYS if texts[name] is not None}
        return cls(**{**texts, **read, **read_days})


FIGURES: Final = tuple(field.name for field in fields(TripFigures))
_COLUMNS: Final = tuple(name for name in FIGURES if name != "paid")
_DECIMALS: Final = ("quantity", "open_quantity", "realized_pnl", "charges", "base_pnl", "entry_price", "paid")
_DAYS: Final = ("opened_on", "closed_on")


@dataclass(frozen=True, slots=True)
class TripChange:
    """A round trip that is new (before None), gone (after None) or different. key: its public id."""

    key: str
    before: TripFigures | None
    after: TripFigures | None


def figures_of(trips: QuerySet[RoundTripRow] | Iterable[QuerySet[RoundTripRow]]) -> dict[str, TripFigures]:
    """Public id -> figures."""
    found: dict[str, TripFigures] = {}
    for part in [trips] if isinstance(trips, QuerySet) else trips:
        figures = {key: TripFigures(*values) for key, *values in part.values_list("key", *_COLUMNS)}
        paid = _paid(part) if any(one.is_open for one in figures.values()) else {}
        found |= {key: replace(one, paid=paid.get(key, one.charges)) for key, one in figures.items()}
    return found


def _paid(trips: QuerySet[RoundTripRow]) -> dict[str, Decimal]:
    """Public id of each open trip -> fees and taxes of all its fills; of a closed one they are its charges."""
    found: dict[str, Decimal] = {}
    for key, charges in TripFillRow.objects.filter(trip__in=trips.filter(is_open=True)).values_list("trip__key", "charges"):
        found[key] = EXACT.add(found.get(key, ZERO), charges)
    return found


def _text(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value
