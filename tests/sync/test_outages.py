"""An instance that was off for days or years: what it then asks for, and that nothing is missing or there twice."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fillbook.brokers.interface import Endpoint
from fillbook.ledger.statement import DateRange
from fillbook.sandbox.rows import SECOND, Fill
from fillbook.storage.coverage import covered_days
from fillbook.storage.models import BrokerAccount, ExecutionRow, RunState, SyncRun, User
from fillbook.sync import planner, service
from tests.sync.test_days import QUERY, World, at_once, books, do

TOKEN = "97120251107002"
WEDNESDAY = datetime(2025, 8, 6, 18, 0, tzinfo=UTC)
"""Two in the afternoon in New York; the first statement covers 365 days, 6 August 2024 to Tuesday, 5 August 2025."""
THE_YEAR = ("", "")


@pytest.fixture
def world(home: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    assert home.exists()
    return World().begin(monkeypatch)


@pytest.mark.parametrize(
    ("days", "asked", "last"),
    [
        (0, [], date(2025, 8, 5)),
        (8, [THE_YEAR], date(2025, 8, 13)),
        (364, [THE_YEAR], date(2026, 8, 4)),  # from 5 August 2025, a day that was covered
        (366, [THE_YEAR, ("20250730", "20250813")], date(2026, 8, 6)),  # from 7 August 2025: the 6th is missing, and a week on both sides
        # from 15 October 2026: 435 days are missing, and two weeks make them 449: a year and the rest
        (800, [THE_YEAR, ("20251022", "20261021"), ("20250730", "20251021")], date(2027, 10, 14)),
    ],
)
def test_after_an_outage_everything_is_there_once(owner: User, world: World, days: int, asked: list[tuple[str, str]], last: date) -> None:
    world.now = WEDNESDAY
    link = service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": TOKEN, "query_id": QUERY}).link
    assert link is not None
    world.service.play(TOKEN, ())
    assert do(SyncRun.objects.get(link=link)).state == RunState.DONE
    world.asked.clear()

    world.now += timedelta(days=days)
    planner.begin_due()
    runs = SyncRun.objects.filter(link=link, state=RunState.QUEUED)
    assert len(runs) == (1 if asked else 0)
    for run in runs:
        done = do(run)
        assert (done.state, done.rows_changed, done.rows_withdrawn) == (RunState.DONE, 0, 0)
    planner.begin_due()
    assert not runs.all(), "once, and not once for every night"
    assert world.asked == asked

    history = DateRange(date(2024, 8, 6), last)
    account = BrokerAccount.objects.get(link=link)
    assert covered_days(account) == [history]
    rows = [row for row in world.scenario.rows(history.first, history.last) if row.account == SECOND and isinstance(row, Fill)]
    assert ExecutionRow.objects.filter(account=account).count() == len(rows)
    assert books(account) == books(at_once(world, history))
