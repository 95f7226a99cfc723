"""What a person is told once, and what is known of brokers that do not answer."""

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fillbook.storage.models.links import BrokerAccount, EndpointKind, Link
from fillbook.storage.models.people import User


class NoticeKind(StrEnum):
    """What happened.

    CREDENTIAL_AGES: it ends soon (`on`: the day at the latest, ISO). LINK_STOPPED: only the user can mend it (`code`, `message`).
    STATEMENT_LATE: statements end on a day that no holiday explains (`figures_to`, ISO). QUERY_CHANGED: statements lack what they had
    (`lacks`: sentences). HISTORY_CHANGED: a later statement changed or dropped rows, or has them again (`changed`, `withdrawn`, `returned`,
    `trades`: counts; `restated`: trades that are different, gone or there again).
    """

    CREDENTIAL_AGES = "credential_ages"
    LINK_STOPPED = "link_stopped"
    STATEMENT_LATE = "statement_late"
    QUERY_CHANGED = "query_changed"
    HISTORY_CHANGED = "history_changed"


class Notice(models.Model):
    """One thing that its owner is told, on pages and perhaps by mail.

    kind: a `NoticeKind`. key: names the occasion, so that each is told once however often it is found. parameters: of the sentence; no
    secret, no amount.
    read_at: its owner put it away, or it is over. mail_tried_at, mail_tries: of mails that may not have gone out; mailed_at: it did.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(Link, null=True, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(BrokerAccount, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=160)
    parameters = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail_tried_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "key"], name="told_once")]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-created_at"], name="notice_by_owner"),
            models.Index(fields=["created_at"], condition=Q(mailed_at=None, read_at=None), name="notice_to_mail"),
        ]


class BrokerSilence(models.Model):
    """A broker whose hosts do not answer at present; no row while they do.

    links: ids of those in a row that had no answer, a few at most. asked_by, asked_until: the one that asks for all, and how long it may
    take.
    """

    broker = models.CharField(max_length=40)
    endpoint = models.CharField(max_length=10, choices=EndpointKind.choices)
    since = models.DateTimeField(default=timezone.now)
    links = models.JSONField(default=list)
    asked_by = models.CharField(max_length=40, blank=True, default="")
    asked_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["broker", "endpoint"], name="one_silence_per_broker")]
