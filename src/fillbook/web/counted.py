"""Things that pages count, in one and in many: a language may inflect each as it likes."""

from collections.abc import Callable
from typing import Final

from django.utils.translation import ngettext

_NOUNS: Final[dict[str, Callable[[int], str]]] = {
    "trade": lambda count: ngettext("%(count)s trade", "%(count)s trades", count),
    "closed trade": lambda count: ngettext("%(count)s closed trade", "%(count)s closed trades", count),
    "incomplete trade": lambda count: ngettext("%(count)s incomplete trade", "%(count)s incomplete trades", count),
    "round trip": lambda count: ngettext("%(count)s round trip", "%(count)s round trips", count),
    "campaign": lambda count: ngettext("%(count)s campaign", "%(count)s campaigns", count),
    "fall": lambda count: ngettext("%(count)s fall", "%(count)s falls", count),
    "position": lambda count: ngettext("%(count)s position", "%(count)s positions", count),
    "account": lambda count: ngettext("%(count)s account", "%(count)s accounts", count),
    "instrument": lambda count: ngettext("%(count)s instrument", "%(count)s instruments", count),
    "fill": lambda count: ngettext("%(count)s fill", "%(count)s fills", count),
    "closing fill": lambda count: ngettext("%(count)s closing fill", "%(count)s closing fills", count),
    "lot": lambda count: ngettext("%(count)s lot", "%(count)s lots", count),
    "figure": lambda count: ngettext("%(count)s figure", "%(count)s figures", count),
    "charge": lambda count: ngettext("%(count)s charge", "%(count)s charges", count),
    "row": lambda count: ngettext("%(count)s row", "%(count)s rows", count),
    "new row": lambda count: ngettext("%(count)s new row", "%(count)s new rows", count),
    "note": lambda count: ngettext("%(count)s note", "%(count)s notes", count),
    "place": lambda count: ngettext("%(count)s place", "%(count)s places", count),
    "token": lambda count: ngettext("%(count)s token", "%(count)s tokens", count),
    "try": lambda count: ngettext("%(count)s try", "%(count)s tries", count),
    "minute": lambda count: ngettext("%(count)s minute", "%(count)s minutes", count),
    "day": lambda count: ngettext("%(count)s day", "%(count)s days", count),
    "year": lambda count: ngettext("%(count)s year", "%(count)s years", count),
}
"""Noun -> its form for a count. The whole phrase is translated, since a language may also put the number elsewhere."""


def counted(count: int, written: str, noun: str) -> str:
    """`1,204 trades`. written: the count as the page writes numbers."""
    return _NOUNS[noun](count) % {"count": written}
