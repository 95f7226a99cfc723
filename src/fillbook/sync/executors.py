"""Which process is which on PostgreSQL, where any number of them does jobs: each holds a number for as long as it lives.

The number is an advisory lock on a connection of its own, so it is free again the moment its process is gone, however it went. A process
that starts takes the lowest free number, and with it what the one before it left in the middle; what nobody restarts for is adopted.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from dbos import DBOS

_LOCKS: Final = 7311
_MOST: Final = 200
_NAME: Final = "worker-"


class TooMany(Exception):
    """More processes than there are numbers."""


@dataclass(frozen=True, slots=True)
class Place:
    """A number that is ours. name: what the job library calls this process."""

    number: int
    session: psycopg.Connection[tuple[Any, ...]]

    @property
    def name(self) -> str:
        return f"{_NAME}{self.number}"

    def close(self) -> None:
        """Give the number back."""
        self.session.close()


def take(database_url: str) -> Place:
    """The lowest number that no living process holds.

    Raises:
        TooMany: all are taken.
    """
    session = psycopg.connect(database_url, autocommit=True)
    for number in range(1, _MOST + 1):
        if _lock(session, number):
            return Place(number, session)
    session.close()
    raise TooMany(f"{_MOST} processes of Fillbook already work on this database.")


def adopt(place: Place) -> int:
    """Queue again what processes left that are gone; returns how many workflows that were."""
    left: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for status in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False):
        name = (status.executor_id or "").removeprefix(_NAME)
        if name.isdecimal() and int(name) != place.number and status.queue_name:
            left[int(name)][status.queue_name].append(status.workflow_id)
    adopted = 0
    for number, queues in left.items():
        if not _lock(place.session, number):
            continue
        for queue, jobs in queues.items():
            DBOS.resume_workflows(jobs, queue_name=queue)
            adopted += len(jobs)
        place.session.execute("SELECT pg_advisory_unlock(%s, %s)", (_LOCKS, number))
    return adopted


def anybody(database_url: str) -> bool:
    """Whether a process holds a number at present."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    )
    with psycopg.connect(database_url, autocommit=True) as session:
        row = session.execute(query, (_LOCKS,)).fetchone()
    return row is not None and bool(row[0])


def _lock(session: psycopg.Connection[tuple[Any, ...]], number: int) -> bool:
    row = session.execute("SELECT pg_try_advisory_lock(%s, %s)", (_LOCKS, number)).fetchone()
    return row is not None and bool(row[0])
