"""What pages and commands ask of sync about links. Every function takes who asks and touches nothing of anybody else's.

Files that the user already has are in `fillbook.sync.uploads`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import Http404

from fillbook.brokers import registry
from fillbook.brokers.interface import Credential, Endpoint, FieldError, Form
from fillbook.brokers.manifests import manifest, manifests
from fillbook.storage.access import accounts_of, link_for, links_of
from fillbook.storage.loose import delete_accounts
from fillbook.storage.models import (
    AccountKind,
    BrokerAccount,
    Instance,
    Link,
    LinkState,
    RawStatement,
    RunKind,
    SecurityEvent,
    SyncRun,
    User,
)
from fillbook.storage.secrets import open_credential, seal_credential, shred_credential
from fillbook.sync import clock, engine, notices, proving, runs
from fillbook.sync.knowledge import Answer
from fillbook.sync.sentences import message
from fillbook.vault import CannotOpen

STEPS: Final[Mapping[str, str]] = {
    "": "Waiting to begin",
    "start": "Preparing",
    "read": "Reading the statement",
    "match": "Pairing trades and checking them against the broker's figures",
    "wait": "Waiting to try again",
}
"""Step code of a run -> what is shown meanwhile; codes that are not here are the broker's own, in its manifest."""

_BREATH: Final = timedelta(seconds=60)
"""How soon a link that the broker refuses may be tried again with the same credential: repeated refusals lock tokens."""


class Refused(Exception):
    """Something that cannot be done now; the text says why and what to do. code: stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class LinkOutcome:
    """A link that is being tried, with its run; or why the form was not accepted. notes: what was changed in the answer."""

    link: Link | None = None
    run: SyncRun | None = None
    errors: tuple[FieldError, ...] = ()
    notes: tuple[str, ...] = ()


def begin_link(owner: User, broker_id: str, endpoint: Endpoint, answer: Mapping[str, str]) -> LinkOutcome:
    """Make a link of what the user typed and try it; it counts as linked once a statement has come. The same answer twice is one link.

    Raises:
        KeyError: there is no such broker.
    """
    credential = registry.connector(broker_id).complete(answer)
    if isinstance(credential, Form):
        return LinkOutcome(errors=credential.errors)
    try:
        return _begun(owner, broker_id, endpoint, credential)
    except proving.TooMany as problem:
        return LinkOutcome(errors=(FieldError(manifest(broker_id).form[0].name, str(problem)),))


def _begun(owner: User, broker_id: str, endpoint: Endpoint, credential: Credential) -> LinkOutcome:
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # rows that name them are written meanwhile
        link = _same_link(owner, broker_id, endpoint, credential)
        if link is not None:
            link = _locked(link)
        else:
            name = manifest(broker_id).name
            made = clock.now()
            link = Link(owner=owner, broker=broker_id, endpoint=endpoint, name=name, account=credential.account, created_at=made)
            seal_credential(link, credential.secrets, credential.rate_secret)
            link.save(force_insert=True)
            _record(owner, "link_begun", link)
        proving.begin(link)
        run = runs.open_run(link, RunKind.FIRST if link.linked_at is None else RunKind.MANUAL)
        return LinkOutcome(link, run, notes=credential.notes)


def replace_credential(owner: User, link_id: UUID | str, answer: Mapping[str, str]) -> LinkOutcome:
    """Try a new credential for a link; the one it has stays until the new one has worked. Fields left empty keep what they hold.

    Raises:
        Http404: the owner has no such link.
    """
    link = link_for(owner, link_id)
    kept = _kept(link)
    credential = registry.connector(link.broker).complete(answer, renew=bool(kept))
    if isinstance(credential, Form):
        return LinkOutcome(link, errors=credential.errors)
    if credential.account != link.account:
        field = manifest(link.broker).form[0].name
        return LinkOutcome(link, errors=(FieldError(field, message("another_account")),))
    with transaction.atomic():
        link = _locked(link)
        _refuse_disputed(link)
        runs.close_runs(link, "replaced", message("replaced"))
        runs.seal_candidate(link, Credential({**kept, **credential.secrets}, credential.rate_secret))
        link.alarm_sent_at = link.validating_until = link.nothing_before = None
        if link.state != LinkState.LINKED:
            link.state = LinkState.VALIDATING
        link.save()
        _record(owner, "credential_replaced", link)
        return LinkOutcome(link, runs.open_run(link, RunKind.TRIAL if link.linked_at else RunKind.FIRST))


def sync_now(owner: User, link_id: UUID | str) -> SyncRun:
    """Fetch now; the run that is already going on, if there is one.

    Raises:
        Http404: the owner has no such link.
        Refused: it is paused, it has stopped until its user acts, two users claim its account, or the broker refused it less than a
            minute ago.
    """
    with transaction.atomic():
        link = _locked(link_for(owner, link_id))
        if link.state == LinkState.PAUSED:
            raise Refused("paused", message("this_is_paused"))
        if is_stopped(link):
            raise Refused("stopped", message("this_has_stopped", why=link.error_message))
        refused_at = link.error_at if link.state == LinkState.NEEDS_USER and not link.sealed_candidate else None
        if refused_at is not None and not link.is_sandbox and clock.now() - refused_at < _BREATH:
            raise Refused("too_soon", message("too_soon"))
        _claim_anew(link)
        return runs.open_run(link, RunKind.FIRST if link.linked_at is None else RunKind.MANUAL)


def is_stopped(link: Link) -> bool:
    """Whether nothing is asked for a link before its user has entered something: a token that fails again and again is locked.

    One that its user grants at the broker is not among them: there we look again whenever they ask.
    """
    return link.state == LinkState.NEEDS_USER and not link.sealed_candidate and not link.account


def go_back(owner: User, link_id: UUID | str) -> SyncRun:
    """Fetch earlier years, as far back as the broker has them; the run that is already doing so, if there is one.

    While it runs, `asks_first` and `asks_last` of the run are the days that it fetches at present. Once it ended well, the link's
    `nothing_before` is the day before which there is nothing.

    Raises:
        Http404: the owner has no such link.
        Refused: the broker cannot be asked for earlier years, the link is not in order, or another run of it goes on.
    """
    with transaction.atomic():
        link = _locked(link_for(owner, link_id))
        if not manifest(link.broker).capabilities.goes_back:
            raise Refused("no_earlier_years", message("no_earlier_years"))
        if link.state != LinkState.LINKED:
            raise Refused("not_linked", message("not_linked"))
        run = runs.open_run(link, RunKind.HISTORY)
        if run.kind != RunKind.HISTORY:
            raise Refused("busy", message("busy"))
        return run


def can_go_back(link: Link) -> bool:
    """Whether to offer `go_back`: earlier years may exist, and nobody has fetched them to their end."""
    return link.state == LinkState.LINKED and link.nothing_before is None and manifest(link.broker).capabilities.goes_back


def answer(owner: User, link_id: UUID | str, given: Sequence[Answer]) -> None:
    """Answer from an account's latest executions, to show that it is one's own; compared at the next look. Raises `Http404` as `sync_now`.

    Raises:
        Refused: no try is left, or too many wrong answers were given on this instance.
    """
    try:
        proving.answer(link_for(owner, link_id), given)
    except proving.TooMany as problem:
        raise Refused("too_many_answers", str(problem)) from None


def pause(owner: User, link_id: UUID | str) -> Link:
    """Fetch nothing until it is resumed; what was fetched stays. Raises `Http404` as `sync_now`."""
    with transaction.atomic():
        link = _locked(link_for(owner, link_id))
        runs.close_runs(link, "paused", message("paused"))
        link.state = LinkState.PAUSED
        link.save()
        _record(owner, "link_paused", link)
    return link


def resume(owner: User, link_id: UUID | str) -> SyncRun:
    """Fetch again, at once and then as before. Raises `Http404` as `sync_now`.

    Raises:
        Refused: it had stopped before it was paused, and its user has still to act.
    """
    with transaction.atomic():
        link = _locked(link_for(owner, link_id))
        if link.state == LinkState.PAUSED:
            told = link.alarm_sent_at is not None and not link.sealed_candidate
            link.state = LinkState.NEEDS_USER if told else LinkState.LINKED if link.linked_at else LinkState.VALIDATING
            link.save()
            _record(owner, "link_resumed", link)
        if not is_stopped(link):
            _claim_anew(link)
            return runs.open_run(link, RunKind.MANUAL)
    raise Refused("stopped", message("this_has_stopped", why=link.error_message))


def choose_accounts(owner: User, link_id: UUID | str, account_ids: Iterable[int | str]) -> None:
    """Follow these accounts of a link and leave its other ones out: they keep what they have and are not counted.

    An account that is followed again is fetched at once. Raises `Http404` as `sync_now`; ids of other links' accounts change nothing.
    """
    wanted = {str(number) for number in account_ids}
    with transaction.atomic():
        link = _locked(link_for(owner, link_id))
        back = False
        for account in accounts_of(owner).filter(link=link):
            chosen = str(account.pk) in wanted
            back = back or (chosen and not account.chosen)
            BrokerAccount.objects.filter(pk=account.pk).update(chosen=chosen)
        if back and link.state == LinkState.LINKED:
            runs.open_run(link, RunKind.MANUAL)


def unlink(owner: User, link_id: UUID | str, keep: bool) -> None:
    """End a link and erase its credential.

    Args:
        owner: who asks.
        link_id: the link.
        keep: keep the accounts with their trades, read-only from now on; else every row and document of them is deleted.

    Raises:
        Http404: the owner has no such link.
    """
    with transaction.atomic():
        link = _locked(link_for(owner, link_id))
        runs.close_runs(link, "unlinked", message("unlinked"))
        proving.let_go(link)
        _record(owner, "link_kept_trades" if keep else "link_deleted", link)
        if keep:
            shred_credential(link)
            link.sealed_candidate = ""
            link.state, link.unlinked_at = LinkState.UNLINKED, clock.now()
            link.save()
            BrokerAccount.objects.filter(link=link).update(link=None)
            notices.ended(link)
        else:
            _delete(link)


def start_sandbox(owner: User) -> LinkOutcome:
    """Link the pretend broker, the way a real one is linked.

    Raises:
        Refused: no sandbox is running, or no broker has one.
    """
    with_sandbox = next((one for one in manifests().values() if one.sandbox), None)
    if with_sandbox is None or not Instance.load().sandbox_url:
        raise Refused("sandbox_off", message("no_sandbox"))
    return begin_link(owner, with_sandbox.id, Endpoint.SANDBOX, with_sandbox.sandbox)


def remove_sandbox(owner: User) -> None:
    """Delete everything that came from a pretend broker."""
    for link in links_of(owner).filter(endpoint=Endpoint.SANDBOX):
        unlink(owner, link.pk, keep=False)
    with transaction.atomic():
        delete_accounts(accounts_of(owner).filter(kind=AccountKind.SANDBOX))
        for link in Link.objects.filter(owner=owner, endpoint=Endpoint.SANDBOX):
            _delete(link)


def _same_link(owner: User, broker_id: str, endpoint: Endpoint, credential: Credential) -> Link | None:
    """The owner's link that already has this very credential."""
    for link in links_of(owner).filter(broker=broker_id, endpoint=endpoint).exclude(state=LinkState.PAUSED):
        if link.account == credential.account and _kept(link) == dict(credential.secrets):
            return link
    return None


def _kept(link: Link) -> dict[str, str]:
    """The secrets that a link has; none when the key they were sealed with is gone."""
    try:
        return open_credential(link)
    except CannotOpen:
        return {}


def _refuse_disputed(link: Link) -> None:
    if proving.disputed(link):
        raise Refused(proving.DISPUTED.code, proving.DISPUTED.message)


def _claim_anew(link: Link) -> None:
    """Where the claim to the account has ended, it begins again."""
    _refuse_disputed(link)
    try:
        proving.begin(link)
    except proving.TooMany as problem:
        raise Refused("too_many_claims", str(problem)) from None


def _locked(link: Link) -> Link:
    found = runs.locked(link.pk)
    if found is None:
        raise Http404  # it was ended in this moment
    return found


def _delete(link: Link) -> None:
    """Every row that exists because of a link: accounts with all that hangs on them, documents, runs, and the books of its jobs."""
    jobs = [job for job in SyncRun.objects.filter(link=link).values_list("workflow_id", flat=True) if job]
    fetched = list(RawStatement.objects.filter(link=link).values_list("pk", flat=True))
    delete_accounts(BrokerAccount.objects.filter(link=link))
    RawStatement.objects.filter(pk__in=fetched, coverages=None).delete()
    link.delete()
    transaction.on_commit(partial(engine.forget, jobs))


def _record(owner: User, what: str, link: Link, **detail: Any) -> None:
    SecurityEvent.objects.create(
        user=owner, what=what, detail={"link": str(link.pk), "broker": link.broker, "endpoint": link.endpoint, **detail}
    )
