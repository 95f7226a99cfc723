"""Opening balances that an account's owner states: made, changed, removed, and the trades read again each time.

The broker's rows are never touched by it; what the owner said stands in a table of its own, which rebuilds leave alone.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import Min

from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import EXACT, ZERO, decimals_of
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import AccountInstrument, BrokerAccount, InstrumentRow, RowState, StatedOpening, UnmatchedRow
from fillbook.storage.openings import opening_for, openings_of
from fillbook.storage.records import ACTIONS, EXECUTIONS, TRANSFERS, rows_of
from fillbook.storage.sentences import message

_MOST: Final = Decimal(10) ** 15
_DIGITS: Final = 18
_EARLIEST: Final = date(1950, 1, 1)


class CannotState(Exception):
    """An opening balance that cannot be. field: what is wrong of it (instrument, quantity, cost, day); the message says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Statable:
    """An instrument of which something may be stated.

    unmatched: units that must have been held for what is unmatched to close them, + long, - short. first: the day of its first row.
    """

    instrument: InstrumentRow
    unmatched: Decimal
    first: date | None


@dataclass(frozen=True, slots=True)
class Wording:
    """What the owner says: quantity + long, - short; cost: in all, fees included, never negative (for a short: what its sale brought)."""

    key: str
    quantity: Decimal
    cost: Decimal
    day: date


def statable(account: BrokerAccount) -> list[Statable]:
    """The account's instruments, those with unmatched units first, then by symbol; currencies are none."""
    named = AccountInstrument.objects.filter(account=account).exclude(instrument__asset_class=AssetClass.FOREX).select_related("instrument")
    unmatched = unmatched_units(account)
    firsts = _first_days(account)
    found = [Statable(row.instrument, unmatched.get(row.key, ZERO), firsts.get(row.key)) for row in named]
    return sorted(found, key=lambda one: (not one.unmatched, one.instrument.symbol, one.instrument.key))


def unmatched_units(account: BrokerAccount) -> dict[str, Decimal]:
    """Contract id -> units that must have been held for what is unmatched to close them: + long, - short."""
    units: dict[str, Decimal] = {}
    for key, quantity in UnmatchedRow.objects.filter(account=account).values_list("instrument_key", "quantity"):
        units[key] = EXACT.subtract(units.get(key, ZERO), quantity)
    return units


def state_opening(account: BrokerAccount, said: Wording) -> StatedOpening:
    """Keep what the owner says and read the trades of the instrument again.

    Raises:
        CannotState: why it cannot be; nothing was changed.
    """
    with transaction.atomic():
        _lock(account)
        _check(account, said)
        made = StatedOpening.objects.create(account=account, instrument_key=said.key, **_values(said))
        rebuild_account(account, {said.key})
    return made


def change_opening(account: BrokerAccount, opening_id: int, said: Wording) -> StatedOpening:
    """Put other words in the place of earlier ones. Raises as `opening_for` and `state_opening`."""
    with transaction.atomic():
        _lock(account)
        old = opening_for(account, opening_id)
        _check(account, said, without=old)
        before, old.instrument_key = old.instrument_key, said.key
        for name, value in _values(said).items():
            setattr(old, name, value)
        old.save()
        rebuild_account(account, {before, said.key})
    return old


def remove_opening(account: BrokerAccount, opening_id: int) -> None:
    """Take back what was said; the trades are as they were without it. Raises as `opening_for`."""
    with transaction.atomic():
        _lock(account)
        old = opening_for(account, opening_id)
        old.delete()
        rebuild_account(account, {old.instrument_key})


def _lock(account: BrokerAccount) -> None:
    """Nobody else states anything of it until the transaction ends: two that are right alone may contradict each other."""
    BrokerAccount.objects.select_for_update().get(pk=account.pk)


def _values(said: Wording) -> dict[str, Decimal | date]:
    return {"quantity": said.quantity, "cost_basis": said.cost if said.quantity > 0 else -said.cost, "opened_on": said.day}


def _check(account: BrokerAccount, said: Wording, without: StatedOpening | None = None) -> None:
    """Refuse what cannot be, in one sentence that says what would be possible."""
    if not AccountInstrument.objects.filter(account=account, key=said.key).exclude(instrument__asset_class=AssetClass.FOREX).exists():
        raise CannotState("instrument", message("held_instrument"))
    if not said.quantity:
        raise CannotState("quantity", message("held_nothing"))
    if said.cost < 0:
        raise CannotState("cost", message("held_cost"))
    for name, value in (("quantity", said.quantity), ("cost", said.cost)):
        if abs(value) >= _MOST or decimals_of(value) > _DIGITS:
            raise CannotState(name, message("held_number", most=int(_MOST), digits=_DIGITS))
    _check_day(account, said)
    others = openings_of(account).filter(instrument_key=said.key)
    others = others if without is None else others.exclude(pk=without.pk)
    if any(quantity * said.quantity < 0 for quantity in others.values_list("quantity", flat=True)):
        raise CannotState("quantity", message("held_both"))


def _check_day(account: BrokerAccount, said: Wording) -> None:
    if said.day < _EARLIEST:
        raise CannotState("day", message("held_early", year=_EARLIEST.year))
    first = _first_days(account, said.key).get(said.key) or account.figures_to
    if first is not None and said.day > first:
        raise CannotState("day", message("held_late", day=first))


def _first_days(account: BrokerAccount, key: str | None = None) -> dict[str, date]:
    """Contract id -> the day of its first row."""
    firsts: dict[str, date] = {}
    for kind in (EXECUTIONS, ACTIONS, TRANSFERS):
        rows = rows_of(kind, account).filter(state=RowState.CURRENT)
        rows = rows if key is None else rows.filter(instrument__key=key)
        for found in rows.order_by().values("instrument__key").annotate(first=Min("trade_date")):
            name, day = found["instrument__key"], found["first"]
            firsts[name] = min(day, firsts.get(name, day))
    return firsts
