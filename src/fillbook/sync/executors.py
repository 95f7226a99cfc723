"""Which process is which on PostgreSQL, where any number of them does jobs: each holds a number for as long as it lives.

The number is an advisory lock on a connection of its own, so it is free again the moment its process is gone, however it went. A process
that starts takes the lowest free number, and with it what the one before it left in the middle; what nobody restarts for is adopted.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from dbos import DBOS

from fillbook.storage import presence
from fillbook.storage.presence import PLACES

_MOST: Final = 200
_NAME: Final = "worker-"


class TooMany(Exception):
    """More processes than there are numbers."""


@dataclass(slots=True)
class Place:
    """A number that is ours. name: what the job library calls this process. keys: those that we said we have."""

    number: int
    session: psycopg.Connection[tuple[Any, ...]]
    keys: frozenset[str] = field(default=frozenset())

    @property
    def name(self) -> str:
        return f"{_NAME}{self.number}"

    @property
    def backend(self) -> int:
        """What the database calls our connection."""
        return self.session.info.backend_pid

    def has(self, keys: Collection[str]) -> None:
        """Say which keys of the vault this process has."""
        presence.hold(self.session, self.keys, keys)
        self.keys = frozenset(keys)

    def leave(self) -> None:
        """Give the number back, but stay known: what we left in the middle is adopted."""
        _unlock(self.session, self.number)

    def take_again(self) -> None:
        """The lowest number that is free now. Raises `TooMany`."""
        self.number = _lowest(self.session)

    def close(self) -> None:
        """Give the number back, and be known no more."""
        self.session.close()


def take(database_url: str) -> Place:
    """The lowest number that no living process holds.

    Raises:
        TooMany: all are taken.
    """
    session = psycopg.connect(database_url, autocommit=True, application_name=presence.own_name())
    try:
        return Place(_lowest(session), session)
    except TooMany:
        session.close()
        raise


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
        _unlock(place.session, number)
    return adopted


def anybody(database_url: str) -> bool:
    """Whether a process holds a number at present."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    )
    with psycopg.connect(database_url, autocommit=True) as session:
        row = session.execute(query, (PLACES,)).fetchone()
    return row is not None and bool(row[0])


def _lowest(session: psycopg.Connection[tuple[Any, ...]]) -> int:
    for number in range(1, _MOST + 1):
        if _lock(session, number):
            return number
    raise TooMany(f"{_MOST} processes of Fillbook already work on this database.")


def _lock(session: psycopg.Connection[tuple[Any, ...]], number: int) -> bool:
    row = session.execute("SELECT pg_try_advisory_lock(%s, %s)", (PLACES, number)).fetchone()
    return row is not None and bool(row[0])


def _unlock(session: psycopg.Connection[tuple[Any, ...]], number: int) -> None:
    session.execute("SELECT pg_advisory_unlock(%s, %s)", (PLACES, number))
