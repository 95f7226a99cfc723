"""What the commands for links ask, refuse and say; `tests/cli/test_links.py` runs them as processes."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from fillbook.brokers.interface import Endpoint
from fillbook.cli import link_command, pause_command, resume_command, runs_command, sync_command, unlink_command, worker_command
from fillbook.cli.main import main
from fillbook.cli.stop import Stop
from fillbook.storage.models import Link, LinkState, User
from fillbook.sync import service
from fillbook.vault import keys
from tests.sync.fault_server import Answer
from tests.sync.flex import OTHER_TOKEN, QUERY, TOKEN, Flex, accepted, refused, statement
from tests.sync.linked import linked
from tests.sync.waiting import fresh

pytestmark = pytest.mark.usefixtures("jobs")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(owner: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command on the database at hand, for the owner; its status, output and complaints."""
    for module in (link_command, pause_command, resume_command, runs_command, sync_command, unlink_command):
        monkeypatch.setattr(module, "open_database", lambda _: None)

    def command(*words: str, piped: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(piped))
        status = main([*words, "--user", owner.email])
        told = capsys.readouterr()
        return status, told.out, told.err

    return command


@pytest.fixture
def link(owner: User, flex: Flex) -> Link:
    flex.statements = [Answer(statement("U7000001", made="20260927;020000"))]
    return linked(owner)


def test_sync_takes_a_link_by_id_account_or_broker_and_says_what_came(run: Run, link: Link) -> None:
    status, out, err = run("sync", "U7000001")
    assert (status, err) == (0, "")
    assert out == f"Book (U7000001), sandbox  link {link.pk}\n  Done: nothing new. Figures to 25 Sep 2026.\n"
    for name in (str(link.pk), str(link.pk)[:6], "ibkr", "book"):
        assert run("sync", name, "--status")[1].startswith(f"Book (U7000001), sandbox  link {link.pk}\n")
    status, _, err = run("sync", "U0")
    assert (status, err) == (2, f"There is no link U0 in this book; the links are: {link.pk} (Book).\n")


def test_sync_says_what_did_not_work_and_what_is_paused(run: Run, link: Link, flex: Flex) -> None:
    flex.requests = [refused(1012)]
    status, out, _ = run("sync", "--json")
    (found,) = json.loads(out)["links"]
    assert status == 1
    assert (found["state"], found["run"]["state"], found["run"]["error"]["code"]) == ("needs_user", "failed", "1012")
    asked = len(flex.seen)
    for _ in range(2):
        status, out, _ = run("sync")
        assert (status, len(flex.seen)) == (1, asked), "a stopped link is not asked for"
        assert out.splitlines()[1].startswith("  ! Fetching has stopped until you do something about it. Your token has expired")
    flex.requests = [accepted()]
    status, out, _ = run("link", "--replace", str(link.pk), piped=f"token={OTHER_TOKEN}\n")
    assert (status, len(flex.calls(OTHER_TOKEN)) > 0) == (0, True)


def test_a_link_is_paused_and_resumed(run: Run, link: Link, flex: Flex) -> None:
    paused = f"Book (U7000001), sandbox  link {link.pk}\n  paused; "
    assert run("pause", "ibkr")[:2] == (0, "Paused. What was fetched stays; nothing new comes until you resume.\n")
    assert run("sync", "--status")[1].startswith(paused)
    status, out, _ = run("sync")
    assert (status, out.splitlines()[1], flex.seen) == (1, "  ! This link is paused. Resume it to sync.", [])
    status, out, _ = run("resume", "ibkr", "--json")
    assert (status, json.loads(out)["state"], json.loads(out)["run"]["state"]) == (0, "linked", "done")
    assert run("pause", "ibkr", "--json")[0] == 0
    Link.objects.filter(pk=link.pk).update(alarm_sent_at=link.created_at, error_message="The token is locked.")
    status, out, _ = run("resume", "ibkr")
    assert (status, fresh(link).state) == (1, LinkState.NEEDS_USER)
    assert "The token is locked." in out


def test_status_fetches_nothing(run: Run, link: Link, flex: Flex) -> None:
    status, out, _ = run("sync", "--status")
    assert (status, flex.seen) == (0, [])
    assert out.splitlines()[1].startswith("  linked; last sync 26 Sep 2026, 10:00 New York;")
    assert "; figures to 25 Sep 2026; next 2" in out


def test_a_broker_is_linked_with_what_is_piped_in_and_nothing_shows_it(
    run: Run, owner: User, flex: Flex, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = service.begin_link
    monkeypatch.setattr(service, "begin_link", lambda user, broker, _live, answer: begin(user, broker, Endpoint.SANDBOX, answer))
    monkeypatch.setenv("FILLBOOK_LINK_QUERY_ID", QUERY)
    status, out, err = run("link", "IBKR", "--json", piped=f"token={TOKEN}\n")
    assert (status, json.loads(out)["state"]) == (0, "linked")
    assert flex.calls(TOKEN)
    assert TOKEN not in out + err
    (link,) = Link.objects.filter(owner=owner)
    status, out, _ = run("link", "--replace", str(link.pk), piped=f"token={OTHER_TOKEN}\n")
    assert status == 0
    assert flex.calls(OTHER_TOKEN)
    assert fresh(link).state == LinkState.LINKED


def test_what_the_practice_broker_does_not_need_is_not_ignored_silently(run: Run, flex: Flex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILLBOOK_LINK_TOKEN", TOKEN)
    status, _, err = run("link", "ibkr", "--sandbox")
    assert (status, err) == (0, "FILLBOOK_LINK_TOKEN not used: the practice broker has what it needs.\n")
    assert flex.calls(TOKEN) == []


def test_a_replacement_that_is_refused_is_said_to_change_nothing(run: Run, link: Link, flex: Flex) -> None:
    flex.requests = [refused(1015)]
    status, out, _ = run("link", "--replace", str(link.pk), piped=f"token={OTHER_TOKEN}\n")
    assert (status, out.splitlines()[-1]) == (1, "  What linked it before still works and is used; the history stays as it is.")
    status, out, _ = run("sync", "--status")
    assert out.splitlines()[1].startswith("  linked; last sync")
    assert "token" not in out
    (line,) = [line for line in run("runs")[1].splitlines() if "token" in line]
    assert line.split(": ")[0].isdecimal(), "a sentence is not broken into a column"


def test_a_value_that_cannot_be_is_refused_and_not_repeated(run: Run, owner: User, flex: Flex) -> None:
    status, _, err = run("link", "ibkr", piped=f"token={TOKEN}x\nquery_id={QUERY}\n")
    assert status == 2
    assert err.startswith("token: ")
    assert err.endswith("Nothing was sent.\n")
    assert TOKEN not in err
    assert (list(Link.objects.filter(owner=owner)), flex.seen) == ([], [])
    status, _, err = run("link", "nobody")
    assert status == 2
    assert err.startswith("There is no broker nobody to link here: ")


def test_unlink_keeps_or_deletes_and_wants_a_yes(run: Run, link: Link) -> None:
    assert run("unlink", "ibkr", "--delete")[::2] == (1, "Deleting needs a yes: add --yes, or run it in a terminal. Nothing was changed.\n")
    status, out, _ = run("unlink", "ibkr", "--keep", "--json")
    assert (status, json.loads(out)) == (0, {"link": str(link.pk), "accounts": ["U7000001"], "kept": True})
    assert fresh(link).state == LinkState.UNLINKED
    other = linked(link.owner)
    assert run("unlink", str(other.pk), "--delete", "--yes")[1] == "Unlinked, and everything that came from it is deleted.\n"
    assert not Link.objects.filter(pk=other.pk).exists()
    assert run("sync")[2].startswith("There is no link in this book yet.")


def test_a_worker_wants_postgresql_and_the_key_that_sealed(link: Link, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Stop, match="Workers need PostgreSQL"):
        worker_command._refuse_sqlite()
    worker_command._refuse_another_key()
    with monkeypatch.context() as another:
        another.setattr(settings, "VAULT_KEYS", keys.generate())
        with pytest.raises(Stop, match="opens nothing of what is sealed"):
            worker_command._refuse_another_key()
    monkeypatch.setattr(settings, "VAULT_KEY_FILE", home / "nowhere")
    with pytest.raises(Stop, match="There is no vault key here"):
        worker_command._refuse_without_key()
    assert link.sealed_credential
