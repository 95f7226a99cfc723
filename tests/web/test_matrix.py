"""Every address for everybody: nobody, somebody else, the owner. The table is held against the addresses there are, so a new one without
a line fails; somebody else's object and a missing one are the same answer, byte for byte.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from fillbook.storage import campaigning, words
from fillbook.storage.models import (
    BrokerAccount,
    CampaignChange,
    Instance,
    Notice,
    NoticeKind,
    RawStatement,
    RoundTripRow,
    RunKind,
    SavedView,
    StatedOpening,
    SyncRun,
    TripOverride,
    User,
)
from fillbook.storage.tokens import make_token
from tests.web.book import BROKER, link_of, restated_book, waiting_upload, write_book
from tests.web.conftest import signed_in


@dataclass(frozen=True)
class Cell:
    """What one address answers. method: how it is asked. owner, other, nobody: status; 404 for somebody else's object.

    kind: which object its arguments name, "" for none.
    """

    method: str = "GET"
    owner: int = 200
    other: int = 200
    nobody: int = 302
    kind: str = ""


PUBLIC = Cell(nobody=200)

PAGES = {
    "dashboard": Cell(other=302),
    "setup": Cell(owner=302, other=302, nobody=302),
    "welcome": Cell(),
    "view-save": Cell("POST", 302, 302),
    "view-change": Cell("POST", 302, 404, kind="view"),
    "trades": Cell(other=302),
    "trades-csv": Cell(),
    "trade-cut": Cell("POST", 302, 404, kind="trade"),
    "trade-join": Cell("POST", 302, 404, kind="trade"),
    "override-undo": Cell("POST", 302, 404, kind="override"),
    "trades-columns": Cell("POST", 302, 302),
    "trade": Cell(other=404, kind="trade"),
    "trade-evidence": Cell(other=404, kind="trade"),
    "trade-sent": Cell(other=404, kind="fill"),
    "trade-note": Cell("POST", 302, 404, kind="trade"),
    "trade-tags": Cell("POST", 302, 404, kind="trade"),
    "trade-plan": Cell("POST", 302, 404, kind="trade"),
    "trade-together": Cell("POST", 302, 404, kind="campaign"),
    "trade-alone": Cell("POST", 302, 404, kind="campaign"),
    "trade-proposed": Cell("POST", 302, 404, kind="campaign"),
    "campaign-undo": Cell("POST", 302, 404, kind="change"),
    "campaigns": Cell(other=302),
    "campaign": Cell(other=404, kind="campaign"),
    "campaign-name": Cell("POST", 302, 404, kind="campaign"),
    "campaign-add": Cell("POST", 302, 404, kind="campaign"),
    "campaign-apart": Cell("POST", 302, 404, kind="campaign"),
    "notes": Cell(),
    "note": Cell("POST", 302, 404, kind="note"),
    "day-note": Cell(kind="noted day"),
    "tags": Cell(),
    "tag": Cell("POST", 302, 404, kind="tag"),
    "calendar": Cell(other=302),
    "day": Cell(other=302, kind="day"),
    "intraday": Cell(other=302),
    "reports": Cell(other=302),
    "report-by": Cell(other=302, kind="report key"),
    "report-cross": Cell(other=302),
    "report-compare": Cell(other=302),
    "report-spread": Cell(other=302),
    "report-falls": Cell(other=302),
    "report-campaigns": Cell(other=302),
    "report-html": Cell(),
    "report-file": Cell(kind="report file"),
    "positions": Cell(other=302),
    "more": Cell(),
    "phone": Cell(),
    "phone-keep": Cell("POST", 302, 302),
    "manifest": PUBLIC,
    "worker": PUBLIC,
    "offline": PUBLIC,
    "accounts": Cell(other=302),
    "account": Cell(other=404, kind="account"),
    "account-settings": Cell(other=404, kind="account"),
    "account-remove": Cell(other=404, kind="loose account"),
    "account-count": Cell("POST", 302, 404, kind="loose account"),
    "account-evidence": Cell(other=404, kind="account"),
    "completeness": Cell(other=404, kind="account"),
    "openings": Cell(other=404, kind="account"),
    "opening-change": Cell(other=404, kind="opening"),
    "opening-remove": Cell("POST", 302, 404, kind="opening"),
    "restatements": Cell(other=404, kind="account"),
    "restatement": Cell(other=404, kind="restatement"),
    "reconciliation": Cell(other=404, kind="account"),
    "reconciliation-line": Cell(other=404, kind="comparison"),
    "reconciliation-sent": Cell(other=404, kind="compared row"),
    "link": Cell(),
    "link-broker": Cell(kind="broker"),
    "link-practise": Cell(kind="broker with a portal"),
    "link-answer": Cell("POST", 302, 404, kind="link"),
    "link-progress": Cell(other=404, kind="link"),
    "link-runs": Cell(other=404, kind="link"),
    "run-restated": Cell(other=404, kind="link-run"),
    "link-replace": Cell(other=404, kind="link"),
    "link-sync": Cell("POST", 302, 404, kind="link"),
    "link-back": Cell("POST", 302, 404, kind="link"),
    "link-pause": Cell("POST", 302, 404, kind="link"),
    "link-resume": Cell("POST", 302, 404, kind="link"),
    "link-accounts": Cell(other=404, kind="link"),
    "link-unlink": Cell(other=404, kind="link"),
    "upload": Cell(),
    "upload-preview": Cell(other=404, kind="upload"),
    "upload-accept": Cell("POST", 302, 404, kind="upload"),
    "upload-discard": Cell("POST", 302, 404, kind="upload"),
    "upload-progress": Cell(other=404, kind="run"),
    "sandbox-start": Cell("POST", 302, 302),
    "sandbox-remove": Cell(),
    "settings": Cell(),
    "settings-key": Cell(other=302),
    "settings-notices": Cell("POST", 302, 302),
    "settings-mail": Cell(other=302),
    "notices": Cell(),
    "notices-away": Cell("POST", 302, 302),
    "notice-away": Cell("POST", 302, 404, kind="notice"),
    "settings-broker": Cell(other=302, kind="broker with settings"),
    "settings-login": Cell("POST", 422, 302, kind="broker with settings"),
    "settings-claim": Cell("POST", 302, 302, kind="claim"),
    "tokens": Cell(),
    "token-revoke": Cell("POST", 302, 404, kind="token"),
    "api-reference": Cell(),
    "api-shapes": Cell(),
    "look": Cell("POST", 302, 302),
    "account_login": Cell(owner=302, other=302, nobody=200),
    "account_logout": Cell(),
    "account_inactive": PUBLIC,
    "account_signup": Cell(owner=302, other=302, nobody=200),
    "account_reauthenticate": Cell(),
    "account_email": Cell(owner=302, other=302),
    "account_email_verification_sent": PUBLIC,
    "account_confirm_email": Cell(kind="key", nobody=200),
    "account_change_password": Cell(),
    "account_set_password": Cell(owner=302, other=302),
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": Cell(kind="reset", nobody=200),
    "account_reset_password_from_key_done": PUBLIC,
    "account_confirm_login_code": Cell(owner=302, other=302),
    "mfa_index": Cell(),
    "mfa_authenticate": Cell(owner=302, other=302),
    "mfa_reauthenticate": Cell(owner=302, other=302),
    "mfa_activate_totp": Cell(owner=302, other=302),
    "mfa_deactivate_totp": Cell(owner=404, other=404),
    "mfa_view_recovery_codes": Cell(owner=404, other=404),
    "mfa_generate_recovery_codes": Cell(owner=302, other=302),
    "mfa_download_recovery_codes": Cell(owner=404, other=404),
    "mfa_list_webauthn": Cell(),
    "mfa_add_webauthn": Cell(owner=302, other=302),
    "mfa_remove_webauthn": Cell(owner=302, other=302, kind="passkey"),
    "mfa_edit_webauthn": Cell(owner=302, other=302, kind="passkey"),
    "mfa_login_webauthn": Cell(owner=302, other=302),
    "mfa_reauthenticate_webauthn": Cell(owner=302, other=302),
    "usersessions_list": Cell(),
}


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """Those of pages; the API's addresses have a table of their own (tests/web/api/test_api_matrix.py)."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from [] if pattern.namespace == "api" else names(pattern.url_patterns)
        else:
            yield pattern.name or str(pattern.pattern)


def test_every_address_has_a_line() -> None:
    assert sorted(set(names(get_resolver().url_patterns))) == sorted(PAGES)


MISSING: dict[str, list[str | int]] = {
    "view": [987654],
    "override": [987654],
    "trade": ["0" * 20],
    "campaign": ["0" * 20],
    "change": [987654],
    "fill": ["0" * 20, 1],
    "account": [987654],
    "loose account": [987654],
    "restatement": [987654, 1],
    "comparison": [987654, "fill", "2"],
    "compared row": [987654, "fill", "2", 1],
    "opening": [987654, 1],
    "link": [str(uuid4())],
    "link-run": [str(uuid4()), 987654],
    "upload": ["987654"],
    "run": ["987654"],
    "note": [987654],
    "noted day": ["day", "2026-02-10"],
    "tag": [987654],
    "token": [987654],
    "broker": ["nobody"],
    "broker with a portal": ["nobody"],
    "broker with settings": ["nobody"],
    "claim": [987654],
    "key": ["nothing"],
    "reset": ["1", "nothing"],
    "passkey": [1],
    "notice": ["987654"],
    "day": ["2026-02-30"],
}


@pytest.fixture
def objects(owner: User, account: BrokerAccount) -> dict[str, list[str | int]]:
    """One object of the owner's of each kind, as arguments of an address."""
    upload = waiting_upload(owner)
    run = SyncRun.objects.create(owner=owner, raw=upload, kind=RunKind.UPLOAD, workflow_id="upload-1")
    key = RoundTripRow.objects.filter(account=account, is_open=False).earliest("closed_on").key
    opening = StatedOpening.objects.create(account=account, instrument_key="4711", opened_on="2025-01-02", quantity=1, cost_basis=1)
    Instance.load()
    note = words.write_note(owner, key, "ACME went as planned.")
    assert note is not None
    assert account.link is not None
    notice = Notice.objects.create(owner=owner, link=account.link, kind=NoticeKind.LINK_STOPPED, key="stopped")
    return {
        **MISSING,
        "report key": ["symbol"],
        "report file": ["symbol", "csv"],
        "override": [TripOverride.objects.create(account=account, kind="cut", execution_id="2", instrument_key="4711").pk],
        "view": [SavedView.objects.create(owner=owner, name="ACME by day", query="symbol=ACME").pk],
        "trade": [key],
        "campaign": [campaigning.gather(owner, [key, RoundTripRow.objects.get(account=account, symbol="BOLT").key]).key],
        "change": [CampaignChange.objects.latest("pk").pk],
        "fill": [key, 1],
        "account": [account.pk],
        "loose account": [BrokerAccount.objects.create(owner=owner, broker=BROKER, number="U7654321").pk],
        "restatement": [account.pk, restated_book(owner, account.link).pk],
        "comparison": [account.pk, "fill", "2"],
        "compared row": [account.pk, "fill", "2", 1],
        "opening": [account.pk, opening.pk],
        "link": [str(account.link_id)],
        "link-run": [str(account.link_id), SyncRun.objects.create(owner=owner, link=account.link, kind=RunKind.MANUAL, state="done").pk],
        "upload": [str(upload.pk)],
        "run": [str(run.pk)],
        "note": [note.pk],
        "tag": [words.add_tag(owner, key, "ACME tag").pk],
        "token": [make_token(owner, "ACME by day", ["read"])[0].pk],
        "broker": [BROKER],
        "notice": [str(notice.pk)],
        "day": ["2026-02-10"],
        "broker with a portal": ["apex"],
        "broker with settings": ["apex"],
    }


def address(name: str, objects: dict[str, list[str | int]]) -> str:
    cell = PAGES[name]
    return reverse(name, args=objects[cell.kind] if cell.kind else None)


def sent(answer: HttpResponseBase) -> bytes:
    """The whole of an answer, also of one that comes in parts."""
    return b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]


def ask(client: Client, cell: Cell, url: str) -> tuple[int, str, bytes]:
    answer = client.post(url, {"what": "nothing"}) if cell.method == "POST" else client.get(url)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    body = re.sub(rb'name="csrfmiddlewaretoken" value="\w+"|/nowhere/\S*', b"", sent(answer))
    return answer.status_code, answer.headers.get("Location", ""), body


@contextmanager
def apart(subtests: pytest.Subtests, name: str, client: Client) -> Iterator[Client]:
    """One address by itself, over the one book of the test: what it changes is taken back. The client: one more with these cookies."""
    with subtests.test(name), transaction.atomic():
        own = Client(enforce_csrf_checks=client.handler.enforce_csrf_checks)
        own.cookies = SimpleCookie({key: morsel.value for key, morsel in client.cookies.items()})
        cache.clear()  # what counts how often somebody asks
        yield own
        transaction.set_rollback(True)


def test_nobody_sees_only_the_entrance(objects: dict[str, list[str | int]], subtests: pytest.Subtests) -> None:
    public = {"setup", "mfa_authenticate", "account_confirm_login_code", "account_logout", "mfa_login_webauthn"}
    for name, cell in PAGES.items():
        with apart(subtests, name, Client()) as client:
            status, location, _ = ask(client, cell, address(name, objects))
            assert status == cell.nobody
            if status == 302 and name not in public:
                assert location.startswith("/auth/login/?next=")


def test_somebody_else_finds_nothing_of_the_owner(
    browser_of_other: Client, objects: dict[str, list[str | int]], subtests: pytest.Subtests
) -> None:
    for name, cell in PAGES.items():
        with apart(subtests, name, browser_of_other) as client:
            found = ask(client, cell, address(name, objects))
            assert found[0] == cell.other
            if cell.other == 404:
                assert found == ask(client, cell, address(name, MISSING))
            assert b"ACME" not in found[2]
            assert b"CANARY" not in found[2]


def test_the_owner_sees_their_own(browser_of_owner: Client, objects: dict[str, list[str | int]], subtests: pytest.Subtests) -> None:
    for name, cell in PAGES.items():
        with apart(subtests, name, browser_of_owner) as client:
            status, _, body = ask(client, cell, address(name, objects))
            assert status == cell.owner
            assert b"CANARY" not in body


def test_a_missing_object_is_not_there_for_anybody(
    browser_of_owner: Client, objects: dict[str, list[str | int]], subtests: pytest.Subtests
) -> None:
    assert objects
    for name, cell in PAGES.items():
        if cell.kind in MISSING and cell.other == 404:
            with apart(subtests, name, browser_of_owner) as client:
                assert ask(client, cell, address(name, MISSING))[0] == 404


def test_looking_changes_nothing(browser_of_owner: Client, objects: dict[str, list[str | int]], subtests: pytest.Subtests) -> None:
    for name, cell in PAGES.items():
        if cell.method == "GET" and not name.startswith(("account_", "mfa_", "usersessions")):
            with apart(subtests, name, browser_of_owner) as client, CaptureQueriesContext(connection) as queries:
                client.get(address(name, objects))
                written = [query["sql"] for query in queries if re.match(r"(INSERT|UPDATE|DELETE)", query["sql"])]
                assert [sql for sql in written if "django_session" not in sql] == []


def test_what_changes_something_is_no_link(
    browser_of_owner: Client, objects: dict[str, list[str | int]], subtests: pytest.Subtests
) -> None:
    for name, cell in PAGES.items():
        if cell.method == "POST":
            with apart(subtests, name, browser_of_owner) as client:
                assert client.get(address(name, objects)).status_code == 405


def test_a_form_of_another_site_is_refused(owner: User, objects: dict[str, list[str | int]], subtests: pytest.Subtests) -> None:
    signed = Client(enforce_csrf_checks=True)
    signed.force_login(owner)
    for name in PAGES:
        with apart(subtests, name, signed) as client:
            answer = client.post(address(name, objects), {"what": "delete", "word": "delete"}, headers={"Origin": "https://evil.example"})
            assert answer.status_code in (403, 405)
            assert BrokerAccount.objects.filter(owner=owner).exists()


def test_the_other_user_of_these_tests_has_a_book_of_their_own(other: User) -> None:
    write_book(other, link=link_of(other))
    assert b"ACME" in signed_in(other).get("/").content
    assert not RawStatement.objects.exclude(owner=other).exists()
