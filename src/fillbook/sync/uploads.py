"""A statement that the user already has: looked at first, written into the ledger when they say so.

preview_upload -> UploadPreview -> accept_upload -> SyncRun (poll it)   or   discard_upload
"""

import uuid
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404

from fillbook.brokers import registry
from fillbook.brokers.interface import BrokerError, Connector, StatementUnreadable
from fillbook.brokers.manifests import manifests
from fillbook.ledger.statement import ParsedStatement
from fillbook.storage.access import statement_for, statements_of
from fillbook.storage.intake import AccountPreview, preview_statement
from fillbook.storage.models import Origin, RawStatement, RunKind, SyncRun, User
from fillbook.storage.planning import Counts
from fillbook.storage.raw import discard, findings_json, keep_raw, note_parsed, raw_chunks
from fillbook.sync import child, clock, engine, runs
from fillbook.sync.sentences import message
from fillbook.sync.taking import parsed_by, sentence_of

_HEAD: Final = 8192


@dataclass(frozen=True, slots=True)
class UploadedAccount:
    """What accepting would do to one account. account_id: None when it is new. rows: of all kinds; skipped: its owner left it out."""

    number: str
    kind: str
    account_id: int | None
    first: date | None
    last: date | None
    rows: Counts
    executions: Counts
    skipped: bool


@dataclass(frozen=True, slots=True)
class UploadPreview:
    """What is in a file.

    preview_id: to accept or discard it with; None when it cannot be used, and `error` says why and what to do. findings: as
    `storage.raw.findings_json` writes them. accepted_before: these very bytes are in the ledger already.
    """

    file_name: str
    preview_id: int | None = None
    error: str = ""
    broker: str = ""
    title: str = ""
    accounts: tuple[UploadedAccount, ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    accepted_before: bool = False

    @property
    def nothing_new(self) -> bool:
        """Accepting would change nothing."""
        return all(account.rows.nothing for account in self.accounts)


def preview_upload(owner: User, name: str, content: bytes | Iterable[bytes]) -> UploadPreview:
    """Look into a file. Nothing of it reaches the ledger.

    Args:
        owner: whose file it is.
        name: of the file, as its owner calls it; shown, never used as a path.
        content: its bytes, or chunks of them; at most 64 MiB.
    """
    data = _capped([content] if isinstance(content, bytes) else content)
    if data is None:
        return UploadPreview(name, error=message("too_large", most=settings.UPLOAD_LIMIT // 1024**2))
    connector = registry.recognize(data[:_HEAD])
    if connector is None:
        return UploadPreview(name, error=_why_unknown(name, data))
    raw = keep_raw(owner, connector.broker, data, Origin.UPLOADED, file_name=name)
    found = _preview(raw, name)
    if found.error:
        discard(raw)
    return found


def waiting(owner: User) -> QuerySet[RawStatement]:
    """Files that were looked into and neither accepted nor discarded, the latest first, without their bytes."""
    return statements_of(owner).filter(origin=Origin.UPLOADED, accepted_at=None)


def look_again(owner: User, preview_id: int | str) -> UploadPreview:
    """The preview of an upload that is still waiting for its owner's yes. Looking drops nothing, not even what can no longer be used.

    Raises:
        Http404: there is no such upload.
    """
    raw = _upload_for(owner, preview_id)
    return _preview(raw, raw.file_name)


def accept_upload(owner: User, preview_id: int | str) -> SyncRun:
    """Write a previewed file into the ledger, durably; poll the run.

    Raises:
        Http404: there is no such upload.
    """
    raw = _upload_for(owner, preview_id)
    with transaction.atomic():
        RawStatement.objects.select_for_update().defer("content").get(pk=raw.pk)
        run = SyncRun.objects.filter(raw=raw, link=None, state__in=runs.OPEN).first()
        if run is None:
            job = f"{runs.UPLOAD}-{uuid.uuid4().hex}"
            run = SyncRun.objects.create(owner=owner, raw=raw, kind=RunKind.UPLOAD, workflow_id=job, created_at=clock.now())
        transaction.on_commit(partial(engine.enqueue, runs.UPLOAD, run.workflow_id, str(run.pk), str(raw.pk)))
    return run


def discard_upload(owner: User, preview_id: int | str) -> None:
    """Drop a previewed file; one that was accepted stays.

    Raises:
        Http404: there is no such upload.
    """
    discard(_upload_for(owner, preview_id))


def preview_here(raw_id: int) -> dict[str, Any]:
    """A preview as JSON values, made in this process."""
    raw = RawStatement.objects.select_related("owner").get(pk=raw_id)
    try:
        parsed = parsed_by(raw.broker, raw_chunks(raw))
    except StatementUnreadable as problem:
        return {"error": sentence_of(problem)}
    if raw.accepted_at is None:
        note_parsed(raw, parsed.findings, parsed.fingerprint, parsed.title)
    return _as_json(raw, parsed)


def _as_json(raw: RawStatement, parsed: ParsedStatement) -> dict[str, Any]:
    found = preview_statement(raw.owner, raw.broker, parsed, raw)
    return {
        "error": " ".join(found.fatal),
        "title": parsed.title,
        "accounts": [_account_json(account) for account in found.accounts],
        "findings": findings_json(parsed.findings),
    }


def _account_json(account: AccountPreview) -> dict[str, Any]:
    days = account.covers
    counts = {name: list(astuple(one)) for name, one in (("rows", account.counts), ("executions", account.executions))}
    period = {"first": days and days.first.isoformat(), "last": days and days.last.isoformat()}
    return {
        "number": account.number,
        "kind": account.kind,
        "account_id": account.account_id,
        "skipped": account.skipped,
        **period,
        **counts,
    }


def _account(stored: dict[str, Any]) -> UploadedAccount:
    days = {name: stored[name] and date.fromisoformat(stored[name]) for name in ("first", "last")}
    counts = {name: Counts(*stored[name]) for name in ("rows", "executions")}
    return UploadedAccount(**{**stored, **days, **counts})


def _preview(raw: RawStatement, name: str) -> UploadPreview:
    try:
        found = child.call("preview", raw.pk) if raw.size > child.LARGE else preview_here(raw.pk)
    except BrokerError as problem:
        found = {"error": problem.message}
    if found["error"]:
        return UploadPreview(name, error=found["error"], broker=raw.broker, findings=tuple(found.get("findings", ())))
    accounts = tuple(_account(account) for account in found["accounts"])
    accepted = raw.accepted_at is not None
    return UploadPreview(name, raw.pk, "", raw.broker, found["title"], accounts, tuple(found["findings"]), accepted)


def _upload_for(owner: User, preview_id: int | str) -> RawStatement:
    raw = statement_for(owner, preview_id)
    if raw.origin != Origin.UPLOADED:
        raise Http404("There is no such page.")
    return raw


def _capped(chunks: Iterable[bytes]) -> bytes | None:
    """The bytes, None when there are too many."""
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > settings.UPLOAD_LIMIT:
            return None
    return bytes(data)


def _why_unknown(name: str, data: bytes) -> str:
    """The words of the broker whose files are named so; it knows best what it would have wanted."""
    for broker_id, manifest in manifests().items():
        if any(name.lower().endswith(suffix) for kind in manifest.uploads for suffix in kind.suffixes):
            sentence = _refusal(registry.connector(broker_id), data)
            if sentence:
                return sentence
    return message("unknown_file")


def _refusal(connector: Connector, data: bytes) -> str:
    try:
        connector.parse([data])
    except StatementUnreadable as problem:
        return sentence_of(problem)
    return ""
