"""`fillbook worker`: do jobs and nothing else, beside the one `serve` and any number of other workers, on PostgreSQL."""

import argparse
import signal
import sys
import threading
import time
from typing import Final

from fillbook.cli.database import add_data_argument
from fillbook.cli.stop import Stop
from fillbook.sync.aside import step_aside

_LOOK: Final = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `worker` takes."""
    add_data_argument(parser)
    parser.epilog = "It waits for the tables that `fillbook serve` makes, and needs the vault key that `serve` has."


def run(options: argparse.Namespace) -> int:
    """Work until ctrl-c or a signal to end; what is in the middle is gone on with by another process."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from fillbook.storage import start
    from fillbook.vault.keys import BadKey

    step_aside()
    start.configure(options.data)
    _refuse_sqlite()
    _refuse_without_key()
    try:
        start.prepare(options.data)
    except (BadKey, OSError) as problem:
        raise Stop(str(problem)) from None
    _wait_for_tables()
    _refuse_another_key()
    from fillbook.sync import engine

    try:
        engine.launch()
    except engine.AlreadyRunning as problem:
        raise Stop(str(problem)) from None
    print("Working. Stop it with ctrl-c.", file=sys.stderr, flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        engine.shutdown()
    print("\nThe worker has stopped.", file=sys.stderr)
    return 0


def _refuse_sqlite() -> None:
    from django.db import connection

    if connection.vendor == "sqlite":
        raise Stop(
            "Workers need PostgreSQL: set FILLBOOK_DATABASE_URL. With an SQLite file `fillbook serve` does the jobs itself, in one process."
        )


def _refuse_without_key() -> None:
    """A key of its own would open nothing that `serve` sealed."""
    from django.conf import settings

    if not settings.VAULT_KEYS and not settings.VAULT_KEY_FILE.exists():
        raise Stop(
            f"There is no vault key here, and a worker opens what `fillbook serve` sealed: copy its keys/vault.key to "
            f"{settings.VAULT_KEY_FILE}, or set FILLBOOK_VAULT to the same keys."
        )


def _wait_for_tables() -> None:
    """`serve` makes them; two that do so at the same moment would be in each other's way."""
    from django.db import OperationalError, connections

    from fillbook.storage import start

    told = False
    while not (ready := _is_current(OperationalError)):
        if not told:
            why = "for the database" if ready is None else "for the tables, which `fillbook serve` makes"
            print(f"Waiting {why} ...", file=sys.stderr, flush=True)
            told = True
        connections.close_all()
        time.sleep(_LOOK)
    assert start.is_current()


def _is_current(unreachable: type[Exception]) -> bool | None:
    """None: the database does not answer."""
    from fillbook.storage import start

    try:
        start.reach()
        return start.is_current()
    except start.NewerDatabase as problem:
        raise Stop(str(problem)) from None
    except unreachable:
        return None


def _refuse_another_key() -> None:
    """With the wrong key every sync would tell its user to enter their token again."""
    from fillbook.storage.sealed import sealed_texts
    from fillbook.storage.secrets import vault
    from fillbook.vault import CannotOpen

    for sealed in sealed_texts():
        try:
            vault().open(sealed.text, sealed.aad)
        except CannotOpen:
            continue
        return
    if any(True for _ in sealed_texts()):
        needed = ", ".join(sorted({sealed.key for sealed in sealed_texts()}))
        has = ", ".join(sorted(vault().keys))
        raise Stop(
            f"The vault key here ({has}) opens nothing of what is sealed in this database (with {needed}). Give the worker the key of "
            "`fillbook serve`."
        )
