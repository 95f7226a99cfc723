"""What a database holds, in a form that can be compared: the versions of its tables, how many rows each has, each account's hashes.

`python -m fillbook.storage.contents` prints it for the database that the environment names, so that a copy can be looked at by a process
of its own. Nothing is written and no key is needed.
"""

import json
import os
import subprocess
import sys
from typing import Any

import django


def contents(*, hashes: bool) -> dict[str, Any]:
    """Of the database at hand. hashes: also of each account's ledger and derived rows, which needs tables of this version.

    Returns:
        schema: applied migrations as "app.name"; tables: name -> rows; accounts: id -> [ledger hash, derived hash].
    """
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    from fillbook.storage.hashes import derived_hash, ledger_hash
    from fillbook.storage.models import BrokerAccount

    applied = MigrationRecorder(connection).applied_migrations()
    with connection.cursor() as cursor:
        tables = {name: _rows(cursor, name) for name in sorted(connection.introspection.table_names(cursor))}
    accounts = BrokerAccount.objects.order_by("pk").iterator() if hashes else ()
    return {
        "schema": sorted(f"{app}.{name}" for app, name in applied),
        "tables": tables,
        "accounts": {str(account.pk): [ledger_hash(account), derived_hash(account)] for account in accounts},
    }


def contents_elsewhere(environment: dict[str, str], *, hashes: bool) -> dict[str, Any]:
    """As `contents`, of the database that these variables name, by a process of its own.

    Raises:
        RuntimeError: it cannot be read; the message is the last line of what the process said.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in ("FILLBOOK_DATA", "FILLBOOK_DATABASE_URL")}
    command = [sys.executable, "-m", "fillbook.storage.contents", *(["hashes"] if hashes else [])]
    ended = subprocess.run(command, env={**inherited, **environment}, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError((ended.stderr.strip().splitlines() or ["it ended without a word"])[-1])
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def newer_than_ours(schema: list[str]) -> bool:
    """Whether these tables are of a later Fillbook than this one."""
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or ()}
    return any(name.startswith("storage.") and name not in known for name in schema)


def _rows(cursor: Any, table: str) -> int:
    from django.db import connection

    cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a name out of the catalogue, quoted
    return int(cursor.fetchone()[0])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fillbook.settings")
    django.setup()
    json.dump(contents(hashes="hashes" in sys.argv), sys.stdout)
