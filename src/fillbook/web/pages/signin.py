"""Sign-in pages of ours: an instance without a mail server sends no links, so it says what helps instead."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def no_mail(request: HttpRequest) -> HttpResponse:
    """Who forgot their password asks the operator."""
    return render(request, "account/password_reset.html")


@require_safe
def settings_instead(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """The e-mail address is the name one signs in with; nothing is sent to it."""
    return redirect("settings")
