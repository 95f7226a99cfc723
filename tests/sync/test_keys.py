"""Who says that a key of the vault is lost, and when."""

import pytest

from fillbook.storage import presence
from fillbook.storage.presence import Process
from fillbook.sync import keys
from fillbook.vault import CannotOpen, KeyMissing

MISSING = KeyMissing("0a1b2c3d")


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The processes that are alive."""
    alive: list[Process] = []
    monkeypatch.setattr(presence, "processes", lambda: alive)
    return alive


def test_the_only_process_there_is_says_so_at_once() -> None:
    assert keys.Lost(decides=True, alone=True).is_lost(MISSING)


def test_a_text_that_was_changed_is_lost_whoever_reads_it(others: list[Process]) -> None:
    assert others == []
    assert keys.Lost(decides=False, alone=False).is_lost(CannotOpen("This sealed text was changed or belongs to another row."))


def test_one_that_serves_waits_until_everybody_has_read_their_keys(others: list[Process], monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    serving, worker = keys.Lost(decides=True, alone=False), keys.Lost(decides=False, alone=False)
    assert (serving.is_lost(MISSING), worker.is_lost(MISSING)) == (False, False)
    now[0] += keys.GRACE
    others.append(Process(7, "process 12 on db", frozenset({"0a1b2c3d"}), works=False))
    assert (serving.is_lost(MISSING), worker.is_lost(MISSING)) == (False, False)
    others.clear()
    assert (serving.is_lost(MISSING), worker.is_lost(MISSING)) == (True, False)
