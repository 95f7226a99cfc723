"""Wait for what jobs do in the background."""

import time
from collections.abc import Callable

from fillbook.storage.models import Link, SyncRun
from fillbook.sync.runs import OPEN


def until(condition: Callable[[], bool], seconds: float = 90.0) -> None:
    """Fail after so many seconds: many more than it takes, since a machine that does other work too is no fault of the code."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.04)


def ended(run: SyncRun | None) -> SyncRun:
    """The run once it has ended."""
    assert run is not None
    until(lambda: SyncRun.objects.get(pk=run.pk).state not in OPEN)
    return SyncRun.objects.get(pk=run.pk)


def fresh(link: Link | None) -> Link:
    assert link is not None
    return Link.objects.get(pk=link.pk)
