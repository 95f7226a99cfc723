"""Imports and processes killed on SQLite and on PostgreSQL, at each SQL statement and at random: nothing lost, nothing twice.

First an import dies at one statement after the other (see `tests.sync.dying`). Then processes are killed at random moments while links sync
from a broker by script, whose history grows from sync to sync. Whatever is killed, each account must end with the rows and trades of one
that was read undisturbed.
"""

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support import postgres
from tests.sync.dying import killed_at
from tests.sync.worker import Nursery, nursery

FILLS_A_DAY = 4
SEED = 20261121
IN_FLIGHT = 20
"""How many links sync at least whenever a process is killed."""


def main(arguments: list[str]) -> int:
    """Kill; the status is 1 when something was lost, doubled or different."""
    parser = argparse.ArgumentParser(prog="python3 run.py long kill", description=__doc__)
    parser.add_argument("--count", type=int, default=50, help="how many processes to kill on each database (default 50)")
    parser.add_argument("--links", type=int, default=40, help=f"how many links sync meanwhile (default 40, at least {IN_FLIGHT})")
    parser.add_argument("--points", type=int, default=0, help="at how many statements of an import to kill; 0, the default: at each")
    parser.add_argument("--days", type=int, default=200, help="how many days with fills the history grows to (default 200)")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    wanted = parser.parse_args(arguments)
    if wanted.url is not None:
        return _one(wanted.url, wanted.count, max(wanted.links, IN_FLIGHT), wanted.days)
    bad = 0
    for points, kills in _databases():
        with tempfile.TemporaryDirectory(prefix="fillbook-dying-") as folder:
            bad += _each_statement(wanted.points, Path(folder), points)
        with tempfile.TemporaryDirectory(prefix="fillbook-kill-") as folder:
            bad += at_random(wanted.count, wanted.links, wanted.days, Path(folder), kills)
    return int(bad > 0)


def at_random(count: int, links: int, days: int, home: Path, url: str = "") -> int:
    """Kill so many processes, in a data folder and on a database of their own; the status is 1 when something is not as it should be."""
    program = [sys.executable, "-m", "tests.long.kill", f"--count={count}", f"--links={links}", f"--days={days}", f"--url={url}"]
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("FILLBOOK_", "DJANGO_"))}
    own = {"FILLBOOK_DATA": str(home), **({"FILLBOOK_DATABASE_URL": url} if url else {})}
    return subprocess.run(program, env={**surroundings, **own}, check=False).returncode


def _each_statement(points: int, home: Path, url: str) -> int:
    started = time.monotonic()
    report = killed_at(points, home, url)
    found = f"{report['before']} left the ledger of before, {report['after']} that of after, {len(report['wrong'])} anything else"
    name = "PostgreSQL" if url else "SQLite"
    print(f"kill: {name}: import killed at {report['tried']} of {report['points']} points: {found}, {time.monotonic() - started:.0f} s")
    print("".join(f"  {line}\n" for line in report["wrong"]), end="", flush=True)
    return int(bool(report["wrong"]) or report["tried"] != report["before"] + report["after"])


def _databases() -> Iterator[tuple[str, str]]:
    """Two of each kind: "" for SQLite, then the addresses of new PostgreSQL databases."""
    import psycopg

    yield "", ""
    with postgres.cluster() as server:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as opened:
            for name in ("points", "kills"):
                opened.execute(f"CREATE DATABASE {name}")
        yield f"{server}/points", f"{server}/kills"


def _one(url: str, count: int, links: int, days: int) -> int:
    """All of it on one database, which the environment names."""
    from fillbook.storage import start

    start.prepare()
    from tests.sync.conftest import make_tables
    from tests.sync.flex import flex_server

    make_tables()
    started = time.monotonic()
    with flex_server() as flex, nursery(Path(os.environ["FILLBOOK_DATA"]), url) as workers:
        book = _Book(flex, links, days)
        fewest = _kill(book, workers, count)
        workers.start()
        book.finish()
        wrong = book.differences() + ([] if fewest >= IN_FLIGHT or not count else [f"only {fewest} links in flight at a kill"])
    name = "PostgreSQL" if url else "SQLite"
    figures = f"{count} processes killed with {fewest} links or more in flight, {links} links, {book.syncs} syncs"
    print(f"kill: {name}: {figures}, {len(wrong)} accounts differ, {time.monotonic() - started:.0f} s", flush=True)
    for line in wrong:
        print(f"  {line}")
    return int(bool(wrong))


def _kill(book: "_Book", workers: Nursery, count: int) -> int:
    """Kill one worker after the other, each some moments after it began; how many links were in flight when there were fewest."""
    moments = random.Random(SEED)
    fewest = book.size
    for number in range(count):
        going = book.keep_busy(number, count)
        worker = workers.start()
        deadline = time.monotonic() + moments.uniform(0.05, 1.5)
        while time.monotonic() < deadline and going > IN_FLIGHT + 2:
            time.sleep(0.02)
            going = book.in_flight()
        workers.kill(worker)
        fewest = min(fewest, book.in_flight())
    return fewest


class _Book:
    """The links, what their broker serves, and what must come out."""

    def __init__(self, flex: Any, links: int, days: int) -> None:
        from fillbook.brokers.interface import Endpoint
        from fillbook.storage.models import Instance, User
        from fillbook.sync import service
        from tests.sync.flex import QUERY

        self._flex, self.syncs, self.size, self._days = flex, links, links, days
        Instance.load()
        Instance.objects.update(sandbox_url=flex.server.base)
        self._serve(1)
        self._links = []
        for number in range(links):
            owner = User.objects.create_user(f"trader{number}@example.org")
            answer = {"token": f"7137051913842059{number:08}", "query_id": QUERY}
            link = service.begin_link(owner, "ibkr", Endpoint.SANDBOX, answer).link
            assert link is not None
            self._links.append((owner, link.pk))

    def in_flight(self) -> int:
        """How many links sync."""
        from fillbook.storage.models import SyncRun
        from fillbook.sync import runs

        return SyncRun.objects.filter(state__in=runs.OPEN).count()

    def keep_busy(self, number: int, count: int) -> int:
        """Let every link sync that does not; the history has grown by then. Returns how many links sync."""
        from fillbook.storage.models import SyncRun
        from fillbook.sync import runs

        self._serve(1 + self._days * number // max(count, 1))
        self._sync_all_but(set(SyncRun.objects.filter(state__in=runs.OPEN).values_list("link", flat=True)))
        return self.in_flight()

    def finish(self) -> None:
        """Let everything end; who has not seen the last statement then syncs once more, and nobody else, whom that would mend."""
        from fillbook.storage.models import RawStatement

        self._serve(1 + self._days)
        self._drain()
        last = hashlib.sha256(self._flex.statements[0].body).hexdigest()
        self._sync_all_but(set(RawStatement.objects.filter(sha256=last).values_list("link", flat=True)))
        self._drain()

    def _sync_all_but(self, these: set[Any]) -> None:
        from fillbook.sync import service

        for owner, link in self._links:
            if link not in these:
                service.sync_now(owner, link)
                self.syncs += 1

    def differences(self) -> list[str]:
        """One line for each account that is not as if nothing had happened."""
        from fillbook.storage.hashes import derived_hash, ledger_hash
        from fillbook.storage.models import BrokerAccount, ExecutionRow, Origin, RunKind, RunState, SyncRun, User
        from fillbook.storage.raw import keep_raw
        from fillbook.sync import taking

        owner = User.objects.create_user("undisturbed@example.org")
        raw = keep_raw(owner, "ibkr", self._flex.statements[0].body, Origin.UPLOADED)
        run = SyncRun.objects.create(owner=owner, raw=raw, kind=RunKind.UPLOAD, state=RunState.RUNNING)
        taking.take_in_here(run.pk, raw.pk)
        model = BrokerAccount.objects.get(owner=owner)
        wanted = (ledger_hash(model), derived_hash(model), ExecutionRow.objects.filter(account=model).count())
        wrong = []
        for account in BrokerAccount.objects.exclude(pk=model.pk):
            found = (ledger_hash(account), derived_hash(account), ExecutionRow.objects.filter(account=account, state="current").count())
            if found != wanted:
                wrong.append(f"account {account.pk}: {found}, not {wanted}")
        if len(self._links) != BrokerAccount.objects.exclude(pk=model.pk).count():
            wrong.append("an account is missing")
        wrong += [f"run {run.pk}: {run.error_message}" for run in SyncRun.objects.filter(state="failed")]
        return wrong

    def _serve(self, days: int) -> None:
        from tests.sync.fault_server import Answer
        from tests.sync.flex import Fill, statement

        dates = [f"2026{month:02}{day:02}" for month in range(1, 9) for day in range(1, 26)][:days]
        fills = [(number, day) for day in dates for number in range(FILLS_A_DAY)]
        rows = tuple(Fill(place, "SELL" if number % 2 else "BUY", 100 + place % 50, day) for place, (number, day) in enumerate(fills, 1))
        self._flex.statements = [Answer(statement("U7000001", fills=rows, made=f"2026{9 + days // 100:02}27;020000"))]

    @staticmethod
    def _drain() -> None:
        from fillbook.storage.models import SyncRun
        from fillbook.sync import runs

        deadline = time.monotonic() + 300
        while SyncRun.objects.filter(state__in=runs.OPEN).exists() and time.monotonic() < deadline:
            time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
