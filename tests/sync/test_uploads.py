"""A file that the user already has: looked at, then accepted or dropped."""

from uuid import uuid4

import pytest
from django.conf import settings
from django.http import Http404

from fillbook.brokers import registry
from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import BrokerAccount, ExecutionRow, RawStatement, RoundTripRow, RunState, User
from fillbook.sync import service, uploads
from tests.sync.fault_server import Answer
from tests.sync.flex import QUERY, TOKEN, TRIP, Fill, Flex, statement
from tests.sync.waiting import ended

pytestmark = pytest.mark.usefixtures("jobs")

LATER = (*TRIP, Fill(3, "BUY", 120, "20260601"), Fill(4, "SELL", 115, "20260602"))


def test_a_preview_counts_rows_and_writes_none(owner: User) -> None:
    preview = uploads.preview_upload(owner, "year.xml", statement("U7000001", "U7000002"))
    assert (preview.error, preview.broker, preview.accepted_before, preview.nothing_new) == ("", "ibkr", False, False)
    assert [(account.number, account.account_id, account.executions.new) for account in preview.accounts] == [
        ("U7000001", None, 2),
        ("U7000002", None, 2),
    ]
    assert preview.accounts[0].first is not None
    assert preview.accounts[0].first.isoformat() == "2025-09-26"
    assert not BrokerAccount.objects.filter(owner=owner).exists()
    assert RawStatement.objects.get(owner=owner).accepted_at is None


def test_an_accepted_file_becomes_trades_and_the_next_one_adds_to_them(owner: User) -> None:
    first = uploads.preview_upload(owner, "year.xml", statement("U7000001"))
    assert first.preview_id is not None
    run = ended(uploads.accept_upload(owner, first.preview_id))
    assert (run.state, run.kind, run.rows_new, run.trades_changed) == (RunState.DONE, "upload", 2, 1)
    account = BrokerAccount.objects.get(owner=owner)
    assert (account.kind, account.link) == ("real", None)
    assert [int(row.realized_pnl or 0) for row in RoundTripRow.objects.filter(account=account)] == [98]
    second = uploads.preview_upload(owner, "later.xml", statement("U7000001", fills=LATER, made="20260927;020000"))
    assert [(one.account_id, one.executions.new, one.executions.known) for one in second.accounts] == [(account.pk, 2, 2)]
    assert second.preview_id is not None
    assert ended(uploads.accept_upload(owner, second.preview_id)).rows_new == 2
    assert ExecutionRow.objects.filter(account=account).count() == 4


def test_the_same_file_again_changes_nothing(owner: User) -> None:
    first = uploads.preview_upload(owner, "year.xml", statement("U7000001"))
    assert first.preview_id is not None
    ended(uploads.accept_upload(owner, first.preview_id))
    again = uploads.preview_upload(owner, "copy.xml", statement("U7000001"))
    assert (again.preview_id, again.accepted_before, again.nothing_new) == (first.preview_id, True, True)
    assert again.preview_id is not None
    run = ended(uploads.accept_upload(owner, again.preview_id))
    assert (run.state, run.rows_new, run.trades_changed) == (RunState.DONE, 0, 0)
    assert RawStatement.objects.filter(owner=owner).count() == 1


def test_a_dropped_file_is_gone_but_not_an_accepted_one(owner: User) -> None:
    dropped = uploads.preview_upload(owner, "a.xml", statement("U7000001"))
    kept = uploads.preview_upload(owner, "b.xml", statement("U7000002"))
    assert dropped.preview_id is not None
    assert kept.preview_id is not None
    ended(uploads.accept_upload(owner, kept.preview_id))
    uploads.discard_upload(owner, dropped.preview_id)
    uploads.discard_upload(owner, str(kept.preview_id))
    assert [raw.pk for raw in RawStatement.objects.filter(owner=owner)] == [kept.preview_id]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("page.xml", b"<html><body>Sign in</body></html>", "web page"),
        ("empty.xml", b"", "empty"),
        ("bomb.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><FlexQueryResponse/>", "document type"),
        ("cut.xml", statement("U7000001")[:-40], "cut off"),
        ("nan.xml", statement("U7000001").replace(b'quantity="10"', b'quantity="NaN"'), "not a decimal number"),
        ("notes.txt", b"hello", "no statement that Fillbook knows"),
    ],
)
def test_what_cannot_be_used_is_said_and_not_kept(owner: User, name: str, content: bytes, word: str) -> None:
    preview = uploads.preview_upload(owner, name, content)
    assert word in preview.error
    assert (preview.preview_id, preview.accounts) == (None, ())
    assert not RawStatement.objects.filter(owner=owner).exists()


def test_a_file_over_the_limit_is_refused_while_it_is_read(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOAD_LIMIT", 2 * 1024 * 1024)
    chunks = (b"x" * 1024 * 1024 for _ in range(1000))
    assert "larger than 2 MB" in uploads.preview_upload(owner, "big.xml", chunks).error
    assert sum(1 for _ in chunks) == 997


def test_a_large_file_is_read_by_a_child(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accepting one is a child's work too: `test_postgres` has that."""
    monkeypatch.setattr(registry, "connector", None)
    preview = uploads.preview_upload(owner, "large.xml", statement("U7000001", filler=2_200_000))
    assert preview.error == ""
    assert [(account.number, account.executions.new) for account in preview.accounts] == [("U7000001", 2)]


def test_another_users_upload_and_a_fetched_statement_are_no_upload(owner: User, flex: Flex) -> None:
    stranger = User.objects.create_user(f"{uuid4().hex}@example.org")
    theirs = uploads.preview_upload(stranger, "a.xml", statement("U7000001")).preview_id
    flex.statements = [Answer(statement("U7000001"))]
    ended(service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": TOKEN, "query_id": QUERY}).run)
    fetched = RawStatement.objects.get(owner=owner).pk
    for number in (theirs, fetched, 0, "x"):
        assert number is not None
        for act in (uploads.look_again, uploads.accept_upload, uploads.discard_upload):
            with pytest.raises(Http404):
                act(owner, number)
    assert RawStatement.objects.filter(pk__in=[theirs, fetched]).count() == 2
