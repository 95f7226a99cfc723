"""An account without a link: left out of the figures and counted again, or deleted with the statements it rests on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fillbook.storage.access import account_for
from fillbook.storage.loose import count_account, delete_account
from fillbook.web.pages.accounts import name_of
from fillbook.web.pages.links import DELETE_WORD
from fillbook.web.viewer import recently_confirmed, viewer


@require_http_methods(["GET", "HEAD", "POST"])
@recently_confirmed
def remove(request: HttpRequest, account_id: int) -> HttpResponse:
    """Leave an account out, or delete everything of it once the word is typed. One of a link is chosen and unlinked with its link."""
    owner = viewer(request)
    account = account_for(owner, account_id)
    if account.link_id is not None:
        return redirect("link-accounts", account.link_id)
    what, word = request.POST.get("what", ""), request.POST.get("word", "").strip().lower()
    if request.method == "POST" and what == "leave":
        count_account(owner, account.pk, counts=False)
        messages.success(request, _("Left out. It keeps what it has, and no figure counts it."))
        return redirect("accounts")
    if request.method == "POST" and what == "delete" and word == DELETE_WORD:
        delete_account(owner, account.pk)
        messages.success(request, _("Deleted, with its statements, trades and notes."))
        return redirect("accounts")
    context = {"account": account, "name": name_of(account), "word": DELETE_WORD, "refused": request.method == "POST"}
    return render(request, "pages/account_remove.html", context, status=422 if request.method == "POST" else 200)


@require_POST
def count(request: HttpRequest, account_id: int) -> HttpResponse:
    """Count an account again that was left out."""
    account = account_for(viewer(request), account_id)
    if account.link_id is not None:
        return redirect("link-accounts", account.link_id)
    count_account(viewer(request), account.pk, counts=True)
    messages.success(request, _("Counted again in every figure."))
    return redirect("account", account.pk)
