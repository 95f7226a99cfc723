"""The accounts of one document, gathered while it is read and closed into statements at its end."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Final, TypeVar

from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.formats import in_new_york
from fillbook.brokers.ibkr.observed import Observed
from fillbook.ledger.cash import CashMovement
from fillbook.ledger.events import CorporateAction, OptionEvent, Transfer
from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.ledger.figures import BrokerBalance, BrokerFigure, BrokerLot, FigureKind
from fillbook.ledger.statement import DateRange

_ACCOUNT_LENGTH: Final = 40
_MANY: Final = 100
NAMELESS: Final = "unknown"
"""The account of a document that names none."""

_BOOKED_AT: Final = timedelta(hours=16, minutes=20)
"""When the broker books expiries, assignments and exercises."""
_BOOKED: Final = frozenset({ExecutionKind.EXPIRY, ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE})
_MICROSECOND: Final = timedelta(microseconds=1)

Keyed = Execution | CorporateAction | Transfer | CashMovement
Row = TypeVar("Row", Execution, CorporateAction, Transfer, CashMovement)
new_york: Final = lru_cache(maxsize=4096)(in_new_york)


def facts_of(kind: type[Keyed], name: str) -> "attrgetter[tuple[object, ...]]":
    """All that two rows must share to be one row said twice: everything but the id (it may be of our making), the place and the order."""
    return attrgetter(*(field for field in kind.__slots__ if field not in (name, "place", "ordered_at")))


_FACTS: Final = {
    Execution: facts_of(Execution, "execution_id"),
    CorporateAction: facts_of(CorporateAction, "leg_id"),
    Transfer: facts_of(Transfer, "transfer_id"),
    CashMovement: facts_of(CashMovement, "movement_id"),
}


@dataclass(frozen=True, slots=True)
class PositionRow:
    """One row of the section Open Positions. until: the last day of the statement that holds it; statement: its number in the file."""

    figure: BrokerFigure
    level: str
    model: str
    until: date | None
    statement: int


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
        self.movements: dict[str, CashMovement] = {}
        self.movement_sums: dict[str, CashMovement] = {}
        self.balances: defaultdict[tuple[FigureKind, str, date], dict[str, BrokerBalance]] = defaultdict(dict)
        self.lots: dict[str, BrokerLot] = {}
        self.ranges: list[DateRange] = []
        self.has_statement = False
        self.base_currency: str | None = None
        self.alias = ""
        self.opened_on: date | None = None
        self.generated_at: datetime | None = None
        self.unusable_rows = 0
        self.statement = 0
        self._came_with: dict[str, int] = {}
        self._observed = observed
        self._sharing: defaultdict[tuple[str, str], set[tuple[object, ...]]] = defaultdict(set)
        self._occurrences: Counter[str] = Counter()
        self._timeless: defaultdict[date, int] = defaultdict(int)

    def add(self, execution: Execution) -> None:
        """Keep a fill, unless it is a row that was there before."""
        row_id = execution.execution_id
        if row_id in self.fills and not self._restates(row_id, execution):
            row_id = self._free_id(self.fills, execution, row_id)
            if not row_id:
                return
            execution = replace(execution, execution_id=row_id)
        self.fills[row_id] = execution
        self._came_with[row_id] = self.statement

    def _restates(self, row_id: str, execution: Execution) -> bool:
        """Whether another statement of the file says the same fill again with other details (a rate, a figure): the later one holds."""
        known, facts = self.fills[row_id], _FACTS[Execution]
        if facts(known) == facts(execution):
            return False
        if self._came_with[row_id] == self.statement or known.ordered_at != execution.ordered_at:
            return False
        return (known.instrument.key, known.quantity, known.price) == (execution.instrument.key, execution.quantity, execution.price)

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

    def add_movement(self, movement: CashMovement, *, summary: bool) -> None:
        """Keep a movement of cash, unless it is a row that was there before."""
        kept = self.movement_sums if summary else self.movements
        row_id = self._free_id(kept, movement, movement.movement_id)
        if row_id:
            kept[row_id] = replace(movement, movement_id=row_id)

    def add_balance(self, balance: BrokerBalance, model: str, *, starts: bool) -> None:
        """Keep a balance. What a period starts with is what the one before ended with, and does not take that one's place."""
        models = self.balances[balance.kind, balance.currency, balance.as_of]
        if not (starts and model in models):
            models[model] = balance

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
        self.statement += 1
        self._occurrences.clear()

    def occurrence(self, base: str) -> int:
        """Which of the equal rows of this statement this one is."""
        self._occurrences[base] += 1
        return self._occurrences[base]

    def made_id(self, *facts: str) -> str:
        """An id for a row without one: its fields and its number among the equal rows of this statement."""
        base = "~" + blake2b("|".join(facts).encode(), digest_size=10).hexdigest()
        return f"{base}-{self.occurrence(base)}"

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
        self.apart: dict[str, AccountDraft] = {}
        self._observed = observed
        self._statement_account = ""
        self._text: str | None = None
        self._draft: AccountDraft | None = None

    def begin_statement(self, account: str, covers: DateRange | None, generated_at: datetime | None) -> None:
        """A `FlexStatement` starts. An account "-" repeats rows of others and is none."""
        self._statement_account = account.strip()
        self._text = None
        self.until = covers.last if covers is not None else None
        for draft in (*self.by_account.values(), *self.apart.values()):
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

    def mentioned(self, account: str) -> AccountDraft | None:
        """The account that a row about money names; None for a row that belongs to no account.

        Such rows make no account: a name that no statement and no other section uses is kept apart, and left out at the end.
        """
        name = account.strip() or self._statement_account or NAMELESS
        if name in ("-", "--"):
            return None
        draft = self.by_account.get(name) or self.apart.get(name)
        if draft is None and len(self.apart) < _MANY:
            draft = self.apart[name] = self._draft_of(name)
        return draft

    def leave_out(self, account: str, *, fill: bool) -> None:
        """A row could not be used; those of fills are counted with their account."""
        draft = self.of(account) if fill else None
        if draft is not None:
            draft.unusable_rows += 1

    def _new(self, name: str) -> AccountDraft:
        draft = self.by_account[name] = self.apart.pop(name) if name in self.apart else self._draft_of(name)
        return draft

    def _draft_of(self, name: str) -> AccountDraft:
        if len(name) > _ACCOUNT_LENGTH:
            raise refusals.id_too_long(name)
        return AccountDraft(name, self._observed)
