"""The process that does jobs is killed and started again: the run goes on where it was. Many kills: `python3 run.py long kill`."""

from datetime import date
from pathlib import Path

import pytest

from fillbook.storage.models import RoundTripRow, RunState, User
from fillbook.sync import engine, service
from tests.sync.fault_server import Answer
from tests.sync.flex import BEFORE, IN_PROGRESS, WINDOWS, Flex, refused, statement
from tests.sync.linked import linked
from tests.sync.waiting import ended, fresh, until
from tests.sync.worker import worker


def test_a_run_goes_on_where_it_was_killed(home: Path, owner: User, flex: Flex) -> None:
    """Killed while the broker prepares the second of two earlier years."""
    link = linked(owner)
    flex.statements = [Answer(statement("U7000001", fills=BEFORE, days=WINDOWS[0])), IN_PROGRESS]
    with worker(home):
        with pytest.raises(engine.AlreadyRunning):
            engine.launch()
        run = service.go_back(owner, link.pk)
        until(lambda: len(flex.seen) >= 4)
    assert flex.asked == WINDOWS[:2]
    flex.statements = [Answer(statement("U7000001", fills=(), days=WINDOWS[1]))]
    flex.requests = [refused(1003)]
    with worker(home):
        run = ended(run)
    assert (run.state, run.error_message, run.rows_new) == (RunState.DONE, "", 2)
    assert flex.asked == WINDOWS, "no year was asked for twice, and the reference code survived"
    assert [int(row.realized_pnl or 0) for row in RoundTripRow.objects.filter(account__owner=owner).order_by("opened_at")] == [98, 98]
    assert fresh(link).nothing_before == date(2024, 11, 4)
