"""Who says that an account is theirs, where its number is all that is typed; and how they tried to show it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fillbook.storage.models.links import EndpointKind, Link
from fillbook.storage.models.people import User


class AccountClaim(models.Model):
    """`sync.proof.Claim` with what belongs to it. It outlives its link, so that ending one does not give another try.

    number: of the account at the broker. ranks: which of the account's latest executions its user may be asked about. sealed_answer: what
    they answered, until it was compared; "" for nothing. looked_at: when the broker was last asked on its behalf.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(Link, null=True, on_delete=models.SET_NULL, related_name="+")
    broker = models.CharField(max_length=40)
    endpoint = models.CharField(max_length=10, choices=EndpointKind.choices)
    number = models.CharField(max_length=64)
    way = models.CharField(max_length=10)
    standing = models.CharField(max_length=10)
    stage = models.PositiveSmallIntegerField(default=0)
    ranks = models.JSONField(default=list)
    sealed_answer = models.TextField(blank=True, default="")
    began_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    looks = models.PositiveIntegerField(default=0)
    proven_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["broker", "endpoint", "number"], condition=Q(standing__in=["owner", "frozen"]), name="one_owner_per_account"
            ),
            models.UniqueConstraint(fields=["link"], condition=Q(link__isnull=False) & ~Q(standing="ended"), name="one_claim_per_link"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["broker", "endpoint", "number"], name="claim_by_account"),
            models.Index(fields=["owner", "-began_at"], name="claim_by_owner"),
        ]

    @property
    def answer_aad(self) -> str:
        """What the sealed answer is bound to."""
        return f"accountclaim:{self.pk}:sealed_answer"


class ProofTry(models.Model):
    """One answer to the question about an account's latest executions. Counted for ever by account, and by the hour for the instance."""

    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    broker = models.CharField(max_length=40)
    endpoint = models.CharField(max_length=10, choices=EndpointKind.choices)
    number = models.CharField(max_length=64)
    right = models.BooleanField()
    happened_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["broker", "endpoint", "number"], name="try_by_account"),
            models.Index(fields=["happened_at"], condition=Q(right=False), name="wrong_try_by_time"),
        ]
