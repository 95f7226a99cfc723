"""What later statements changed in what was known already: noted when it happens and never changed, for a rebuild makes all else anew."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from fillbook.storage.models.links import BrokerAccount
from fillbook.storage.models.raw import RawStatement
from fillbook.storage.models.runs import SyncRun


class Restatement(models.Model):
    """One statement that says of an account's past something else than statements before it.

    stated_at: when the broker wrote it. rows: how many facts it changed.
    """

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    statement = models.ForeignKey(RawStatement, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(SyncRun, null=True, on_delete=models.SET_NULL, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)
    stated_at = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "statement"], name="restated_once")]


class RestatedWhat(models.TextChoices):
    """What became of a fact. DROPPED: a statement that tells all of its day no longer has it. ADDED: on a day that was told whole."""

    CHANGED = "changed"
    DROPPED = "dropped"
    CANCELLED = "cancelled"
    RETURNED = "returned"
    ADDED = "added"


class RestatedRow(models.Model):
    """One fact before and after. kind: as `storage.records.Kind.statement_field`.

    replaced_by: id of what was booked in the place of a cancelled one. before_at: when the earlier statement was written, None for an added
    fact. fields: name -> [before, after] as texts, None for nothing; of a changed fact only those that differ.
    """

    restatement = models.ForeignKey(Restatement, on_delete=models.CASCADE, related_name="row_changes")
    kind = models.CharField(max_length=40)
    what = models.CharField(max_length=10, choices=RestatedWhat.choices)
    row_id = models.CharField(max_length=200)
    replaced_by = models.CharField(max_length=200, blank=True, default="")
    symbol = models.CharField(max_length=120, blank=True, default="")
    day = models.DateField()
    before_at = models.DateTimeField(null=True)
    fields = models.JSONField(default=dict)


class RestatedTrip(models.Model):
    """A round trip before and after: `storage.trip_figures.TripFigures` as texts, None for one that was not there.

    key_before, key_after: public ids, "" where there is none. They differ when the trade's first fill is another one now. fates: of a trade
    that is gone, what became of each fill (id, day, quantity, price as texts; key: of the trade that it is in now, "" for none; what: a
    `RestatedWhat` where the statement says otherwise of it, "" where it is left without its other side).
    """

    restatement = models.ForeignKey(Restatement, on_delete=models.CASCADE, related_name="trip_changes")
    key_before = models.CharField(max_length=64, blank=True, default="")
    key_after = models.CharField(max_length=64, blank=True, default="")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    fates = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["key_before"], name="restated_by_old_key"),
            models.Index(fields=["key_after"], name="restated_by_new_key"),
        ]


class FormerTrip(models.Model):
    """The public id of a round trip that a statement made another of, or none: links and programs may still have it.

    execution_id, role: of the fill that a word about it would have hung on; the trade that has that fill now is meant. heir: the public
    id that took its place then, "" for none.
    """

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    execution_id = models.CharField(max_length=200)
    role = models.CharField(max_length=20)
    heir = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "account"], name="former_key_once")]
        indexes: ClassVar = [models.Index(fields=["account", "heir"], name="former_by_heir")]
