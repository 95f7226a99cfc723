"""Closed lots of the section Trades: which part of which opening a fill closed, in the broker's own view."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.accounts import AccountDraft, Drafts
from fillbook.brokers.ibkr.columns import INSTRUMENT
from fillbook.brokers.ibkr.executions import Unusable
from fillbook.brokers.ibkr.formats import NOTHING, Dates, Numbers
from fillbook.brokers.ibkr.instruments import InstrumentBook
from fillbook.ledger.execution import Execution
from fillbook.ledger.figures import BrokerLot
from fillbook.ledger.numbers import plain

_WIDTH: Final = len(INSTRUMENT)
_LEVELS: Final = frozenset({"CLOSED_LOT", "LOT", ""})
_NONE: Final = frozenset({"0", *NOTHING})
_ID_LENGTH: Final = 100


class LotReader:
    """Turns the picked values of one row (`columns.LOT`) into evidence about the fill that precedes it in the document."""

    def __init__(self, numbers: Numbers, dates: Dates, instruments: InstrumentBook, drafts: Drafts) -> None:
        self._numbers, self._dates, self._instruments, self._drafts = numbers, dates, instruments, drafts

    def take(self, values: tuple[str, ...], place: int) -> None:
        """Read one row. Its quantity and cost have the sign of what was closed; its Transaction ID is the opening fill's.

        Raises:
            OrderUnknown, NotADate, NotANumber, Unusable: nothing of the row was kept.
        """
        account, level, moment, trade_day, report_day, amount, cost_text, pnl_text, opening_id, opening = values[_WIDTH:]
        draft = self._drafts.mentioned(account)
        if draft is None or level not in _LEVELS:
            return
        quantity, cost = self._numbers[amount], self._numbers[cost_text]
        day, closed_at = self._dates.moment(moment)
        opened_on, opened_at = self._dates.moment(opening)
        closed_on = self._dates.days[trade_day] or day or self._dates.days[report_day]
        if not quantity or cost is None or closed_on is None:
            raise Unusable("Quantity, Cost Basis or Trade Date")
        if len(opening_id) > _ID_LENGTH:
            raise refusals.id_too_long(opening_id)
        instrument = self._instruments.find(values[:_WIDTH])
        opened_by = "" if opening_id.strip() in _NONE else opening_id.strip()
        lot_id = draft.made_id(instrument.key, str(closed_at or closed_on), opened_by, str(opened_at or opened_on), plain(quantity))
        lot = BrokerLot(
            account=draft.account,
            instrument=instrument,
            lot_id=lot_id,
            quantity=quantity,
            cost_basis=cost,
            closed_on=closed_on,
            closed_at=closed_at,
            realized_pnl=self._numbers[pnl_text],
            opened_by=opened_by,
            opened_at=opened_at,
            opened_on=opened_on,
            place=place,
        )
        before = next(reversed(draft.fills.values()), None)
        if before is not None and _mark(before) == _mark_of(lot):
            lot = replace(lot, closed_by=before.execution_id)
        draft.lots.setdefault(lot_id, lot)


_Mark = tuple[str, date, datetime | None, bool]
"""Contract id, day, instant, and whether it sells: what a closing fill and its lots share."""


def _mark(fill: Execution) -> _Mark:
    return fill.instrument.key, fill.trade_date, fill.executed_at, fill.quantity < 0


def _mark_of(lot: BrokerLot) -> _Mark:
    return lot.instrument.key, lot.closed_on, lot.closed_at, lot.quantity > 0


def stated_lots(draft: AccountDraft) -> list[BrokerLot]:
    """The account's closed lots. One that no fill precedes belongs to the only fill of its instrument, instant and side, if any."""
    lost = {_mark_of(lot) for lot in draft.lots.values() if not lot.closed_by}
    fills: defaultdict[_Mark, list[str]] = defaultdict(list)
    if lost:
        for fill in draft.fills.values():
            if _mark(fill) in lost:
                fills[_mark(fill)].append(fill.execution_id)
    return [lot if lot.closed_by else _found(lot, fills[_mark_of(lot)]) for lot in draft.lots.values()]


def _found(lot: BrokerLot, fills: list[str]) -> BrokerLot:
    return replace(lot, closed_by=fills[0]) if len(fills) == 1 else lot
