"""`fillbook restore FILE`: a backup into an empty data folder, or into an empty PostgreSQL database."""

import argparse
import json
import logging
import sys
from pathlib import Path

from fillbook.cli.backup_command import entry
from fillbook.cli.database import add_data_argument
from fillbook.cli.numbers import counted
from fillbook.cli.stop import Stop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `restore` takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="an archive that `fillbook backup` made")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    add_data_argument(parser)
    parser.epilog = "Nothing that exists is replaced. Exit status: 0 restored, 1 refused; then nothing was written."


def run(options: argparse.Namespace) -> int:
    """Check everything, then put it in its place; no key is made, because a new one would open nothing."""
    from fillbook.storage import start

    start.configure(options.data)
    from django.conf import settings
    from django.db import OperationalError

    from fillbook.storage.backup import CannotBackUp, restore_backup

    logging.getLogger().setLevel(logging.WARNING)
    if not options.file.is_file():
        raise Stop(f"There is no file {options.file}.", 2)
    try:
        restored = restore_backup(options.file.absolute())
    except CannotBackUp as problem:
        raise Stop(str(problem)) from None
    except OperationalError as problem:
        raise Stop(f"The database cannot be reached: {str(problem).strip().partition(chr(10))[0]}.") from None
    if options.json:
        json.dump(entry(restored), sys.stdout, ensure_ascii=False)
        print()
        return 0
    print(
        f"Restored the backup of {restored.made_at:%Y-%m-%d %H:%M} UTC into {settings.DATA_DIR}: {counted(restored.accounts, 'account')}."
    )
    if restored.sealed:
        print("Its seal is whole, and the key that it needs is here.")
    else:
        where = settings.VAULT_KEY_FILE
        print(f"The key {restored.key} is not here, so its seal was not checked: put your key export into {where} (chmod 600) before")
        print("you start Fillbook, or name it in FILLBOOK_VAULT. Without it every token must be entered again.")
    return 0
