"""Links and their runs as JSON values, as the API and the commands answer with them. Nothing here is secret."""

from datetime import UTC, datetime
from typing import Any

from fillbook.brokers.manifests import manifests
from fillbook.storage.access import accounts_of
from fillbook.storage.models import Link, SyncRun
from fillbook.sync.notices import ends_on
from fillbook.sync.runs import next_run_at


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
        "refused": refused or None,
        "run": run_answer(run) if run else None,
    }


def run_answer(run: SyncRun) -> dict[str, Any]:
    """One run."""
    rows = {name: getattr(run, f"rows_{name}") for name in ("new", "known", "changed", "withdrawn")}
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
        "note": run.note or None,
        "error": error if run.error_kind else None,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
