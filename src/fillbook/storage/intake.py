"""From a parsed statement to ledger rows: all of it or nothing, and the same result whatever the order in which statements come.

Each statement says something of each fact of its accounts: it states it, it denies it (the fact's day lies well inside the days that the
statement covers completely, and the statement holds such rows, but not this one), or it is silent. Of the statements that say something
the strongest is believed: one that we fetched over one that was uploaded, and of the same origin the one that the broker wrote last.
Stated means current, denied means withdrawn (`renumbering` tells when that is so at the ends of a period, too). Nothing else decides, so
overlapping statements in any order give one ledger. `planning` compares, this writes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from fillbook.ledger.instrument import Instrument
from fillbook.ledger.statement import AccountStatement, DateRange, ParsedStatement, Severity
from fillbook.storage import unread
from fillbook.storage.believing import Strength, well_inside
from fillbook.storage.bulk import insert
from fillbook.storage.coverage import joined
from fillbook.storage.daily import write_daily
from fillbook.storage.describing import Describer
from fillbook.storage.models import (
    AccountKind,
    BrokerAccount,
    Link,
    RawStatement,
    RestatedRow,
    RestatedWhat,
    RowState,
    StatementCoverage,
    User,
)
from fillbook.storage.planning import Counts, Plan, plans_of, sections_of, telling
from fillbook.storage.positions import Frame, write_positions
from fillbook.storage.raw import accept, note_parsed
from fillbook.storage.records import KINDS, Kind, Stated, batches, columns, rows_of
from fillbook.storage.restating import Intent, changes_in, note_rows
from fillbook.storage.sentences import message

_STATED: Final = "account_id instrument_id row_id digest raw_id place origin stated_at equals state ended_by_id".split()


class AccountTaken(Exception):
    """An account that another user of this instance has linked."""


class Unusable(Exception):
    """A statement with a fatal finding; nothing of it is written."""


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


def preview_statement(owner: User, broker: str, parsed: ParsedStatement, raw: RawStatement) -> Preview:
    """What `write_statement` would do, without doing it. Accounts of other users are no different from unknown ones here."""
    fatal = tuple(finding.message for finding in parsed.findings if finding.severity is Severity.FATAL)
    if not parsed.accounts and not fatal:
        fatal = (message("no_account"),)
    previews = []
    for statement in parsed.accounts:
        kind = _account_kind(statement, sandbox=raw.sandbox)
        account = BrokerAccount.objects.filter(owner=owner, broker=broker, number=statement.account, kind=kind).first()
        plans = plans_of(account, statement, _strength(raw, statement))
        counts = [_counted(plan, _changes(account, raw, plan)) for plan in plans]
        total = sum(counts, Counts())
        skipped = account is not None and not account.chosen
        pk = None if account is None else account.pk
        previews.append(AccountPreview(statement.account, kind, pk, statement.covers, total, counts[0], skipped))
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


def _told(account: BrokerAccount, raw: RawStatement, kind: Kind) -> list[DateRange]:
    """Days for which any other statement already said everything."""
    told = telling(kind, StatementCoverage.objects.filter(account=account).exclude(raw=raw))
    return [inside for _, covers in told if (inside := well_inside(covers)) is not None]


def _changes(account: BrokerAccount | None, raw: RawStatement, plan: Plan) -> list[RestatedRow]:
    """What a plan changes in what was known."""
    if account is None:
        return []
    told = _told(account, raw, plan.kind)
    return changes_in(account, Intent(plan.kind, plan.insert, plan.supersede, plan.withdraw, told, plan.restore))


def _counted(plan: Plan, changes: Sequence[RestatedRow]) -> Counts:
    """How many rows a plan adds and changes, as the page of what changed tells them: a fact under a new id is none that is new."""
    what = Counter(RestatedWhat(one.what) for one in changes)
    renamed = {one.replaced_by for one in changes if one.what == RestatedWhat.CHANGED}
    fates = (what[fate] for fate in (RestatedWhat.CHANGED, RestatedWhat.DROPPED, RestatedWhat.RETURNED))
    return Counts(len(plan.new - renamed), plan.known, *fates)


def _write_account(account: BrokerAccount, raw: RawStatement, statement: AccountStatement, *, notes: bool = False) -> AccountWritten:
    """notes: what it changes in what was known is noted for the account's owner."""
    strength = _strength(raw, statement)
    before = Frame.of(account)
    plans = plans_of(account, statement, strength)
    changes = [_changes(account, raw, plan) for plan in plans] if notes else []
    note_rows(account, raw, strength.stated_at, [one for some in changes for one in some])
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
    counts = sum(map(_counted, plans, changes), Counts())
    changed = None if before.differs(after) else frozenset(keys)
    unread.note(account, changed)
    return AccountWritten(account.pk, counts, changed)


def _instruments(statement: AccountStatement) -> tuple[list[Instrument], list[Instrument]]:
    """(descriptions in a statement, those of its rows before those of its list of instruments, which is the fuller one; sparse ones)."""
    facts = [fact for kind in KINDS if kind.trades for fact in kind.facts(statement)]
    others = [fact.instrument for kind in KINDS if not kind.trades for fact in kind.facts(statement)]
    described = [*(fact.instrument for fact in facts), *(figure.instrument for figure in statement.positions), *statement.instruments]
    return [each for each in described if each is not None], [each for each in others if each is not None]


def _apply(plan: Plan, account: BrokerAccount, raw: RawStatement, strength: Strength, describer: Describer) -> None:
    """Write one plan. The old version goes before the new one comes: only one may be the latest."""
    rows = rows_of(plan.kind, account)
    ends = ((RowState.SUPERSEDED, plan.supersede, raw), (RowState.WITHDRAWN, plan.withdraw, raw), (RowState.CURRENT, plan.restore, None))
    for state, keys, by in ends:
        for part in batches(keys):
            rows.filter(pk__in=part).update(state=state, ended_by=by)
    for equals in sorted(set(plan.repeat.values())):
        for part in batches([pk for pk, number in plan.repeat.items() if number == equals]):
            rows.filter(pk__in=part).update(stated_at=strength.stated_at, equals=equals)
    made: list[tuple[Stated, RowState, int | None]]
    made = [(entry, RowState.WITHDRAWN if denied else RowState.CURRENT, None) for entry, denied in plan.insert]
    made += [(entry, RowState.SUPERSEDED, ended_by) for entry, ended_by in plan.keep]
    insert(plan.kind.model, (*_STATED, *plan.kind.columns), (_row(plan, account, raw, strength, describer, *one) for one in made))


def _row(
    plan: Plan,
    account: BrokerAccount,
    raw: RawStatement,
    strength: Strength,
    describer: Describer,
    entry: Stated,
    state: RowState,
    ended_by: int | None,
) -> list[Any]:
    row = None if entry.fact.instrument is None else describer.row_of(entry.fact.instrument)
    head = [account.pk, row, entry.row_id, entry.digest, raw.pk, entry.fact.place, strength.origin, strength.stated_at]
    return [*head, plan.equals[entry.row_id], state, ended_by, *columns(plan.kind, entry.fact)]


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
            "sections": sections_of(statement),
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
