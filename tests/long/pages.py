"""Server time of every page with 100,000 and 1,000,000 round trips on both databases, quiet and while statements are read in.

With 100,000 each page has 100 ms at the 95th percentile; with 1,000,000 the dashboard and the first page of trades have 250 ms. A book is
generated straight into the tables (tests/support/manytrips.py); "during a sync" a second process imports statements of 20,000 executions
into accounts of another user of the same database, one after the other. How pages fare in the very process that does the jobs is told by
`long syncing`.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COUNTS = (100_000, 1_000_000)
BUDGET = 0.100
LARGE_BUDGET = 0.250
LARGE = 1_000_000
HELD_AT_A_MILLION = ("/", "/trades/")


def main(arguments: list[str]) -> int:
    """Measure; the status is 1 when a page takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python3 run.py long pages", description=__doc__)
    parser.add_argument("--count", type=int, action="append", help="round trips (default: 100000, then 1000000)")
    parser.add_argument("--times", type=int, default=40, help="requests for each page (default 40)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append", help="only on this one")
    asked = parser.parse_args(arguments)
    slow: list[str] = []
    for database in asked.database or ("sqlite", "postgresql"):
        for count in asked.count or COUNTS:
            slow += campaign(database, count, asked.times)
    print(f"pages: {len(slow)} beyond their time" + "".join(f"\n  {line}" for line in slow))
    return 1 if slow else 0


def campaign(database: str, count: int, times: int) -> list[str]:
    """One book on one database, in a process of its own; the pages that took too long."""
    with tempfile.TemporaryDirectory(prefix="fillbook-pages-") as folder, server(database) as url:
        environment = {**os.environ, "FILLBOOK_DATA": folder, "FILLBOOK_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.support.pagetimes", folder, str(count), str(times)]
        answer = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    slow = []
    for line in answer.splitlines():
        name, when, p50, p95, cpu = json.loads(line)
        limit = budget(name, count)
        figures = f"p50 {p50 * 1000:6.1f} ms  p95 {p95 * 1000:6.1f} ms  processor {cpu * 1000:6.1f} ms"
        words = f"{database:<10} {count:>9,} {when:<13} {name:<34} {figures}"
        print(words + (f"  (at most {limit * 1000:.0f})" if limit else ""), flush=True)
        if limit and p95 > limit:
            slow.append(words)
    return slow


def budget(name: str, count: int) -> float | None:
    """Seconds that a page may take; None where nothing is promised."""
    if count < LARGE:
        return BUDGET
    return LARGE_BUDGET if name in HELD_AT_A_MILLION else None


@contextlib.contextmanager
def server(database: str) -> Iterator[str]:
    """URL of an empty database, "" for an SQLite file in the data folder."""
    if database == "sqlite":
        yield ""
        return
    import psycopg

    from tests.support import postgres

    with postgres.cluster() as url:
        with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE pages")
        yield f"{url}/pages"
