"""A process without a key of the vault: what it makes of a secret that it cannot open, and how it stands aside while others can.

On PostgreSQL processes on other machines have copies of the key file. One that lacks a key has no say about a link: the key is where the
link's secret was sealed, and whoever has it does the job. Whether a key is lost for good is decided by the process that also serves, or
the only one there is, and not before it has waited for everybody to read their key files again.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

import psycopg
from django.conf import settings
from django.db import DatabaseError, connections

from fillbook.storage import presence
from fillbook.storage.sealed import sealed_texts
from fillbook.sync.executors import Place, TooMany
from fillbook.sync.policy import Trouble
from fillbook.sync.sentences import message
from fillbook.vault import BadKey, CannotOpen, KeyMissing

log = logging.getLogger(__name__)

GRACE: Final = 120.0
"""Seconds after which a key that no living process has counts as lost."""
_RETRY: Final = 60

ELSEWHERE: Final = Trouble("Transient", "key_elsewhere", message("key_elsewhere"), _RETRY)


class Lost:
    """Which keys this process has looked for in vain, and since when. decides: it may say that one is lost."""

    def __init__(self, *, decides: bool, alone: bool) -> None:
        self._decides, self._alone = decides, alone
        self._since: dict[str, float] = {}

    def is_lost(self, problem: CannotOpen) -> bool:
        """Whether what cannot be opened here can be opened by nobody."""
        if not isinstance(problem, KeyMissing) or self._alone:
            return True
        since = self._since.setdefault(problem.key, time.monotonic())
        if not self._decides or any(problem.key in one.keys for one in presence.processes()):
            return False
        return time.monotonic() - since >= GRACE


class Keeper:
    """Looks every few seconds which keys this process has, says so to others, and lets it do jobs only while nobody knows more keys."""

    def __init__(self, place: Place, seconds: float, stop: Callable[[], None], start: Callable[[], None]) -> None:
        self._place, self._seconds, self._stop, self._start = place, seconds, stop, start
        self._lacks: frozenset[str] = frozenset()
        self._stopped = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="vault-keys", daemon=True)

    def begin(self) -> None:
        """Look once, then again and again."""
        self._place.has(_ring())
        self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread is not threading.current_thread():
            self._thread.join(2 * self._seconds)

    def _watch(self) -> None:
        while not self._over.wait(self._seconds):
            try:
                self._look()
            except (DatabaseError, psycopg.Error, OSError, TooMany):
                log.warning("Which processes have which vault keys could not be seen; it is looked at again.")
            finally:
                connections.close_all()

    def _look(self) -> None:
        ring = _ring()
        self._place.has(ring)
        if self._stopped:
            if not self._lacks & (_used() - ring):
                self._start()
                self._stopped = False
                log.warning("Vault key %s is here now, or needed no more. This process does jobs again.", ", ".join(sorted(self._lacks)))
            return
        self._lacks = self._known_by_others(ring)
        if self._lacks:
            log.error(
                "This process lacks vault key %s, with which secrets are sealed, and another process has it. No jobs are done here until "
                "this one has it too: %s.",
                ", ".join(sorted(self._lacks)),
                remedy(),
            )
            self._stopped = True
            self._stop()

    def _known_by_others(self, ring: frozenset[str]) -> frozenset[str]:
        """Keys in use that somebody at work has who has ours that are in use, too."""
        others = [one.keys for one in presence.processes() if one.works and one.session != self._place.backend]
        if all(keys <= ring for keys in others):
            return frozenset()
        used = _used()
        better = [keys & used for keys in others if keys & used > ring & used]
        return frozenset().union(*better) - ring


def remedy() -> str:
    """How a process comes by a key that another one has."""
    if settings.VAULT_KEYS:
        return "set FILLBOOK_VAULT to the keys of that process and start this one again"
    return f"copy keys/vault.key of that process's data folder to {settings.VAULT_KEY_FILE}"


def _ring() -> frozenset[str]:
    """Ids of the keys that this process has now; none when they cannot be read."""
    from fillbook.storage.secrets import vault  # which needs the tables; a child process imports the engine before it has them

    try:
        return vault().keys
    except BadKey:
        return frozenset()


def _used() -> frozenset[str]:
    """Ids of the keys that something is sealed with."""
    return frozenset(sealed.key for sealed in sealed_texts() if sealed.key)
