"""Who looks at a page, and whether they have shown lately that it is still them."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers

from fillbook.storage.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def viewer(request: HttpRequest) -> User:
    """The signed-in user; every view has one unless it says `login_not_required`."""
    assert isinstance(request.user, User)
    return request.user


def recently_confirmed(view: View[P]) -> View[P]:
    """For pages that take or show secrets: the password (or passkey) is asked for again when the last time is long ago.

    A form that is sent too late is asked for again and never kept meanwhile: what is suspended would lie in the session, secrets included.
    """

    @wraps(view)
    def confirmed(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not _confirmed_lately(request):
            if request.method == "POST":
                return redirect(request.path)
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return cast("View[P]", confirmed)


def _confirmed_lately(request: HttpRequest) -> bool:
    """Signing in counts like confirming."""
    records = get_authentication_records(request, viewer(request))
    return any(time.time() - record["at"] < app_settings.REAUTHENTICATION_TIMEOUT for record in records)


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for one region of a page."""
    return request.headers.get("HX-Request") == "true"


def vary_on_partial(response: HttpResponse) -> HttpResponse:
    """One address answers with a page or with a region of it, which a cache must tell apart."""
    patch_vary_headers(response, ["HX-Request"])
    return response
