"""Work on one document in a process of its own: pages stay quick meanwhile, and a document that kills its reader kills nobody else.

python -m fillbook.sync.child TASK NUMBER...      prints the result as JSON
"""

import json
import logging
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import connection

from fillbook.brokers.interface import OurFault
from fillbook.sync import engine
from fillbook.sync.aside import step_aside
from fillbook.sync.sentences import message

log = logging.getLogger(__name__)

LARGE: Final = 512 * 1024
"""Documents over so many bytes get a process of their own: half a second of reading, meanwhile pages would take turns with it."""
MEMORY: Final = 4 * 1024**3
SECONDS: Final = 1800


def call(task: str, *numbers: int) -> Any:
    """Do a task of `fillbook.sync.taking` or `fillbook.sync.uploads` in a child process; returns its JSON result.

    Raises:
        OurFault: the child died or took longer than half an hour. The database is as it was.
    """
    database = {} if connection.vendor == "sqlite" else {"FILLBOOK_DATABASE_URL": engine.books_url()}
    environment = {**os.environ, "FILLBOOK_DATA": str(settings.DATA_DIR), **database}
    if not connection.in_atomic_block:
        connection.close()  # of the few that this process has, which pages wait for
    try:
        ended = subprocess.run(_command(task, *numbers), env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise OurFault("too_slow", message("too_slow")) from None
    if ended.returncode != 0:
        log.error("The process that did %s %s ended with status %s.", task, numbers, ended.returncode)
        raise OurFault("reader_died", message("reader_died"))
    return json.loads(ended.stdout)


def _command(task: str, *numbers: int) -> list[str]:
    return [sys.executable, "-m", "fillbook.sync.child", task, *map(str, numbers)]


def _main(task: str, *numbers: str) -> None:
    import django

    step_aside()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fillbook.settings")
    django.setup()
    from fillbook.sync import taking, uploads

    tasks: dict[str, Callable[..., object]] = {"take_in": taking.take_in_here, "preview": uploads.preview_here}
    sys.stdout.write(json.dumps(tasks[task](*map(int, numbers))))


if __name__ == "__main__":
    _main(*sys.argv[1:])
