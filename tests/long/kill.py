"""Processes killed at random moments while links sync, on SQLite and on PostgreSQL: nothing lost, nothing twice.

A broker by script serves a history that grows from sync to sync. Whatever is killed, each account must end with the rows and trades of one
that was read undisturbed.
"""

import argparse
import contextlib
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
from tests.sync.worker import worker

FILLS_A_DAY = 4
SEED = 20261121


def main(arguments: list[str]) -> int:
    """Kill; the status is 1 when something was lost, doubled or different."""
    parser = argparse.ArgumentParser(prog="python3 run.py long kill", description=__doc__)
    parser.add_argument("--count", type=int, default=50, help="how many processes to kill on each database (default 50)")
    parser.add_argument("--links", type=int, default=20, help="how many links sync meanwhile (default 20)")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    wanted = parser.parse_args(arguments)
    if wanted.url is not None:
        return _one(wanted.url, wanted.count, wanted.links)
    bad = 0
    for url in _databases():
        with tempfile.TemporaryDirectory(prefix="fillbook-kill-") as folder:
            program = [sys.executable, "-m", "tests.long.kill", f"--count={wanted.count}", f"--links={wanted.links}", f"--url={url}"]
            environment = {**os.environ, "FILLBOOK_DATA": folder, **({"FILLBOOK_DATABASE_URL": url} if url else {})}
            bad += subprocess.run(program, env=environment, check=False).returncode
    return int(bad > 0)


def _databases() -> Iterator[str]:
    """ "" for SQLite, then the address of a new PostgreSQL database."""
    import psycopg

    yield ""
    with postgres.cluster() as server:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as opened:
            opened.execute("CREATE DATABASE kills")
        yield f"{server}/kills"


def _one(url: str, count: int, links: int) -> int:
    """All of it on one database, which the environment names."""
    from fillbook.storage import start

    start.prepare()
    start.upgrade()
    from tests.sync.flex import flex_server

    moments = random.Random(SEED)
    started = time.monotonic()
    with flex_server() as flex:
        book = _Book(flex, links)
        for number in range(count):
            book.keep_busy(number, count)
            with worker(Path(os.environ["FILLBOOK_DATA"]), url) as process, contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0.05, 1.5))
        with worker(Path(os.environ["FILLBOOK_DATA"]), url):
            book.finish(count)
        wrong = book.differences()
    name = "PostgreSQL" if url else "SQLite"
    seconds = time.monotonic() - started
    print(f"kill: {name}: {count} kills, {links} links, {book.syncs} syncs, {len(wrong)} accounts differ, {seconds:.0f} s", flush=True)
    for line in wrong:
        print(f"  {line}")
    return int(bool(wrong))


class _Book:
    """The links, what their broker serves, and what must come out."""

    def __init__(self, flex: Any, links: int) -> None:
        from fillbook.brokers.interface import Endpoint
        from fillbook.storage.models import Instance, User
        from fillbook.sync import service
        from tests.sync.flex import QUERY

        self._flex, self.syncs = flex, links
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

    def keep_busy(self, number: int, count: int) -> None:
        """Begin another sync of all links when half of them have nothing to do; the history has grown by then."""
        from fillbook.storage.models import SyncRun
        from fillbook.sync import runs, service

        going = set(SyncRun.objects.filter(state__in=runs.OPEN).values_list("link", flat=True))
        if 2 * len(going) > len(self._links):
            return
        self._serve(1 + 200 * number // count)
        for owner, link in self._links:
            if link not in going:
                service.sync_now(owner, link)
                self.syncs += 1

    def finish(self, count: int) -> None:
        """Let everything end, then sync once more."""
        self._drain()
        self.keep_busy(count, count)
        self._drain()

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
