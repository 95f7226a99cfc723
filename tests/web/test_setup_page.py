"""The first visit: only who reads the terminal becomes the first user."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from fillbook.storage import people
from fillbook.storage.models import SecurityEvent, User
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def answers(code: str | None, **others: str) -> dict[str, str]:
    return {"code": code or "", "email": "ada@example.com", "password": PASSWORD, **others}


@pytest.mark.parametrize("path", ["/", "/trades/", "/settings/", "/auth/login/", "/auth/signup/", "/nowhere/"])
def test_everybody_is_sent_to_the_set_up_page_first(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/setup/")


def test_the_code_makes_the_first_user_who_is_signed_in_and_offered_the_key(client: Client) -> None:
    answer = client.post("/setup/", answers(people.issue_setup_code()))
    assert (answer.status_code, answer["Location"]) == (302, "/settings/key/?first=1")
    user = User.objects.get()
    assert (user.email, user.is_operator) == ("ada@example.com", True)
    page = client.get("/settings/key/?first=1")
    assert page.status_code == 200
    assert "Keep it apart" in page.content.decode()


def test_a_wrong_code_says_so_and_makes_nobody(client: Client) -> None:
    people.issue_setup_code()
    page = client.post("/setup/", answers("aaaa-bbbb-cccc-dddd")).content.decode()
    assert "This is not the code in the terminal" in page
    assert PASSWORD not in page
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("password", "why"),
    [("short", "too short"), ("password123", "too common"), ("ada@example.com", "too similar")],
)
def test_a_weak_password_is_refused_with_the_reason(client: Client, password: str, why: str) -> None:
    page = client.post("/setup/", answers(people.issue_setup_code(), password=password)).content.decode()
    assert why in page
    assert not User.objects.exists()


def test_the_page_is_gone_once_there_is_a_user(client: Client, owner: User) -> None:
    assert client.get("/setup/")["Location"] == "/"
    assert client.post("/setup/", answers("x", email="eve@example.com"))["Location"] == "/"
    assert list(User.objects.all()) == [owner]


def test_registration_is_closed(client: Client, owner: User) -> None:
    page = client.get("/auth/signup/")
    assert "Registration is closed" in page.content.decode()
    client.post("/auth/signup/", {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD})
    assert list(User.objects.all()) == [owner]


def test_the_key_is_shown_to_the_operator_and_that_is_noted(browser_of_owner: Client, settings: Settings, tmp_path: Path) -> None:
    key = tmp_path / "vault.key"
    key.write_text("canary-of-the-key\n", encoding="ascii")
    key.chmod(0o600)
    settings.VAULT_KEYS, settings.VAULT_KEY_FILE = "", key
    assert "canary-of-the-key" not in browser_of_owner.get("/settings/key/").content.decode()
    shown = browser_of_owner.post("/settings/key/", {"as": "text"})
    assert "canary-of-the-key" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    file = browser_of_owner.post("/settings/key/", {"as": "file"})
    assert (file.content, file["Content-Disposition"]) == (b"canary-of-the-key\n", 'attachment; filename="fillbook-vault.key"')
    assert SecurityEvent.objects.filter(what="vault_key_exported").count() == 2


def test_the_key_is_no_business_of_others(browser_of_other: Client) -> None:
    assert browser_of_other.post("/settings/key/", {"as": "text"})["Location"] == "/settings/"
    assert "Export the key" not in browser_of_other.get("/settings/").content.decode()


def test_the_key_asks_again_who_you_are_when_that_was_long_ago(browser_of_owner: Client, settings: Settings) -> None:
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    asked = browser_of_owner.get("/settings/key/")
    assert asked["Location"].startswith("/auth/reauthenticate/")
    sent = browser_of_owner.post("/settings/key/", {"as": "text"})
    assert (sent.status_code, sent["Location"]) == (302, "/settings/key/")
