"""What makes Fillbook an app on a phone: manifest, worker, a page without a connection, and the page that says what is missing."""

import json
import struct
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from fillbook.storage.models import BrokerAccount, User
from tests.web.conftest import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def size_of(name: str) -> tuple[int, int]:
    found = finders.find(name.removeprefix("/static/"))
    assert isinstance(found, str)
    head = Path(found).read_bytes()[:24]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def test_the_manifest_names_icons_of_the_sizes_they_have(client: Client, owner: User) -> None:
    assert owner.pk
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    said = json.loads(answer.content)
    assert (said["id"], said["start_url"], said["scope"], said["display"]) == ("/", "/", "/", "standalone")
    assert {icon["sizes"] for icon in said["icons"] if icon["purpose"] == "any"} == {"192x192", "512x512"}
    assert [icon["sizes"] for icon in said["icons"] if icon["purpose"] == "maskable"] == ["512x512"]
    for icon in said["icons"]:
        width, height = size_of(icon["src"])
        assert icon["sizes"] == f"{width}x{height}"


def test_the_worker_is_a_script_of_ours_at_the_top(client: Client, owner: User) -> None:
    assert owner.pk
    answer = client.get("/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert b'self.addEventListener("fetch"' in answer.content
    assert "worker-src 'self'" in answer["Content-Security-Policy"]


def test_the_page_without_a_connection_holds_nothing_private(browser_of_owner: Client, account: BrokerAccount) -> None:
    shown = browser_of_owner.get("/offline/").content
    assert b"No connection" in shown
    for private in (account.number, "ACME", "owner@example.com"):
        assert private.encode() not in shown


def test_the_dashboard_is_kept_only_when_its_reader_wants_that(browser_of_owner: Client, owner: User, account: BrokerAccount) -> None:
    assert account.pk
    assert b" data-keep" not in browser_of_owner.get("/").content
    browser_of_owner.post("/settings/phone/keep/", {"keeps": "1"})
    owner.refresh_from_db()
    assert owner.keeps_dashboard
    assert b" data-keep" in browser_of_owner.get("/").content
    assert "The last dashboard is kept" in text_of(browser_of_owner.get("/settings/phone/").content)
    browser_of_owner.post("/settings/phone/keep/", {"keeps": "0"})
    assert b" data-keep" not in browser_of_owner.get("/").content


def test_the_page_says_what_this_instance_still_lacks(browser_of_owner: Client, owner: User) -> None:
    assert owner.is_operator
    near = text_of(browser_of_owner.get("/settings/phone/", headers={"Host": "localhost"}).content)
    assert "You see this under localhost, which only this computer reaches." in near
    assert "HTTPS : missing" in near
    assert "A passkey : missing" in near
    assert "Notices by mail : missing" in near
    far = text_of(browser_of_owner.get("/settings/phone/", secure=True).content)
    assert "HTTPS : there" in far
    assert "An address that your phone reaches : there testserver" in far


def test_signing_out_clears_what_the_browser_kept(browser_of_owner: Client) -> None:
    answer = browser_of_owner.post("/auth/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
