"""What a broker sent of one fact: the bytes of its row, and the fields within them."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fillbook.storage.answers.sent import fields_in, sent_text
from fillbook.storage.models import PositionRow, StatedRow
from fillbook.web.privacy import amounts_hidden
from fillbook.web.viewer import is_partial, vary_on_partial


@dataclass(frozen=True, slots=True)
class Sent:
    """A row as it came. fields: (name, value) of its attributes that are not empty; none where it has no attributes."""

    text: str
    fields: tuple[tuple[str, str], ...]
    received: datetime
    file_name: str


def sent_row(row: StatedRow | PositionRow) -> Sent:
    """Read a row's bytes out of the statement that brought it; while amounts are hidden, a sentence instead."""
    if amounts_hidden():
        return Sent(_("Hidden together with the amounts."), (), row.raw.received_at, row.raw.file_name)
    text = sent_text(row)
    return Sent(text, fields_in(text), row.raw.received_at, row.raw.file_name)


def render_sent(request: HttpRequest, row: StatedRow | PositionRow, back: str, back_words: str) -> HttpResponse:
    """As a region for htmx, else as a page that leads back."""
    template = "pages/_sent.html" if is_partial(request) else "pages/sent.html"
    context = {"sent": sent_row(row), "back": back, "back_words": back_words}
    return vary_on_partial(render(request, template, context))
