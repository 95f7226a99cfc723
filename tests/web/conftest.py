"""People who look at pages."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from fillbook.storage.models import User

PASSWORD = "a row of fills, kept well"


@pytest.fixture(autouse=True)
def _quick_and_plain(settings: Settings, tmp_path: Path) -> None:
    """Static files under their plain names, straight from the source; hashing that is quick because it guards nothing."""
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def owner(db: None) -> User:
    """Who set this instance up."""
    return User.objects.create_user("owner@example.com", PASSWORD, is_operator=True)


@pytest.fixture
def other(owner: User) -> User:
    """Somebody else on the same instance."""
    assert owner.is_operator
    return User.objects.create_user("other@example.com", PASSWORD)


def signed_in(user: User) -> Client:
    """A browser in which somebody signed in through the form."""
    client = Client()
    answer = client.post("/auth/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


@pytest.fixture
def browser_of_owner(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def browser_of_other(other: User) -> Client:
    return signed_in(other)
