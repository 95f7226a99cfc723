"""Imports that are killed at one SQL statement after the other: `python -m tests.sync.dying POINTS`; the environment names the database.

A process is forked for each point, on a database that is as new. It keeps a document, reads it, writes its rows, pairs the trades and
ends its run, and kills itself with SIGKILL right before a statement or a commit, or right after one. What is found then must be the ledger
of before or of after, and the same run done again must end where one ends that nobody disturbed. Time stands still, so many a point leaves
the very rows that another one left; the run is done again once for all of those. Prints a JSON object: how many points there are, how many
were tried, how many left which ledger, and what went wrong.
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
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


class _Prepared:
    """The database as it was made ready, and so again as often as it is wanted."""

    def __init__(self) -> None:
        from django.db import connections

        let_go()
        self._settings = connections.settings["default"]
        self._sqlite = self._settings["ENGINE"].endswith("sqlite3")
        self._copy = f"{self._settings['NAME']}.copy"
        self._tables: dict[str, bytes] = {}
        self._sequences = ""
        if self._sqlite:
            shutil.copyfile(self._settings["NAME"], self._copy)
        else:
            self._settings["OPTIONS"] = {}  # a pool is opened and closed slowly
            self._read()

    def again(self) -> None:
        """Put back every row."""
        let_go()
        if self._sqlite:
            for ending in ("-wal", "-shm"):
                Path(f"{self._settings['NAME']}{ending}").unlink(missing_ok=True)
            shutil.copyfile(self._copy, self._settings["NAME"])
        else:
            self._write()

    def _read(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                with cursor.copy(f'COPY "{table}" TO STDOUT') as rows:
                    self._tables[table] = b"".join(bytes(part) for part in rows)
            value = "format('setval(%L, %s, %L)', sequencename, coalesce(last_value, 1), last_value IS NOT NULL)"
            cursor.execute(f"SELECT string_agg({value}, ',') FROM pg_sequences")
            [self._sequences] = cursor.fetchone()

    def _write(self) -> None:
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # rows come and go in any order
            cursor.execute(";".join(f'DELETE FROM "{table}"' for table in self._tables))
            for table, content in self._tables.items():
                if content:
                    with cursor.copy(f'COPY "{table}" FROM STDIN') as rows:
                        rows.write(content)
            cursor.execute(f"SELECT {self._sequences}")


class _Book:
    """An account with a year, that is to get a second statement: `run` is about to begin."""

    def __init__(self) -> None:
        from fillbook.storage.hashes import derived_hash, ledger_hash
        from fillbook.storage.models import RunKind, RunState, SyncRun, User
        from fillbook.sync import clock
        from tests.sync.flex import TRIP, Fill, statement
        from tests.sync.linked import linked

        corrected = Fill(2, "SELL", 111, "20260210")
        self._later = statement("U7000001", fills=(TRIP[0], corrected, Fill(3, "BUY", 120, "20260601"), Fill(4, "SELL", 115, "20260602")))
        self._hashes = ledger_hash, derived_hash
        owner = User.objects.create_user("trader@example.org")
        self.run = SyncRun.objects.create(
            owner=owner, link=linked(owner), kind=RunKind.MANUAL, state=RunState.RUNNING, created_at=clock.now()
        )
        self.before = self.hashes()

    def do_import(self) -> None:
        """What a run does with a document that it fetched; nothing when it had come to its end."""
        from fillbook.storage.models import Origin
        from fillbook.storage.raw import keep_raw
        from fillbook.sync import runs, taking

        raw = keep_raw(self.run.owner, "ibkr", self._later, Origin.FETCHED, self.run.link)
        outcome = taking.take_in_here(self.run.pk, raw.pk)
        assert outcome["next"] in {"done", "closed"}, outcome
        runs.finish(self.run.pk, {"form": "bare", "days": 365}, whole_year=True, figures_to=date(2026, 9, 25), note="", warning=None)

    def hashes(self) -> tuple[str, str]:
        """(ledger, derived)."""
        from fillbook.storage.models import BrokerAccount

        account = BrokerAccount.objects.get(link=self.run.link_id)
        ledger, derived = (of(account) for of in self._hashes)
        return ledger, derived

    @staticmethod
    def rows() -> str:
        """A digest of every row of every table."""
        from django.db import connection

        digest = hashlib.sha256()
        with connection.cursor() as cursor:
            for table in sorted(connection.introspection.table_names(cursor)):
                cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
                digest.update(repr((table, cursor.fetchall())).encode())
        return digest.hexdigest()

    def go_on(self, after: tuple[str, str]) -> tuple[str, list[str]]:
        """Do the run again: which ledger was there before, and what is not as after an undisturbed import, whose hashes are given."""
        ledger = self.hashes()[0]
        half = [] if ledger in {self.before[0], after[0]} else ["half a ledger"]
        self.do_import()
        return ledger, half + self._wrong(after)

    def _wrong(self, after: tuple[str, str]) -> list[str]:
        from django.db import connection

        from fillbook.storage.models import ExecutionRow, RawStatement, RunState, SyncRun

        rows = ExecutionRow.objects.filter(account__link=self.run.link_id, state="current").count()
        found = SyncRun.objects.get(pk=self.run.pk)
        complaints = [] if self.hashes() == after else ["the hashes differ"]
        complaints += [] if rows == 4 else [f"{rows} fills, not 4"]
        complaints += [] if RawStatement.objects.filter(link=self.run.link_id).count() == 2 else ["not 2 documents"]
        complaints += [] if found.state == RunState.DONE else [f"the run is {found.state}"]
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                complaints += [str(line) for (line,) in cursor.execute("PRAGMA integrity_check").fetchall() if line != "ok"]
        return complaints

    def points(self) -> int:
        """How many there are, counted in an import that goes through."""
        count = 0

        def more() -> None:
            nonlocal count
            count += 1

        with counted(more):
            self.do_import()
        return count

    def die(self, point: int) -> bool:
        """Import in a process that kills itself at a point; whether it did."""
        let_go()
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                left = iter(range(point - 1, -1, -1))
                with counted(lambda: None if next(left) else os.kill(os.getpid(), signal.SIGKILL)):
                    self.do_import()
            os._exit(1)  # it lived, or fell over
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def main(wanted: int) -> Report:
    """Die at so many points, 0 for all."""
    from django.utils import timezone

    moment = datetime.now(UTC)
    timezone.now = lambda: moment
    from fillbook.storage import start

    start.prepare()
    from tests.sync.conftest import make_tables

    make_tables()
    book, prepared = _Book(), _Prepared()
    total = book.points()
    after = book.hashes()
    tried = sorted({1 + place * (total - 1) // (wanted - 1) for place in range(wanted)}) if 1 < wanted < total else range(1, total + 1)
    report = Report(points=total, tried=len(tried), before=0, after=0, wrong=[])
    known: dict[str, tuple[str, list[str]]] = {}
    for point in tried:
        prepared.again()
        if not book.die(point):
            report["wrong"].append(f"point {point}: it was not killed")
        found = book.rows()
        if found not in known:
            known[found] = book.go_on(after)
        ledger, complaints = known[found]
        report["before"] += ledger == book.before[0]
        report["after"] += ledger == after[0]
        report["wrong"] += [f"point {point}: {complaint}" for complaint in complaints]
    let_go()
    return report


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]))))
