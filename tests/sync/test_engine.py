"""The job library as it is set up: limits, pace, and runs that nobody does."""

import asyncio
import threading
from pathlib import Path

import pytest
from dbos import DBOS
from django.db import OperationalError

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import RunState, SyncRun, User
from fillbook.sync import engine, results, runs, service, workflow
from fillbook.sync.engine import Pace
from tests.sync.flex import QUERY, TOKEN, Flex
from tests.sync.waiting import ended, until


def test_the_sandbox_waits_a_tenth_and_a_broker_all_of_it() -> None:
    assert [Pace().seconds(wanted, sandbox=True) for wanted in (1, 5, 10)] == [pytest.approx(0.3), pytest.approx(0.5), pytest.approx(1.0)]
    assert [Pace().seconds(wanted, sandbox=False) for wanted in (1, 5, 10)] == [1, 5, 10]


def test_the_time_scale_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILLBOOK_TIME_SCALE", "0.01")
    pace = Pace.from_environment()
    assert pace.seconds(10, sandbox=True) == pytest.approx(0.1)
    assert pace.seconds(10, sandbox=False) == 10
    assert pace.between_looks(sandbox=True) == pytest.approx(0.05)
    assert pace.between_looks(sandbox=False) == 1.0


@pytest.mark.usefixtures("jobs")
def test_a_broker_gets_nine_requests_a_minute_for_each_token_one_at_a_time() -> None:
    queue = DBOS.retrieve_queue(engine.LIVE)
    assert queue is not None
    assert (queue.partition_limiter, queue.partition_concurrency) == ({"limit": 9, "period": 61}, 1)
    sandbox = DBOS.retrieve_queue(engine.SANDBOX)
    assert sandbox is not None
    assert (sandbox.partition_limiter, sandbox.partition_concurrency) == (None, 1)


@pytest.mark.usefixtures("jobs")
def test_the_books_are_written_ahead_and_to_the_disk(home: Path) -> None:
    assert (home / "jobs.db-wal").exists()


@pytest.mark.usefixtures("jobs")
def test_a_run_whose_job_was_never_queued_is_picked_up(owner: User, flex: Flex, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as cut_off:
        cut_off.setattr(engine, "enqueue", lambda *_: None)
        run = service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": TOKEN, "query_id": QUERY}).run
    assert run is not None
    assert SyncRun.objects.get(pk=run.pk).state == RunState.QUEUED
    workflow.pick_up_stranded()
    assert ended(run).state == RunState.DONE
    assert flex.seen


@pytest.mark.usefixtures("jobs")
def test_a_run_whose_job_ended_without_a_word_is_closed(owner: User, flex: Flex) -> None:
    run = ended(service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": TOKEN, "query_id": QUERY}).run)
    until(lambda: engine.known([run.workflow_id]) == {run.workflow_id: True})
    SyncRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    workflow.pick_up_stranded()
    after = SyncRun.objects.get(pk=run.pk)
    assert (after.state, after.error_kind, after.error_code) == (RunState.FAILED, runs.STOPPED, "lost")
    assert flex.seen


def test_a_busy_database_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_BUSY_PAUSES", (0.01, 0.01, 0.01))
    calls: list[str] = []

    def work(fails: int) -> str:
        calls.append(threading.current_thread().name)
        if len(calls) <= fails:
            raise OperationalError("database is locked")
        return "done"

    assert asyncio.run(engine.database_work(work)(3)) == "done"
    assert len(calls) == 4
    assert all(name.startswith("job-db") for name in calls)
    calls.clear()
    with pytest.raises(OperationalError):
        asyncio.run(engine.database_work(work)(4))


def test_what_takes_long_is_done_two_at_a_time_and_nothing_short_waits_for_it() -> None:
    released, count = threading.Event(), threading.Lock()
    going: list[int] = [0]
    most: list[int] = []

    def read() -> None:
        with count:
            going[0] += 1
            most.append(going[0])
        assert released.wait(20)
        with count:
            going[0] -= 1

    async def all_of_them() -> None:
        reading = [asyncio.create_task(engine.database_work(read, long=True)()) for _ in range(5)]
        await engine.database_work(lambda: None)()
        released.set()
        await asyncio.gather(*reading)

    asyncio.run(all_of_them())
    assert (len(most), max(most)) == (5, 2)


def test_a_hundred_that_wait_cost_one_look_and_a_look_that_fails_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def look(jobs: list[str]) -> list[str]:
        looks.append(len(jobs))
        if len(looks) == 1:
            raise OperationalError("the database is restarting")
        return jobs[:60]

    monkeypatch.setattr(results, "_ended_of", look)

    async def all_of_them() -> None:
        waiting = results.Results()
        await asyncio.gather(*(waiting.ended(f"job-{number}", 0.001) for number in range(100)))

    asyncio.run(all_of_them())
    assert looks == [100, 100, 40]
