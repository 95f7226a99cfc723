"""From a kept document to trades: read it, check whose it is, write its rows, pair what changed, prove it.

The same function for a fetched page and for an accepted upload; large documents are worked on in a child process.
"""

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.db.models import F

import fillbook
from fillbook.brokers import registry
from fillbook.brokers.interface import NO_CONFIG, BrokerError, NeedsUser, StatementUnreadable
from fillbook.ledger.statement import ParsedStatement
from fillbook.storage.derive import catch_up
from fillbook.storage.intake import AccountTaken, Unusable, Written, write_statement
from fillbook.storage.models import BrokerAccount, Link, LinkState, RawStatement, SyncRun
from fillbook.storage.raw import note_unreadable, raw_chunks
from fillbook.storage.restated import note_run
from fillbook.storage.services import config_of
from fillbook.sync import changes, child, runs
from fillbook.sync.exchange import Outcome, trouble
from fillbook.sync.findings import extra_accounts
from fillbook.sync.policy import UNREADABLE, Trouble
from fillbook.sync.sentences import message
from fillbook.vault import CannotOpen


def is_large(raw_id: int) -> bool:
    """Whether a kept document gets a process of its own."""
    return RawStatement.objects.filter(pk=raw_id, size__gt=child.LARGE).exists()


def take_in(run_id: int, raw_id: int) -> Outcome:
    """Work on a kept document, here or in a child process; done again it changes nothing.

    Returns:
        "done", "closed", or a trouble: a document that cannot be read or is another account's. Nothing of it is written then.
    """
    size = RawStatement.objects.values_list("size", flat=True).filter(pk=raw_id).first()
    if size is None:
        return {"next": "closed"}
    if size <= child.LARGE:
        return take_in_here(run_id, raw_id)
    try:
        outcome: Outcome = child.call("take_in", run_id, raw_id)
    except BrokerError as error:
        return trouble(Trouble.of(error))
    return outcome


def take_in_here(run_id: int, raw_id: int) -> Outcome:
    """As `take_in`, in this process."""
    runs.note_step(run_id, "read")
    raw = RawStatement.objects.select_related("owner", "link").get(pk=raw_id)
    try:
        written = _write(run_id, raw, parsed_by(raw.broker, raw_chunks(raw)))
    except (StatementUnreadable, Unusable) as problem:
        note_unreadable(raw, sentence_of(problem))
        return trouble(Trouble(UNREADABLE, getattr(problem, "code", "unusable"), sentence_of(problem)))
    except AccountTaken as problem:
        return trouble(Trouble("NeedsUser", "account_taken", str(problem)))
    except NeedsUser as problem:
        return trouble(Trouble.of(problem))
    if written is None:
        return {"next": "closed"}
    del raw  # a large document is not held while its trades are read
    runs.note_step(run_id, "match")
    changed = 0
    for account_id, instruments in written:
        changed += catch_up(account_id, instruments, raw_id)
    restated = note_run(raw_id, run_id)
    SyncRun.objects.filter(pk=run_id).update(trades_changed=F("trades_changed") + changed, trades_restated=restated)
    return {"next": "done"}


def parsed_by(broker: str, chunks: Iterable[bytes]) -> ParsedStatement:
    """What a broker's parser makes of a document, with what the operator of this instance set for the broker."""
    try:
        config = config_of(broker)
    except CannotOpen:
        config = NO_CONFIG
    return registry.connector(broker).parse(chunks, config)


def sentence_of(problem: StatementUnreadable | Unusable) -> str:
    """What is wrong with a document and what to do about it."""
    return f"{problem} {getattr(problem, 'remedy', '')}".strip()


def _write(run_id: int, raw: RawStatement, parsed: ParsedStatement) -> list[tuple[int, frozenset[str] | None]] | None:
    """Write the rows; (account, instruments whose trades must be read again) each, None when the run was closed.

    The run remembers the document in the same transaction: when a killed run comes here again, nothing is new any more, yet the trades
    may still be those of before, so all of them are read again.
    """
    with transaction.atomic():
        run = SyncRun.objects.select_for_update(of=("self",)).filter(pk=run_id, state__in=runs.OPEN).first()
        if run is None:
            return None
        again = run.raw_id == raw.pk and raw.accepted_at is not None
        written = write_statement(raw, _of_this_link(raw, parsed), fillbook.__version__)
        if again:
            return [(account.account_id, None) for account in written.accounts]
        _count(run, raw, written)
        changes.note_change(run, raw)
    return [(account.account_id, account.instruments) for account in written.accounts]


def _count(run: SyncRun, raw: RawStatement, written: Written) -> None:
    counts = written.counts
    SyncRun.objects.filter(pk=run.pk).update(
        raw=raw,
        rows_new=F("rows_new") + counts.new,
        rows_known=F("rows_known") + counts.known,
        rows_changed=F("rows_changed") + counts.changed,
        rows_withdrawn=F("rows_withdrawn") + counts.withdrawn,
        rows_returned=F("rows_returned") + counts.returned,
    )


def _of_this_link(raw: RawStatement, parsed: ParsedStatement) -> ParsedStatement:
    """What a link's document says about the link's accounts. The first document decides which these are.

    Raises:
        NeedsUser: it is about other accounts, so the token or the query is no longer the one that was linked; or about an account that
            another of the owner's links fetches.
    """
    if raw.link is None:
        return parsed
    ours = set(BrokerAccount.objects.filter(link=raw.link).values_list("number", flat=True))
    named = [account.account for account in parsed.accounts]
    if not ours:
        _refuse_accounts_of_other_links(raw.link, named)
        return parsed
    if not ours & set(named):
        which = f"other_account{'s' if len(named) != 1 else ''}{'_than_several' if len(ours) > 1 else ''}"
        told = message(which, named=", ".join(named), ours=", ".join(sorted(ours)))
        raise NeedsUser("other_account", told)
    extra = [number for number in named if number not in ours]
    if not extra:
        return parsed
    kept = tuple(account for account in parsed.accounts if account.account in ours)
    return replace(parsed, accounts=kept, findings=(*parsed.findings, extra_accounts(extra)))


def _refuse_accounts_of_other_links(link: Link, numbers: list[str]) -> None:
    others = BrokerAccount.objects.filter(
        owner_id=link.owner_id, broker=link.broker, number__in=numbers, link__isnull=False, link__endpoint=link.endpoint
    ).exclude(link__state=LinkState.UNLINKED)
    taken = sorted(others.exclude(link=link).values_list("number", flat=True))
    if taken:
        which = "account_linked_twice" if len(taken) == 1 else "accounts_linked_twice"
        raise NeedsUser("account_linked_twice", message(which, accounts=", ".join(taken)))
