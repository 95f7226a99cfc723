"""The accounts of one document, gathered while it is read and closed into statements at its end."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Final, TypeVar

from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.formats import in_new_york
from fillbook.brokers.ibkr.observed import Observed
from fillbook.ledger.events import CorporateAction, OptionEvent, Transfer
from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.ledger.figures import BrokerFigure
from fillbook.ledger.statement import DateRange

_ACCOUNT_LENGTH: Final = 40
NAMELESS: Final = "unknown"
"""The account of a document that names none."""

_BOOKED_AT: Final = timedelta(hours=16, minutes=20)
"""When the broker books expiries, assignments and exercises."""
_BOOKED: Final = frozenset({ExecutionKind.EXPIRY, ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE})
_MICROSECOND: Final = timedelta(microseconds=1)

Keyed = Execution | CorporateAction | Transfer
Row = TypeVar("Row", Execution, CorporateAction, Transfer)
new_york: Final = lru_cache(maxsize=4096)(in_new_york)


def facts_of(kind: type[Keyed], name: str) -> "attrgetter[tuple[object, ...]]":
    """All that two rows must share to be one row said twice: everything but the id (it may be of our making), the place and the order."""
    return attrgetter(*(field for field in kind.__slots__ if field not in (name, "place", "ordered_at")))


_FACTS: Final = {
    Execution: facts_of(Execution, "execution_id"),
    CorporateAction: facts_of(CorporateAction, "leg_id"),
    Transfer: facts_of(Transfer, "transfer_id"),
}


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One row of the section Open Positions. until: the last day of the statement that holds it."""

    figure: BrokerFigure
    level: str
    model: str
    until: date | None


class AccountDraft:
    """What the document has said of one account so far."""

    def __init__(self, account: str, observed: Observed) -> None:
        self.account = account
        self.fills: dict[str, Execution] = {}
        self.actions: dict[str, CorporateAction] = {}
        self.summaries: dict[str, CorporateAction] = {}
        self.transfers: dict[str, Transfer] = {}
        self.option_events: dict[OptionEvent, OptionEvent] = {}
        self.positions: list[PositionRow] = []
        self.ranges: list[DateRange] = []
        self.has_statement = False
        self.base_currency: str | None = None
        self.alias = ""
        self.opened_on: date | None = None
        self.generated_at: datetime | None = None
        self.unusable_rows = 0
        self._observed = observed
        self._sharing: defaultdict[tuple[str, str], set[tuple[object, ...]]] = defaultdict(set)
        self._occurrences: Counter[str] = Counter()
        self._timeless: defaultdict[date, int] = defaultdict(int)

    def add(self, execution: Execution) -> None:
        """Keep a fill, unless it is a row that was there before."""
        row_id = execution.execution_id
        if row_id in self.fills:
            row_id = self._free_id(self.fills, execution, row_id)
            if not row_id:
                return
            execution = replace(execution, execution_id=row_id)
        self.fills[row_id] = execution

    def add_action(self, action: CorporateAction, *, summary: bool) -> None:
        """Keep a leg of a corporate action, unless it is a row that was there before."""
        kept = self.summaries if summary else self.actions
        row_id = self._free_id(kept, action, action.leg_id)
        if row_id:
            kept[row_id] = replace(action, leg_id=row_id)

    def add_transfer(self, transfer: Transfer) -> None:
        """Keep a transfer, unless it is a row that was there before."""
        row_id = self._free_id(self.transfers, transfer, transfer.transfer_id)
        if row_id:
            self.transfers[row_id] = replace(transfer, transfer_id=row_id)

    def add_option_event(self, event: OptionEvent) -> None:
        """Keep an annotation, unless it was there before (they have no ids)."""
        self.option_events.setdefault(replace(event, place=0), event)

    def _free_id(self, kept: dict[str, Row], row: Row, row_id: str) -> str:
        """The id to keep a row under, "" when it is there already. Of several differing rows with one id the later ones get a suffix."""
        if row_id not in kept:
            return row_id
        facts = _FACTS[type(row)]
        sharing = self._sharing[type(row).__name__, row_id]
        sharing.add(facts(kept[row_id]))
        if facts(row) in sharing:
            self._observed.odd("row_repeated", row_id)
            return ""
        sharing.add(facts(row))
        if not row_id.startswith("~"):
            self._observed.odd("id_reused", row_id)
        free_id = f"{row_id}~{len(sharing)}"
        while free_id in kept:
            free_id += "~"
        return free_id

    def begin_statement(self) -> None:
        """Another statement starts: equal rows without ids are counted anew, for they may be the same rows."""
        self._occurrences.clear()

    def occurrence(self, base: str) -> int:
        """Which of the equal rows of this statement this one is."""
        self._occurrences[base] += 1
        return self._occurrences[base]

    def order_without_time(self, day: date, kind: ExecutionKind, row_id: str) -> datetime:
        """The instant that orders a fill of which only the day is known.

        Book trades at the time the broker books them, others at the start of the day. Rows of one instant follow their ids; those with
        ids of our making follow the document.
        """
        start = new_york(day, _BOOKED_AT if kind in _BOOKED else timedelta())
        if not row_id.startswith("~"):
            return start
        self._timeless[day] += 1
        return start + self._timeless[day] * _MICROSECOND


class Drafts:
    """The accounts of the document by number, and which statement is being read."""

    def __init__(self, observed: Observed) -> None:
        self.by_account: dict[str, AccountDraft] = {}
        self.until: date | None = None
        self._observed = observed
        self._statement_account = ""
        self._text: str | None = None
        self._draft: AccountDraft | None = None

    def begin_statement(self, account: str, covers: DateRange | None, generated_at: datetime | None) -> None:
        """A `FlexStatement` starts. An account "-" repeats rows of others and is none."""
        self._statement_account = account.strip()
        self._text = None
        self.until = covers.last if covers is not None else None
        for draft in self.by_account.values():
            draft.begin_statement()
        own = self.of("")
        if own is None:
            return
        own.has_statement = True
        if covers is not None:
            own.ranges.append(covers)
        if generated_at is not None and (own.generated_at is None or generated_at > own.generated_at):
            own.generated_at = generated_at

    def of(self, account: str) -> AccountDraft | None:
        """The account that a row names, the statement's own where it names none; None for a row that belongs to no account."""
        if account == self._text:
            return self._draft
        name = account.strip() or self._statement_account or NAMELESS
        self._text = account
        self._draft = None if name in ("-", "--") else self.by_account.get(name) or self._new(name)
        return self._draft

    def leave_out(self, account: str, *, fill: bool) -> None:
        """A row could not be used; those of fills are counted with their account."""
        draft = self.of(account)
        if fill and draft is not None:
            draft.unusable_rows += 1

    def _new(self, name: str) -> AccountDraft:
        if len(name) > _ACCOUNT_LENGTH:
            raise refusals.id_too_long(name)
        draft = self.by_account[name] = AccountDraft(name, self._observed)
        return draft
