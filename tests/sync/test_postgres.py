"""The same way on PostgreSQL with two workers: a dead one's work is adopted, a large statement read, a token nowhere to be read."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connections, transaction

from fillbook.brokers.interface import Endpoint
from fillbook.storage import keyfile, presence, rotation
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import (
    BrokerAccount,
    Instance,
    LinkState,
    Origin,
    RoundTripRow,
    RunKind,
    RunState,
    SharedDay,
    SyncRun,
    TagMark,
    TripMark,
    User,
)
from fillbook.storage.raw import keep_raw
from fillbook.storage.secrets import vault
from fillbook.storage.words import add_tag, change_tag
from fillbook.sync import proving, runs, service
from fillbook.vault.keys import parse
from tests.storage.deliveries import day_of, deliver, person, says
from tests.sync import claiming
from tests.sync.conftest import live_in, make_tables, pointed_at
from tests.sync.fault_server import Answer
from tests.sync.flex import IN_PROGRESS, QUERY, TOKEN, TRIP, Fill, Flex, flex_server, statement
from tests.sync.linked import linked
from tests.sync.waiting import ended, fresh, until
from tests.sync.worker import nursery, worker
from tests.trades.builders import fill

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

pytestmark = pytest.mark.postgres


@pytest.fixture
def server(postgres_url: str, tmp_path: Path, django_db_blocker: "DjangoDbBlocker") -> Iterator[str]:
    """An empty Fillbook on a new database."""
    parts = urlsplit(postgres_url)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": parts.username,
        "PASSWORD": "",
        "HOST": parts.hostname,
        "PORT": str(parts.port),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 30}},
    }
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), pointed_at(**database):
        live_in(tmp_path, patch)
        make_tables()
        yield postgres_url


@pytest.fixture
def flex(server: str) -> Iterator[Flex]:
    assert server
    with flex_server() as broker:
        Instance.load()
        Instance.objects.update(sandbox_url=broker.server.base)
        yield broker


def test_two_workers_and_one_that_dies(server: str, flex: Flex, tmp_path: Path) -> None:
    owner = User.objects.create_user("trader@example.org")
    flex.statements = [IN_PROGRESS]
    outcome = service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": TOKEN, "query_id": QUERY})
    assert outcome.link is not None
    with worker(tmp_path, server) as first:
        until(lambda: len(flex.seen) >= 3)
        assert executors_of(server) == {"worker-1"}
        with worker(tmp_path, server):
            first.close()
            flex.statements = [Answer(statement("U7000001"))]
            run = ended(outcome.run)
            assert (run.state, run.error_message, run.rows_new, run.trades_changed) == (RunState.DONE, "", 2, 1)
            assert [call for call, _ in flex.seen].count("SendRequest") == 1, "the reference code survived"
            assert executors_of(server) == {"worker-2"}
            assert fresh(outcome.link).state == LinkState.LINKED

            later = (*TRIP, Fill(3, "BUY", 120, "20260601"), Fill(4, "SELL", 115, "20260602"))
            flex.statements = [Answer(statement("U7000001", fills=later, filler=2_200_000))]
            run = ended(service.sync_now(owner, outcome.link.pk))
            assert (run.state, run.error_message, run.rows_new, run.rows_known) == (RunState.DONE, "", 2, 2)
    assert [int(row.realized_pnl or 0) for row in RoundTripRow.objects.order_by("opened_at")] == [98, -52]
    stored = everything(server)
    assert "U7000001" in stored
    assert TOKEN not in stored
    assert QUERY not in stored


def test_a_worker_without_the_new_key_judges_no_link_and_leaves_the_work_to_others(
    server: str, flex: Flex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has a copy of the key file from before, and is alone at first."""
    monkeypatch.setattr(rotation, "NOTICED_WITHIN", 0.9)
    link = linked(User.objects.create_user("trader@example.org"))
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(tmp_path / "keys", elsewhere / "keys")
    with nursery(elsewhere, server, {"scale": 0.02}) as copied:
        copied.start()
        until(lambda: presence.lacking([vault().current]) == [] != presence.processes())
        rotated = rotation.rotate()
        assert (rotated.lost, len(rotated.lacking)) == ((), 1)
        assert rotation.drop_old().lacking == rotated.lacking
        assert len(parse(keyfile.read(settings.VAULT_KEY_FILE))) == 2, "nothing was dropped"
        run = service.sync_now(link.owner, link.pk)
        until(lambda: SyncRun.objects.get(pk=run.pk).error_code == "key_elsewhere")
        assert (fresh(link).state, flex.seen) == (LinkState.LINKED, [])

        with worker(tmp_path, server):
            assert ended(run).state == RunState.DONE
            until(lambda: [one.works for one in presence.lacking([rotated.key])] == [False])
            for _ in range(2):
                assert ended(service.sync_now(link.owner, link.pk)).state == RunState.DONE
            shutil.copy(settings.VAULT_KEY_FILE, elsewhere / "keys" / "vault.key")
            until(lambda: [one.works for one in presence.processes()] == [True, True])
            assert len(rotation.drop_old().dropped) == 1
        assert ended(service.sync_now(link.owner, link.pk)).state == RunState.DONE
        copied.close()
    assert presence.processes() == []
    assert (fresh(link).state, fresh(link).alarm_sent_at) == (LinkState.LINKED, None)


def test_what_an_owner_asks_for_and_what_a_run_notes_never_wait_for_each_other(server: str) -> None:
    """A page pauses a link while the run that it stops is about to end; a statement that names the link is written meanwhile."""
    owner = User.objects.create_user("trader@example.org")
    link = linked(owner)
    run = runs.open_run(link, RunKind.MANUAL)
    with ThreadPoolExecutor(1) as worker:
        with transaction.atomic():
            assert runs.locked(link.pk) == link
            assert worker.submit(in_thread(keep_raw), owner, "ibkr", b"<x/>", Origin.FETCHED, link).result(20).link == link
            finishing = worker.submit(in_thread(runs.finish), run.pk, {}, True, date(2026, 9, 25), "", None)
            until(lambda: waiting(server) == 1)
            runs.close_runs(link, "paused", "The link was paused.")
        assert finishing.result(20) is False
    after = SyncRun.objects.get(pk=run.pk)
    assert (after.state, after.error_code) == (RunState.FAILED, "paused")


def test_two_decisions_about_one_account_never_wait_for_each_other(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ann lets her account go while a look shows that it is Bob's as well: that would freeze her link, and her going frees his."""
    claiming.be_claimed(monkeypatch)
    ann, bob = (User.objects.create_user(f"{name}@example.org") for name in ("ann", "bob"))
    first, second = claiming.linked(ann), claiming.linked(bob)
    assert claiming.look(first, *claiming.REGRANT) == "proven"
    assert claiming.look(second, *claiming.REGRANT[:-1]) == "look"
    with ThreadPoolExecutor(1) as worker:
        with transaction.atomic():
            assert runs.locked(first.pk) == first
            looking = worker.submit(in_thread(proving.note_look), claiming.run_of(second).pk, "done", "")
            until(lambda: waiting(server) == 1)
            service.unlink(ann, first.pk, keep=True)
        looking.result(20)
    assert (claiming.standing(first), claiming.standing(second)) == ("ended", "owner")


def test_an_account_read_again_and_a_statement_of_several_never_wait_for_each_other(server: str) -> None:
    """A statement holds its first account and asks for the second, whose days are worked out together with the first one's."""
    owner, (first, second) = two_accounts()
    assert SharedDay.objects.filter(owner=owner).exists()
    with ThreadPoolExecutor(1) as worker:
        with transaction.atomic():
            BrokerAccount.objects.select_for_update().get(pk=first)
            reading = worker.submit(in_thread(rebuild_account), second)
            until(lambda: reading.done() or waiting(server) == 1)
            BrokerAccount.objects.select_for_update().get(pk=second)
        assert reading.result(20) == 0


def test_two_accounts_read_again_at_once_leave_the_days_that_they_share(server: str) -> None:
    owner, (first, second) = two_accounts()
    kept = list(SharedDay.objects.order_by("facet", "day").values_list("facet", "day", "high", "low", "fall"))
    with ThreadPoolExecutor(1) as worker:
        with transaction.atomic():
            rebuild_account(first)
            reading = worker.submit(in_thread(rebuild_account), second)
            until(lambda: waiting(server) == 1)
        reading.result(20)
    assert list(SharedDay.objects.filter(owner=owner).order_by("facet", "day").values_list("facet", "day", "high", "low", "fall")) == kept


def test_tags_that_become_one_wait_for_trades_that_are_made_again(server: str) -> None:
    """The trades are replaced, then both are committed: each names rows of the other."""
    owner, (first, _) = two_accounts()
    trip = RoundTripRow.objects.get(account=first)
    tag, twin = add_tag(owner, trip.key, "early"), add_tag(owner, trip.key, "late")
    for mark in TagMark.objects.filter(tag=twin):
        mark.delete()
    with ThreadPoolExecutor(1) as worker:
        with transaction.atomic():
            BrokerAccount.objects.select_for_update().get(pk=first)
            joining = worker.submit(in_thread(change_tag), tag, "late", tag.hue)
            until(lambda: waiting(server) == 1)
            rebuild_account(first)
        assert joining.result(20) == twin
    assert list(TripMark.objects.values_list("word__tag__name", "trip__account")) == [("late", first)]


def test_a_link_that_is_deleted_waits_for_trades_that_are_made_again(server: str) -> None:
    owner, (first, second) = two_accounts()
    link = linked(owner)
    BrokerAccount.objects.update(link=link)
    with ThreadPoolExecutor(1) as worker:
        with transaction.atomic():
            BrokerAccount.objects.select_for_update().get(pk=second)
            RoundTripRow.objects.filter(account=second).update(day=None)  # it is in the middle of it
            deleting = worker.submit(in_thread(partial(service.unlink, keep=False)), owner, link.pk)
            until(lambda: waiting(server) == 1)
            rebuild_account(second)
        deleting.result(20)
    assert not BrokerAccount.objects.filter(pk__in=(first, second)).exists()


def two_accounts() -> tuple[User, tuple[int, int]]:
    """A trader whose two accounts close a trade each on one day."""
    owner = person()
    for name in ("U1", "U2"):
        for written in deliver(owner, says(fill(1, 10, 20), fill(2, -10, 21, day=1), account=name, opened_on=day_of(0))).accounts:
            rebuild_account(written.account_id, written.instruments)
    first, second = BrokerAccount.objects.order_by("pk").values_list("pk", flat=True)
    return owner, (first, second)


def in_thread(function: Callable[..., Any]) -> Callable[..., Any]:
    """It gives its connection back at its end, as a job does."""

    def run(*args: Any) -> Any:
        try:
            return function(*args)
        finally:
            connections.close_all()

    return run


def waiting(url: str) -> int:
    """How many wait for a lock."""
    with psycopg.connect(url) as opened:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        [(count,)] = opened.execute(waits).fetchall()
    return int(count)


def executors_of(url: str) -> set[str]:
    """Who did, or does, the runs."""
    with psycopg.connect(url) as opened:
        return {name for (name,) in opened.execute("SELECT executor_id FROM dbos.workflow_status WHERE name = 'run'")}


def everything(url: str) -> str:
    """Every row of every table, as text."""
    with psycopg.connect(url) as opened:
        tables = opened.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname IN ('public', 'dbos')"
        ).fetchall()
        rows = [opened.execute(f"SELECT t::text FROM {table} t").fetchall() for (table,) in tables]
    return repr(rows)
