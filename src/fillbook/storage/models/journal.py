"""The trader's own words and groupings. They hang on executions, never on derived rows, so that they survive every rebuild.

No import, rebuild or change of settings writes here: which trades a word is about at present is derived (`TripNote`, `TripMark`,
`TripPlan`).
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fillbook.journal.tags import Hue
from fillbook.storage.fields import ExactDecimalField
from fillbook.storage.models.links import BrokerAccount
from fillbook.storage.models.people import User


class NoteAbout(models.TextChoices):
    """What a note is about. MONTH: its day is the first of the month."""

    TRADE = "trade"
    DAY = "day"
    MONTH = "month"


class Note(models.Model):
    """The trader's own text, in Markdown as written.

    account, execution_id, role: `journal.anchors.Anchor` of a note about a trade. day: of a note about a day or a month.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    about = models.CharField(max_length=5, choices=NoteAbout.choices)
    account = models.ForeignKey(BrokerAccount, null=True, on_delete=models.CASCADE, related_name="+")
    execution_id = models.CharField(max_length=200, blank=True, default="")
    role = models.CharField(max_length=10, blank=True, default="")
    day = models.DateField(null=True)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(about="trade", account__isnull=False, day__isnull=True)
                | (~Q(about="trade") & Q(account__isnull=True, day__isnull=False)),
                name="note_about_something",
            ),
            models.UniqueConstraint(fields=["owner", "about", "day"], condition=~Q(about="trade"), name="note_once_a_day"),
        ]
        indexes: ClassVar = [models.Index(fields=["owner", "-changed_at"], name="note_by_owner")]


class Tag(models.Model):
    """A short name with a colour. key: by what two names are the same tag (`journal.tags.key_of`)."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    hue = models.CharField(max_length=10, choices=[(hue.value, hue.name) for hue in Hue])
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "key"], name="tag_once_per_owner")]


class TagMark(models.Model):
    """A tag on a trade; account, execution_id, role: its `journal.anchors.Anchor`."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="marks")
    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    execution_id = models.CharField(max_length=200)
    role = models.CharField(max_length=10)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tag", "account", "execution_id", "role"], name="mark_once")]


class TripPlanned(models.Model):
    """`journal.plans.Plan` of a trade: stop and target are prices; account, execution_id, role: its `journal.anchors.Anchor`."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    execution_id = models.CharField(max_length=200)
    role = models.CharField(max_length=10)
    stop = ExactDecimalField(null=True)
    target = ExactDecimalField(null=True)
    rating = models.PositiveSmallIntegerField(null=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "execution_id", "role"], name="planned_once")]


class Campaign(models.Model):
    """Round trips that the trader takes as one. name: "" for what `journal.shapes` calls it. Its legs hang on executions."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)


class CampaignLeg(models.Model):
    """A leg that the trader put into a campaign; execution_id, role: its `journal.anchors.Anchor`."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="leg_words")
    execution_id = models.CharField(max_length=200)
    role = models.CharField(max_length=10)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["campaign", "execution_id", "role"], name="campaign_leg_once")]


class LegApart(models.Model):
    """A round trip that the trader took out of what was proposed; account, execution_id, role: its `journal.anchors.Anchor`."""

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    execution_id = models.CharField(max_length=200)
    role = models.CharField(max_length=10)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "execution_id", "role"], name="leg_apart_once")]


class CampaignChange(models.Model):
    """One change that the trader made to what they say of campaigns, so that it can be taken back (`storage.campaign_changes`).

    words: what was said before and no longer, and what is said since. execution_id, role: `journal.anchors.Anchor` of the trade that it
    began with.
    """

    class What(models.TextChoices):
        TOGETHER = "together"
        ADDED = "added"
        KEPT = "kept"
        ALONE = "alone"
        APART = "apart"
        PROPOSED = "proposed"

    account = models.ForeignKey(BrokerAccount, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=8, choices=What.choices)
    words = models.JSONField()
    execution_id = models.CharField(max_length=200)
    role = models.CharField(max_length=10)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="campaign_change_by_account")]
