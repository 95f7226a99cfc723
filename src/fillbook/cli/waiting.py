"""Waiting for runs of links, with progress where somebody watches; and what became of them, in words."""

import sys
import time
from collections.abc import Sequence
from datetime import date, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from fillbook.cli.jobs import Hands
from fillbook.cli.numbers import counted, day, moment

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from fillbook.storage.models import SyncRun

WAIT: Final = 15
"""Minutes, unless told otherwise."""
_LOOK: Final = 0.3
_TO_END: Final = 5.0
_LEND_AFTER: Final = 10
"""Looks between two looks whether somebody still does the jobs."""


def wait_for(runs: Sequence["SyncRun"], minutes: float, hands: Hands) -> None:
    """Until all runs have ended, or for so many minutes. A run goes on without us. hands: in case nobody does the jobs any more."""
    from fillbook.sync.runs import going_on

    numbers, end, looks = [run.pk for run in runs], time.monotonic() + minutes * 60, 0
    if not numbers:
        return
    with _Shown() as shown:
        while True:
            going = going_on(numbers)
            shown.show(going)
            if not going:
                _let_end([run.workflow_id for run in runs])
            if not going or time.monotonic() >= end:
                return
            time.sleep(_LOOK)
            looks += 1
            if looks % _LEND_AFTER == 0:
                hands.lend()


def _let_end(jobs: list[str]) -> None:
    """A run's row says that it ended a moment before its job has; a process that stops doing jobs in this moment would leave it open."""
    from fillbook.sync import engine

    end = time.monotonic() + _TO_END
    while engine.is_running() and not all(engine.known(jobs).values()) and time.monotonic() < end:
        time.sleep(_LOOK)


def print_entry(found: dict[str, Any]) -> None:
    """The same for a person, times by the clock of the broker's zone, as on the pages."""
    about = f" ({', '.join(found['accounts'])})" if found["accounts"] else ""
    print(f"{found['name']}{about}{', sandbox' if found['sandbox'] else ''}  link {found['link']}")
    for sentence in _sentences(found):
        print(f"  {sentence}")


def is_well(found: dict[str, Any]) -> bool:
    """Whether its run ended well."""
    return found["run"] is not None and found["run"]["state"] == "done"


def _sentences(found: dict[str, Any]) -> list[str]:
    run = found["run"]
    if found["refused"]:
        return [f"! {found['refused']}"]
    if run is None:
        return [_standing(found)]
    if run["state"] == "done":
        figures = f" Figures to {_day(found['figures_to'])}." if found["figures_to"] else ""
        return [f"Done: {_brought(run)}.{figures}", *([f"! {run['note']}"] if run["note"] else [])]
    if run["state"] == "failed":
        return [f"× {run['error']['message'] if run['error'] else 'It did not work.'}"]
    again = f" It is tried again at {_clock(found, run['tries_again_at'])}." if run["tries_again_at"] else ""
    what = run["error"]["message"] if run["error"] else "It goes on."
    return [f"! Not done yet: {what}{again} It goes on by itself while `fillbook serve` or `fillbook worker` runs."]


def _brought(run: dict[str, Any]) -> str:
    rows = run["rows"]
    words = [(rows["new"], "new"), (rows["changed"], "changed"), (rows["withdrawn"], "dropped"), (rows["returned"], "there again")]
    came = ", ".join(f"{count:,} {word}" for count, word in words if count)
    trades = f"; {counted(run['trades_changed'], 'round trip')} new or different" if run["trades_changed"] else ""
    trades += f"; {counted(run['trades_restated'], 'round trip')} restated" if run["trades_restated"] else ""
    return f"{came} {'row' if sum(count for count, _ in words) == 1 else 'rows'}{trades}" if came else f"nothing new{trades}"


def _standing(found: dict[str, Any]) -> str:
    parts = [found["state"].replace("_", " ")]
    parts += [f"last sync {_clock(found, found['last_success_at'])}"] if found["last_success_at"] else ["never synced"]
    parts += [f"figures to {_day(found['figures_to'])}"] if found["figures_to"] else []
    parts += [f"next {_clock(found, found['next_run_at'])}"] if found["next_run_at"] else []
    ends = found["credential_ends_on"]
    parts += [f"what you entered ends on {_day(ends)} at the latest"] if ends else []
    return "; ".join(parts) + "." + (f" {found['error']}" if found["error"] else "")


def _clock(found: dict[str, Any], text: str) -> str:
    """A moment by the clock of a link's broker."""
    from fillbook.brokers.manifests import manifests

    broker = manifests().get(found["broker"])
    return moment(datetime.fromisoformat(text), (broker.capabilities.zone if broker else "") or "UTC")


def _day(text: str) -> str:
    return day(date.fromisoformat(text))


class _Shown:
    """One line for each run that goes on, on standard error; nothing where it is no terminal."""

    def __init__(self) -> None:
        self._bars: Progress | None = None
        self._tasks: dict[int, TaskID] = {}

    def __enter__(self) -> "_Shown":
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            self._bars = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bars.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        if self._bars is not None:
            self._bars.stop()

    def show(self, going: Sequence["SyncRun"]) -> None:
        if self._bars is None:
            return
        for run in going:
            words = _step_words(run)
            if run.pk in self._tasks:
                self._bars.update(self._tasks[run.pk], description=words)
            else:
                self._tasks[run.pk] = self._bars.add_task(words)
        for number in self._tasks.keys() - {run.pk for run in going}:
            self._bars.update(self._tasks[number], visible=False)


def _step_words(run: "SyncRun") -> str:
    from fillbook.brokers.manifests import manifests
    from fillbook.sync.service import STEPS

    broker = manifests().get(run.link.broker) if run.link else None
    step = (broker.steps.get(run.step) if broker else None) or STEPS.get(run.step) or STEPS["start"]
    name = run.link.name if run.link else ""
    return step if name in step else f"{name}: {step}"
