"""What sync did, is doing and will try again."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fillbook.storage.models.links import Link
from fillbook.storage.models.people import User
from fillbook.storage.models.raw import RawStatement


class RunKind(models.TextChoices):
    """Why it runs. TRIAL: to try what its owner entered in place of what works. HISTORY: its owner wants earlier years. CHECK: only to see
    whether an account that is not fetched may still be read.
    """

    SCHEDULED = "scheduled"
    MANUAL = "manual"
    FIRST = "first"
    TRIAL = "trial"
    HISTORY = "history"
    UPLOAD = "upload"
    CHECK = "check"


class RunState(models.TextChoices):
    """WAITING: it sleeps until `retry_at` and goes on by itself."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class SyncRun(models.Model):
    """One run of a link, or of an upload (link None).

    step: a code of what it does at present. asks_first, asks_last: the days it asks for at present, None for whatever the broker gives by
    itself. changes are counted over all its statements. trades_changed: round trips that are new, gone or different; trades_restated: those
    of them that stand in its restatements. note: what its owner should know although it ended well, "" for nothing.
    error_*: what stopped it or made it wait.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(Link, null=True, on_delete=models.CASCADE, related_name="+")
    raw = models.ForeignKey(RawStatement, null=True, on_delete=models.SET_NULL, related_name="+")
    workflow_id = models.CharField(max_length=120, blank=True, default="")
    kind = models.CharField(max_length=10, choices=RunKind.choices)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    step = models.CharField(max_length=40, blank=True, default="")
    step_started_at = models.DateTimeField(null=True)
    asks_first = models.DateField(null=True)
    asks_last = models.DateField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    rows_new = models.PositiveIntegerField(default=0)
    rows_known = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_withdrawn = models.PositiveIntegerField(default=0)
    rows_returned = models.PositiveIntegerField(default=0)
    trades_changed = models.PositiveIntegerField(default=0)
    trades_restated = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True, default="")
    error_kind = models.CharField(max_length=20, blank=True, default="")
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_message = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["link"], condition=Q(link__isnull=False, state__in=["queued", "running", "waiting"]), name="one_run_per_link"
            ),
            models.UniqueConstraint(fields=["workflow_id"], condition=~Q(workflow_id=""), name="run_once_per_workflow"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["link", "-created_at"], name="run_by_link"),
            models.Index(fields=["owner", "-created_at"], name="run_by_owner"),
        ]
