"""What the figures of a person are made of, as one short text that changes whenever they could."""

import hashlib
from typing import Final

from django.db.models import Count, Max

from fillbook.storage.access import Viewer, accounts_of
from fillbook.storage.models import BalanceRow, Campaign, CampaignLeg, LegApart, Note, Tag, TagMark, TripPlanned

_OF_ACCOUNT: Final = (
    "pk number alias kind base_currency chosen grouping matching assignment counts_forex tracked_since figures_to totals__rebuilt_at "
    "totals__rules"
).split()
"""What an account's figures depend on; a hidden account is not among the viewer's."""


def state_of(viewer: Viewer) -> str:
    """A hash of the viewer's accounts with the moment at which their round trips were last made, of their worth, and of their words.

    Round trips, their totals and where they hang are rewritten together with that moment; what an account was worth can come without any.
    A word that is written, changed or dropped changes a count, the newest number or the newest moment, since numbers are never given
    twice.
    """
    if not viewer.is_authenticated:
        return ""
    parts: list[object] = list(accounts_of(viewer).values_list(*_OF_ACCOUNT))
    newest = {"count": Count("pk"), "last": Max("pk")}
    parts += [
        BalanceRow.objects.filter(account__owner=viewer).aggregate(**newest),  # another figure for a day is another row
        Note.objects.filter(owner=viewer).aggregate(**newest, changed=Max("changed_at")),
        TagMark.objects.filter(tag__owner=viewer).aggregate(**newest),
        TripPlanned.objects.filter(account__owner=viewer).aggregate(**newest, changed=Max("changed_at")),
        Campaign.objects.filter(account__owner=viewer).aggregate(**newest, changed=Max("changed_at")),
        CampaignLeg.objects.filter(campaign__account__owner=viewer).aggregate(**newest),
        LegApart.objects.filter(account__owner=viewer).aggregate(**newest),
        list(Tag.objects.filter(owner=viewer).order_by("pk").values_list("pk", "name", "hue")),
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()
