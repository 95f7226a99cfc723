"""What a user sees who has no account yet: two ways on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fillbook.web.brokerwords import brokers_in_words


@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    """Link a broker, or try it with the sandbox broker."""
    return render(request, "pages/welcome.html", {"brokers": brokers_in_words()})
