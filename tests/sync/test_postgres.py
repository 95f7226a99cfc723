"""The same way on PostgreSQL: link, sync again, a large statement, a killed worker, a token nowhere to be read."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import call_command

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import Instance, LinkState, RoundTripRow, RunState, User
from fillbook.sync import engine, service
from tests.sync.conftest import PACE, live_in, pointed_at
from tests.sync.fault_server import Answer
from tests.sync.flex import IN_PROGRESS, QUERY, TOKEN, TRIP, Fill, Flex, flex_server, statement
from tests.sync.waiting import ended, fresh, until

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
        call_command("migrate", verbosity=0)
        yield postgres_url


@pytest.fixture
def flex(server: str) -> Iterator[Flex]:
    assert server
    with flex_server() as broker:
        Instance.load()
        Instance.objects.update(sandbox_url=broker.server.base)
        yield broker


def everything(url: str) -> str:
    """Every row of every table, as text."""
    with psycopg.connect(url) as opened:
        tables = opened.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname IN ('public', 'dbos')"
        ).fetchall()
        rows = [opened.execute(f"SELECT t::text FROM {table} t").fetchall() for (table,) in tables]
    return repr(rows)


def test_a_link_on_postgresql(server: str, flex: Flex) -> None:
    owner = User.objects.create_user("trader@example.org")
    engine.launch(pace=PACE)
    try:
        outcome = service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": TOKEN, "query_id": QUERY})
        run = ended(outcome.run)
        assert (run.state, run.error_message, run.rows_new, run.trades_changed) == (RunState.DONE, "", 2, 1)
        later = (*TRIP, Fill(3, "BUY", 120, "20260601"), Fill(4, "SELL", 115, "20260602"))
        flex.statements = [Answer(statement("U7000001", fills=later, filler=2_200_000))]
        assert outcome.link is not None
        run = ended(service.sync_now(owner, outcome.link.pk))
        assert (run.state, run.error_message, run.rows_new, run.rows_known) == (RunState.DONE, "", 2, 2)
        assert [int(row.realized_pnl or 0) for row in RoundTripRow.objects.order_by("opened_at")] == [98, -52]
        stored = everything(server)
        assert "U7000001" in stored
        assert TOKEN not in stored
        assert QUERY not in stored
    finally:
        engine.shutdown()


@contextlib.contextmanager
def worker(home: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    program = [sys.executable, str(Path(__file__).parent / "worker.py"), str(home), url]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        yield process
        process.kill()


def test_what_a_dead_worker_left_is_done_by_another(server: str, flex: Flex, tmp_path: Path) -> None:
    owner = User.objects.create_user("trader@example.org")
    flex.statements = [IN_PROGRESS]
    outcome = service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": TOKEN, "query_id": QUERY})
    with worker(tmp_path, server) as first:
        until(lambda: len(flex.seen) >= 3)
        with worker(tmp_path, server):
            assert executors_of(server) == {"worker-1"}
            first.kill()
            flex.statements = [Answer(statement("U7000001"))]
            run = ended(outcome.run)
    assert (run.state, run.error_message, run.rows_new) == (RunState.DONE, "", 2)
    assert [call for call, _ in flex.seen].count("SendRequest") == 1
    assert executors_of(server) == {"worker-2"}
    assert fresh(outcome.link).state == LinkState.LINKED


def executors_of(url: str) -> set[str]:
    """Who has the run."""
    with psycopg.connect(url) as opened:
        return {name for (name,) in opened.execute("SELECT executor_id FROM dbos.workflow_status WHERE name = 'run'")}
