"""What the operator of the instance set for a broker, and the one login there that all its links share."""

from typing import ClassVar

from django.db import models

from fillbook.storage.models.links import EndpointKind


class BrokerService(models.Model):
    """One login at a broker as this instance uses it, at one endpoint: the one that links share, or one for a single claim.

    grantee: the login's user id where it is for a single claim, "" for the shared one, whose row holds all other settings too. given_to:
    number of the user whose claims it is for; it goes to nobody else ever, not even once that user is deleted, because what they
    granted to it may still hold. sealed_settings: name -> value of the operator's settings as JSON. sealed_session: name -> value of the
    session as JSON, empty while there is none. login: number of the session, one more with each new one. logging_in_until: a process is
    logging in; after this moment it counts as dead. failures: logins refused in a row. next_login_at: nobody logs in before. error_*: why
    the last login failed, in words for the operator.
    """

    broker = models.CharField(max_length=40)
    endpoint = models.CharField(max_length=10, choices=EndpointKind.choices, default=EndpointKind.LIVE)
    grantee = models.CharField(max_length=64, blank=True, default="")
    given_to = models.BigIntegerField(null=True)
    sealed_settings = models.TextField(blank=True, default="")
    settings_changed_at = models.DateTimeField(null=True)
    sealed_session = models.TextField(blank=True, default="")
    session_since = models.DateTimeField(null=True)
    login = models.PositiveIntegerField(default=0)
    logging_in_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    next_login_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    error_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["broker", "endpoint", "grantee"], name="one_service_per_login")]

    @property
    def settings_aad(self) -> str:
        """What the sealed settings are bound to."""
        return f"brokerservice:{self.pk}:sealed_settings"

    @property
    def session_aad(self) -> str:
        """What the sealed session is bound to."""
        return f"brokerservice:{self.pk}:sealed_session"
