"""The same way on PostgreSQL with two workers: a dead one's work is adopted, a large statement read, a token nowhere to be read."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
import pytest

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import Instance, LinkState, RoundTripRow, RunState, User
from fillbook.sync import service
from tests.sync.conftest import live_in, make_tables, pointed_at
from tests.sync.fault_server import Answer
from tests.sync.flex import IN_PROGRESS, QUERY, TOKEN, TRIP, Fill, Flex, flex_server, statement
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
