"""Keys that a person makes for programs of their own."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from fillbook.storage.models.people import User


class ApiToken(models.Model):
    """A key to the API in its owner's name.

    digest: SHA-256 of the token, which is kept nowhere else. begins: its first characters, to tell it from others. scopes: what it may do
    (`storage.tokens.Scope`), sorted. last_used_on: the day, so that a busy program causes one write a day. A revoked token has no row.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    begins = models.CharField(max_length=12)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "-created_at"], name="token_by_owner")]
