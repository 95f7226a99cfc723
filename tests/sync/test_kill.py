"""The process that does jobs is killed, again and again, and started again: nothing lost, nothing twice."""

import contextlib
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import ExecutionRow, LinkState, RawStatement, RoundTripRow, RunState, SyncRun, User
from fillbook.sync import engine, service
from fillbook.sync.runs import OPEN
from tests.sync.fault_server import Answer
from tests.sync.flex import BEFORE, IN_PROGRESS, QUERY, WINDOWS, Fill, Flex, refused, statement
from tests.sync.waiting import ended, fresh, until

KILLS = 3
DAYS = [f"2026{month:02}{day:02}" for month in range(1, 9) for day in range(1, 26)]
FILLS = tuple(Fill(number, "BUY" if number % 2 else "SELL", 100 + number, day) for number, day in enumerate(DAYS, 1))
"""200 fills, 100 round trips: each sells 10 for a dollar more than it paid, less two dollars of commission: 8 dollars."""


@contextlib.contextmanager
def worker(home: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, Path(__file__).parent / "worker.py", home], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        try:
            assert process.stdout.readline() == "working\n"
            yield process
        finally:
            process.kill()
            process.wait()


def open_runs() -> int:
    """Runs that have not ended."""
    return SyncRun.objects.filter(state__in=OPEN).count()


def test_a_run_goes_on_where_it_was_killed(home: Path, owner: User, flex: Flex) -> None:
    flex.statements = [IN_PROGRESS]
    outcome = service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": "713705191384205928811001", "query_id": QUERY})
    assert outcome.link is not None
    with worker(home):
        with pytest.raises(engine.AlreadyRunning):
            engine.launch()
        until(lambda: len(flex.seen) >= 3)
    assert open_runs() == 1
    flex.statements = [Answer(statement("U7000001"))]
    with worker(home):
        run = ended(outcome.run)
        assert (run.state, run.error_message, run.rows_new) == (RunState.DONE, "", 2)
        assert [call for call, _ in flex.seen].count("SendRequest") == 1, "the reference code survived"
        assert fresh(outcome.link).state == LinkState.LINKED
        flex.asked.clear()
        flex.statements = [Answer(statement("U7000001", fills=BEFORE, days=WINDOWS[0])), IN_PROGRESS]
        history = service.go_back(owner, outcome.link.pk)
        until(lambda: len(flex.asked) == 2)
    assert flex.asked == WINDOWS[:2]
    flex.statements = [Answer(statement("U7000001", fills=(), days=WINDOWS[1]))]
    flex.requests = [refused(1003)]
    with worker(home):
        run = ended(history)
    assert (run.state, run.error_message, run.rows_new) == (RunState.DONE, "", 2)
    assert flex.asked[:2] == WINDOWS[:2]
    assert len(flex.asked) == 3, "no window was asked for twice"
    assert [int(row.realized_pnl or 0) for row in RoundTripRow.objects.filter(account__owner=owner).order_by("opened_at")] == [98, 98]
    assert fresh(outcome.link).nothing_before == date(2024, 11, 4)


def test_killed_at_random_moments_nothing_is_lost_and_nothing_twice(home: Path, flex: Flex) -> None:
    moments = random.Random(20261121)
    flex.statements = [IN_PROGRESS, *[Answer(statement("U7000001", fills=FILLS))] * 1000]
    owners = [User.objects.create_user(f"{uuid.uuid4().hex}@example.org") for _ in range(4)]
    for number, owner in enumerate(owners):
        answer = {"token": f"71370519138420592881200{number}", "query_id": QUERY}
        service.begin_link(owner, "ibkr", Endpoint.SANDBOX, answer)
    for _ in range(KILLS):
        with worker(home) as process, contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moments.uniform(0.1, 0.6))
    with worker(home):
        until(lambda: not open_runs(), 60)
    for owner in owners:
        run = SyncRun.objects.get(owner=owner)
        assert (run.state, run.error_message, run.rows_new, run.rows_changed) == (RunState.DONE, "", 200, 0)
        assert ExecutionRow.objects.filter(account__owner=owner).count() == 200
        assert [int(row.realized_pnl or 0) for row in RoundTripRow.objects.filter(account__owner=owner)] == [8] * 100
        assert RawStatement.objects.filter(owner=owner).count() == 1
    sent = [call for call, _ in flex.seen].count("SendRequest")
    assert len(owners) <= sent <= len(owners) * (1 + KILLS)
