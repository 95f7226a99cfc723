"""Waiting for jobs that others do: one look at the books for all that wait in this process.

Were each to look by itself, every look would cost a query, and with some hundreds of links in flight that is most of what a worker does.
"""

import asyncio
import contextvars
import logging
from collections.abc import Collection
from typing import Final

from dbos import DBOS

log = logging.getLogger(__name__)

_ENDED: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class Results:
    """The jobs that somebody in this process waits for. pause: seconds between two looks, the least that anybody wants."""

    def __init__(self) -> None:
        self._pauses: dict[str, float] = {}
        self._ended: dict[str, asyncio.Event] = {}
        self._looking: asyncio.Task[None] | None = None

    async def ended(self, job: str, pause: float) -> None:
        """Return once a job has ended, well or not."""
        self._pauses[job] = pause
        event = self._ended.setdefault(job, asyncio.Event())
        if self._looking is None or self._looking.done():
            # in a context of its own: inside a workflow the library would write each look down as one of its steps
            self._looking = asyncio.create_task(self._look(), context=contextvars.Context())
        await event.wait()

    async def _look(self) -> None:
        while self._ended:
            await asyncio.sleep(min(self._pauses.values()))
            try:
                ended = await asyncio.to_thread(_ended_of, list(self._ended))
            except Exception as error:  # noqa: BLE001 - books that cannot be read now are read at the next look
                log.warning("The job books could not be read: %s.", type(error).__name__)
                continue
            for job in ended:
                del self._pauses[job]
                self._ended.pop(job).set()


def _ended_of(jobs: Collection[str]) -> list[str]:
    found = DBOS.list_workflows(workflow_ids=list(jobs), status=list(_ENDED), load_input=False, load_output=False)
    return [status.workflow_id for status in found]
