"""Which processes do the jobs of a PostgreSQL database, and which keys of the vault each of them has.

All of it is advisory locks on one connection for each process, so that it is forgotten the moment the process is gone, however it went: its
place, which nobody else can have, and its keys by their ids, which others may hold too. An SQLite file has one process, and needs none.
"""

import os
import socket
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from django.db import connection

PLACES: Final = 7311
"""Space of the locks that are places."""
_KEYS: Final = 7312
_LONGEST_NAME: Final = 63

_ALIVE: Final = """
    SELECT lock.pid, coalesce(activity.application_name, ''), lock.classid::bigint, lock.objid::bigint
    FROM pg_locks AS lock LEFT JOIN pg_stat_activity AS activity ON activity.pid = lock.pid
    WHERE lock.locktype = 'advisory' AND lock.classid IN (%s, %s) AND lock.objsubid = 2 AND lock.granted
    AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True, slots=True)
class Process:
    """One that is alive. session: of its connection. name: for people. keys: ids. works: it does jobs; else it waits until it may."""

    session: int
    name: str
    keys: frozenset[str]
    works: bool


def own_name() -> str:
    """What this process is called by others."""
    return f"process {os.getpid()} on {socket.gethostname()}"[:_LONGEST_NAME]


def processes() -> list[Process]:
    """Those that are alive, in the order in which they came; none on SQLite, where there is only one."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ALIVE, (PLACES, _KEYS))
        locks = cursor.fetchall()
    names = {session: name for session, name, _, _ in locks}
    return [
        Process(
            session,
            names[session],
            frozenset(f"{number:08x}" for owner, _, space, number in locks if (owner, space) == (session, _KEYS)),
            any((owner, space) == (session, PLACES) for owner, _, space, _ in locks),
        )
        for session in sorted(names)
    ]


def lacking(keys: Collection[str]) -> list[Process]:
    """Those that lack one of these keys."""
    return [one for one in processes() if not one.keys >= set(keys)]


def hold(session: psycopg.Connection[tuple[Any, ...]], had: Collection[str], has: Collection[str]) -> None:
    """Say by a process's connection which keys it has now. had: those that it said before."""
    for change, keys in (("pg_advisory_unlock_shared", set(had) - set(has)), ("pg_try_advisory_lock_shared", set(has) - set(had))):
        for key in sorted(keys):
            session.execute(f"SELECT {change}(%s, %s)", (_KEYS, _signed(key)))


def _signed(key: str) -> int:
    """The id as the number of a lock."""
    number = int(key, 16)
    return number - 2**32 if number >= 2**31 else number
