"""Where pages are served at present, noted in the data folder so that other commands can tell."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings

NOTE: Final = "serving.json"


@contextmanager
def noted(address: str, port: int) -> Iterator[None]:
    """Note the address while this goes on."""
    note = settings.DATA_DIR / NOTE
    draft = note.with_name(f".{NOTE}.{os.getpid()}")
    draft.write_text(json.dumps({"pid": os.getpid(), "address": address, "port": port}), encoding="ascii")
    draft.replace(note)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def served() -> tuple[str, int] | None:
    """(address, port) that a process of this machine listens on with this data folder; None when there is none."""
    try:
        found = json.loads((settings.DATA_DIR / NOTE).read_text(encoding="ascii"))
        return (str(found["address"]), int(found["port"])) if _lives(int(found["pid"])) else None
    except (OSError, ValueError, KeyError):
        return None


def public_address() -> str:
    """Where a person's browser finds the pages, without a slash at its end: by the name they are asked for under, else on this machine.

    "" when neither is known: pages are not served at present, or under no name of their own.
    """
    names = [host for host in settings.ALLOWED_HOSTS if host not in settings.LOCAL_HOSTS and host != "*" and not host.startswith(".")]
    if names:
        return f"{'https' if settings.HTTPS else 'http'}://{names[0]}"
    found = served()
    return f"http://localhost:{found[1]}" if found else ""


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is somebody else's
        return True
    return True
