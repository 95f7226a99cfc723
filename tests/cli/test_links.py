"""`fillbook link`, `sync`, `unlink` and `worker` in processes of their own: beside `serve`, alone, and on PostgreSQL."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fillbook.storage import keyfile
from fillbook.vault import keys
from tests.cli.running import MAKE_USERS, fillbook, python
from tests.cli.test_serve import served

LINK = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
start.upgrade()
from fillbook.storage.models import Link, User
from fillbook.storage.secrets import seal_credential
owner = User.objects.create_user("ann@example.org", "a first password")
link = Link(owner=owner, broker="ibkr", endpoint="sandbox", name="Book")
seal_credential(link, {"token": "713705191384205928811001", "query_id": "1047263"}, "token")
link.save(force_insert=True)
"""
"""A program: a data folder with a link of the practice broker."""


def linked(data: Path) -> dict[str, Any]:
    """The practice broker, linked by the command."""
    done = fillbook("link", "--sandbox", "--json", "--data", data, FILLBOOK_TIME_SCALE="0.001")
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_link_does_the_work_itself_where_nobody_does(tmp_path: Path) -> None:
    python(MAKE_USERS, tmp_path, "ann@example.org")
    found = linked(tmp_path)
    assert (found["state"], found["run"]["state"], found["run"]["kind"]) == ("linked", "done", "first")
    assert found["run"]["rows"]["new"] > 100


def test_link_watches_what_serve_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILLBOOK_TIME_SCALE", "0.001")
    python(MAKE_USERS, tmp_path, "ann@example.org")
    with served(tmp_path):
        assert linked(tmp_path)["run"]["state"] == "done"


@contextlib.contextmanager
def worker(data: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "fillbook", "worker", "--data", str(data)]
    environment = {**os.environ, "FILLBOOK_TIME_SCALE": "0.001", "FILLBOOK_DATABASE_URL": url}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.postgres
def test_a_worker_waits_for_the_tables_and_does_what_sync_asks_for(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILLBOOK_DATABASE_URL", postgres_url)
    key = tmp_path / "keys" / "vault.key"
    key.parent.mkdir()
    keyfile.make(key, keys.generate())
    key.chmod(0o644)
    open_to_all = fillbook("worker", "--data", tmp_path)
    assert (open_to_all.returncode, open_to_all.stderr) == (1, f"The key file {key} can be read by others; run chmod 600 on it.\n")
    key.chmod(0o600)
    with worker(tmp_path, postgres_url) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "Waiting for the tables, which `fillbook serve` makes ...\n"
        python(LINK, tmp_path)
        assert process.stderr.readline() == "Working. Stop it with ctrl-c.\n"
        synced = fillbook("sync", "--wait", "2", "--json", "--data", tmp_path)
        (found,) = json.loads(synced.stdout)["links"]
        assert synced.returncode == 1
        assert (found["run"]["state"], found["run"]["error"]["code"]) == ("failed", "sandbox_off"), "the worker had it"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
