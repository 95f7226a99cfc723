"""People who look at pages."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import Settings

from fillbook.storage import keyfile
from fillbook.storage.models import BrokerAccount, Link, User
from fillbook.vault import keys
from tests.web.book import link_of, write_book

PASSWORD = "a row of fills, kept well"


@pytest.fixture(autouse=True)
def _quick_and_plain(settings: Settings, tmp_path: Path) -> None:
    """Static files under their plain names, straight from the source; hashing that is quick because it guards nothing."""
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}}
    settings.VAULT_KEYS, settings.VAULT_KEY_FILE = "", tmp_path / "keys" / "vault.key"
    keyfile.make(settings.VAULT_KEY_FILE, keys.generate())
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The language that a page was asked for in stays with its thread, so it ends with the test."""
    with translation.override("en"):
        yield


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


@pytest.fixture
def link(owner: User) -> Link:
    """The owner's link."""
    return link_of(owner)


@pytest.fixture
def account(owner: User, link: Link) -> BrokerAccount:
    """The owner's account with the small book of tests/web/book.py."""
    return write_book(owner, link=link)


def text_of(content: bytes) -> str:
    """What a reader sees of a page, blanks run together."""
    words = re.sub(r"<(script|svg|head)\b.*?</\1>", " ", content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", words)).split())
