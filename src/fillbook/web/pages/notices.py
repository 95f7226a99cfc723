"""What a person was told: the latest first, each put away once it is read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fillbook.storage.access import notice_for, notices_of
from fillbook.storage.models import Notice
from fillbook.storage.notices import put_away
from fillbook.sync.telling import Told, told
from fillbook.web.brokerwords import said
from fillbook.web.viewer import viewer

SIZE: Final = 25


@dataclass(frozen=True, slots=True)
class Shown:
    """One notice on the page."""

    id: int
    words: Told
    at: datetime
    is_read: bool
    mailed: bool


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Everything the viewer was told."""
    mine = notices_of(viewer(request))
    page = Paginator(mine, SIZE).get_page(request.GET.get("page"))
    context = {"notices": [_shown(one) for one in page], "page": page, "unread": mine.filter(read_at=None).count()}
    return render(request, "pages/notices.html", context)


@require_POST
def away(request: HttpRequest, notice_id: str) -> HttpResponse:
    """Put one away; back to the page it was on."""
    user = viewer(request)
    put_away(notices_of(user).filter(pk=notice_for(user, notice_id).pk), timezone.now())
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(target if safe else "notices")


@require_POST
def all_away(request: HttpRequest) -> HttpResponse:
    """Put all away."""
    put_away(notices_of(viewer(request)), timezone.now())
    messages.success(request, _("All read."))
    return redirect("notices")


def _shown(notice: Notice) -> Shown:
    return Shown(notice.pk, told(notice, said), notice.created_at, notice.read_at is not None, notice.mailed_at is not None)
