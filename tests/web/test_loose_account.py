"""An account without a link: left out, counted again, deleted; on its page and by command."""

import io
import json

import pytest
from django.test import Client

from fillbook.cli import accounts_command
from fillbook.cli.deleting import ask_before_deleting
from fillbook.cli.main import main
from fillbook.cli.stop import Stop
from fillbook.storage.models import BrokerAccount, RawStatement, RoundTripRow, SecurityEvent, User
from tests.web.book import says, write_book
from tests.web.conftest import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
ASK = "Deleting needs a yes: add --yes, or run it in a terminal. Nothing was changed."


def shown(client: Client, url: str) -> str:
    return text_of(client.get(url, follow=True).content)


def test_what_is_left_out_is_in_no_figure_until_it_counts_again(browser_of_owner: Client, owner: User) -> None:
    one, two = write_book(owner), write_book(owner, says(number="U2"))
    assert "Profit +86.00 USD" in shown(browser_of_owner, "/")
    assert "Leave out or delete" in shown(browser_of_owner, f"/accounts/{one.pk}/")
    answer = browser_of_owner.post(f"/accounts/{one.pk}/remove/", {"what": "leave"}, follow=True)
    assert "Left out. It keeps what it has, and no figure counts it." in text_of(answer.content)
    assert "+86.00" not in shown(browser_of_owner, "/")
    assert "This account is left out" in shown(browser_of_owner, f"/accounts/{one.pk}/")
    assert "This account is left out" not in shown(browser_of_owner, f"/accounts/{two.pk}/")
    browser_of_owner.post(f"/accounts/{one.pk}/count/")
    assert "Profit +86.00 USD" in shown(browser_of_owner, "/")


@pytest.mark.parametrize("form", [{}, {"what": "delete"}, {"what": "delete", "word": "yes"}])
def test_deleting_needs_the_word(browser_of_owner: Client, owner: User, form: dict[str, str]) -> None:
    account = write_book(owner)
    answer = browser_of_owner.post(f"/accounts/{account.pk}/remove/", form)
    assert answer.status_code == 422
    assert "Nothing was done." in text_of(answer.content)
    account.refresh_from_db()
    assert account.chosen


def test_deleting_takes_the_statements_of_this_account_alone(browser_of_owner: Client, owner: User) -> None:
    account, other = write_book(owner), write_book(owner, says(number="U2"))
    kept = RawStatement.objects.filter(coverages__account=other).get()
    browser_of_owner.post(f"/accounts/{account.pk}/remove/", {"what": "delete", "word": " Delete "})
    assert list(BrokerAccount.objects.all()) == [other]
    assert list(RawStatement.objects.all()) == [kept]
    assert not RoundTripRow.objects.filter(account_id=account.pk).exists()
    assert SecurityEvent.objects.filter(user=owner, what="account_deleted").exists()


def test_an_account_of_a_link_is_chosen_with_its_link(browser_of_owner: Client, account: BrokerAccount) -> None:
    where = f"/accounts/links/{account.link_id}/accounts/"
    assert browser_of_owner.post(f"/accounts/{account.pk}/remove/", {"what": "delete", "word": "delete"})["Location"] == where
    assert browser_of_owner.post(f"/accounts/{account.pk}/count/")["Location"] == where
    assert BrokerAccount.objects.filter(pk=account.pk).exists()


def test_the_command_leaves_out_counts_and_deletes(
    owner: User, account: BrokerAccount, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(accounts_command, "open_database", lambda _: None)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    loose = write_book(owner, says(number="U2"))

    def run(*words: str) -> tuple[int, str, str]:
        status = main(["accounts", *words, "--user", owner.email])
        told = capsys.readouterr()
        return status, told.out, told.err.strip()

    def counted(which: BrokerAccount) -> bool:
        return BrokerAccount.objects.get(pk=which.pk).chosen

    assert run("--leave-out") == (2, "", "Name one account with --account. Nothing was changed.")
    for each in (loose, account):
        assert run("--leave-out", "--account", each.number)[:2] == (0, f"{each.number}: left out.\n")
        assert not counted(each)
        assert run("--count", "--account", each.number)[:2] == (0, f"{each.number}: counted.\n")
        assert counted(each)
    status, _, err = run("--delete", "--account", account.number, "--yes")
    assert (status, err) == (1, "Account U1 belongs to a link: choose its accounts, or unlink it. Nothing was changed.")
    assert run("--delete", "--account", "U2") == (1, "", ASK)
    status, out, _ = run("--delete", "--account", "U2", "--yes", "--json")
    assert (status, json.loads(out)) == (0, {"account": "U2", "id": loose.pk, "done": "deleted"})
    assert list(BrokerAccount.objects.all()) == [account]


def test_a_terminal_is_asked_for_the_word(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("no\n"))
    with pytest.raises(Stop, match="Nothing was changed"):
        ask_before_deleting("trade of U2")
    monkeypatch.setattr("sys.stdin", Terminal("Delete\n"))
    ask_before_deleting("trade of U2")
