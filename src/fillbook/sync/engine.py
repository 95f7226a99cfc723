"""The durable job library, set up once: where it keeps its books, which queues there are, how time passes, who does database work.

SQLite: a file jobs.db beside the database, one process. PostgreSQL: the schema `dbos` of the same database, any number of processes.
Only ids and small JSON values ever reach it; documents and secrets stay in our own tables.
"""

import asyncio
import fcntl
import functools
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, Any, Final, ParamSpec, TypeVar

import sqlalchemy
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from django.conf import settings
from django.db import OperationalError, connection, connections
from sqlalchemy import event

from fillbook.sync import executors, keys
from fillbook.sync.results import Results

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

APPLICATION: Final = "fillbook"
VERSION: Final = "fillbook-1"  # pinned: work in flight survives an upgrade; a change of the workflow's steps goes through DBOS.patch
RUNS: Final = "runs"
LIVE: Final = "requests"
SANDBOX: Final = "sandbox-requests"
KEEP_FINISHED: Final = timedelta(days=30)
KEEP_PLANS: Final = timedelta(days=1)
_BUSY_PAUSES: Final = (0.5, 2.0, 8.0)


class AlreadyRunning(Exception):
    """Another process works on the same SQLite files, or too many on the same database."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast time passes for the sandbox (1: as for a broker), and how often queues and results are looked at, in seconds.

    plan: when the planner works, as cron says it, in UTC; "" for never. look_keys: how often a process looks at its vault keys.
    """

    scale: float = 0.1
    look: float = 1.0
    look_sandbox: float = 0.3
    look_runs: float = 1.0
    look_keys: float = 5.0
    plan: str = "* * * * *"

    @classmethod
    def from_environment(cls) -> "Pace":
        """FILLBOOK_TIME_SCALE: the scale, for tests and demonstrations."""
        scale = float(os.environ.get("FILLBOOK_TIME_SCALE", "0.1"))
        return cls(scale=scale, look_sandbox=min(max(3 * scale, 0.05), 1.0))

    def seconds(self, wanted: float, *, sandbox: bool) -> float:
        """Seconds to really wait. A broker's own waits are never shortened; a sandbox's keep a floor, so that progress can be seen."""
        return max(wanted, 3) * self.scale if sandbox else wanted

    def between_looks(self, *, sandbox: bool) -> float:
        """Seconds between two looks at a queue or at a result."""
        return self.look_sandbox if sandbox else self.look


class _Engine:
    """What belongs to the one launched engine of this process."""

    pace = Pace()
    lock: IO[str] | None = None
    place: executors.Place | None = None
    keeper: keys.Keeper | None = None
    lost = keys.Lost(decides=True, alone=True)
    ending: threading.Thread | None = None
    launched = False
    results: Results | None = None
    workers: ThreadPoolExecutor | None = None
    readers: ThreadPoolExecutor | None = None


def launch(pace: Pace | None = None, *, decides: bool = False) -> None:
    """Start doing jobs in this process, first those that the process before it left unfinished; what is due in the last place.

    pace: how fast. decides: on PostgreSQL, it is this process that says when a key of the vault is lost for good.

    Raises:
        AlreadyRunning: on SQLite, when another process already does; on PostgreSQL, when some hundreds do.
    """
    if _Engine.launched:
        return
    _Engine.pace = pace or Pace.from_environment()
    executor = _claim()
    _Engine.lost = keys.Lost(decides=decides, alone=_Engine.place is None)
    try:
        _do_jobs(executor)
    except BaseException:
        shutdown()
        raise
    if _Engine.place is not None:
        _Engine.keeper = keys.Keeper(_Engine.place, _Engine.pace.look_keys, _stop_jobs, _go_on)
        _Engine.keeper.begin()


def _do_jobs(executor: str) -> None:
    """Open the books and begin. executor: what the job library calls this process."""
    from fillbook.sync import workflow

    if _Engine.ending is not None:
        _Engine.ending.join()  # one library at a time
    _Engine.results = Results()
    logging.getLogger("dbos").addHandler(logging.NullHandler())  # else it opens a handler of its own, past the one that masks secrets
    DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": books_url(),
            "executor_id": executor,
            "application_version": VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "sys_db_pool_size": 10,
            "max_executor_threads": 32,
            "notification_listener_polling_interval_sec": 0.2,  # nothing listens; stopping waits for the end of one interval
            "log_level": "WARNING",
        }
    )
    try:
        DBOS.launch()
        _register_queues()
    except BaseException:
        _end_jobs()
        raise
    _Engine.launched = True
    forget_finished()
    workflow.pick_up_stranded()
    if _Engine.pace.plan:
        plan(_Engine.pace.plan)


def plan(cron: str) -> None:
    """Let the planner work now and from now on: one schedule, whose every moment is the work of one process."""
    from fillbook.sync import workflow

    DBOS.apply_schedules([{"schedule_name": workflow.PLAN, "workflow_fn": workflow.plan, "schedule": cron}])
    workflow.every_minute()


SECONDS_TO_END: Final = 3


def shutdown() -> None:
    """Stop doing jobs; those in the middle go on at the next launch."""
    if _Engine.keeper is not None:
        _Engine.keeper.end()
        _Engine.keeper = None
    _end_jobs()
    for held in (_Engine.lock, _Engine.place):
        if held is not None:
            held.close()
    _Engine.lock = _Engine.place = None


def _stop_jobs() -> None:
    """This process may do none for now; the others adopt what it has in the middle."""
    _end_jobs()
    if _Engine.place is not None:
        _Engine.place.leave()


def _go_on() -> None:
    """It may do jobs again."""
    if _Engine.place is not None:
        _Engine.place.take_again()
        _do_jobs(_Engine.place.name)


def _end_jobs() -> None:
    _Engine.launched = False
    # its scheduler sleeps until the next minute; what is in the middle is durable and goes on at the next launch, so nobody waits for it
    _Engine.ending = threading.Thread(target=DBOS.destroy, daemon=True)
    _Engine.ending.start()
    _Engine.ending.join(SECONDS_TO_END)
    for threads in (_Engine.workers, _Engine.readers):
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)
    _Engine.workers = _Engine.readers = None


def lost_keys() -> keys.Lost:
    """What this process makes of a vault key that it lacks."""
    return _Engine.lost


def is_running() -> bool:
    """Whether jobs are done in this process."""
    return _Engine.launched


def is_done_elsewhere() -> bool:
    """Whether another process does the jobs of this database."""
    if connection.vendor != "sqlite":
        return executors.anybody(books_url())
    if _Engine.launched:
        return False
    try:
        _lock_files()
    except AlreadyRunning:
        return True
    assert _Engine.lock is not None
    _Engine.lock.close()
    _Engine.lock = None
    return False


def pace() -> Pace:
    """The pace of this process."""
    return _Engine.pace


def books_url() -> str:
    """Where the job library keeps its books."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings.DATA_DIR / 'jobs.db'}"
    return sqlalchemy.URL.create(
        "postgresql",
        username=database["USER"] or None,
        password=database["PASSWORD"] or None,
        host=database["HOST"] or None,
        port=int(database["PORT"]) if database["PORT"] else None,
        database=str(database["NAME"]),
    ).render_as_string(hide_password=False)


def enqueue(workflow: str, job: str, *arguments: str) -> None:
    """Have a workflow done under the id `job`, here or by whichever process does jobs. The same id again changes nothing."""
    options: EnqueueOptions = {"queue_name": RUNS, "workflow_name": workflow, "workflow_id": job, "app_version": VERSION}
    if _Engine.launched:
        DBOS.enqueue_workflow_with_options(options, *arguments)
    else:
        _with_client(lambda client: client.enqueue(options, *arguments))


def forget(jobs: list[str]) -> None:
    """Delete the books of those workflows that have ended, and of the requests they made. The others go with the old ones later."""
    if _Engine.launched:
        ended = [job for job, has_ended in known(jobs).items() if has_ended]
        DBOS.delete_workflows(ended, delete_children=True)


def known(jobs: list[str]) -> dict[str, bool]:
    """Those of the jobs that the books know: whether each has ended."""
    found = DBOS.list_workflows(workflow_ids=jobs, load_input=False, load_output=False) if jobs else []
    return {status.workflow_id: status.status not in {"ENQUEUED", "PENDING", "DELAYED"} for status in found}


async def has_ended(job: str, *, sandbox: bool) -> None:
    """Return once another job has ended. Nothing of the waiting is written down."""
    assert _Engine.results is not None
    await _Engine.results.ended(job, _Engine.pace.between_looks(sandbox=sandbox))


def _with_client(act: Callable[[DBOSClient], object]) -> None:
    """For a process that does no jobs itself. Books that nobody has opened yet are no error: who opens them looks for stranded runs."""
    try:
        client = DBOSClient(
            system_database_url=books_url(),
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            system_database_pool_size=1,
            retry_connection_errors=False,
        )
        try:
            act(client)
        finally:
            client.destroy()
    except sqlalchemy.exc.SQLAlchemyError:
        log.warning("The job books cannot be reached; the job is done once Fillbook serves.")


def database_work(function: Callable[P, R], *, long: bool = False) -> Callable[P, Coroutine[Any, Any, R]]:
    """A blocking function that uses the database, made awaitable.

    It runs in one of a few threads that give their connection back after each call, so that a process has few connections however many
    jobs it does. A database that is locked or restarting gets three more tries. long: it takes minutes, and no more than two such are done
    at once, while what is short goes on beside them.
    """

    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for pause in _BUSY_PAUSES:
            try:
                return function(*args, **kwargs)
            except OperationalError:
                log.warning("The database is busy; %s is tried again.", function.__name__)
            finally:
                connections.close_all()
            time.sleep(pause)
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    @functools.wraps(function)
    async def awaitable(*args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(_readers() if long else _workers(), functools.partial(run, *args, **kwargs))

    return awaitable


def _workers() -> ThreadPoolExecutor:
    """The few threads of this process that do the jobs' database work."""
    if _Engine.workers is None:
        _Engine.workers = ThreadPoolExecutor(8, "job-db")
    return _Engine.workers


def _readers() -> ThreadPoolExecutor:
    """Those for what takes long."""
    if _Engine.readers is None:
        _Engine.readers = ThreadPoolExecutor(2, "job-long")
    return _Engine.readers


def _register_queues() -> None:
    """Requests to a broker: one at a time and at most nine a minute for each token; the sandbox has no such limit."""
    pace = _Engine.pace
    DBOS.register_queue(RUNS, worker_concurrency=200, polling_interval_sec=pace.look_runs, on_conflict="always_update")
    DBOS.register_queue(
        LIVE,
        partition_concurrency=1,
        partition_limiter={"limit": 9, "period": 61},
        polling_interval_sec=pace.look,
        on_conflict="always_update",
    )
    DBOS.register_queue(SANDBOX, partition_concurrency=1, polling_interval_sec=pace.look_sandbox, on_conflict="always_update")


def forget_finished() -> None:
    """Delete the books of jobs that ended long ago, those of the planner sooner; the library keeps them for ever."""
    now = datetime.now(UTC)
    for name, kept in ((None, KEEP_FINISHED), ("plan", KEEP_PLANS)):
        old = DBOS.list_workflows(
            name=name,
            status=["SUCCESS", "ERROR", "CANCELLED"],
            end_time=(now - kept).isoformat(),
            limit=10_000,
            load_input=False,
            load_output=False,
        )
        if old:
            DBOS.delete_workflows([status.workflow_id for status in old])


def adopt() -> None:
    """Go on with what other processes left that are gone."""
    if _Engine.place is not None:
        adopted = executors.adopt(_Engine.place)
        if adopted:
            log.warning("Adopted %s jobs of a process that is gone.", adopted)


def _claim() -> str:
    """What the job library calls this process; nobody else is called so while it lives."""
    if connection.vendor == "sqlite":
        _lock_files()
        return "main"
    try:
        _Engine.place = executors.take(books_url())
    except executors.TooMany as problem:
        raise AlreadyRunning(str(problem)) from None
    return _Engine.place.name


def _lock_files() -> None:
    """One process per SQLite files: a second one would take the first one's running jobs for abandoned."""
    lock = (settings.DATA_DIR / "jobs.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise AlreadyRunning(f"Another Fillbook already runs with the data folder {settings.DATA_DIR}.") from None
    _Engine.lock = lock


@event.listens_for(sqlalchemy.Engine, "connect")
def _prepare_sqlite(opened: Any, _record: object) -> None:
    """WAL is four times as quick; FULL keeps a finished step through a power cut; SQLite before 3.42 lacks `unixepoch` with a fraction."""
    if isinstance(opened, sqlite3.Connection):
        opened.execute("PRAGMA busy_timeout=30000")
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("PRAGMA synchronous=FULL")
        if sqlite3.sqlite_version_info < (3, 42):
            opened.create_function("unixepoch", 1, lambda _modifier: time.time())
