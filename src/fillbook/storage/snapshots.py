"""The database as of one moment, while others write to it: into files, and from files into a database again.

SQLite: the books and the job books, by the engine's own online copy. PostgreSQL: one dump, which holds both, by `pg_dump` on a snapshot
that this process holds. What the snapshot contains is read within it, so that copy and description are of the same moment.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from fillbook.storage.contents import contents, contents_elsewhere

BOOKS: Final = "fillbook.db"
JOBS: Final = "jobs.db"
DUMP: Final = "fillbook.dump"
_LOCK: Final = 0x66696C6C626F6F6B
"""Of the advisory lock on PostgreSQL: one backup at a time uses the database to check with."""


class CannotCopy(Exception):
    """A copy that could not be made, or is not what it should be. The message says why and what to do."""


def take(folder: Path, *, hashes: bool) -> dict[str, Any]:
    """Copy the database into files in `folder`; returns what it contains as of that moment.

    The job books come first on SQLite: a run that they do not know is found and begun again, one that they have too much of ends at once.

    Raises:
        CannotCopy: nothing was copied.
    """
    if connection.vendor != "sqlite":
        return _dump(folder / DUMP, hashes=hashes)
    jobs = settings.DATA_DIR / JOBS
    if jobs.exists():
        with closing(sqlite3.connect(f"{jobs.as_uri()}?mode=ro", uri=True, timeout=30)) as source:
            _copy_file(source, folder / JOBS)
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            found = contents(hashes=hashes)
            _copy_file(connection.connection, folder / BOOKS)  # goes on in the transaction that has just been read
        finally:
            cursor.execute("ROLLBACK")
    return found


def check(folder: Path, expected: Mapping[str, Any], *, hashes: bool) -> None:
    """Restore the copies in `folder` beside the real database and see that they contain what they should.

    Raises:
        CannotCopy: they do not, or on PostgreSQL this user may make no database to try it in.
    """
    if connection.vendor == "sqlite":
        sound(folder)
        compare(contents_elsewhere({"FILLBOOK_DATA": str(folder)}, hashes=hashes), expected)
        return
    with _database_to_check_with() as name:
        fill(folder / DUMP, name)
        compare(contents_elsewhere({"FILLBOOK_DATA": str(folder), "FILLBOOK_DATABASE_URL": _url(name)}, hashes=hashes), expected)


def here() -> dict[str, str]:
    """The variables that name this process's own database, for another process."""
    if connection.vendor == "sqlite":
        return {"FILLBOOK_DATA": str(settings.DATA_DIR)}
    return {"FILLBOOK_DATA": str(settings.DATA_DIR), "FILLBOOK_DATABASE_URL": _url(str(connection.settings_dict["NAME"]))}


def compare(found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """See that two contents are equal, the hashes where both have them.

    Raises:
        CannotCopy: the message names what differs.
    """
    for part, what in (("schema", "migrations"), ("tables", "table"), ("accounts", "account")):
        ours, theirs = found[part], expected[part]
        if ours and theirs and ours != theirs:
            names = [] if isinstance(ours, list) else [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
            raise CannotCopy(f"What was restored is not what was copied: {what} {', '.join(names[:5])}".strip() + ".")


def sound(folder: Path) -> None:
    """Let SQLite check the pages of the files in a folder.

    Raises:
        CannotCopy: they are damaged.
    """
    for name in (BOOKS, JOBS):
        if (folder / name).exists():
            with closing(sqlite3.connect(folder / name)) as copy:
                said = [str(line) for (line,) in copy.execute("PRAGMA integrity_check(3)")]
            if said != ["ok"]:
                raise CannotCopy(f"{name} is damaged: {'; '.join(said)}.")


def fill(dump: Path, database: str = "") -> None:
    """Restore a dump into an empty PostgreSQL database, in one transaction. database: by name; the one of the settings without it.

    Raises:
        CannotCopy: nothing was written.
    """
    name = database or str(connection.settings_dict["NAME"])
    _program("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", f"--dbname={name}", str(dump))


def _copy_file(source: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    target.chmod(0o600)


def _dump(target: Path, *, hashes: bool) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        [snapshot] = cursor.fetchone()
        words = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}")
        _program("pg_dump", *words, f"--dbname={connection.settings_dict['NAME']}")
        return contents(hashes=hashes)


@contextmanager
def _database_to_check_with() -> Iterator[str]:
    """An empty database on the same server, gone afterwards."""
    name = f"{connection.settings_dict['NAME']}_backup_check"
    quoted = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise CannotCopy("Another backup of this database is being made; wait until it has ended.")
        try:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {quoted}")
        except DatabaseError as problem:
            first = str(problem).strip().partition("\n")[0]
            user = connection.settings_dict["USER"]
            raise CannotCopy(
                f"A backup is checked by restoring it, but no database could be made for that ({first}). Let a superuser say once: "
                f"ALTER ROLE {connection.ops.quote_name(user)} CREATEDB;"
            ) from None
        try:
            yield name
        finally:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _program(name: str, *words: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise CannotCopy(f"The program {name} is not on the PATH; install PostgreSQL's client programs, of the server's version or newer.")
    database = connection.settings_dict
    given = {"PGHOST": database["HOST"], "PGPORT": database["PORT"], "PGUSER": database["USER"], "PGPASSWORD": database["PASSWORD"]}
    environment = {**os.environ, **{key: str(value) for key, value in given.items() if value}}
    ended = subprocess.run([program, *words], env=environment, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        said = ended.stderr.strip().splitlines() or [f"it ended with status {ended.returncode}"]
        raise CannotCopy(f"{name} could not do its work: {said[0].removeprefix(f'{name}: error: ')}")


def _url(name: str) -> str:
    """Of another database on the same server."""
    database = connection.settings_dict
    user = quote(str(database["USER"]), safe="") + (f":{quote(str(database['PASSWORD']), safe='')}" if database["PASSWORD"] else "")
    host = f"[{database['HOST']}]" if ":" in str(database["HOST"]) else database["HOST"]
    port = f":{database['PORT']}" if database["PORT"] else ""
    return f"postgresql://{user}@{host}{port}/{quote(name, safe='')}"
