"""A fresh instance sends its first visitor to the set-up page, wherever they knock; a program hears that it has no token."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fillbook.storage.people import needs_first_user


class FirstVisit:
    """Middleware. Once there is a user there always is one, so it asks the database until then only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._set_up = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or send to the set-up page."""
        if not self._set_up and request.path != reverse("setup") and not request.path.startswith("/api/"):
            if needs_first_user():
                return redirect("setup")
            self._set_up = True
        return self._get_response(request)
