"""Where the trader's words hang: on executions, by the broker's ids, so that trades may be made again around them.

A word about a trade hangs on one execution of it, in the role that it has there: a reversing fill is in two trades. Trades are made anew
whenever the broker corrects something or the trader groups them otherwise; then each word is looked for again:

    the execution is in trades in its role        on those trades (several where grouping cut the trade)
    it is in trades, but in another role           on those (a sale that was taken for a short's opening, say)
    it was cancelled or withdrawn and rebooked     on the trades of its replacement
    the same under another trade number            on the trades of that one, where a single pair can be meant
    the broker numbered it anew                    on the trades of the same fill under its new id
    otherwise                                      nowhere: an orphan, listed and kept, and looked for again at the next reading

Nothing of this changes the word or its anchor, so whatever is taken back later puts it where it was.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from fillbook.ledger.execution import ExecutionKind
from fillbook.trades.corrections import booked_after
from fillbook.trades.records import Role


class Anchor(NamedTuple):
    """What a word hangs on. role: what the execution did in the trade that the word is about."""

    execution_id: str
    role: str


class Place(NamedTuple):
    """A fill of a trade, as words look for it. trip: the trade's number."""

    execution_id: str
    role: str
    trip: int


@dataclass(frozen=True, slots=True)
class Booked:
    """What is needed of an execution to know what was booked in its place. quantity: + bought, - sold. corrects: what it takes back."""

    execution_id: str
    instrument_key: str
    trade_id: str
    ordered_at: datetime
    quantity: Decimal
    price: Decimal
    kind: str = ExecutionKind.TRADE
    corrects: str = ""


class Bookings:
    """Executions found by what one booked instead of another, or numbered anew, has in common with it: nobody looks at all of them."""

    def __init__(self, some: Iterable[Booked]) -> None:
        self._near: dict[tuple[str, str | datetime], list[Booked]] = defaultdict(list)
        self._back: dict[tuple[str, str], list[Booked]] = defaultdict(list)
        for one in some:
            self._near[one.instrument_key, one.ordered_at].append(one)
            if one.trade_id:
                self._near[one.instrument_key, one.trade_id].append(one)
            if one.corrects:
                self._back[one.instrument_key, one.corrects].append(one)

    def near(self, gone: Booked) -> Iterator[Booked]:
        """Those of its instrument at its instant or with its trade number; some of them twice."""
        yield from self._near.get((gone.instrument_key, gone.ordered_at), ())
        if gone.trade_id:
            yield from self._near.get((gone.instrument_key, gone.trade_id), ())

    def around(self, gone: Booked, others: Iterable[str] = ()) -> Iterator[Booked]:
        """These, and what takes it back by its id, or the one that it may stand for, whenever that was booked."""
        for name in {gone.execution_id, *others}:
            yield from self._back.get((gone.instrument_key, name), ())
        yield from self.near(gone)


def anchor_of(fills: Sequence[tuple[str, str]], *, by_closing: bool) -> Anchor | None:
    """The fill that a new word about a trade hangs on.

    Args:
        fills: (execution id, role) of a trade's fills in order.
        by_closing: trades are grouped per closing or per day, or this one was cut, so that several may share an opening: the last closing
            fill is theirs alone.

    Returns:
        The first opening fill, or the last closing one; where there is none, whatever comes first. None for a trade without fills.
    """
    known = [Anchor(name, role) for name, role in fills if name]
    opening = [anchor for anchor in known if anchor.role == Role.OPENS]
    closing = [anchor for anchor in reversed(known) if anchor.role == Role.CLOSES]
    wanted = closing + opening if by_closing else opening + closing
    return next(iter(wanted + known), None)


def trips_of(anchor: Anchor, places: Iterable[Place]) -> set[int]:
    """The trades that hold an anchor's execution: in its role, or where there are none in whatever role."""
    holding = [place for place in places if place.execution_id == anchor.execution_id]
    same = {place.trip for place in holding if place.role == anchor.role}
    return same or {place.trip for place in holding}


def replacement(gone: Booked, candidates: Iterable[Booked]) -> str:
    """What was booked in the place of an execution that is in no trade any more; "" for nothing.

    It is of the same instrument and direction, and has the same trade number, or where the broker gives none the same instant. Of several
    the one most like it, then the one with the greatest id, which is the last one booked.
    """
    alike = [
        one
        for one in candidates
        if one.execution_id != gone.execution_id
        and one.instrument_key == gone.instrument_key
        and one.quantity * gone.quantity > 0
        and (one.trade_id == gone.trade_id if gone.trade_id and one.trade_id else one.ordered_at == gone.ordered_at)
    ]
    best = max(alike, key=lambda one: (_likeness(one, gone), len(one.execution_id), one.execution_id), default=None)
    return "" if best is None else best.execution_id


def rebooked_anew(gone: Booked, current: Iterable[Booked], withdrawn: Iterable[Booked]) -> str:
    """What was booked in the place of a cancelled execution under a trade number of its own, or what that stood for, once the broker takes
    the correction back; "" where it cannot be told.

    Of the same instrument, instant and signed quantity there has to be one other execution alone, and a row that takes one of the two back
    and was booked between them, as the numbers of the rows tell. A fill like it that was there beside it, a second one that was cancelled,
    two rebooks: then several could be meant, and the word stays an orphan.

    Args:
        gone: an execution that is in no trade.
        current: rows `around` it that the broker tells now.
        withdrawn: those that it tells no more.
    """
    now, before = list(current), list(withdrawn)
    others = {one.execution_id: one for one in now if one.kind != ExecutionKind.CANCEL and _alike(one, gone)}
    told = others.pop(gone.execution_id, None) is not None
    if len(others) != 1:
        return ""
    (other,) = others.values()
    if not gone.trade_id or not other.trade_id or gone.trade_id == other.trade_id:
        return ""
    backs = {one.execution_id for one in now if _takes_back(one, gone)}
    if len(backs) == 1 and booked_after(other.execution_id, *backs):
        return other.execution_id
    undone = {one.execution_id for one in before if _takes_back(one, other)}
    between = [back for back in undone if booked_after(gone.execution_id, back) and not booked_after(other.execution_id, back)]
    return other.execution_id if between and not told else ""


def _takes_back(one: Booked, gone: Booked) -> bool:
    if one.kind != ExecutionKind.CANCEL or one.quantity != -gone.quantity:
        return False
    return one.corrects == gone.execution_id if one.corrects else one.ordered_at == gone.ordered_at


def _alike(one: Booked, gone: Booked) -> bool:
    return (one.ordered_at, one.quantity) == (gone.ordered_at, gone.quantity)


def renumbered(gone: Booked, withdrawn: Iterable[Booked], current: Iterable[Booked]) -> str:
    """Under which id a withdrawn execution is told now; "" for none.

    It is the one with the same instrument, instant, quantity and price. Of several that are equal each has its own: they are taken in the
    order of their ids, over and over where there are more withdrawn ones, which were numbered anew more than once.
    """
    names, others = (
        sorted({one.execution_id for one in some if _terms(one) == _terms(gone)}, key=lambda name: (len(name), name))
        for some in (withdrawn, current)
    )
    if gone.execution_id not in names or not others:
        return ""
    return others[names.index(gone.execution_id) % len(others)]


def _terms(one: Booked) -> tuple[str, datetime, Decimal, Decimal]:
    return one.instrument_key, one.ordered_at, one.quantity, one.price


def _likeness(one: Booked, gone: Booked) -> int:
    return (one.quantity == gone.quantity) + (one.price == gone.price) + (one.ordered_at == gone.ordered_at)
