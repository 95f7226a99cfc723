"""What a statement does to the ledger, fact by fact: compared with what is stored, and written by `intake`."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Final, NamedTuple

from fillbook.ledger.statement import AccountStatement, DateRange
from fillbook.storage.believing import Strength, Voices
from fillbook.storage.models import BrokerAccount, RowState, StatementCoverage
from fillbook.storage.records import EXECUTIONS, KINDS, MOVEMENTS, TRANSFERS, Kind, Stated, batches, rows_of, stated
from fillbook.storage.renumbering import Version, columns_of, denied, terms_in, terms_of


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows a statement adds, repeats, corrects, takes back and brings back."""

    new: int = 0
    known: int = 0
    changed: int = 0
    withdrawn: int = 0
    returned: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COUNTED))

    @property
    def nothing(self) -> bool:
        """The ledger stays as it is."""
        return not (self.new or self.changed or self.withdrawn or self.returned)


COUNTED: Final = tuple(field.name for field in fields(Counts))
"""What is counted of rows, in order."""


@dataclass(slots=True)
class Plan:
    """What one statement does to one kind of fact of one account; numbers are those of rows.

    insert: (fact, whether it is denied) of latest versions. keep: (fact, number of the statement that a stronger version is from) of
    versions that are not believed, for their terms. supersede, withdraw, restore: rows. repeat: row -> how many equal facts the statement
    has. equals: id of a fact -> how many facts of its terms the statement has. new: ids of facts that were not known. keys: contract ids.
    """

    kind: Kind
    insert: list[tuple[Stated, bool]] = field(default_factory=list)
    keep: list[tuple[Stated, int | None]] = field(default_factory=list)
    supersede: list[int] = field(default_factory=list)
    withdraw: list[int] = field(default_factory=list)
    restore: list[int] = field(default_factory=list)
    repeat: dict[int, int] = field(default_factory=dict)
    equals: dict[str, int] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    known: int = 0
    keys: set[str] = field(default_factory=set)


class _Stored(NamedTuple):
    """Versions in the database: id -> the one that is believed, and those that it took the place of."""

    latest: dict[str, Version]
    earlier: dict[str, list[Version]]


def plans_of(account: BrokerAccount | None, statement: AccountStatement, strength: Strength) -> list[Plan]:
    """One plan for each kind of fact. account: None when it is not known yet."""
    coverages = [] if account is None else list(StatementCoverage.objects.filter(account=account))
    sections = sections_of(statement)
    found = []
    for kind in KINDS:
        told = [(Strength(one.origin, one.stated_at), covers) for one, covers in telling(kind, coverages)]
        if statement.covers is not None and kind.statement_field in sections:
            told.append((strength, statement.covers))
        found.append(_plan(kind, account, statement, strength, Voices(told)))
    return found


def sections_of(statement: AccountStatement) -> list[str]:
    """Kinds of rows whose absence means something. A document without one row of a kind may simply lack the section."""
    sure = {TRANSFERS.statement_field} if statement.states_transfers else set()
    sure |= {EXECUTIONS.statement_field} if statement.states_executions else set()
    sure |= {MOVEMENTS.statement_field} if statement.cash_since is not None else set()
    told = [kind.statement_field for kind in KINDS if kind.statement_field in sure or kind.facts(statement)]
    return [name for name in told if name != EXECUTIONS.statement_field or statement.states_executions]


def telling(kind: Kind, coverages: Iterable[StatementCoverage]) -> list[tuple[StatementCoverage, DateRange]]:
    """Those in which a missing row of a kind means something, with their days."""
    told = [one for one in coverages if kind.statement_field in one.sections]
    return [(one, DateRange(one.first, one.last)) for one in told if one.first is not None and one.last is not None]


def _plan(kind: Kind, account: BrokerAccount | None, statement: AccountStatement, strength: Strength, voices: Voices) -> Plan:
    """Compare what a statement says with what is stored."""
    plan = Plan(kind)
    facts = {entry.row_id: entry for entry in stated(kind, kind.facts(statement))}
    said = _said(kind, facts, strength)
    plan.equals = {row_id: version.equals for row_id, version in said.items()}
    days = _days(statement.covers, said.values())
    if days is None:
        return plan
    stored = _Stored({}, {}) if account is None else _stored(kind, account, facts, days)
    latest = {row_id: version for row_id, version in stored.latest.items() if days.covers(version.day)}
    earlier = [(row_id, version) for row_id, some in stored.earlier.items() for version in some]
    for row_id, version in said.items():
        before = stored.latest.get(row_id)
        if before is None or (strength, version.digest) > (before.strength, before.digest):
            latest[row_id] = version
            earlier += [(row_id, before)] if before is not None else []
        else:
            _keep(plan, facts[row_id], version, before, stored.earlier.get(row_id, []))
            earlier.append((row_id, version))
    gone = denied(latest, earlier, voices)
    for row_id, version in latest.items():
        before = stored.latest.get(row_id)
        if version is said.get(row_id):
            _place(plan, facts[row_id], version, before, row_id in gone)
        elif version.withdrawn != (row_id in gone) and version.pk is not None:
            (plan.restore if version.withdrawn else plan.withdraw).append(version.pk)
            plan.keys.add(version.key)
    return plan


def _said(kind: Kind, facts: Mapping[str, Stated], strength: Strength) -> dict[str, Version]:
    terms = {row_id: terms_of(kind, entry.fact) for row_id, entry in facts.items()}
    equals = Counter(terms.values())
    return {row_id: Version(entry.digest, terms[row_id], strength, equals[terms[row_id]]) for row_id, entry in facts.items()}


def _days(covers: DateRange | None, said: Collection[Version]) -> DateRange | None:
    """All days of which a statement says anything."""
    days = [version.day for version in said] + ([covers.first, covers.last] if covers else [])
    return DateRange(min(days), max(days)) if days else None


def _stored(kind: Kind, account: BrokerAccount, wanted: Collection[str], days: DateRange) -> _Stored:
    """What is stored of these days and of the facts that a statement states."""
    rows = rows_of(kind, account)
    names = ("row_id", "pk", "raw_id", "digest", "state", "origin", "stated_at", "equals", *columns_of(kind))
    found = list(rows.filter(trade_date__range=(days.first, days.last)).values_list(*names))
    known = {row[0] for row in found if row[4] != RowState.SUPERSEDED}
    for part in batches([row_id for row_id in wanted if row_id not in known]):
        found += rows.exclude(state=RowState.SUPERSEDED).filter(row_id__in=part).values_list(*names)
    stored = _Stored({}, {})
    for row_id, pk, raw_id, digest, state, origin, stated_at, equals, *terms in found:
        version = Version(digest, terms_in(terms), Strength(origin, stated_at), equals, pk, raw_id, state == RowState.WITHDRAWN)
        if state == RowState.SUPERSEDED:
            stored.earlier.setdefault(row_id, []).append(version)
        else:
            stored.latest[row_id] = version
    return stored


def _keep(plan: Plan, entry: Stated, version: Version, latest: Version, earlier: list[Version]) -> None:
    """A stronger statement says otherwise, or the same; what stays of this one is the terms under which it knows the fact."""
    plan.known += 1
    others = (latest, *earlier)
    if any(version.tells_no_more_than(other) for other in others):
        return
    weaker = [other for other in others if other.tells_no_more_than(version)]
    same = next((other.pk for other in weaker if _is_repeated(other, version)), None)
    if same is not None:
        plan.repeat[same] = version.equals
    else:
        plan.keep.append((entry, latest.raw_id))


def _is_repeated(before: Version, version: Version) -> bool:
    """The row of one version does for the other, too."""
    return before.digest == version.digest and before.strength.origin == version.strength.origin


def _place(plan: Plan, entry: Stated, version: Version, before: Version | None, gone: bool) -> None:
    """Decide about a stated fact of which no stronger statement says anything else."""
    if before is None:
        plan.known += gone
        plan.new |= set() if gone else {entry.row_id}
        plan.insert.append((entry, gone))
        plan.keys.add(version.key)
        return
    assert before.pk is not None
    same = before.digest == version.digest and before.withdrawn == gone
    plan.known += same
    if same and _is_repeated(before, version) and before.tells_no_more_than(version):
        plan.repeat[before.pk] = version.equals
        return
    plan.supersede.append(before.pk)
    plan.insert.append((entry, gone))
    plan.keys |= set() if same else {version.key, before.key}
