"""Every operation for everybody: nobody, somebody with a cookie, somebody else, a token that lacks the scope, the owner. The table is held
against the operations there are, so a new one without a line fails; somebody else's object and a missing one are one answer, byte for byte.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fillbook.storage import words
from fillbook.storage.campaigning import gather
from fillbook.storage.models import (
    BrokerAccount,
    CampaignChange,
    NoteAbout,
    Notice,
    NoticeKind,
    RoundTripRow,
    RunKind,
    SavedView,
    SyncRun,
    TripOverride,
    User,
)
from fillbook.storage.notices import tell
from fillbook.storage.stating import Wording, state_opening
from fillbook.storage.tokens import make_token
from fillbook.web.api.app import description
from tests.web.api.conftest import Asker
from tests.web.book import restated_book, utc, waiting_upload
from tests.web.conftest import signed_in


@dataclass(frozen=True)
class Cell:
    """One operation. path: with the names of objects in it. owner: the status that its owner hears; body: what is sent.

    private: whether the path names an object, which somebody else does not find.
    """

    path: str
    owner: int = 200
    body: Any = None
    private: bool = False


def of(path: str, owner: int = 200, body: Any = None) -> Cell:
    return Cell(path, owner, body, private=True)


NOTE = {"text": "as planned"}
READS = {
    "me": Cell("/me"),
    "accounts": Cell("/accounts"),
    "account": of("/accounts/{account}"),
    "account-doctor": of("/accounts/{account}/doctor"),
    "account-reconciliation": of("/accounts/{account}/reconciliation"),
    "account-reconciliation-counts": of("/accounts/{account}/reconciliation/counts"),
    "account-completeness": of("/accounts/{account}/completeness"),
    "account-statements": of("/accounts/{account}/statements"),
    "account-comparison": of("/accounts/{account}/comparison?kind=fill&id=2"),
    "account-comparison-sent": of("/accounts/{account}/comparison/sent?kind=fill&id=2&number=1"),
    "account-evidence": of("/accounts/{account}/evidence"),
    "account-restatements": of("/accounts/{account}/restatements"),
    "account-restatement": of("/accounts/{account}/restatements/{restatement}"),
    "account-settings": of("/accounts/{account}/settings"),
    "account-openings": of("/accounts/{account}/openings"),
    "brokers": Cell("/brokers"),
    "links": Cell("/links"),
    "link": of("/links/{link}"),
    "runs": Cell("/runs"),
    "run": of("/runs/{run}"),
    "run-restatements": of("/runs/{run}/restatements"),
    "uploads": Cell("/uploads"),
    "upload": of("/uploads/{upload}"),
    "notices": Cell("/notices"),
    "trades": Cell("/trades"),
    "trade": of("/trades/{trade}"),
    "trade-sent": of("/trades/{trade}/sent/1"),
    "trade-evidence": of("/trades/{trade}/evidence"),
    "trade-candidates": of("/trades/{trade}/candidates"),
    "trade-plan": of("/trades/{trade}/plan"),
    "campaigns": Cell("/campaigns?status=open"),
    "campaign": of("/campaigns/{campaign}"),
    "campaign-changes": Cell("/campaign-changes"),
    "executions": Cell("/executions"),
    "positions": Cell("/positions"),
    "summary": Cell("/summary"),
    "curve": Cell("/curve"),
    "calendar": Cell("/calendar"),
    "day": Cell("/days/2026-02-10"),
    "intraday": Cell("/intraday"),
    "bridge": Cell("/bridge"),
    "report-breakdown": Cell("/reports/breakdown?by=symbol"),
    "report-crossing": Cell("/reports/crossing?down=symbol&across=side"),
    "report-statistics": Cell("/reports/statistics"),
    "report-comparison": Cell("/reports/comparison?side=long&beside=side%3Dshort"),
    "report-campaigns": Cell("/reports/campaigns"),
    "report-distribution": Cell("/reports/distribution"),
    "notes": Cell("/notes"),
    "orphans": Cell("/orphans"),
    "note": of("/notes/{note}"),
    "day-note": of("/days/{noted}/note"),
    "month-note": of("/months/{noted}/note"),
    "tags": Cell("/tags"),
    "views": Cell("/views"),
}
OPENING = {"instrument_id": "4711", "quantity": "3", "cost": "240.5", "day": "2025-02-03"}
WRITES = {
    "link-sync": ("POST", of("/links/{link}/sync", 202)),
    "link-back": ("POST", of("/links/{link}/back", 202)),
    "notice-away": ("POST", of("/notices/{notice}/away")),
    "notices-away": ("POST", Cell("/notices/away", 204)),
    "opening-state": ("POST", of("/accounts/{account}/openings", 201, OPENING)),
    "opening-change": ("PUT", of("/accounts/{account}/openings/{opening}", body=OPENING)),
    "opening-remove": ("DELETE", of("/accounts/{account}/openings/{opening}", 204)),
    "note-change": ("PUT", of("/notes/{note}", body=NOTE)),
    "note-delete": ("DELETE", of("/notes/{note}", 204)),
    "trade-note": ("POST", of("/trades/{trade}/notes", 201, NOTE)),
    "day-note-write": ("PUT", Cell("/days/2026-02-11/note", body=NOTE)),
    "month-note-write": ("PUT", Cell("/months/2026-02-11/note", body=NOTE)),
    "tag-change": ("PUT", of("/tags/{tag}", body={"name": "late", "hue": "teal"})),
    "tag-delete": ("DELETE", of("/tags/{tag}", 204)),
    "trade-cut": ("POST", of("/trades/{trade}/cut", 422, {"fill": 1})),
    "trade-join": ("POST", of("/trades/{later}/join")),
    "regrouping-undo": ("DELETE", of("/regroupings/{override}", 204)),
    "trade-tag": ("POST", of("/trades/{trade}/tags", body={"name": "late"})),
    "trade-tag-drop": ("DELETE", of("/trades/{trade}/tags/{tag}", 204)),
    "trade-plan-write": ("PUT", of("/trades/{trade}/plan", body={"stop": "95", "rating": 4})),
    "campaign-make": ("POST", of("/campaigns", 201, {"trades": ["{trade}", "{bolt}"], "name": "both"})),
    "campaign-keep": ("PUT", of("/campaigns/{campaign}", body={"name": "mine"})),
    "campaign-add": ("POST", of("/campaigns/{campaign}/legs", body={"trade": "{bolt}"})),
    "campaign-apart": ("DELETE", of("/campaigns/{campaign}", 204)),
    "campaign-undo": ("DELETE", of("/campaign-changes/{change}", 204)),
    "trade-alone": ("DELETE", of("/trades/{trade}/campaign", 204)),
    "trade-proposed": ("PUT", of("/trades/{trade}/campaign", 204)),
    "view-save": ("POST", Cell("/views", body={"name": "long ones", "query": "side=long"})),
    "view-delete": ("DELETE", of("/views/{view}", 204)),
}
EVERY = {name: ("GET", cell) for name, cell in READS.items()} | WRITES
SYNCS = {"link-sync", "link-back"}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for methods in description()["paths"].values():
        for found in methods.values():
            yield found["operationId"], found


def test_every_operation_has_a_line() -> None:
    assert sorted(name for name, _ in operations()) == sorted(EVERY)


def test_every_body_refuses_a_field_that_it_does_not_have() -> None:
    schemas = description()["components"]["schemas"]
    bodies = [
        found["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for _, found in operations()
        if "requestBody" in found
    ]
    assert bodies
    assert [name for name in bodies if schemas[name].get("additionalProperties") is not False] == []


MISSING = {
    "account": "987654",
    "link": str(uuid4()),
    "run": "987654",
    "restatement": "987654",
    "upload": "987654",
    "opening": "987654",
    "notice": "987654",
    "trade": "0" * 20,
    "campaign": "0" * 20,
    "change": "987654",
    "bolt": "0" * 20,
    "later": "0" * 20,
    "override": "987654",
    "note": "987654",
    "noted": "2026-07-07",
    "tag": "987654",
    "view": "987654",
}


@pytest.fixture
def objects(owner: User, account: BrokerAccount) -> dict[str, str]:
    """One object of the owner's of each kind."""
    restated = restated_book(owner, account.link)
    said = Wording("4712", Decimal(-3), Decimal(90), utc(1, 1).date())
    opening = state_opening(account, said)
    assert account.link is not None
    assert tell(account.link, NoticeKind.QUERY_CHANGED, "1", utc(9, 27), {"lacks": ["ACME is told no more."]}, account)
    key = RoundTripRow.objects.filter(account=account, is_open=False).earliest("closed_on").key
    note = words.write_note(owner, key, "ACME went as planned.")
    assert note is not None
    for about in (NoteAbout.DAY, NoteAbout.MONTH):
        words.write_on(owner, about, utc(2, 10).date(), "ACME closed.")
    return {
        "account": str(account.pk),
        "link": str(account.link_id),
        "run": str(SyncRun.objects.create(owner=owner, link=account.link, kind=RunKind.MANUAL, state="done").pk),
        "restatement": str(restated.pk),
        "upload": str(waiting_upload(owner, "ACME.xml").pk),
        "opening": str(opening.pk),
        "notice": str(Notice.objects.get(owner=owner).pk),
        "trade": key,
        "later": RoundTripRow.objects.get(account=account, symbol="ACME", is_open=True).key,
        "override": str(TripOverride.objects.create(account=account, kind="cut", execution_id="2", instrument_key="4711").pk),
        "bolt": RoundTripRow.objects.get(account=account, symbol="BOLT").key,
        "campaign": gather(owner, list(RoundTripRow.objects.filter(symbol="ACME").values_list("key", flat=True)), "ACME twice").key,
        "change": str(CampaignChange.objects.latest("pk").pk),
        "note": str(note.pk),
        "noted": "2026-02-10",
        "tag": str(words.add_tag(owner, key, "ACME tag").pk),
        "view": str(SavedView.objects.create(owner=owner, name="ACME", query="symbol=ACME").pk),
    }


@contextmanager
def apart(subtests: pytest.Subtests, name: str) -> Iterator[None]:
    """One operation by itself: what it changes is taken back."""
    with subtests.test(name), transaction.atomic():
        yield
        transaction.set_rollback(True)


def filled(body: Any, objects: dict[str, str]) -> Any:
    """What is sent, with the objects in it that it names."""
    if isinstance(body, dict):
        return {name: filled(value, objects) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, objects) for value in body]
    return body.format(**objects) if isinstance(body, str) else body


def ask(program: Asker, name: str, objects: dict[str, str]) -> Any:
    method, cell = EVERY[name]
    return program.ask(cell.path.format(**objects), method, filled(cell.body, objects))


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is begun and nobody does it."""
    monkeypatch.setattr("fillbook.sync.engine.enqueue", lambda *_args, **_kwargs: None, raising=False)


def test_without_a_token_nothing_is_told(objects: dict[str, str], subtests: pytest.Subtests) -> None:
    for name in EVERY:
        with apart(subtests, name):
            answer = ask(Asker(), name, objects)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.json()["type"] == "unauthorized"


def test_a_session_opens_nothing(owner: User, objects: dict[str, str], subtests: pytest.Subtests) -> None:
    browser = signed_in(owner)
    for name, (method, cell) in EVERY.items():
        with apart(subtests, name):
            assert browser.generic(method, f"/api/v1{cell.path.format(**objects)}").status_code == 401


def test_the_owner_gets_their_own(program: Asker, objects: dict[str, str], subtests: pytest.Subtests) -> None:
    for name, (_, cell) in EVERY.items():
        with apart(subtests, name):
            answer = ask(program, name, objects)
            assert answer.status_code == cell.owner, answer.content
            assert b"CANARY" not in answer.content


def test_somebody_else_finds_nothing_of_the_owner(stranger: Asker, objects: dict[str, str], subtests: pytest.Subtests) -> None:
    for name, (_, cell) in EVERY.items():
        with apart(subtests, name):
            answer = ask(stranger, name, objects)
            assert b"ACME" not in answer.content
            if cell.private:
                assert answer.status_code == 404
                assert answer.content == ask(stranger, name, MISSING).content


def test_what_is_missing_is_missing_for_its_owner_alike(program: Asker, objects: dict[str, str], subtests: pytest.Subtests) -> None:
    assert objects
    for name, (_, cell) in EVERY.items():
        if cell.private:
            with apart(subtests, name):
                assert ask(program, name, MISSING).status_code == 404


def test_a_token_does_what_its_scopes_say_and_no_more(owner: User, objects: dict[str, str], subtests: pytest.Subtests) -> None:
    reads = Asker(make_token(owner, "reads", ["read"])[1])
    writes = Asker(make_token(owner, "writes", ["words"])[1])
    syncs = Asker(make_token(owner, "syncs", ["sync"])[1])
    for name, (method, cell) in EVERY.items():
        with apart(subtests, name):
            assert (ask(reads, name, objects).status_code == cell.owner) == (method == "GET")
        with apart(subtests, name):
            assert (ask(writes, name, objects).status_code == cell.owner) == (name not in SYNCS)
        with apart(subtests, name):
            assert ask(syncs, name, objects).status_code == (cell.owner if method == "GET" or name in SYNCS else 403)


def test_reading_changes_nothing(program: Asker, objects: dict[str, str], subtests: pytest.Subtests) -> None:
    program.get("/me")  # remembers the day on which the token was used
    for name in READS:
        with apart(subtests, name), CaptureQueriesContext(connection) as queries:
            ask(program, name, objects)
        assert [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []


def test_an_account_of_somebody_else_is_no_filter(stranger: Asker, objects: dict[str, str]) -> None:
    for path in (
        "/trades",
        "/summary",
        "/executions",
        "/positions",
        "/curve",
        "/calendar",
        "/intraday",
        "/bridge",
        "/days/2026-02-10",
        "/reports/statistics",
    ):
        theirs, none = stranger.ask(f"{path}?account={objects['account']}"), stranger.ask(f"{path}?account=987654")
        assert theirs.status_code == none.status_code == 404
        assert theirs.content == none.content


def test_a_form_of_another_site_is_refused(objects: dict[str, str], owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    answer = browser.post(f"/api/v1/links/{objects['link']}/sync", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 401
    assert SyncRun.objects.filter(kind=RunKind.MANUAL, state="queued").count() == 0


def test_an_address_that_is_none_is_answered_in_the_one_shape(program: Asker) -> None:
    answer = program.ask("/nowhere/at/all")
    assert answer.status_code == 404
    assert answer.json()["type"] == "not_found"
