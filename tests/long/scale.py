"""Thousands of links (2,000 or --count) on PostgreSQL with three workers, one killed for good: all done, none twice, and how fast.

A broker by script gives each link its own account with the same small year. The figures are for docs/operate.md.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.support import postgres
from tests.sync.worker import Nursery, nursery

WORKERS = 3
PACE = {"look": 1.0, "look_sandbox": 0.5, "look_runs": 0.5, "plan": "*/10 * * * * *"}
"""As an instance looks at its queues, but that it plans six times a minute; a broker's waits are left out."""
TOGETHER = 200
"""How many links are made in one go."""


def main(arguments: list[str]) -> int:
    """Sync them all; the status is 1 when one is not done, or done twice."""
    parser = argparse.ArgumentParser(prog="python3 run.py long scale", description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="how many links (default 2000)")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    wanted = parser.parse_args(arguments)
    if wanted.url is not None:
        return _run(wanted.count, wanted.url)
    import psycopg

    with postgres.cluster(durable=True) as server, tempfile.TemporaryDirectory(prefix="fillbook-scale-") as folder:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as opened:
            opened.execute("CREATE DATABASE scale")
        program = [sys.executable, "-m", "tests.long.scale", f"--count={wanted.count}", f"--url={server}/scale"]
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("FILLBOOK_", "DJANGO_"))}
        own = {"FILLBOOK_DATA": folder, "FILLBOOK_DATABASE_URL": f"{server}/scale"}
        return subprocess.run(program, env={**surroundings, **own}, check=False).returncode


def _run(count: int, url: str) -> int:
    """All of it, in the process that plays the broker and looks on."""
    from fillbook.storage import start

    start.prepare()
    from tests.sync.conftest import make_tables
    from tests.sync.fault_server import fault_server

    make_tables()
    broker = _Broker()
    with fault_server(respond=broker.answer) as server, nursery(Path(os.environ["FILLBOOK_DATA"]), url, PACE) as workers:
        _make_links(count, server.base)
        watch = _Watch(url)
        started = time.monotonic()
        numbers = [workers.start() for _ in range(WORKERS)]
        watch.begin(workers, numbers)
        _until(lambda: _done() >= count // 3, 3600)
        watch.killed = numbers.pop()
        workers.kill(watch.killed)
        _until(lambda: not _open(), 3600)
        seconds = time.monotonic() - started
        watch.end()
        wrong = _wrong(count, broker)
    _report(count, seconds, broker, watch, wrong)
    return int(bool(wrong))


class _Broker:
    """Answers for every token: its account is made of the token. sent: how often each token asked for what."""

    def __init__(self) -> None:
        self.sent: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def answer(self, path: str) -> Any:
        """The statement at the third request: it is being made at the second."""
        from tests.sync.fault_server import Answer
        from tests.sync.flex import IN_PROGRESS, accepted, statement

        found = re.search(r"FlexWebService/(\w+)\?.*\bt=(\d+)", path)
        assert found is not None
        call, token = found[1], found[2]
        with self._lock:
            self.sent[token, call] += 1
            times = self.sent[token, call]
        if call == "SendRequest":
            return accepted()
        return IN_PROGRESS if times == 1 else Answer(statement(_account(token)))


def _account(token: str) -> str:
    return f"U{token[-8:]}"


def _make_links(count: int, base: str) -> None:
    """Links that were never fetched, each with its first run."""
    from fillbook.brokers.interface import Endpoint
    from fillbook.storage.models import Instance, Link, LinkState, RunKind, SyncRun, User
    from fillbook.storage.secrets import seal_credential
    from fillbook.sync import clock
    from tests.sync.flex import QUERY

    Instance.load()
    Instance.objects.update(sandbox_url=base)
    for first in range(0, count, TOGETHER):
        numbers = range(first, min(first + TOGETHER, count))
        owners = User.objects.bulk_create(User(email=f"trader{number}@example.org") for number in numbers)
        links = []
        for number, owner in zip(numbers, owners, strict=True):
            link = Link(owner=owner, broker="ibkr", endpoint=Endpoint.SANDBOX, name="Book", state=LinkState.VALIDATING)
            seal_credential(link, {"token": f"7137051913{number:08}", "query_id": QUERY}, "token")
            links.append(link)
        Link.objects.bulk_create(links)
        SyncRun.objects.bulk_create(
            SyncRun(owner=link.owner, link=link, kind=RunKind.FIRST, workflow_id=f"run-{link.pk.hex}", created_at=clock.now())
            for link in links
        )


class _Watch:
    """Looks each second at the connections to the database and at the memory of the workers."""

    def __init__(self, url: str) -> None:
        self._url, self._ended = url, threading.Event()
        self.connections, self.memory, self.killed = 0, 0, 0
        self._thread = threading.Thread(target=self._look, daemon=True)

    def begin(self, workers: Nursery, numbers: list[int]) -> None:
        """Look from now on."""
        self._workers, self._numbers = workers, numbers
        self._thread.start()

    def end(self) -> None:
        """No more."""
        self._ended.set()
        self._thread.join(10)

    def _look(self) -> None:
        import psycopg

        with psycopg.connect(self._url, autocommit=True) as opened:
            while not self._ended.wait(1.0):
                row = opened.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchone()
                assert row is not None
                self.connections = max(self.connections, int(row[0]) - _own_connections())
                self.memory = max(self.memory, *(self._workers.memory(number) for number in list(self._numbers)))


def _own_connections() -> int:
    """Those of the process that looks on."""
    from django.db import connection

    pool = getattr(connection, "pool", None)
    return int(pool.get_stats().get("pool_size", 0)) if pool is not None else 0


def _done() -> int:
    from fillbook.storage.models import RunState, SyncRun

    return SyncRun.objects.filter(state=RunState.DONE).count()


def _open() -> int:
    from fillbook.storage.models import SyncRun
    from fillbook.sync import runs

    return SyncRun.objects.filter(state__in=runs.OPEN).count()


def _until(condition: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.5)


def _wrong(count: int, broker: _Broker) -> list[str]:
    """What is not done, or twice."""
    from django.db.models import Count

    from fillbook.storage.models import BrokerAccount, ExecutionRow, RawStatement, RoundTripRow, RunKind, RunState, SyncRun

    counted = {
        "first runs that are done": SyncRun.objects.filter(state=RunState.DONE, kind=RunKind.FIRST).count(),
        "accounts": BrokerAccount.objects.count(),
        "documents": RawStatement.objects.count(),
        "round trips": RoundTripRow.objects.count(),
        "tokens that asked": len({token for token, _ in broker.sent}),
        "accounts with two fills": ExecutionRow.objects.values("account").annotate(n=Count("pk")).filter(n=2).count(),
    }
    return [f"{found} {what}, not {count}" for what, found in counted.items() if found != count]


def _report(count: int, seconds: float, broker: _Broker, watch: _Watch, wrong: list[str]) -> None:
    from fillbook.storage.models import RunKind, SyncRun

    planned = SyncRun.objects.filter(kind=RunKind.SCHEDULED).count()  # whose moment came meanwhile, in the morning of New York
    requests = sum(broker.sent.values())
    sends = sum(number for (_, call), number in broker.sent.items() if call == "SendRequest")
    workflows = count + requests
    print(f"scale: {WORKERS} workers, one killed for good after a third; {count} links in {seconds:.0f} s")
    print(f"  {workflows / seconds:.0f} workflows/s ({count} runs, {requests} requests), {count / seconds:.1f} links/s")
    print(f"  {requests} requests, of which {sends - count - planned} SendRequests repeated after the kill; {planned} nightly runs besides")
    print(f"  at most {watch.connections} connections and {watch.memory / 2**20:.0f} MB of memory in a worker")
    for line in wrong:
        print(f"  wrong: {line}")
    print(f"scale: {count} links, {len(wrong)} figures wrong, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
