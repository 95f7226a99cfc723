"""Imports that are killed at one SQL statement after the other: `python -m tests.sync.dying POINTS`; the environment names the database.

A process is forked for each point. It keeps a document, reads it, writes its rows, pairs the trades and ends its run, and kills itself with
SIGKILL right before a statement or a commit, or right after one. What is found then must be the ledger of before or of after, and the
same run done again must end where one ends that nobody disturbed. Prints a JSON object: how many points there are, how many were tried,
how many left which ledger, and what went wrong.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypedDict

ROOT = Path(__file__).resolve().parents[2]


class Report(TypedDict):
    """points: where it can die. tried: where it did. before, after: which ledger was found then. wrong: sentences."""

    points: int
    tried: int
    before: int
    after: int
    wrong: list[str]


def killed_at(points: int, home: Path, url: str = "") -> Report:
    """Kill imports at so many points, evenly spread, 0 for every one; in a process and a data folder of its own."""
    own = {"FILLBOOK_DATA": str(home), **({"FILLBOOK_DATABASE_URL": url} if url else {})}
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("FILLBOOK_", "DJANGO_"))}
    command = [sys.executable, "-m", "tests.sync.dying", str(points)]
    ended = subprocess.run(command, env={**surroundings, **own}, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    report: Report = json.loads(ended.stdout)
    return report


def let_go() -> None:
    """Give every connection back: a forked process must not have one of its parent's."""
    from django.db import connections

    connections.close_all()
    for opened in connections.all(initialized_only=True):
        if opened.vendor == "postgresql":
            opened.close_pool()  # type: ignore[attr-defined]  # of the PostgreSQL backend
        del connections[opened.alias]


@contextlib.contextmanager
def counted(at_each: Callable[[], None]) -> Iterator[None]:
    """Call before each statement, before each commit and after it."""
    from django.db import connection

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        at_each()
        return run(sql, params, many, context)

    connection.ensure_connection()
    commit = connection._commit  # type: ignore[attr-defined]  # Django's own hook

    def committing() -> None:
        at_each()
        commit()
        at_each()

    connection._commit = committing  # type: ignore[attr-defined]
    try:
        with connection.execute_wrapper(execute):
            yield
    finally:
        del connection._commit  # type: ignore[attr-defined]


class _Book:
    """One account after the other, each with a year, that is to get a second statement."""

    def __init__(self) -> None:
        from fillbook.storage.hashes import derived_hash, ledger_hash
        from tests.sync.flex import TRIP, Fill, statement

        corrected = Fill(2, "SELL", 111, "20260210")
        self._later = statement("U7000001", fills=(TRIP[0], corrected, Fill(3, "BUY", 120, "20260601"), Fill(4, "SELL", 115, "20260602")))
        self._hashes = ledger_hash, derived_hash
        self._links = 0
        undisturbed = self.prepare()
        self.before = self.hashes(undisturbed)
        self.do_import(undisturbed)
        self.after = self.hashes(undisturbed)

    def prepare(self) -> Any:
        """A run that is to begin, of a new link with its year."""
        from fillbook.storage.models import RunKind, RunState, SyncRun, User
        from fillbook.sync import clock
        from tests.sync.linked import linked

        self._links += 1
        owner = User.objects.create_user(f"trader{self._links}@example.org")
        link = linked(owner)
        return SyncRun.objects.create(owner=owner, link=link, kind=RunKind.MANUAL, state=RunState.RUNNING, created_at=clock.now())

    def do_import(self, run: Any) -> None:
        """What a run does with a document that it fetched; nothing when it had come to its end."""
        from datetime import date

        from fillbook.storage.models import Origin
        from fillbook.storage.raw import keep_raw
        from fillbook.sync import runs, taking

        raw = keep_raw(run.owner, "ibkr", self._later, Origin.FETCHED, run.link)
        outcome = taking.take_in_here(run.pk, raw.pk)
        assert outcome["next"] in {"done", "closed"}, outcome
        runs.finish(run.pk, {"form": "bare", "days": 365}, whole_year=True, figures_to=date(2026, 9, 25), note="", warning=None)

    def hashes(self, run: Any) -> tuple[str, str]:
        """(ledger, derived)."""
        from fillbook.storage.models import BrokerAccount

        account = BrokerAccount.objects.get(link=run.link_id)
        ledger, derived = (of(account) for of in self._hashes)
        return ledger, derived

    def wrong(self, run: Any, when: str) -> list[str]:
        """What is not as after an undisturbed import."""
        from fillbook.storage.models import ExecutionRow, RawStatement, RunState, SyncRun

        rows = ExecutionRow.objects.filter(account__link=run.link_id, state="current").count()
        found = SyncRun.objects.get(pk=run.pk)
        complaints = [] if self.hashes(run) == self.after else [f"{when}: the hashes differ"]
        complaints += [] if rows == 4 else [f"{when}: {rows} fills, not 4"]
        complaints += [] if RawStatement.objects.filter(link=run.link_id).count() == 2 else [f"{when}: not 2 documents"]
        complaints += [] if found.state == RunState.DONE else [f"{when}: the run is {found.state}"]
        return complaints

    def points(self) -> int:
        """How many there are, counted in an import that goes through."""
        count = 0

        def more() -> None:
            nonlocal count
            count += 1

        run = self.prepare()
        with counted(more):
            self.do_import(run)
        return count

    def die(self, run: Any, point: int) -> bool:
        """Import in a process that kills itself at a point; whether it did."""
        let_go()
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                left = iter(range(point - 1, -1, -1))
                with counted(lambda: None if next(left) else os.kill(os.getpid(), signal.SIGKILL)):
                    self.do_import(run)
            os._exit(1)  # it lived, or fell over
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def main(wanted: int) -> Report:
    """Die at so many points, 0 for all."""
    from fillbook.storage import start

    start.prepare()
    from django.db import connection

    from tests.sync.conftest import make_tables

    make_tables()
    book = _Book()
    total = book.points()
    tried = sorted({1 + place * (total - 1) // (wanted - 1) for place in range(wanted)}) if 1 < wanted < total else range(1, total + 1)
    report = Report(points=total, tried=len(tried), before=0, after=0, wrong=[])
    for point in tried:
        run = book.prepare()
        if not book.die(run, point):
            report["wrong"].append(f"point {point}: it was not killed")
        ledger = book.hashes(run)[0]
        report["before"] += ledger == book.before[0]
        report["after"] += ledger == book.after[0]
        if ledger not in {book.before[0], book.after[0]}:
            report["wrong"].append(f"point {point}: half a ledger")
        book.do_import(run)
        report["wrong"] += book.wrong(run, f"point {point}")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            report["wrong"] += [str(line) for (line,) in cursor.execute("PRAGMA integrity_check").fetchall() if line != "ok"]
    return report


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]))))
