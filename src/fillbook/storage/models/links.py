"""How Fillbook reaches a broker, and the accounts it found there."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fillbook.storage.models.people import User


class LinkState(models.TextChoices):
    """VALIDATING: the broker could not yet say whether the credential is good. AWAITING_GRANT: its user has to let us read the account, at
    the broker; we look by ourselves. NEEDS_USER: only the user can mend it.
    """

    VALIDATING = "validating"
    AWAITING_GRANT = "awaiting"
    LINKED = "linked"
    PAUSED = "paused"
    NEEDS_USER = "needs_user"
    UNLINKED = "unlinked"


class EndpointKind(models.TextChoices):
    """Where a link's requests go; never changes."""

    LIVE = "live"
    SANDBOX = "sandbox"


class Link(models.Model):
    """A read-only connection to a broker.

    sealed_credential: by the vault, bound to this row; empty once unlinked. rate_key: HMAC of what the broker limits by, so that links
    with one token share its limit. account: number of the account that its user named, where that is all a link needs. grantee: user id of
    the operator's that reads it, where that is one of its own; "" for the one that all links share.
    sealed_candidate: a new credential that has not worked yet; the other one stays until it has. memory: what the connector learned and
    wants back at its next fetch. figures_to: last day that its statements cover. nothing_before: the broker was asked for earlier days
    and has none before this one; None while nobody went back. error_*: the last failure, in words for the user. alarm_sent_at: when the
    user was told of the present trouble.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    broker = models.CharField(max_length=40)
    endpoint = models.CharField(max_length=10, choices=EndpointKind.choices, default=EndpointKind.LIVE)
    name = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(max_length=12, choices=LinkState.choices, default=LinkState.VALIDATING)
    sealed_credential = models.TextField(blank=True, default="")
    rate_key = models.CharField(max_length=64, blank=True, default="")
    account = models.CharField(max_length=64, blank=True, default="")
    grantee = models.CharField(max_length=64, blank=True, default="")
    sealed_candidate = models.TextField(blank=True, default="")
    memory = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    linked_at = models.DateTimeField(null=True)
    credential_changed_at = models.DateTimeField(null=True)
    validating_until = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_full_fetch_at = models.DateTimeField(null=True)
    figures_to = models.DateField(null=True)
    nothing_before = models.DateField(null=True)
    unlinked_at = models.DateTimeField(null=True)
    error_kind = models.CharField(max_length=20, blank=True, default="")
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    error_at = models.DateTimeField(null=True)
    alarm_sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner"], name="link_by_owner"), models.Index(fields=["state"], name="link_by_state")]

    @property
    def aad(self) -> str:
        """What the sealed credential is bound to."""
        return f"link:{self.pk}:sealed_credential"

    @property
    def candidate_aad(self) -> str:
        """What the sealed candidate is bound to."""
        return f"link:{self.pk}:sealed_candidate"

    @property
    def is_sandbox(self) -> bool:
        return self.endpoint == EndpointKind.SANDBOX


class AccountKind(models.TextChoices):
    """Kinds are never totalled together."""

    REAL = "real"
    PAPER = "paper"
    SANDBOX = "sandbox"


class BrokerAccount(models.Model):
    """An account held at a broker, as its owner sees it.

    link: None for one known from uploaded files alone, or whose link was removed with its trades kept. tracked_since: first day
    covered without a gap. figures_to: last day covered. opened_on: when the account was opened, if a statement says. chosen: whether
    its owner wants it fetched and counted. hidden: shown to nobody, as its owner has not shown control of it since the
    grant disappeared. grouping, matching, assignment, counts_forex: the settings that trades
    are read with.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    link = models.ForeignKey(Link, null=True, on_delete=models.SET_NULL, related_name="+")
    broker = models.CharField(max_length=40)
    number = models.CharField(max_length=64)
    alias = models.CharField(max_length=120, blank=True, default="")
    kind = models.CharField(max_length=10, choices=AccountKind.choices, default=AccountKind.REAL)
    base_currency = models.CharField(max_length=12, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    chosen = models.BooleanField(default=True)
    hidden = models.BooleanField(default=False)
    tracked_since = models.DateField(null=True)
    figures_to = models.DateField(null=True)
    opened_on = models.DateField(null=True)
    grouping = models.CharField(max_length=20, default="flat_to_flat")
    matching = models.CharField(max_length=20, default="fifo")
    assignment = models.CharField(max_length=20, default="into_underlying")
    counts_forex = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "broker", "number", "kind"], name="account_once_per_owner"),
            models.UniqueConstraint(
                fields=["broker", "number", "kind"], condition=Q(link__isnull=False) & ~Q(kind="sandbox"), name="linked_account_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["link"], name="account_by_link")]
