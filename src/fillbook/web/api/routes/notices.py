"""Notices: what the asker was told, and put away."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from fillbook.storage.access import notice_for, notices_of
from fillbook.storage.notices import put_away
from fillbook.sync.answers import notice_answer
from fillbook.web.api.asking import Number, Paging, after_moment, cursor_of
from fillbook.web.api.declaring import read, write
from fillbook.web.api.schemas.history import NoticeAnswer
from fillbook.web.api.schemas.kinds import PageOf
from fillbook.web.api.tokens import asker

router = Router(tags=["links"])


class Unread(Schema):
    """Which notices."""

    unread: bool = Field(default=False, description="Only those that were not put away.")


@read(router, "/notices", PageOf[NoticeAnswer], name="notices", twin="notices")
def notices(request: HttpRequest, asked: Query[Unread], paging: Query[Paging]) -> dict[str, Any]:
    """What you were told of your links, the latest first."""
    found = notices_of(asker(request))
    if asked.unread:
        found = found.filter(read_at=None)
    if place := after_moment(paging.cursor):
        found = found.filter(Q(created_at__lt=place[0]) | Q(created_at=place[0], pk__lt=place[1]))
    rows = list(found[: paging.limit + 1])
    kept = rows[: paging.limit]
    more = cursor_of(kept[-1].created_at.isoformat(), kept[-1].pk) if len(rows) > len(kept) else None
    return {"items": [notice_answer(one) for one in kept], "next": more}


@write(router, "POST", "/notices/{notice_id}/away", NoticeAnswer, name="notice-away")
def away(request: HttpRequest, notice_id: Number) -> dict[str, Any]:
    """Put a notice away."""
    user = asker(request)
    put_away(notices_of(user).filter(pk=notice_for(user, notice_id).pk), timezone.now())
    return notice_answer(notice_for(user, notice_id))


@write(router, "POST", "/notices/away", None, name="notices-away", status=204)
def all_away(request: HttpRequest) -> Status[Any]:
    """Put all notices away."""
    put_away(notices_of(asker(request)), timezone.now())
    return Status(204, None)
