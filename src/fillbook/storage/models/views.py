"""How a person likes to look at their trades, and what they changed of how fills were grouped."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from fillbook.storage.models.links import BrokerAccount
from fillbook.storage.models.people import User


class SavedView(models.Model):
    """A page, or a filter for any page, under a name (`storage.viewing.Viewed`).

    page: the path that it opens, "" for a filter alone. query: as in an address, canonical. is_default: what pages without a filter show;
    at most one.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    page = models.CharField(max_length=60, blank=True, default="")
    query = models.CharField(max_length=2000, blank=True, default="")
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("owner", Lower("name"), name="view_name_once"),
            models.UniqueConstraint(fields=["owner"], condition=Q(is_default=True), name="one_default_view"),
        ]


class TripOverride(models.Model):
    """`trades.overrides`: the owner's word that a trade begins at a fill (cut), or goes on with it (join).

    It hangs on the fill by the broker's id, never on a derived row, so it survives every rebuild; where that fill was booked again or
    numbered anew, it means what is told in its place. A fill that is in no such place at present leaves it without effect.
    """

    class Kind(models.TextChoices):
        CUT = "cut"
        JOIN = "join"

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    execution_id = models.CharField(max_length=200)
    instrument_key = models.CharField(max_length=120)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "kind", "execution_id"], name="override_once")]
