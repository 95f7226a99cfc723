"""What can be done to a link: sync now, pause, resume, choose its accounts, end it."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fillbook.storage.access import accounts_of, link_for
from fillbook.sync import service
from fillbook.web.brokerwords import said
from fillbook.web.pages.linking import known_broker
from fillbook.web.viewer import recently_confirmed, viewer

DELETE_WORD: Final = "delete"


@require_POST
def sync(request: HttpRequest, link_id: str) -> HttpResponse:
    """Fetch now."""
    try:
        service.sync_now(viewer(request), link_id)
    except service.Refused as refusal:
        messages.error(request, said(refusal.message))
        return redirect("accounts")
    return redirect("link-progress", link_id)


@require_POST
def back(request: HttpRequest, link_id: str) -> HttpResponse:
    """Fetch earlier years, as far back as the broker has them."""
    try:
        service.go_back(viewer(request), link_id)
    except service.Refused as refusal:
        messages.error(request, said(refusal.message))
        return redirect("accounts")
    return redirect("link-progress", link_id)


@require_POST
def pause(request: HttpRequest, link_id: str) -> HttpResponse:
    """Fetch nothing until it is resumed."""
    service.pause(viewer(request), link_id)
    messages.success(request, _("Paused. What was fetched stays; nothing new comes until you resume."))
    return redirect("accounts")


@require_POST
def resume(request: HttpRequest, link_id: str) -> HttpResponse:
    """Fetch again, beginning now."""
    try:
        service.resume(viewer(request), link_id)
    except service.Refused as refusal:
        messages.error(request, said(refusal.message))
        return redirect("accounts")
    return redirect("link-progress", link_id)


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, link_id: str) -> HttpResponse:
    """Which accounts of a link are followed and counted."""
    owner = viewer(request)
    link = link_for(owner, link_id)
    if request.method == "POST":
        service.choose_accounts(owner, link.pk, request.POST.getlist("account"))
        messages.success(request, _("Saved. Accounts you left out keep what they have and are not counted."))
        return redirect("accounts")
    context = {"link": link, "accounts": accounts_of(owner).filter(link=link), "broker": known_broker(link.broker)}
    return render(request, "pages/link_accounts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@recently_confirmed
def unlink(request: HttpRequest, link_id: str) -> HttpResponse:
    """End a link: keep the trades, or delete everything once the word is typed."""
    owner = viewer(request)
    link = link_for(owner, link_id)
    what, word = request.POST.get("what", ""), request.POST.get("word", "").strip().lower()
    if request.method == "POST" and (what == "keep" or (what == "delete" and word == DELETE_WORD)):
        service.unlink(owner, link.pk, keep=what == "keep")
        kept = _("Unlinked. Your trades stay; the token is erased.")
        messages.success(request, kept if what == "keep" else _("Unlinked, and everything that came from it is deleted."))
        return redirect("accounts")
    context = {
        "link": link,
        "broker": known_broker(link.broker),
        "accounts": accounts_of(owner).filter(link=link),
        "word": DELETE_WORD,
        "refused": request.method == "POST",
    }
    return render(request, "pages/unlink.html", context, status=422 if request.method == "POST" else 200)
