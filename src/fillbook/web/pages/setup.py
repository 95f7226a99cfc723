"""The first visit: one form, then signed in, then the offer to keep the vault key."""

from typing import Final

from allauth.account.forms import LoginForm
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fillbook.storage.people import make_first_user, needs_first_user
from fillbook.web.forms import SetUpForm
from fillbook.web.language import gettext_lazy

_WRONG_CODE: Final = gettext_lazy(
    "This is not the code in the terminal. Each start of Fillbook prints a new one, and only the latest counts."
)


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first_user(request: HttpRequest) -> HttpResponse:
    """Ask for code, e-mail and password; make the operator and sign them in. Gone once there is a user."""
    if not needs_first_user():
        return redirect("dashboard")
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email, password = form.cleaned_data["email"], form.cleaned_data["password"]
        if make_first_user(form.cleaned_data["code"], email, password):
            return _sign_in(request, email, password)
        form.add_error("code", _WRONG_CODE)
    return render(request, "pages/setup.html", {"form": form})


def _sign_in(request: HttpRequest, email: str, password: str) -> HttpResponse:
    """Through the front door, so that the session is listed and counts as freshly confirmed."""
    form = LoginForm({"login": email, "password": password}, request=request)
    if not form.is_valid():
        return redirect("account_login")
    response: HttpResponse = form.login(request, redirect_url=f"{reverse('settings-key')}?first=1")
    return response
