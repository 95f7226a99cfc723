"""Times pages in this process: `python -m tests.support.pagetimes FOLDER COUNT TIMES`, for tests/long/pages.py.

One JSON list a line: the page, quiet or during a sync, seconds at the median and at the 95th percentile, and the median of the processor's
time, which other work on the machine disturbs less.
"""

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

ROOT = Path(__file__).resolve().parent.parent.parent
EXECUTIONS = 20_000
WARM = 3
LARGE = 1_000_000
"""From so many round trips on reports are left out: nothing is promised of them, and they would take an hour."""
BESIDE = "beside@example.com"


def main(folder: Path, count: int, times: int) -> None:
    """Make the book, then ask for every page, first alone and then beside an import."""
    from fillbook.cli.serve_command import settle
    from fillbook.storage import start

    start.prepare()
    start.upgrade()
    from django.conf import settings
    from django.test import Client

    from fillbook.storage.models import CampaignRow, RoundTripRow, User
    from fillbook.storage.tokens import make_token
    from tests.support.manytrips import LAST, make_account, make_campaigns, make_trips

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    owner = User.objects.create_user("speed@example.com", is_operator=True)
    User.objects.create_user(BESIDE)
    account = make_account(owner)
    started = time.monotonic()
    make_trips(account, count)
    make_campaigns(account)
    print(f"made {count:,} round trips in {time.monotonic() - started:.0f} s", file=sys.stderr)
    tidy()
    client = Client(headers={"Authorization": f"Bearer {make_token(owner, 'speed', [])[1]}"})
    client.force_login(owner)
    trips = RoundTripRow.objects.filter(account=account)
    key, symbol = trips.values_list("key", "symbol")[count // 2]
    settle()
    month = LAST.replace(day=1)
    campaign = CampaignRow.objects.values_list("key", flat=True)[0]
    pages: tuple[str, ...] = (
        "/", f"/?from={month}&to={LAST}", "/?side=short", "/?class=option&outcome=win", f"/?symbol={symbol}", f"/?from={month}&slot=hour-9",
        "/trades/", f"/trades/?after={key}", "/trades/?side=short", f"/trades/?symbol={symbol}", "/trades/?sort=profit",
        "/trades/?sort=side", "/trades/?sort=kind", "/trades/?sort=fills", "/trades/?sort=fees", "/trades/?sort=gross",
        "/trades/?sort=account", f"/trades/{key}/", "/calendar/", f"/calendar/?year={LAST.year}", "/calendar/?side=short",
        f"/days/{LAST}/", "/intraday/", f"/intraday/?from={month}", "/intraday/?side=short", "/positions/", "/notes/", "/accounts/",
        f"/accounts/{account.pk}/", f"/accounts/{account.pk}/reconciliation/", "/more/", "/settings/",
        "/settings/phone/", "/campaigns/", f"/campaigns/?symbol={symbol}", "/campaigns/?side=short", f"/campaigns/{campaign}/",
        f"/api/v1/accounts/{account.pk}/reconciliation", "/api/v1/campaigns",
    )  # fmt: skip
    if count < LARGE:
        pages += reports(symbol, f"from={LAST.year}-01-15&to={LAST}")
    report(client, pages, key, "quiet", times)
    with importing(folder):
        report(client, pages, key, "during a sync", times)


def reports(symbol: str, period: str) -> tuple[str, ...]:
    """Pages of reports. period: one whose ends are within months."""
    return (
        "/reports/", "/reports/?side=short", "/reports/?basis=gross", f"/reports/?{period}", f"/reports/?symbol={symbol}",
        *(f"/reports/by/{key}/" for key in ("symbol", "underlying", "side", "tag", "currency", "month", "hour", "held", "price", "cost")),
        "/reports/by/hour/?basis=gross", f"/reports/by/symbol/?{period}", "/reports/by/weekday/?side=short",
        "/reports/cross/", "/reports/cross/?down=symbol&across=hour", f"/reports/cross/?down=price&across=held&{period}",
        "/reports/compare/", "/reports/compare/?side=long&with=side%3Dshort", "/reports/distribution/", "/reports/distribution/?what=held",
        "/reports/drawdowns/", "/reports/drawdowns/?side=short",
        "/reports/by/rating/", "/reports/campaigns/", "/reports/campaigns/?side=short",
        "/api/v1/reports/statistics", "/api/v1/reports/breakdown?by=symbol", "/api/v1/reports/crossing?down=hour&across=weekday",
        "/api/v1/reports/distribution",
    )  # fmt: skip


def tidy() -> None:
    """What PostgreSQL does by itself within the minutes after much was written; what is measured is the evening after."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def report(client: "Client", pages: tuple[str, ...], key: str, when: str, times: int) -> None:
    """Seconds of each page, asked for in turn. key: of the round trip in some of their addresses.

    In turn, because what disturbs comes in bursts: forty requests of one page within two seconds would tell of those two seconds.
    """
    taken: dict[str, list[float]] = {page: [] for page in pages}
    worked: dict[str, list[float]] = {page: [] for page in pages}
    for number in range(WARM + times):
        for page in pages:
            started, busy = time.perf_counter(), time.process_time()
            answer = client.get(page)
            if number >= WARM:
                taken[page].append(time.perf_counter() - started)
                worked[page].append(time.process_time() - busy)
            assert answer.status_code == 200, (page, answer.status_code)
    for page in pages:
        slow = statistics.quantiles(taken[page], n=20)[-1]
        line = [page.replace(key, "KEY"), when, statistics.median(taken[page]), slow, statistics.median(worked[page])]
        print(json.dumps(line), flush=True)


@contextlib.contextmanager
def importing(folder: Path) -> Iterator[None]:
    """Beside what happens here, another process reads one statement after the other into accounts of another user of the same database."""
    file = folder / "beside.xml"
    make = [sys.executable, str(ROOT / "bench" / "make_flex.py"), "-n", str(EXECUTIONS), "-o", str(file)]
    subprocess.run(make, check=True, stdout=sys.stderr)
    each = (
        'sed "s/U1234567/U$((1300000+n))/g" "$1" > "$1.$n.xml"; "$2" -m fillbook import --user "$3" "$1.$n.xml" || exit 1; rm "$1.$n.xml"'
    )
    loop = f"n=0; while :; do n=$((n+1)); {each}; done"
    process = subprocess.Popen(["sh", "-c", loop, "sh", str(file), sys.executable, BESIDE], stdout=sys.stderr, start_new_session=True)
    try:
        time.sleep(2)
        yield
        assert process.poll() is None, "the import beside the pages ended"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fillbook.settings")
    import django

    django.setup()
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
