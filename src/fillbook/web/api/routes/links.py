"""Links, their runs, and files that wait to be accepted."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fillbook.brokers.manifests import manifests
from fillbook.storage.access import link_for, links_of, run_for, runs_of
from fillbook.storage.answers.restated import restatements_answer
from fillbook.storage.restated import restated_in
from fillbook.storage.tokens import Scope
from fillbook.sync.answers import broker_answer, link_answer, run_answer, upload_answer, whole_upload_answer
from fillbook.sync.service import Refused, go_back, sync_now
from fillbook.sync.uploads import waiting
from fillbook.web.api.asking import Number, Paging, cursor_of, place_in
from fillbook.web.api.declaring import read, write
from fillbook.web.api.problems import Problem
from fillbook.web.api.schemas.accounts import Brokers, LinkAnswer, Links, Run, Uploads, WholeUpload
from fillbook.web.api.schemas.history import Restatements
from fillbook.web.api.schemas.kinds import PageOf
from fillbook.web.api.tokens import asker

router = Router(tags=["links"])


class OfLink(Schema):
    """Which runs."""

    link: UUID | None = Field(None, description="Only those of one link.")


@read(router, "/brokers", Brokers, name="brokers", twin="brokers")
def brokers(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 - the same for everybody
    """The brokers there are, and what each can give."""
    return {"items": [broker_answer(one) for one in manifests().values()]}


@read(router, "/links", Links, name="links", twin="sync --status")
def links(request: HttpRequest) -> dict[str, Any]:
    """Your links, with how each stands."""
    user = asker(request)
    return {"items": [link_answer(link, runs_of(user).filter(link=link).first()) for link in links_of(user)]}


@read(router, "/links/{link_id}", LinkAnswer, name="link", twin="sync --status {link_id}")
def link(request: HttpRequest, link_id: UUID) -> dict[str, Any]:
    """One link."""
    user = asker(request)
    found = link_for(user, link_id)
    return link_answer(found, runs_of(user).filter(link=found).first())


@write(router, "POST", "/links/{link_id}/sync", Run, name="link-sync", status=202, scope=Scope.SYNC)
def sync(request: HttpRequest, link_id: UUID) -> Status[Any]:
    """Fetch now. Answers with the run that begins, or that goes on already; /runs/{run_id} tells how it ends."""
    try:
        return Status(202, run_answer(sync_now(asker(request), link_id)))
    except Refused as refusal:
        raise Problem("conflict", refusal.message, "Do what it says, then ask again.") from None


@write(router, "POST", "/links/{link_id}/back", Run, name="link-back", status=202, scope=Scope.SYNC)
def back(request: HttpRequest, link_id: UUID) -> Status[Any]:
    """Fetch earlier years, as far back as the broker has them. Answers with the run that begins, or that goes on already."""
    try:
        return Status(202, run_answer(go_back(asker(request), link_id)))
    except Refused as refusal:
        raise Problem("conflict", refusal.message, "Do what it says, then ask again.") from None


@read(router, "/runs", PageOf[Run], name="runs", twin="runs")
def runs(request: HttpRequest, asked: Query[OfLink], paging: Query[Paging]) -> dict[str, Any]:
    """Sync runs, the latest first."""
    user = asker(request)
    found = runs_of(user).order_by("-pk")
    if asked.link is not None:
        found = found.filter(link=link_for(user, asked.link))
    place = place_in(paging.cursor, int)
    rows = list((found.filter(Q(pk__lt=place[0])) if place else found)[: paging.limit + 1])
    kept = rows[: paging.limit]
    return {"items": [run_answer(run) for run in kept], "next": cursor_of(kept[-1].pk) if len(rows) > len(kept) else None}


@read(router, "/uploads", Uploads, name="uploads", twin="import --waiting")
def uploads(request: HttpRequest) -> dict[str, Any]:
    """Files that were chosen on the pages and wait to be accepted or discarded there, the latest first."""
    return {"items": [upload_answer(raw) for raw in waiting(asker(request))]}


@read(router, "/uploads/{upload_id}", WholeUpload, name="upload", twin="import --waiting {upload_id}")
def upload(request: HttpRequest, upload_id: Number) -> dict[str, Any]:
    """What accepting such a file would change, account by account. Nothing is taken, and nothing dropped, by looking."""
    return whole_upload_answer(asker(request), upload_id)


@read(router, "/runs/{run_id}/restatements", Restatements, name="run-restatements", twin="restatements --run {run_id}")
def run_restatements(request: HttpRequest, run_id: Number) -> dict[str, Any]:
    """What the statements that a run brought changed in the past, in whichever account, the latest first."""
    return {"items": restatements_answer(list(restated_in(run_for(asker(request), run_id).pk)))}


@read(router, "/runs/{run_id}", Run, name="run", twin="runs --id {run_id}")
def run(request: HttpRequest, run_id: Number) -> dict[str, Any]:
    """One run."""
    return run_answer(run_for(asker(request), run_id))
