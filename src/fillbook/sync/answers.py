"""Links, their runs and notices as JSON values, as the API and the commands answer with them. Nothing here is secret."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.http import Http404

from fillbook.brokers.manifests import Manifest, manifests
from fillbook.storage.access import accounts_of, statement_for
from fillbook.storage.models import Link, Notice, Origin, RawStatement, SyncRun, User
from fillbook.sync.notices import ends_on
from fillbook.sync.runs import next_run_at
from fillbook.sync.telling import told
from fillbook.sync.uploads import UploadedAccount, look_again


def link_answer(link: Link, run: SyncRun | None = None, refused: str = "") -> dict[str, Any]:
    """A link, with a run of it. refused: why none was begun."""
    broker = manifests().get(link.broker)
    ends = ends_on(link, broker) if broker else None
    return {
        "link": str(link.pk),
        "broker": link.broker,
        "name": link.name,
        "sandbox": link.is_sandbox,
        "accounts": sorted(accounts_of(link.owner).filter(link=link).values_list("number", flat=True)),
        "state": str(link.state),
        "error": link.error_message or None,
        "figures_to": link.figures_to.isoformat() if link.figures_to else None,
        "last_success_at": _moment(link.last_success_at),
        "next_run_at": _moment(next_run_at(link)) if broker else None,
        "credential_ends_on": ends.isoformat() if ends else None,
        "nothing_before": link.nothing_before.isoformat() if link.nothing_before else None,
        "refused": refused or None,
        "run": run_answer(run) if run else None,
    }


def broker_answer(one: Manifest) -> dict[str, Any]:
    """What a broker can give, by its manifest."""
    can = one.capabilities
    return {
        "id": one.id,
        "name": one.name,
        "summary": one.summary,
        "link": one.link.value,
        "level": one.quality.level.value,
        "exemptions": [f"{exempt.rule}: {exempt.reason}" for exempt in one.quality.exemptions],
        "asset_classes": list(one.asset_classes),
        "limits": list(one.limits),
        "history_days": can.history_days,
        "goes_back": can.goes_back,
        "time": can.time.value,
        "positions": can.positions,
        "same_day": can.same_day,
        "several_accounts": can.several_accounts,
        "renewal_days": can.renewal_days,
        "uploads": [kind.label for kind in one.uploads],
    }


def run_answer(run: SyncRun) -> dict[str, Any]:
    """One run."""
    rows = {name: getattr(run, f"rows_{name}") for name in ("new", "known", "changed", "withdrawn", "returned")}
    error = {"kind": run.error_kind, "code": run.error_code, "message": run.error_message}
    return {
        "id": run.pk,
        "link": str(run.link_id) if run.link_id else None,
        "kind": str(run.kind),
        "state": str(run.state),
        "step": run.step or None,
        "began_at": _moment(run.started_at or run.created_at),
        "ended_at": _moment(run.finished_at),
        "tries_again_at": _moment(run.retry_at),
        "rows": rows,
        "trades_changed": run.trades_changed,
        "trades_restated": run.trades_restated,
        "note": run.note or None,
        "error": error if run.error_kind else None,
    }


def upload_answer(raw: RawStatement) -> dict[str, Any]:
    """A file that waits for its owner's yes."""
    return {
        "id": raw.pk,
        "file_name": raw.file_name,
        "broker": raw.broker,
        "title": raw.title or None,
        "size": raw.size,
        "received_at": _moment(raw.received_at),
    }


def whole_upload_answer(owner: User, number: int | str) -> dict[str, Any]:
    """The same with what accepting it would change. Raises `Http404` where no file with this number waits."""
    raw = statement_for(owner, number)
    if raw.origin != Origin.UPLOADED or raw.accepted_at is not None:
        raise Http404("There is no such page.")
    found = look_again(owner, raw.pk)
    return upload_answer(raw) | {
        "error": found.error or None,
        "nothing_new": not found.error and found.nothing_new,
        "accounts": [_uploaded(account) for account in found.accounts],
        "findings": [
            {name: one[name] for name in ("severity", "code", "message")} | {"remedy": one["remedy"] or None, "new": False}
            for one in found.findings
        ],
    }


def _uploaded(account: UploadedAccount) -> dict[str, Any]:
    return {
        "account": account.number,
        "kind": str(account.kind),
        "account_id": account.account_id,
        "from": account.first.isoformat() if account.first else None,
        "to": account.last.isoformat() if account.last else None,
        "left_out": account.skipped,
        "rows": asdict(account.rows),
        "executions": asdict(account.executions),
    }


def notice_answer(notice: Notice) -> dict[str, Any]:
    """What its owner was told, in the words of the pages. page: where the one thing to do is done."""
    words = told(notice)
    return {
        "id": notice.pk,
        "kind": str(notice.kind),
        "tone": words.tone,
        "title": words.title,
        "text": words.text,
        "action": words.action,
        "page": words.path,
        "link": str(notice.link_id) if notice.link_id else None,
        "account": notice.account.number if notice.account else None,
        "created_at": _moment(notice.created_at),
        "read_at": _moment(notice.read_at),
        "mailed_at": _moment(notice.mailed_at),
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
