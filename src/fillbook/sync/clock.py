"""What time it is, for everything in sync: one place, so that a test can live through days."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The moment, in UTC."""
    return timezone.now()
