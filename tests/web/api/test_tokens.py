"""Personal tokens: shown once, kept as a hash, named nowhere else, and of no use once they are over."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from fillbook.cli.main import main
from fillbook.storage.logs import RedactingFormatter
from fillbook.storage.models import ApiToken, SecurityEvent, User
from fillbook.storage.tokens import MOST, CannotMake, is_token, make_token, token_of
from fillbook.web.api.tokens import MOST_TRIES
from tests.web.api.conftest import Asker


def test_only_the_hash_of_a_token_is_kept(owner: User) -> None:
    token, text = make_token(owner, "notebook", ["read"])
    assert len(text) == len("fb_") + 49
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM storage_apitoken")
        assert text[7:] not in repr(cursor.fetchall())
    assert text not in repr(list(SecurityEvent.objects.values_list("detail", flat=True)))
    assert token_of(text) == token
    assert token.begins == text[:7]


def test_a_mistyped_token_is_known_as_such_without_asking_the_database(
    owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _, text = make_token(owner, "notebook", ["read"])
    last = "0" if text[-1] != "0" else "1"
    assert is_token(text)
    for wrong in (text[:-1] + last, text[:-1], text + "0", "fb_", "", "é" * 52, text.replace("fb_", "gh_")):
        assert not is_token(wrong)
        with django_assert_num_queries(0):
            assert token_of(wrong) is None


def test_a_token_ends(owner: User) -> None:
    token, text = make_token(owner, "notebook", ["read"], 30)
    assert token.expires_at - token.created_at == timedelta(days=30)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now())
    assert Asker(text).ask("/me").status_code == 401


def test_a_token_of_somebody_who_may_not_sign_in_opens_nothing(owner: User) -> None:
    text = make_token(owner, "notebook", ["read"])[1]
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert Asker(text).ask("/me").status_code == 401


@pytest.mark.parametrize(
    ("name", "scopes", "days", "field"),
    [("", [], 90, "name"), ("n" * 61, [], 90, "name"), ("a\nb\0", [], 90, "name"), ("n", ["all"], 90, "scopes"), ("n", [], 0, "days")],
)
def test_what_no_token_can_be(owner: User, name: str, scopes: list[str], days: int, field: str) -> None:
    with pytest.raises(CannotMake) as problem:
        make_token(owner, name, scopes, days)
    assert problem.value.field == field
    assert not ApiToken.objects.exists()


def test_there_are_only_so_many(owner: User) -> None:
    for number in range(MOST):
        make_token(owner, f"token {number}", [])
    with pytest.raises(CannotMake, match="revoke one first"):
        make_token(owner, "one more", [])


def test_use_is_remembered_by_the_day(owner: User) -> None:
    token, text = make_token(owner, "notebook", ["read"])
    assert ApiToken.objects.get(pk=token.pk).last_used_on is None
    Asker(text).get("/me")
    assert ApiToken.objects.get(pk=token.pk).last_used_on == timezone.now().date()


def test_a_read_goes_on_where_its_use_cannot_be_remembered(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    text = make_token(owner, "notebook", ["read"])[1]

    def locked(*_args: object, **_kwargs: object) -> int:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(QuerySet, "update", locked)
        Asker(text).get("/me")
    assert ApiToken.objects.get().last_used_on is None


def test_a_token_in_the_address_opens_nothing_and_is_answered_nowhere(owner: User) -> None:
    text = make_token(owner, "notebook", ["read"])[1]
    answer = Client().get(f"/api/v1/me?token={text}")
    assert answer.status_code in (401, 422)
    assert text.encode() not in answer.content
    refused = Asker(text).ask(f"/trades?symbol={text}&from={text}")
    assert refused.status_code == 422
    assert text.encode() not in refused.content


def test_a_token_is_masked_in_the_log(owner: User) -> None:
    text = make_token(owner, "notebook", ["read"])[1]
    record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "asked with %s", (text,), None)
    assert text not in RedactingFormatter("%(message)s").format(record)


def test_who_tries_many_bad_tokens_is_slowed_and_who_has_a_good_one_is_not(owner: User) -> None:
    cache.clear()
    good = Asker(make_token(owner, "notebook", ["read"])[1])
    bad = Asker("fb_" + "0" * 49)
    assert {bad.ask("/me").status_code for _ in range(MOST_TRIES)} == {401}
    slowed = bad.ask("/me")
    assert slowed.status_code == 429
    assert cache.get("bad-tokens:127.0.0.1") == MOST_TRIES  # nothing more is written of who is slowed
    assert int(slowed.headers["Retry-After"]) > 0
    assert good.ask("/me").status_code == 200


def test_the_page_makes_a_token_shows_it_once_and_revokes_it(browser_of_owner: Client, owner: User) -> None:
    made = browser_of_owner.post("/settings/tokens/", {"name": "notebook", "words": "on", "days": "30"})
    assert made.status_code == 200
    token = ApiToken.objects.get(owner=owner)
    assert token.scopes == ["read", "words"]
    text = made.content.decode().split("readonly>")[1].split("<")[0]
    assert token_of(text) == token
    assert text not in browser_of_owner.get("/settings/tokens/").content.decode()
    assert browser_of_owner.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 302
    assert Asker(text).ask("/me").status_code == 401
    assert list(SecurityEvent.objects.filter(user=owner, what__startswith="token").order_by("pk").values_list("what", flat=True)) == [
        "token_made",
        "token_revoked",
    ]


def test_the_page_says_all_that_a_token_for_words_may_do(browser_of_owner: Client) -> None:
    page = browser_of_owner.get("/settings/tokens/").content.decode()
    label = page.split('name="words"')[1].split("</label>")[0]
    assert all(word in label for word in ("notes", "tags", "plans", "campaigns", "views", "opening balances", "notices"))


def test_a_token_of_the_command_line(
    owner: User, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fillbook.cli.database._upgrade", lambda: None)
    settings.DATA_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    settings.SECRET_KEY_FILE = tmp_path / "keys" / "session.key"
    assert main(["tokens", "--make", "cron", "--scopes", "sync", "--days", "7"]) == 0
    text = capsys.readouterr().out.strip()
    token = token_of(text)
    assert token is not None
    assert (token.owner, token.name, token.scopes, (token.expires_at - token.created_at).days) == (owner, "cron", ["read", "sync"], 7)
    assert main(["tokens"]) == 0
    listed = capsys.readouterr().out
    assert "cron" in listed
    assert text not in listed
    assert main(["tokens", "--make", "cron", "--scopes", "everything"]) == 2
    assert "there is no scope everything" in capsys.readouterr().err.lower()
    assert main(["tokens", "--revoke", str(token.pk), "--json"]) == 0
    assert token_of(text) is None
    assert main(["tokens", "--revoke", str(token.pk)]) == 2


def test_the_page_asks_for_the_password_again(browser_of_owner: Client) -> None:
    session = browser_of_owner.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    answer = browser_of_owner.post("/settings/tokens/", {"name": "notebook", "days": "30"})
    assert answer.status_code == 302
    assert not ApiToken.objects.exists()


def test_the_reference_names_every_operation_and_asks_nobody_else(browser_of_owner: Client) -> None:
    from fillbook.web.api.app import description

    page = browser_of_owner.get("/settings/api/").content.decode()
    for path, methods in description()["paths"].items():
        for method, found in methods.items():
            assert f'id="{found["operationId"]}-{method}"' in page
            assert path in page
    assert "http" not in page.replace("http://testserver", "").replace("http://www.w3.org", "")
    shapes = browser_of_owner.get("/settings/api/shapes/").content.decode()
    for name in ("WholeTrip", "NoticeAnswer", "NoteSent"):  # of an answer, of a page of answers, of a body
        assert f'id="shape-{name}"' in shapes
