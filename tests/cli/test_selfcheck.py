"""`fillbook selfcheck`: each thing that can be wrong with an instance is said, with a remedy, and nothing is changed by looking."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fillbook.vault.keys import generate
from tests.cli.running import MAKE_USERS, ROOT, fillbook, python

STATEMENT = ROOT / "tests" / "statements" / "ibkr" / "partial-fills.xml"
SEALED = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
from fillbook.storage.models import Link, User
from fillbook.storage.secrets import seal_credential
link = Link(owner=User.objects.get(), broker="brokerage")
seal_credential(link, {"token": "71370519138420592881"}, "token")
link.save()
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """(folder)/data: an instance with an account and a link, backed up into (folder)/backups."""
    folder = tmp_path_factory.mktemp("sound")
    python(MAKE_USERS, folder / "data", "ann@example.org")
    python(SEALED, folder / "data")
    assert fillbook("import", STATEMENT, "--data", folder / "data").returncode == 0
    (folder / "backups").mkdir()
    assert fillbook("backup", folder / "backups" / "one", "--data", folder / "data").returncode == 0
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """A data folder of this test's own."""
    return Path(shutil.copytree(made / "data", tmp_path / "data"))


def looked(data: Path, *words: str, **environment: str) -> dict[str, dict[str, Any]]:
    """Name -> finding; the exit status says whether one is a problem."""
    answer = fillbook("selfcheck", "--json", "--data", data, *words, cwd=None, **environment)
    found = json.loads(answer.stdout)
    checks = {check["name"]: check for check in found["checks"]}
    problem = any(check["level"] == "problem" for check in checks.values())
    assert (answer.returncode, found["ok"]) == (int(problem), not problem)
    assert all(bool(check["remedy"]) == (check["level"] != "ok") for check in checks.values())
    return checks


def test_a_sound_instance_has_no_problem(data: Path) -> None:
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    checks = looked(data)
    assert {check["level"] for check in checks.values()} == {"ok"}
    assert list(checks) == [
        "folder",
        "vault_key",
        "database",
        "schema",
        "secrets",
        "statements",
        "room",
        "backup",
        "key_apart",
        "debug",
        "hosts",
        "address",
    ]
    assert checks["secrets"]["sentence"] == "The key opens every sealed secret (1)."
    assert checks["backup"]["sentence"] == "The last known backup is 0 days old."
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before
    printed = fillbook("selfcheck", "--data", data)
    assert (printed.returncode, printed.stdout.splitlines()[-1]) == (0, "0 problems, 0 warnings.")


def test_folders_and_keys_that_others_may_read(data: Path) -> None:
    data.chmod(0o750)
    (data / "keys" / "session.key").chmod(0o644)
    checks = looked(data)
    assert checks["folder"]["remedy"] == f"Run chmod 700 {data}."
    assert checks["key_files"]["remedy"] == f"Run chmod 600 {data / 'keys' / 'session.key'}."
    (data / "keys" / "vault.key").chmod(0o640)
    assert looked(data)["vault_key"]["level"] == "problem"


def test_a_key_that_is_gone_or_another_or_old(data: Path) -> None:
    key = data / "keys" / "vault.key"
    old = key.read_text()
    key.write_text(f"{generate()},{old}")
    checks = looked(data)
    assert (checks["vault_key"]["level"], checks["secrets"]["level"]) == ("warning", "warning")
    assert checks["secrets"]["sentence"] == "1 of 1 secrets are sealed with an old key."
    key.write_text(generate())
    said = looked(data)["secrets"]["sentence"]
    assert re.fullmatch(r"The key does not open 1 of 1 sealed secrets\. Key [0-9a-f]{8} is not here\.", said)
    key.unlink()
    checks = looked(data)
    assert (checks["vault_key"]["level"], checks["secrets"]["level"]) == ("problem", "warning")
    assert not key.exists()


def test_a_key_beside_the_backups(data: Path, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    assert fillbook("backup", tmp_path / "backups" / "one", "--data", data).returncode == 0
    assert looked(data)["key_apart"]["level"] == "ok"
    shutil.copy(data / "keys" / "vault.key", tmp_path / "backups" / "fillbook-vault.key")
    beside = looked(data)["key_apart"]
    assert (beside["level"], "fillbook-vault.key" in beside["sentence"]) == ("problem", True)
    assert fillbook("backup", data / "two", "--data", data).returncode == 0
    assert looked(data)["key_apart"]["level"] == "warning"


def test_backups_that_are_old_or_unknown(data: Path) -> None:
    note = data / "last-backup.json"
    said = json.loads(note.read_text())
    said["made_at"] = (datetime.now(UTC) - timedelta(days=8, hours=1)).isoformat()
    note.write_text(json.dumps(said))
    old = looked(data)["backup"]
    assert (old["level"], old["sentence"]) == ("warning", "The last known backup is 8 days old.")
    note.unlink()
    assert looked(data)["backup"]["sentence"] == "No backup is known."


def test_a_damaged_database_and_a_damaged_statement(data: Path) -> None:
    with sqlite3.connect(data / "fillbook.db") as database:
        database.execute("UPDATE storage_rawstatement SET content = zeroblob(100)")
    database.close()
    damaged = looked(data, "--all")["statements"]
    assert (damaged["level"], damaged["sentence"]) == ("problem", "1 stored statements are not what was received: 1.")
    content = bytearray((data / "fillbook.db").read_bytes())
    content[4096 * 3 : 4096 * 40] = os.urandom(4096 * 37)
    (data / "fillbook.db").write_bytes(content)
    assert looked(data)["database"]["level"] == "problem"


def test_tables_of_another_version(data: Path) -> None:
    with sqlite3.connect(data / "fillbook.db") as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'mfa'")
    assert looked(data)["schema"]["level"] == "warning"
    with sqlite3.connect(data / "fillbook.db") as database:
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('storage', '9999_later', '2030-01-01')")
    database.close()
    assert looked(data)["schema"]["level"] == "problem"


def test_nothing_is_made_where_there_is_nothing(tmp_path: Path) -> None:
    assert looked(tmp_path / "none")["folder"]["sentence"] == f"There is no data folder {tmp_path / 'none'}."
    assert not (tmp_path / "none").exists()
    tmp_path.chmod(0o700)
    assert looked(tmp_path)["database"]["sentence"] == f"There is no database {tmp_path / 'fillbook.db'}."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("hosts", "https", "level"),
    [("*", "1", "problem"), ("book.example.com", "0", "problem"), ("book.example.com", "1", "ok"), ("localhost", "0", "ok")],
)
def test_names_without_https(data: Path, hosts: str, https: str, level: str) -> None:
    assert looked(data, FILLBOOK_ALLOWED_HOSTS=hosts, FILLBOOK_HTTPS=https)["hosts"]["level"] == level


@pytest.mark.parametrize(
    ("address", "https", "level"), [("127.0.0.1", "0", "ok"), ("0.0.0.0", "0", "problem"), ("0.0.0.0", "1", "warning")]
)
def test_the_address_it_listens_on(data: Path, address: str, https: str, level: str) -> None:
    command = [sys.executable, "-m", "fillbook", "serve", "--port", "0", "--host", address, "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as serving:
        assert serving.stdout is not None
        for line in serving.stdout:
            if "ready" in line:
                break
        hosts = {"FILLBOOK_ALLOWED_HOSTS": "book.example.com"} if https == "1" else {}
        found = looked(data, FILLBOOK_HTTPS=https, **hosts)["address"]
        serving.terminate()
    assert (found["level"], address == "127.0.0.1" or address in found["sentence"]) == (level, True)
    assert looked(data)["address"]["sentence"] == "Nothing is served from this data folder at present."


@pytest.mark.postgres
def test_postgresql(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILLBOOK_DATABASE_URL", postgres_url)
    python(MAKE_USERS, tmp_path / "data", "ann@example.org")
    with psycopg.connect(postgres_url) as opened:
        checksums = opened.execute("SHOW data_checksums").fetchone()
    checks = looked(tmp_path / "data")
    assert checks["database"]["level"] == ("ok" if checksums == ("on",) else "warning")
    assert (checks["schema"]["level"], checks["statements"]["level"]) == ("ok", "ok")
    monkeypatch.setenv("FILLBOOK_DATABASE_URL", f"{postgres_url}_gone")
    assert looked(tmp_path / "data")["database"]["level"] == "problem"
