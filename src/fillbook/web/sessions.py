"""How long a sign-in lasts: two weeks after its last use, three months in all."""

from collections.abc import Callable
from typing import Final

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

LONGEST_DAYS: Final = 90


class LastingSessions:
    """Renews a session once a day that it is used, not for every page: each renewal is a write, which would wait behind an import."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Renew or end, then answer."""
        if request.user.is_authenticated:
            today = timezone.now().date().toordinal()
            began = request.session.setdefault("began", today)
            if today - began > LONGEST_DAYS:
                logout(request)
            elif request.session.get("used") != today:
                request.session["used"] = today
        return self._get_response(request)
