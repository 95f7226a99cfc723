"""From a parsed statement to ledger rows: all of it or nothing, and the same result whatever the order in which statements come.

Each statement says something of each fact of its accounts: it states it, it denies it (the fact's day lies well inside the days that the
statement covers completely, and the statement holds such rows, but not this one), or it is silent. Of the statements that say something
the strongest is believed: one that we fetched over one that was uploaded, and of the same origin the one that the broker wrote last.
Stated means current, denied means withdrawn (`renumbering` tells when that is so at the ends of a period, too). Nothing else decides, so
overlapping statements in any order give one ledger.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction

from fillbook.ledger.execution import Execution
from fillbook.ledger.instrument import Instrument
from fillbook.ledger.statement import AccountStatement, DateRange, ParsedStatement, Severity
from fillbook.storage import unread
from fillbook.storage.bulk import insert
from fillbook.storage.coverage import joined
from fillbook.storage.daily import write_daily
from fillbook.storage.describing import Describer
from fillbook.storage.models import (
    AccountKind,
    BrokerAccount,
    Link,
    RawStatement,
    RowState,
    StatementCoverage,
    User,
)
from fillbook.storage.positions import Frame, write_positions
from fillbook.storage.raw import accept, note_parsed
from fillbook.storage.records import (
    EXECUTIONS,
    KINDS,
    MOVEMENTS,
    TRANSFERS,
    Kind,
    Stated,
    batches,
    columns,
    key_of,
    rows_of,
    stated,
)
from fillbook.storage.renumbering import COLUMNS, Terms, paired, terms_of
from fillbook.storage.restating import Intent, note_rows
from fillbook.storage.sentences import message

MARGIN: Final = timedelta(days=7)
"""Days at both ends of a period in which a missing row means nothing: brokers book late and correct for a while."""

_FEW: Final = 2_000
_STATED: Final = "account_id instrument_id row_id digest raw_id place origin stated_at state ended_by_id".split()


class AccountTaken(Exception):
    """An account that another user of this instance has linked."""


class Unusable(Exception):
    """A statement with a fatal finding; nothing of it is written."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows a statement adds, repeats, corrects and takes back."""

    new: int = 0
    known: int = 0
    changed: int = 0
    withdrawn: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.new + other.new, self.known + other.known, self.changed + other.changed, self.withdrawn + other.withdrawn)

    @property
    def nothing(self) -> bool:
        """The ledger stays as it is."""
        return not (self.new or self.changed or self.withdrawn)


@dataclass(frozen=True, slots=True)
class AccountPreview:
    """What accepting would do to one account. account_id: None when it is not known yet. skipped: its owner does not want it."""

    number: str
    kind: str
    account_id: int | None
    covers: DateRange | None
    counts: Counts
    executions: Counts
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What accepting a statement would do. fatal: reasons, as sentences, why it cannot be accepted."""

    accounts: tuple[AccountPreview, ...]
    fatal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccountWritten:
    """What was done to one account. instruments: contract ids whose trades must be read again; None for all of them."""

    account_id: int
    counts: Counts
    instruments: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Written:
    """What was done, account by account."""

    accounts: tuple[AccountWritten, ...]

    @property
    def counts(self) -> Counts:
        """Over all accounts."""
        return sum((account.counts for account in self.accounts), Counts())


@dataclass(frozen=True, slots=True, order=True)
class Strength:
    """How much a statement is believed; the greater one wins."""

    origin: int
    stated_at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    """The latest version of a fact in the database."""

    pk: int
    digest: str
    withdrawn: bool
    strength: Strength
    instrument_key: str
    day: date
    terms: Terms | None


@dataclass(slots=True)
class _Plan:
    """What one statement does to one kind of fact of one account."""

    kind: Kind
    insert: list[tuple[Stated, bool]] = field(default_factory=list)
    supersede: list[int] = field(default_factory=list)
    withdraw: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    new: int = 0
    known: int = 0
    changed: int = 0
    keys: set[str] = field(default_factory=set)

    @property
    def counts(self) -> Counts:
        return Counts(self.new, self.known, self.changed, len(self.withdraw))


def preview_statement(owner: User, broker: str, parsed: ParsedStatement, raw: RawStatement) -> Preview:
    """What `write_statement` would do, without doing it. Accounts of other users are no different from unknown ones here."""
    fatal = tuple(finding.message for finding in parsed.findings if finding.severity is Severity.FATAL)
    if not parsed.accounts and not fatal:
        fatal = (message("no_account"),)
    previews = []
    for statement in parsed.accounts:
        kind = _account_kind(statement, sandbox=raw.sandbox)
        account = BrokerAccount.objects.filter(owner=owner, broker=broker, number=statement.account, kind=kind).first()
        plans = _plans(account, statement, _strength(raw, statement))
        total = sum((plan.counts for plan in plans), Counts())
        skipped = account is not None and not account.chosen
        pk = None if account is None else account.pk
        previews.append(AccountPreview(statement.account, kind, pk, statement.covers, total, plans[0].counts, skipped))
    return Preview(tuple(previews), fatal)


def write_statement(raw: RawStatement, parsed: ParsedStatement, parser_version: str = "") -> Written:
    """Write a statement's rows, with the days it covers, in one transaction.

    The same statement again, or an overlapping one, changes nothing that it does not say differently.

    Raises:
        Unusable: it has a fatal finding.
        AccountTaken: it was fetched, and one of its accounts is linked by another user.
    """
    for finding in parsed.findings:
        if finding.severity is Severity.FATAL:
            raise Unusable(finding.message)
    with transaction.atomic():
        written = []
        for statement in sorted(parsed.accounts, key=lambda statement: statement.account):
            account = _account(raw, statement)
            if account.chosen:
                written.append(_write_account(account, raw, statement, notes=True))
        # accounts before their documents, as when tables are made again: the other way round the two could wait for each other
        note_parsed(raw, parsed.findings, parsed.fingerprint, parsed.title, parser_version)
        accept(raw)
    return Written(tuple(written))


def replay_statement(account: BrokerAccount, raw: RawStatement, statement: AccountStatement) -> None:
    """Write again what a kept statement says of one account, inside the caller's transaction, which holds the account's lock."""
    _write_account(account, raw, statement)


def _account_kind(statement: AccountStatement, *, sandbox: bool) -> AccountKind:
    if sandbox:
        return AccountKind.SANDBOX
    return AccountKind.PAPER if statement.paper else AccountKind.REAL


def _account(raw: RawStatement, statement: AccountStatement) -> BrokerAccount:
    """The owner's account, made when it is new, tied to the link that fetched it, and locked until the transaction ends."""
    kind = _account_kind(statement, sandbox=raw.sandbox)
    which: dict[str, Any] = {"broker": raw.broker, "number": statement.account, "kind": kind}
    if raw.link_id is not None and kind != AccountKind.SANDBOX:
        others = BrokerAccount.objects.filter(**which, link__isnull=False).exclude(owner_id=raw.owner_id)
        if others.exists():
            raise AccountTaken(message("account_taken", account=statement.account))
    account, _ = BrokerAccount.objects.get_or_create(owner_id=raw.owner_id, **which)
    account = BrokerAccount.objects.select_for_update().get(pk=account.pk)
    if raw.link_id is not None:
        account.link = Link.objects.get(pk=raw.link_id)
    return account


def _strength(raw: RawStatement, statement: AccountStatement) -> Strength:
    return Strength(raw.origin, statement.generated_at or raw.received_at)


def _sections(statement: AccountStatement) -> list[str]:
    """Kinds of rows whose absence means something. A document without one row of a kind may simply lack the section."""
    sure = {TRANSFERS.statement_field} if statement.states_transfers else set()
    sure |= {EXECUTIONS.statement_field} if statement.states_executions else set()
    sure |= {MOVEMENTS.statement_field} if statement.cash_since is not None else set()
    told = [kind.statement_field for kind in KINDS if kind.statement_field in sure or kind.facts(statement)]
    return [name for name in told if name != EXECUTIONS.statement_field or statement.states_executions]


def _inside(covers: DateRange | None) -> DateRange | None:
    """The days on which a missing row is denied."""
    if covers is None or covers.first + MARGIN > covers.last - MARGIN:
        return None
    return DateRange(covers.first + MARGIN, covers.last - MARGIN)


def _plans(account: BrokerAccount | None, statement: AccountStatement, strength: Strength) -> list[_Plan]:
    sections = _sections(statement)
    return [_plan(kind, account, statement, strength, denies=kind.statement_field in sections) for kind in KINDS]


def _plan(kind: Kind, account: BrokerAccount | None, statement: AccountStatement, strength: Strength, *, denies: bool) -> _Plan:
    """Compare what a statement says with what is stored."""
    plan = _Plan(kind)
    facts = {entry.row_id: entry for entry in stated(kind, kind.facts(statement))}
    inside = _inside(statement.covers) if denies else None
    known = {} if account is None else _known(kind, account, facts, statement.covers if kind is EXECUTIONS else inside)
    stronger = [] if account is None else _stronger_statements(account, kind, strength)
    certain = [days for covers in stronger if (days := _inside(covers))]
    renumbered = _renumbered_since(facts, known, strength, stronger)
    for row_id, entry in facts.items():
        denied = row_id in renumbered or any(days.covers(kind.day(entry.fact)) for days in certain)
        _place(plan, entry, known.get(row_id), strength, denied)
    missing = {row_id: row for row_id, row in known.items() if row_id not in facts and not row.withdrawn and row.strength < strength}
    gone = {row_id for row_id, row in missing.items() if inside is not None and inside.covers(row.day)}
    gone |= _renumbered_now(facts, known, {name: row for name, row in missing.items() if name not in gone}) if denies else set()
    for row_id in gone:
        plan.withdraw.append(missing[row_id].pk)
        plan.keys.add(missing[row_id].instrument_key)
    return plan


def _renumbered_now(facts: Mapping[str, Stated], known: Mapping[str, _Known], missing: Mapping[str, _Known]) -> set[str]:
    """Those of the missing rows, all on days that the statement covers, that it has under an id which nobody stated before."""
    fresh = [terms_of(entry.fact) for row_id, entry in facts.items() if row_id not in known and isinstance(entry.fact, Execution)]
    return paired([(row_id, row.terms) for row_id, row in missing.items() if row.terms], fresh)


def _renumbered_since(
    facts: Mapping[str, Stated], known: Mapping[str, _Known], strength: Strength, stronger: Sequence[DateRange]
) -> set[str]:
    """Those of the facts that a stronger statement, covering their day, has under an id which this one does not know."""
    others = [row for name, row in known.items() if name not in facts and not row.withdrawn and row.strength > strength and row.terms]
    if not others:
        return set()
    since = [terms for row in others if (terms := row.terms) and any(days.covers(row.day) for days in stronger)]
    ours = [
        (row_id, terms_of(entry.fact))
        for row_id, entry in facts.items()
        if isinstance(entry.fact, Execution) and not (row_id in known and known[row_id].strength > strength)
    ]
    return paired(ours, since)


def _place(plan: _Plan, entry: Stated, before: _Known | None, strength: Strength, denied: bool) -> None:
    """Decide about one stated fact."""
    key = key_of(entry.fact)
    if before is None:
        plan.new += not denied
        plan.known += denied
        plan.insert.append((entry, denied))
        plan.keys.add(key)
        return
    same = before.digest == entry.digest
    if (strength, entry.digest) <= (before.strength, before.digest):
        plan.known += 1
    elif same and before.withdrawn == denied and strength.origin == before.strength.origin:
        plan.known += 1
        plan.repeated.append(before.pk)
    else:
        changed = not same or before.withdrawn != denied
        plan.changed += changed
        plan.known += not changed
        plan.supersede.append(before.pk)
        plan.insert.append((entry, denied))
        if changed:
            plan.keys |= {key, before.instrument_key}


def _known(kind: Kind, account: BrokerAccount, wanted: Collection[str], days: DateRange | None) -> dict[str, _Known]:
    """Latest versions of the facts that a statement states, and of all on days about which it may know better."""
    rows = rows_of(kind, account).exclude(state=RowState.SUPERSEDED)
    terms = COLUMNS if kind is EXECUTIONS else ()
    names = ("row_id", "pk", "digest", "state", "origin", "stated_at", "instrument__key", "trade_date", *terms)
    if len(wanted) > _FEW:
        found = list(rows.values_list(*names))
    else:
        found = list(rows.filter(trade_date__range=(days.first, days.last)).values_list(*names)) if days else []
        for part in batches(list(wanted)):
            found += rows.filter(row_id__in=part).values_list(*names)
    return {
        row_id: _Known(pk, digest, state == RowState.WITHDRAWN, Strength(origin, stated_at), key or "", day, tuple(terms) or None)
        for row_id, pk, digest, state, origin, stated_at, key, day, *terms in found
    }


def _stronger_statements(account: BrokerAccount, kind: Kind, strength: Strength) -> list[DateRange]:
    """Days of the stronger statements in which a missing row of this kind means something, at least well inside."""
    coverages = StatementCoverage.objects.filter(account=account)
    return _telling(kind, (one for one in coverages if Strength(one.origin, one.stated_at) > strength))


def _told(account: BrokerAccount, raw: RawStatement, kind: Kind) -> list[DateRange]:
    """Days for which any other statement already said everything."""
    days = _telling(kind, StatementCoverage.objects.filter(account=account).exclude(raw=raw))
    return [inside for one in days if (inside := _inside(one)) is not None]


def _telling(kind: Kind, coverages: Iterable[StatementCoverage]) -> list[DateRange]:
    """The days of those in which a missing row of a kind means something."""
    told = [one for one in coverages if kind.statement_field in one.sections]
    return [DateRange(one.first, one.last) for one in told if one.first is not None and one.last is not None]


def _write_account(account: BrokerAccount, raw: RawStatement, statement: AccountStatement, *, notes: bool = False) -> AccountWritten:
    """notes: what it changes in what was known is noted for the account's owner."""
    strength = _strength(raw, statement)
    before = Frame.of(account)
    plans = _plans(account, statement, strength)
    if notes:
        intents = [Intent(plan.kind, plan.insert, plan.supersede, plan.withdraw, _told(account, raw, plan.kind)) for plan in plans]
        note_rows(account, raw, strength.stated_at, intents)
    describer = Describer(account, strength.origin, strength.stated_at)
    describer.describe(*_instruments(statement))
    for plan in plans:
        _apply(plan, account, raw, strength, describer)
    _cover(account, raw, statement, strength)
    write_positions(account, raw, statement, describer)
    write_daily(account, raw, statement, strength.origin, strength.stated_at)
    _note_account(account, statement, strength)
    after = Frame.of(account)
    keys = (set().union(*(plan.keys for plan in plans)) | describer.renamed | before.moved(after)) - {""}
    counts = sum((plan.counts for plan in plans), Counts())
    changed = None if before.differs(after) else frozenset(keys)
    unread.note(account, changed)
    return AccountWritten(account.pk, counts, changed)


def _instruments(statement: AccountStatement) -> tuple[list[Instrument], list[Instrument]]:
    """(descriptions in a statement, those of its rows before those of its list of instruments, which is the fuller one; sparse ones)."""
    facts = [fact for kind in KINDS if kind.trades for fact in kind.facts(statement)]
    others = [fact.instrument for kind in KINDS if not kind.trades for fact in kind.facts(statement)]
    described = [*(fact.instrument for fact in facts), *(figure.instrument for figure in statement.positions), *statement.instruments]
    return [each for each in described if each is not None], [each for each in others if each is not None]


def _apply(plan: _Plan, account: BrokerAccount, raw: RawStatement, strength: Strength, describer: Describer) -> None:
    """Write one plan. The old version goes before the new one comes: only one may be the latest."""
    rows = rows_of(plan.kind, account)
    for state, keys in ((RowState.SUPERSEDED, plan.supersede), (RowState.WITHDRAWN, plan.withdraw)):
        for part in batches(keys):
            rows.filter(pk__in=part).update(state=state, ended_by=raw)
    for part in batches(plan.repeated):
        rows.filter(pk__in=part).update(stated_at=strength.stated_at)
    insert(plan.kind.model, (*_STATED, *plan.kind.columns), (_row(plan.kind, account, raw, strength, describer, *it) for it in plan.insert))


def _row(
    kind: Kind, account: BrokerAccount, raw: RawStatement, strength: Strength, describer: Describer, entry: Stated, denied: bool
) -> list[Any]:
    state = RowState.WITHDRAWN if denied else RowState.CURRENT
    row = None if entry.fact.instrument is None else describer.row_of(entry.fact.instrument)
    head = [account.pk, row, entry.row_id, entry.digest, raw.pk, entry.fact.place, strength.origin, strength.stated_at, state, None]
    return [*head, *columns(kind, entry.fact)]


def _cover(account: BrokerAccount, raw: RawStatement, statement: AccountStatement, strength: Strength) -> None:
    covers = statement.covers
    days = [figure.as_of for figure in statement.positions] or ([covers.last] if covers else [])
    StatementCoverage.objects.get_or_create(
        account=account,
        raw=raw,
        defaults={
            "first": covers.first if covers else None,
            "last": covers.last if covers else None,
            "origin": strength.origin,
            "stated_at": strength.stated_at,
            "sections": _sections(statement),
            "positions_as_of": max(days) if statement.states_positions and days else None,
            "states_realized_pnl": statement.states_realized_pnl,
            "states_transfers": statement.states_transfers,
        },
    )


def _note_account(account: BrokerAccount, statement: AccountStatement, strength: Strength) -> None:
    """What the strongest statement says of the account as a whole, and the days that all of them cover together."""
    coverages = list(StatementCoverage.objects.filter(account=account))
    if all(Strength(coverage.origin, coverage.stated_at) <= strength for coverage in coverages):
        account.alias = statement.alias[:120] or account.alias
        account.base_currency = (statement.base_currency or account.base_currency)[:12]
        account.opened_on = statement.opened_on or account.opened_on
    ranges = [DateRange(coverage.first, coverage.last) for coverage in coverages if coverage.first and coverage.last]
    blocks = joined(ranges)
    if blocks:
        account.tracked_since, account.figures_to = blocks[-1].first, blocks[-1].last
    account.save()
