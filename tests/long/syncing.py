"""How quick pages are while a large statement (20,000 fills or --count) is read, in the process that also does the jobs.

The dashboard and the list of trades are asked for again and again, at rest and until the sync has ended.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

PATHS = ("/", "/trades/")
MOST = 1.0
"""Seconds that 95 of 100 pages may take at most meanwhile."""


def main(arguments: list[str]) -> int:
    """Measure; the status is 1 when pages are too slow or the sync does not end well."""
    parser = argparse.ArgumentParser(prog="python3 run.py long syncing", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="how many fills the statement has (default 20,000)")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args(arguments)
    if wanted.here:
        return _measure(wanted.count)
    with tempfile.TemporaryDirectory(prefix="fillbook-pages-") as folder:
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("FILLBOOK_", "DJANGO_"))}
        program = [sys.executable, "-m", "tests.long.syncing", f"--count={wanted.count}", "--here"]
        return subprocess.run(program, env={**surroundings, "FILLBOOK_DATA": folder}, check=False).returncode


def _measure(count: int) -> int:
    from fillbook.storage import start

    start.prepare()
    start.upgrade()
    start.collect()
    from django.test import Client

    from fillbook.storage.models import Instance, RunState, SyncRun, User
    from fillbook.sync import engine, runs, service
    from tests.sync.fault_server import Answer
    from tests.sync.flex import flex_server
    from tests.sync.linked import linked

    with flex_server() as flex:
        Instance.load()
        Instance.objects.update(sandbox_url=flex.server.base)
        owner = User.objects.create_user("trader@example.org", is_operator=True)
        link = linked(owner)
        browser = Client(SERVER_NAME="localhost")
        browser.force_login(owner)
        engine.launch(engine.Pace(scale=0.01, plan=""))
        at_rest = [_seconds(browser, path) for _ in range(20) for path in PATHS]
        flex.statements = [Answer(_statement(count))]
        run = service.sync_now(owner, link.pk)
        meanwhile, started = list[float](), time.monotonic()
        while SyncRun.objects.filter(pk=run.pk, state__in=runs.OPEN).exists():
            meanwhile += [_seconds(browser, path) for path in PATHS]
        took, ended = time.monotonic() - started, SyncRun.objects.get(pk=run.pk)
        engine.shutdown()
    well = ended.state == RunState.DONE and ended.rows_new == count
    print(f"syncing: {len(at_rest)} at rest: {_figures(at_rest)}")
    print(f"syncing: {len(meanwhile)} while {ended.rows_new} fills were read and paired in {took:.0f} s: {_figures(meanwhile)}", flush=True)
    if not well:
        print(f"  the sync ended as {ended.state} with {ended.rows_new} new rows: {ended.error_message}")
    return int(not well or _p95(meanwhile) > MOST)


def _statement(count: int) -> bytes:
    """The two fills of before and so many new ones, spread over the year."""
    from tests.sync.flex import TRIP, Fill, statement

    days = [f"2026{month:02}{day:02}" for month in range(1, 9) for day in range(1, 26)]
    many = (Fill(place, "SELL" if place % 2 else "BUY", 100 + place % 50, days[place * len(days) // count]) for place in range(count))
    return statement("U7000001", fills=(*TRIP, *(Fill(100_000 + fill.number, fill.side, fill.price, fill.day) for fill in many)))


def _seconds(browser: Any, path: str) -> float:
    started = time.monotonic()
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return time.monotonic() - started


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else max(seconds, default=0.0)


def _figures(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds) * 1000:.0f} ms, p95 {_p95(seconds) * 1000:.0f} ms, slowest {max(seconds) * 1000:.0f} ms"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
