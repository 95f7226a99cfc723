"""What brokers sent, byte for byte, and which days it covers. Never changed: every other table can be made again from these."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from fillbook.storage.models.links import BrokerAccount, Link
from fillbook.storage.models.people import User


class Origin(models.IntegerChoices):
    """Who says so; a higher one wins over a lower one, and a figure has the lowest origin of its inputs."""

    STATED = 1
    """Stated by the user."""
    UPLOADED = 2
    """From a file that the user uploaded."""
    FETCHED = 3
    """Fetched by us from the broker."""


class RawStatement(models.Model):
    """One document as it was received.

    content: zlib of the bytes whose SHA-256 and size are beside it. accepted_at: when its rows were written, None while an upload waits for
    its owner's yes or the document could not be read (unreadable: why). findings: as `Finding` records in JSON.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(Link, null=True, on_delete=models.SET_NULL, related_name="+")
    broker = models.CharField(max_length=40)
    origin = models.PositiveSmallIntegerField(choices=Origin.choices)
    sandbox = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    content = models.BinaryField()
    file_name = models.CharField(max_length=255, blank=True, default="")
    received_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True)
    parser_version = models.CharField(max_length=40, blank=True, default="")
    fingerprint = models.CharField(max_length=128, blank=True, default="")
    title = models.CharField(max_length=200, blank=True, default="")
    findings = models.JSONField(default=list)
    unreadable = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "sha256"], condition=models.Q(link__isnull=True), name="uploaded_once"),
            models.UniqueConstraint(fields=["link", "sha256"], condition=models.Q(link__isnull=False), name="fetched_once"),
        ]


class StatementCoverage(models.Model):
    """What one document says it covers completely of one account.

    stated_at: when the broker wrote it; a later one wins over an earlier one of the same origin. sections: kinds of rows that it would hold
    if there were any, so that their absence means something. positions_as_of: the day whose positions it states, None when it states none.
    """

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    raw = models.ForeignKey(RawStatement, on_delete=models.CASCADE, related_name="coverages")
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    origin = models.PositiveSmallIntegerField(choices=Origin.choices)
    stated_at = models.DateTimeField()
    positions_as_of = models.DateField(null=True)
    sections = models.JSONField(default=list)
    states_realized_pnl = models.BooleanField(default=False)
    states_transfers = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "raw"], name="coverage_once")]
        indexes: ClassVar = [models.Index(fields=["account", "last"], name="coverage_by_day")]
