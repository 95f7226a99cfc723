"""A broker may number its rows anew: the same fill comes under another id, and under the old one no more.

Well inside the days of a statement a row that is missing is denied anyway. At both ends it is not, because brokers book late; there rows
that are equal in all but their ids are counted. As many of them are real as any one statement has, and they are those that the strongest
statements have: equal fills that are real stay as many as they are, and a fill under its second id stands in for the one under its first.
So it does not matter which statement has which of them: of two fills that are missing in turn both stay, for one statement has both.

Rows of one fact may have been equal to others in an earlier version only (a fill came under another id, and its price was corrected
later), so the terms of earlier versions count as well.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any, Final

from fillbook.storage.believing import Strength, Voices
from fillbook.storage.models import StatedRow
from fillbook.storage.records import ACTIONS, EXECUTIONS, LOTS, MOVEMENTS, OPTION_EVENTS, TRANSFERS, Fact, Kind, key_of

Terms = tuple[Hashable, ...]
"""What a fact keeps under another id: contract, day, and what `_SAME` says of its kind."""

_SAME: Final[Mapping[str, tuple[str, ...]]] = {
    EXECUTIONS.statement_field: ("ordered_at", "quantity", "price"),
    ACTIONS.statement_field: ("ordered_at", "kind", "quantity", "proceeds", "value"),
    TRANSFERS.statement_field: ("ordered_at", "quantity", "value", "cash"),
    OPTION_EVENTS.statement_field: ("kind", "quantity"),
    MOVEMENTS.statement_field: ("moved_at", "kind", "currency", "amount"),
    LOTS.statement_field: ("closed_at", "opened_at", "quantity", "cost_basis"),
}


@dataclass(slots=True)
class Version:
    """One version of a fact. strength: of the strongest statement that has it; equals: how many facts of these terms that statement has.

    pk, raw_id: of its row, None for one that is not written yet. withdrawn: whether that row says so.
    """

    digest: str
    terms: Terms
    strength: Strength
    equals: int
    pk: int | None = None
    raw_id: int | None = None
    withdrawn: bool = False

    @property
    def day(self) -> date:
        """The fact's day."""
        day = self.terms[1]
        assert isinstance(day, date)
        return day

    @property
    def key(self) -> str:
        """Contract id, "" for none."""
        return str(self.terms[0])

    def tells_no_more_than(self, other: "Version") -> bool:
        """Of the same fact: a statement at least as strong has it under the same terms, among at least as many equal ones."""
        return self.terms == other.terms and self.strength <= other.strength and self.equals <= other.equals


def terms_of(kind: Kind, fact: Fact) -> Terms:
    """Those of a stated fact."""
    return (key_of(fact), kind.day(fact), *(getattr(fact, name) for name in _SAME[kind.statement_field]))


def terms_of_row(kind: Kind, row: StatedRow) -> Terms:
    """Those of a stored fact."""
    key = row.instrument.key if row.instrument_id else ""
    return (key, row.trade_date, *(getattr(row, name) for name in _SAME[kind.statement_field]))


def columns_of(kind: Kind) -> tuple[str, ...]:
    """Where the terms of a stored fact are."""
    return ("instrument__key", "trade_date", *_SAME[kind.statement_field])


def terms_in(values: Iterable[Any]) -> Terms:
    """From what those columns hold."""
    key, *more = values
    return (key or "", *more)


def denied(latest: Mapping[str, Version], earlier: Iterable[tuple[str, Version]], voices: Voices) -> set[str]:
    """The facts that are not to be believed.

    Args:
        latest: id -> the strongest version of a fact; all that there are on the days of those about which the answer matters.
        earlier: versions that a stronger one of the same fact took the place of.
        voices: which statements tell all of which days.
    """
    groups: dict[Terms, _Equals] = defaultdict(_Equals)
    for row_id, version in chain(latest.items(), earlier):
        groups[version.terms].hear(row_id, version)
    found = {row_id for row_id, version in latest.items() if voices.deny(version.day, version.strength)}
    for terms, group in groups.items():
        if len(group.strongest) > 1:
            found |= {row_id for row_id in group.surplus(terms, voices) if row_id in latest and latest[row_id].terms == terms}
    return found


@dataclass(slots=True)
class _Equals:
    """Facts of the same terms. strongest: id -> the strongest statement that has it; told: how many of them statements have."""

    strongest: dict[str, Strength] = field(default_factory=dict)
    told: list[tuple[Strength, int]] = field(default_factory=list)

    def hear(self, row_id: str, version: Version) -> None:
        """One version of one of them."""
        self.strongest[row_id] = max(version.strength, self.strongest.get(row_id, version.strength))
        self.told.append((version.strength, version.equals))

    def surplus(self, terms: Terms, voices: Voices) -> list[str]:
        """Those that stand beside as many stronger ones as are real. Who does not tell all of the day displaces nothing."""
        day = terms[1]
        assert isinstance(day, date)
        real = max((equals for strength, equals in self.told if not voices.deny(day, strength)), default=0)
        found, stronger = [], 0
        for row_id in sorted(self.strongest, key=lambda row_id: (self.strongest[row_id], len(row_id), row_id), reverse=True):
            if stronger >= real:
                found.append(row_id)
            stronger += voices.tell(day, self.strongest[row_id])
        return found
