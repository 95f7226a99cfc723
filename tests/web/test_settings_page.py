"""How pages look is the reader's choice, kept with their account."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from fillbook.storage.models import User
from tests.web.conftest import PASSWORD, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_stands_on_the_root_element(browser_of_owner: Client, owner: User, theme: str) -> None:
    answer = browser_of_owner.post("/settings/look/", {"theme": theme, "next": "/welcome/"})
    assert answer["Location"] == "/welcome/"
    assert f'<html lang="en" data-theme="{theme}">' in browser_of_owner.get("/welcome/").content.decode()
    owner.refresh_from_db()
    assert owner.theme == theme


def test_the_system_theme_leaves_the_choice_to_the_browser(browser_of_owner: Client) -> None:
    content = browser_of_owner.get("/welcome/").content.decode()
    assert '<html lang="en">' in content
    assert content.count('name="theme-color"') == 2


def test_gain_colours_are_kept_and_the_theme_stays(browser_of_owner: Client, owner: User) -> None:
    browser_of_owner.post("/settings/look/", {"theme": "dark"})
    browser_of_owner.post("/settings/look/", {"gain_colours": "green_red"})
    owner.refresh_from_db()
    assert (owner.theme, owner.gain_colours) == ("dark", "green_red")
    assert 'data-theme="dark" data-pnl="green_red"' in browser_of_owner.get("/settings/").content.decode()


def test_nonsense_changes_nothing(browser_of_owner: Client, owner: User) -> None:
    browser_of_owner.post("/settings/look/", {"theme": "neon", "gain_colours": "beige"})
    owner.refresh_from_db()
    assert (owner.theme, owner.gain_colours) == ("system", "teal_vermilion")


def test_the_page_says_how_one_signs_in(browser_of_owner: Client) -> None:
    shown = text_of(browser_of_owner.get("/settings/").content)
    assert "You sign in as owner@example.com." in shown
    assert "Passkeys None yet Second factor Off Where you are signed in 1 place" in shown
    assert "Not exported yet" in shown


def test_signing_out_asks_the_browser_to_forget(browser_of_owner: Client) -> None:
    answer = browser_of_owner.post("/auth/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert browser_of_owner.get("/settings/")["Location"].startswith("/auth/login/")


def test_a_changed_password_works_and_the_old_one_does_not(browser_of_owner: Client, owner: User, client: Client) -> None:
    new = "another row of fills, kept better"
    answer = browser_of_owner.post("/auth/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert client.post("/auth/login/", {"login": owner.email, "password": PASSWORD}).status_code == 200
    assert client.post("/auth/login/", {"login": owner.email, "password": new}).status_code == 302


def test_guessing_passwords_is_slowed_down(owner: User, client: Client) -> None:
    answers = [client.post("/auth/login/", {"login": owner.email, "password": f"guess {number}"}) for number in range(12)]
    assert any(b"Too many" in answer.content for answer in answers)


def test_an_authenticator_app_is_sealed_and_asked_for(browser_of_owner: Client, settings: Settings, client: Client, owner: User) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    settings.MFA_TOTP_TOLERANCE = 0
    page = browser_of_owner.get("/auth/2fa/totp/activate/", follow=True)
    if "oldpassword" in page.content.decode() or "reauthenticate" in page.request["PATH_INFO"]:
        browser_of_owner.post("/auth/reauthenticate/", {"password": PASSWORD})
        page = browser_of_owner.get("/auth/2fa/totp/activate/")
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert browser_of_owner.post("/auth/2fa/totp/activate/", {"code": code}).status_code == 302
    stored = str(Authenticator.objects.filter(type=Authenticator.Type.TOTP).get().data)
    assert secret not in stored
    assert stored.count("v1.") == 1
    asked = client.post("/auth/login/", {"login": owner.email, "password": PASSWORD})
    assert asked["Location"] == "/auth/2fa/authenticate/"
    assert "Second factor On" in text_of(browser_of_owner.get("/settings/").content)
