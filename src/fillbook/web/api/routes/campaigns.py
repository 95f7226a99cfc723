"""Campaigns: read, made, named, added to, taken apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fillbook.journal.shapes import Shape
from fillbook.storage import campaign_changes, campaigning
from fillbook.storage.access import campaign_for, trip_for
from fillbook.storage.answers.campaigns import campaigns_page, candidates_answer, changes_answer, whole_campaign_answer
from fillbook.storage.models import User
from fillbook.storage.words import NothingToHoldOn
from fillbook.web.api.asking import Chosen, Key, Number, Paging, bad_cursor, cursor_of, meant, place_in
from fillbook.web.api.declaring import read, write
from fillbook.web.api.problems import Problem, refuse
from fillbook.web.api.schemas.campaigns import CampaignAnswer, CampaignChanged, CampaignSent, Candidates, Changes, LegSent, WholeCampaign
from fillbook.web.api.schemas.kinds import PageOf
from fillbook.web.api.tokens import asker

router = Router(tags=["trades"])


class OfValue(Schema):
    """Of which part of /reports/campaigns."""

    shape: Shape | None = Field(None, description="Only those of this shape.")
    on: str = Field(
        "",
        max_length=40,
        pattern=r"^([!-~]([ -~]{0,38}[!-~])?)?$",
        description="Only those of this underlying, as `underlying` has it.",
    )


@read(router, "/campaigns", PageOf[CampaignAnswer], name="campaigns", twin="campaigns")
def campaigns(request: HttpRequest, asked: Query[Chosen], kind: Query[OfValue], paging: Query[Paging]) -> dict[str, Any]:
    """Round trips that belong together, each once, the latest first. Of symbol, side, class, tags and time of day one leg's are enough."""
    accounts, chosen = meant(asker(request), asked)
    place = place_in(paging.cursor, str, int)
    after, on = ((place[0], place[1]) if place else None), kind.on.strip().upper()
    page = campaigns_page(accounts, chosen, after, paging.limit, shape=kind.shape or "", on=on)
    if page is None:
        raise bad_cursor()
    return {"items": page[0], "next": cursor_of(*page[1]) if page[1] else None}


@read(router, "/campaigns/{key}", WholeCampaign, name="campaign", twin="campaigns --key {key}")
def campaign(request: HttpRequest, key: Key) -> dict[str, Any]:
    """One campaign, by the key of any of its legs, with its fills in time."""
    return whole_campaign_answer(campaign_for(asker(request), key))


@read(router, "/trades/{key}/candidates", Candidates, name="trade-candidates", twin="campaigns --candidates {key}")
def candidates(request: HttpRequest, key: Key) -> dict[str, Any]:
    """What it, or the campaign that it is in, could be taken together with: trades of its account and underlying, fifty at most."""
    return {"items": candidates_answer(trip_for(asker(request), key))}


@write(router, "POST", "/campaigns", CampaignAnswer, name="campaign-make", status=201)
def make(request: HttpRequest, data: CampaignSent) -> Status[Any]:
    """Take round trips of one account as one campaign."""
    user = asker(request)
    with _said():
        return Status(201, _one(user, campaigning.gather(user, data.trades, data.name).key))


@write(router, "PUT", "/campaigns/{key}", CampaignAnswer, name="campaign-keep")
def keep(request: HttpRequest, key: Key, data: CampaignChanged) -> dict[str, Any]:
    """Name a campaign; it is the trader's own from then on."""
    user = asker(request)
    with _said():
        return _one(user, campaigning.keep(user, key, data.name).key)


@write(router, "POST", "/campaigns/{key}/legs", CampaignAnswer, name="campaign-add")
def add(request: HttpRequest, key: Key, data: LegSent) -> dict[str, Any]:
    """Put one more round trip into a campaign."""
    user = asker(request)
    with _said():
        return _one(user, campaigning.add(user, key, data.trade).key)


@write(router, "DELETE", "/campaigns/{key}", None, name="campaign-apart", status=204)
def apart(request: HttpRequest, key: Key) -> Status[Any]:
    """Let each of its round trips stand by itself; they stay as they are."""
    with _said():
        campaigning.dissolve(asker(request), key)
    return Status(204, None)


@write(router, "DELETE", "/trades/{key}/campaign", None, name="trade-alone", status=204)
def alone(request: HttpRequest, key: Key) -> Status[Any]:
    """Let a round trip stand by itself, whatever is proposed."""
    with _said():
        campaigning.take_out(asker(request), key)
    return Status(204, None)


@write(router, "PUT", "/trades/{key}/campaign", None, name="trade-proposed", status=204)
def proposed(request: HttpRequest, key: Key) -> Status[Any]:
    """Let a round trip that was taken out be proposed again."""
    campaigning.put_back(asker(request), key)
    return Status(204, None)


@read(router, "/campaign-changes", Changes, name="campaign-changes", twin="campaigns --changes")
def changes(request: HttpRequest) -> dict[str, Any]:
    """What you changed of campaigns and can take back now, the latest first."""
    return {"items": changes_answer(campaign_changes.changes_of(asker(request)))}


@write(router, "DELETE", "/campaign-changes/{change_id}", None, name="campaign-undo", status=204)
def undo(request: HttpRequest, change_id: Number) -> Status[Any]:
    """Take a change back, as if it had never been made; of several about the same fills the last one first."""
    campaign_changes.undo(asker(request), change_id)
    return Status(204, None)


def _one(user: User, key: str) -> dict[str, Any]:
    return whole_campaign_answer(campaign_for(user, key))


@contextmanager
def _said() -> Iterator[None]:
    """What cannot be one campaign becomes an answer."""
    try:
        yield
    except campaigning.BadCampaign as problem:
        raise refuse("trades", str(problem)) from None
    except NothingToHoldOn:
        raise Problem("conflict", "This round trip has no fill of its own that words could hang on.", "Leave it out.") from None
