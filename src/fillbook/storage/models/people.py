"""Who uses this instance, and the instance itself."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are kept in lower case, so that one person is one row."""

    def create_user(self, email: str, password: str | None = None, **others: Any) -> "User":
        """A new user who can sign in with a password, or not at all when it is None."""
        user = self.model(email=email.strip().lower(), **others)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person, known by their e-mail address, with how they like their pages.

    is_operator: runs this instance: sees its health and settings, nobody else's trades. hides_money: pages show signs and shapes, no
    amounts. trade_columns: of the list of trades, names with commas between them, "" for the usual ones. wants_mail: notices go to the
    e-mail address too, where the operator set a mail server. keeps_dashboard: their browsers keep the last dashboard, to be read without
    a connection. locale: language of their pages and mails, "" for what their browser asks for.
    """

    class Theme(models.TextChoices):
        SYSTEM = "system"
        LIGHT = "light"
        DARK = "dark"

    class GainColours(models.TextChoices):
        TEAL_VERMILION = "teal_vermilion"
        GREEN_RED = "green_red"
        RED_GREEN = "red_green"

    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=80, blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    gain_colours = models.CharField(max_length=20, choices=GainColours.choices, default=GainColours.TEAL_VERMILION)
    locale = models.CharField(max_length=10, blank=True, default="")
    time_zone = models.CharField(max_length=50, blank=True, default="")
    hides_money = models.BooleanField(default=False)
    keeps_dashboard = models.BooleanField(default=False)
    trade_columns = models.CharField(max_length=300, blank=True, default="")
    dense_tables = models.BooleanField(default=False)
    wants_mail = models.BooleanField(default=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def get_short_name(self) -> str:
        return self.display_name or self.email


class Instance(models.Model):
    """This installation: one row, `Instance.load()`.

    setup_code_hash: SHA-256 of the one-time code that makes the first user; empty once used. sandbox_url: where the pretend brokers
    answer while `serve` runs them. is_test_instance: a live broker's host was overridden; nothing here proves anything to anyone.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    created_at = models.DateTimeField(default=timezone.now)
    setup_code_hash = models.CharField(max_length=64, blank=True, default="")
    set_up_at = models.DateTimeField(null=True)
    sandbox_url = models.CharField(max_length=200, blank=True, default="")
    is_test_instance = models.BooleanField(default=False)
    key_exported_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="one_instance")]

    @classmethod
    def load(cls) -> "Instance":
        """The row, made when it is first asked for."""
        return cls.objects.get_or_create(pk=1)[0]


class OperatorSecret(models.Model):
    """What the operator set that is secret, such as a mail server's password: names with values, sealed by the vault."""

    name = models.CharField(max_length=40, primary_key=True)
    sealed_values = models.TextField()
    changed_at = models.DateTimeField(default=timezone.now)

    @property
    def aad(self) -> str:
        """What the sealed values are bound to."""
        return f"operatorsecret:{self.pk}:sealed_values"


class SecurityEvent(models.Model):
    """What a person should be able to look up about their own account: sign-ins, links, exports. detail holds no secret."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=40)
    happened_at = models.DateTimeField(default=timezone.now)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "-happened_at"], name="security_by_user")]
