"""On a phone: the places that have no tab of their own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """A list of links; the frame knows them."""
    return render(request, "pages/more.html")
