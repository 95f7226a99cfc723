"""Text from outside is text: whatever a symbol, a description, an account's name, a file's name or a finding says, nothing of it runs."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from fillbook.ledger.statement import Finding, Severity
from fillbook.storage.models import BrokerAccount, LinkState, RoundTripRow, User
from tests.web.book import ACME, fill, link_of, says, utc, waiting_upload, write_book

pytestmark = pytest.mark.django_db

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'onmouseover='alert(1)",
    "</script><svg onload=alert(1)>",
    "<!--",
    "javascript:alert(1)",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "\u202egnp.exe\u2028\u2029",
    "</title><base href=//evil.example>",
    "&lt;script&gt;",
]
MARK = "Zz"
OFFLINE = "/reports/report.html"


class Dangers(HTMLParser):
    """What of a page would run, as a browser's parser sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        inline = tag == "script" and "src" not in named and named.get("type") != "application/json"
        if inline or tag in {"base", "img", "iframe", "object", "embed", "style"}:
            self.found.append(tag)
        self.found += [name for name, value in attrs if name.startswith("on") or name == "style"]
        self.found += [
            name for name, value in attrs if name in {"href", "src", "action"} and not re.match(r"/(?!/)|#|\?|https://www\.", value or "/")
        ]


def dangers(content: str) -> list[str]:
    parser = Dangers()
    parser.feed(content)
    return parser.found


def test_the_look_out_sees_what_it_should() -> None:
    bad = "<p onclick='x'><script>1</script><a href='javascript:1'></a><base href='//e'><i style='x'></i>"
    assert dangers(bad) == ["onclick", "script", "href", "base", "href", "style"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_a_statement_becomes_markup(browser_of_owner: Client, owner: User, payload: str) -> None:
    hostile = f"{MARK}{payload}"
    instrument = replace(ACME, symbol=hostile, description=hostile, underlying_symbol=hostile)
    link = link_of(owner, LinkState.NEEDS_USER)
    link.name = link.error_message = hostile
    link.save()
    finding = Finding(Severity.WARNING, "odd", hostile, hostile)
    fills = [
        replace(fill(1, instrument, 1, 10, utc(1, 5)), venue=hostile),
        fill(2, instrument, -1, 12, utc(1, 6), broker="0.5"),
        fill(3, instrument, 2, 11, utc(1, 7)),
    ]
    account = write_book(owner, says(*fills), link, (finding,))
    BrokerAccount.objects.filter(pk=account.pk).update(alias=hostile)
    upload = waiting_upload(owner, f"{hostile}.xml")
    key = RoundTripRow.objects.filter(is_open=False).get().key
    here = f"/accounts/{account.pk}/"
    addresses = [
        "/", "/trades/", "/trades/?status=open", f"/trades/{key}/", f"/trades/{key}/sent/1/", "/accounts/", here,
        f"{here}reconciliation/", f"{here}reconciliation/fill/2/", f"{here}reconciliation/?kind=position", f"{here}completeness/",
        f"{here}settings/?grouping=per_day",
        reverse("link-progress", args=[link.pk]), reverse("link-accounts", args=[link.pk]), reverse("link-unlink", args=[link.pk]),
        "/reports/by/symbol/", "/reports/by/account/", "/reports/cross/?down=underlying&across=account",
        OFFLINE, f"{OFFLINE}?account={account.pk}", "/reports/compare/?with=account%3D" + str(account.pk), "/campaigns/",
        f"/accounts/upload/{upload.pk}/", "/?symbol=" + payload.replace("&", "%26").replace("#", "%23"),
    ]  # fmt: skip
    seen = 0
    for address in addresses:
        answer = browser_of_owner.get(address)
        assert answer.status_code == 200, address
        content = answer.content.decode()
        seen += MARK in content
        assert dangers(content) == (["style"] if address.startswith(OFFLINE) else []), address  # of its own: the file has no other
        assert "14" not in re.findall(rf"{MARK}([^<]{{0,4}})", content)
        for block in re.findall(r'<script type="application/json">(.*?)</script>', content, re.DOTALL):
            assert "<" not in block
    assert seen >= 8


def test_a_hostile_file_name_of_an_unreadable_file_is_text(browser_of_owner: Client) -> None:
    file = SimpleUploadedFile('"><script>alert(1)</script>.xml', b"not a statement")
    answer = browser_of_owner.post("/accounts/upload/", {"file": file})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()


def test_a_next_address_of_another_site_is_not_followed(browser_of_owner: Client) -> None:
    for target in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"):
        answer = browser_of_owner.post("/settings/look/", {"theme": "dark", "next": target})
        assert answer["Location"] == "/settings/"
