"""The language of a page: its reader's choice, else what their browser asks for."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from fillbook.storage.models import User

gettext_lazy = cast("Callable[[str], str]", translation.gettext_lazy)
"""Marks words that stand in a table of a module: they are translated when they are shown. Typed as the text that they become."""


class ReadersLanguage:
    """Puts the language that a user chose in the place of what their browser asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Speak it for this answer; the middleware of the browser's language begins each request anew."""
        user = request.user
        if isinstance(user, User) and user.locale in dict(settings.LANGUAGES):
            translation.activate(user.locale)
            request.LANGUAGE_CODE = user.locale
        return self._get_response(request)
