"""The same way on PostgreSQL with two workers: a dead one's work is adopted, a large statement read, a token nowhere to be read."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connections, transaction

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import Instance, LinkState, Origin, RoundTripRow, RunKind, RunState, SyncRun, User
from fillbook.storage.raw import keep_raw
from fillbook.sync import proving, runs, service
from tests.sync import claiming
from tests.sync.conftest import live_in, make_tables, pointed_at
from tests.sync.fault_server import Answer
from tests.sync.flex import IN_PROGRESS, QUERY, TOKEN, TRIP, Fill, Flex, flex_server, statement
from tests.sync.linked import linked
from tests.sync.waiting import ended, fresh, until
from tests.sync.worker import worker

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
