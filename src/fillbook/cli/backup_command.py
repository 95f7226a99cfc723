"""`fillbook backup FILE`: everything in one archive, made while Fillbook runs and proven by restoring it."""

import argparse
import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fillbook.cli.database import add_data_argument
from fillbook.cli.numbers import counted
from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.backup import Backup


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `backup` takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the archive to write; it must not exist yet")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    add_data_argument(parser)
    parser.epilog = "The vault key is never in a backup. Exit status: 0 made and proven, 1 not made."


def run(options: argparse.Namespace) -> int:
    """Make the backup; an older database is not brought up to date first, because a backup before an upgrade is the one that counts."""
    current = _open(options.data)
    from fillbook.storage.backup import CannotBackUp, make_backup

    if not options.file.absolute().parent.is_dir():
        raise Stop(f"There is no folder {options.file.absolute().parent}; make it first.")
    if not options.json:
        print("Copying, and restoring the copy to prove it ...", file=sys.stderr, flush=True)
    try:
        made = make_backup(options.file.absolute(), current=current)
    except CannotBackUp as problem:
        raise Stop(str(problem)) from None
    if options.json:
        json.dump(entry(made), sys.stdout, ensure_ascii=False)
        print()
        return 0
    print(f"{made.file}: {size(made.size)}, {counted(made.accounts, 'account')}, restored and compared: the same.")
    if not made.hashed:
        print("The tables are of an older version, so they were compared row by row count and byte by byte, not account by account.")
    print(f"The vault key is not in it (key {made.key}): keep its export somewhere else. Without it a restored token cannot be used.")
    return 0


def _open(data: Path | None) -> bool:
    """Make Django ready without changing a table; whether the tables are of this version.

    Raises:
        Stop: there is nothing to back up, or it cannot be read.
    """
    from fillbook.storage import start

    start.configure(data)
    from django.conf import settings
    from django.db import DatabaseError, connection

    from fillbook.storage.secrets import vault
    from fillbook.vault import BadKey

    logging.getLogger().setLevel(logging.WARNING)
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        raise Stop(f"There is nothing to back up in {settings.DATA_DIR}.")
    try:
        vault()
        current, tables = start.is_current(), connection.introspection.table_names()
    except (BadKey, start.NewerDatabase) as problem:
        raise Stop(str(problem)) from None
    except DatabaseError as problem:
        raise Stop(f"The database cannot be read: {str(problem).strip().partition(chr(10))[0]}.") from None
    if "storage_user" not in tables:
        raise Stop("There is nothing to back up: the database has no tables.")
    return current


def entry(made: "Backup") -> dict[str, Any]:
    """A backup in the JSON, of a restore too."""
    return {
        "file": str(made.file),
        "size": made.size,
        "made_at": made.made_at.isoformat(),
        "version": made.version,
        "accounts": made.accounts,
        "hashes_compared": made.hashed,
        "seal_checked": made.sealed,
        "key": made.key,
    }


def size(count: int) -> str:
    """Bytes as people say them: `740 KB`, `12.3 MB`."""
    return f"{count / 1e6:,.1f} MB" if count >= 1_000_000 else f"{max(1, round(count / 1e3))} KB"
