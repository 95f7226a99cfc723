"""What the browser is told with every answer, errors and files included; and that nothing on our pages is inline."""

import re
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.test import Client
from pytest_django.fixtures import Settings

from fillbook.storage.models import User
from fillbook.web.pages import errors

WEB = Path(__file__).resolve().parents[2] / "src/fillbook/web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
INLINE = {
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=|hx-on", re.IGNORECASE),
    "a style element": re.compile(r"<style", re.IGNORECASE),
    "a script": re.compile(r"<script(?![^>]*(?:\ssrc=|type=\"application/json\"))", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "unescaped text": re.compile(r"\|\s*safe\b|autoescape off|mark_safe"),
}


def told(answer: object) -> dict[str, str]:
    headers: dict[str, str] = answer.headers  # type: ignore[attr-defined]
    return {name: headers.get(name, "") for name in ("X-Content-Type-Options", "Cross-Origin-Opener-Policy", "X-Frame-Options")}


@pytest.mark.parametrize(
    ("path", "status"), [("/auth/login/", 200), ("/", 302), ("/nowhere/", 404), ("/static/css/base.css", 200), ("/static/nothing.css", 404)]
)
def test_every_kind_of_answer_carries_the_headers(client: Client, owner: User, path: str, status: int) -> None:
    assert owner.pk
    answer = client.get(path)
    answer.close()
    assert answer.status_code == status
    assert told(answer) == {"X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY"}
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def test_pages_are_kept_nowhere_and_files_may_be(browser_of_owner: Client) -> None:
    assert browser_of_owner.get("/settings/")["Cache-Control"] == "no-store"
    assert "no-store" in browser_of_owner.get("/nowhere/")["Cache-Control"]
    file = browser_of_owner.get("/static/css/base.css")
    file.close()
    assert "no-store" not in file["Cache-Control"]


def test_a_missing_page_says_so_in_the_house_style(browser_of_owner: Client) -> None:
    answer = browser_of_owner.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert told(answer)["X-Frame-Options"] == "DENY"


def test_a_form_without_its_token_is_refused_in_the_house_style(owner: User) -> None:
    assert owner.pk
    answer = Client(enforce_csrf_checks=True).post("/auth/login/", {"login": "owner@example.com", "password": "x"})
    assert answer.status_code == 403
    assert "That form was out of date" in answer.content.decode()


def test_an_error_of_ours_shows_a_reference_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    request = HttpRequest()
    request.method, request.path = "GET", "/trades/"
    answer = errors.server_error(request)
    assert answer.status_code == 500
    reference = re.search(r'class="mono">(\w{8})<', answer.content.decode())
    assert reference is not None
    assert f"Reference {reference[1]} " in caplog.text


def test_an_answer_over_https_asks_for_https_alone(client: Client, owner: User, settings: Settings) -> None:
    settings.HTTPS = True
    assert owner.pk
    assert "upgrade-insecure-requests" in Client().get("/auth/login/")["Content-Security-Policy"]
    settings.HTTPS = False
    assert "upgrade-insecure-requests" not in client.get("/auth/login/")["Content-Security-Policy"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(WEB).as_posix())
def test_nothing_in_a_template_is_inline(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    by_itself = (
        {"a style element"} if template.parent.name == "offline" else set()
    )  # a file that is opened from a disk has nothing beside it
    assert {what for what, pattern in INLINE.items() if pattern.search(text)} - by_itself == set()
