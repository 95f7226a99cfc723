"""`fillbook backup` and `fillbook restore`: everything comes back the same, whatever goes on meanwhile, and nothing else comes back."""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from fillbook.vault import Vault, keys
from tests.cli.running import MAKE_USERS, ROOT, fillbook, python

STATEMENTS = [ROOT / "tests" / "statements" / "ibkr" / name for name in ("partial-fills.xml", "action-reversed.xml")]
CONTENTS = """
import json, sys
from pathlib import Path
from fillbook.storage import start
start.configure(Path(sys.argv[1]))
from fillbook.storage.contents import contents
print(json.dumps(contents(hashes=True)))
"""
IMPORTS = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
start.upgrade()
from fillbook.ledger.statement import ParsedStatement
from fillbook.storage.derive import rebuild_account
from fillbook.storage.hashes import derived_hash, ledger_hash
from fillbook.storage.intake import write_statement
from tests.storage.deliveries import keep, person, says
from tests.trades.builders import fill
owner = person()
states = open(sys.argv[2], "a", buffering=1)
for number in range(1, 1000):
    statement = says(fill(2 * number, 1, 10), fill(2 * number + 1, -1, 11), written=number)
    [account] = write_statement(keep(owner, statement), ParsedStatement((statement,))).accounts
    print(ledger_hash(account.account_id), derived_hash(account.account_id), file=states)
    rebuild_account(account.account_id, account.instruments)
    print(ledger_hash(account.account_id), derived_hash(account.account_id), file=states)
    if number == 1:
        print("importing", flush=True)
"""
TWO_ROWS_A_STATEMENT = "SELECT (SELECT count(*) FROM storage_executionrow), 2 * (SELECT count(*) FROM storage_statementcoverage)"
MakeEmpty = Callable[[], str]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeEmpty]:
    """Makes commands work on a new, empty database from now on; an SQLite file is new in each data folder by itself."""
    if request.param == "sqlite":
        monkeypatch.delenv("FILLBOOK_DATABASE_URL", raising=False)
        yield lambda: ""
        return
    url = str(request.getfixturevalue("postgres_url"))
    made: list[str] = []

    def switch() -> str:
        name = f"{urlsplit(url).path.strip('/')}_{len(made)}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        made.append(name)
        monkeypatch.setenv("FILLBOOK_DATABASE_URL", f"{url.rpartition('/')[0]}/{name}")
        return name

    switch()
    yield switch
    with psycopg.connect(url, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with two accounts and a backup of it: (folder)/data and (folder)/backup."""
    folder = tmp_path_factory.mktemp("stored")
    python(MAKE_USERS, folder / "data", "ann@example.org")
    assert fillbook("import", *STATEMENTS, "--data", folder / "data").returncode == 0
    assert fillbook("backup", folder / "backup", "--data", folder / "data").returncode == 0
    return folder


def test_what_was_backed_up_comes_back(empty_database: MakeEmpty, tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "backup"
    python(MAKE_USERS, data, "ann@example.org")
    assert fillbook("import", *STATEMENTS, "--data", data).returncode == 0
    made = json.loads(fillbook("backup", file, "--json", "--data", data).stdout)
    assert (made["accounts"], made["hashes_compared"], made["size"]) == (2, True, file.stat().st_size)
    assert file.stat().st_mode & 0o777 == 0o600
    before = json.loads(python(CONTENTS, data))
    assert len(before["accounts"]) == 2
    empty_database()
    restored = fillbook("restore", file, "--data", tmp_path / "new")
    assert restored.returncode == 0, restored.stderr
    assert "2 accounts" in restored.stdout
    assert "is not here, so its seal was not checked" in restored.stdout
    assert json.loads(python(CONTENTS, tmp_path / "new")) == before
    rebuilt = json.loads(fillbook("rebuild", "--json", "--data", tmp_path / "new").stdout)["accounts"]
    assert [account["identical"] for account in rebuilt] == [True, True]


def test_a_backup_during_imports_is_of_one_moment(empty_database: MakeEmpty, tmp_path: Path) -> None:
    """Whole imports are in it, and its hashes are those of a state that the book was in."""
    data, states = tmp_path / "data", tmp_path / "states"
    files = [tmp_path / f"backup-{number}" for number in range(3)]
    with subprocess.Popen([sys.executable, "-c", IMPORTS, data, states], stdout=subprocess.PIPE, text=True, cwd=ROOT) as importing:
        assert importing.stdout is not None
        assert importing.stdout.readline() == "importing\n"
        for file in files:
            made = fillbook("backup", file, "--data", data)
            assert made.returncode == 0, made.stderr
        assert importing.poll() is None, "the imports ended too early"
        importing.kill()
    sizes, was = [], [line.split() for line in states.read_text().splitlines()]
    for file in files:
        with tarfile.open(file) as tar:
            said = json.load(tar.extractfile("manifest.json"))["accounts"]  # type: ignore[arg-type]  # the restored rows are held against it
        assert [pair in was for pair in said.values()] == [True]
        name = empty_database()
        into = tmp_path / f"{file.name}-restored"
        assert fillbook("restore", file, "--data", into).returncode == 0
        sizes.append(rows_and_twice_the_statements(into, name))
    assert all(rows == statements for rows, statements in sizes)
    assert sizes == sorted(sizes)
    assert sizes[-1][0] > sizes[0][0]


def rows_and_twice_the_statements(data: Path, name: str) -> tuple[int, int]:
    """Both numbers are equal when only whole imports are there."""
    if not name:
        with sqlite3.connect(data / "fillbook.db") as database:
            rows, statements = database.execute(TWO_ROWS_A_STATEMENT).fetchone()
        return rows, statements
    with psycopg.connect(os.environ["FILLBOOK_DATABASE_URL"]) as connection:
        found = connection.execute(TWO_ROWS_A_STATEMENT).fetchone()
        assert found is not None
        return found[0], found[1]


def test_no_key_is_in_it(stored: Path) -> None:
    with tarfile.open(stored / "backup", "r:gz") as tar:
        parts = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    assert list(parts) == ["manifest.json", "fillbook.db"]
    for name in ("vault.key", "session.key"):
        key = (stored / "data" / "keys" / name).read_text().strip()
        assert len(key) > 40
        assert not [part for part, content in parts.items() if key.encode() in content]
    printed = fillbook("backup", stored / "another", "--data", stored / "data").stdout
    assert "The vault key is not in it" in printed
    (stored / "another").unlink()


def test_the_key_of_its_time_checks_the_seal(stored: Path, tmp_path: Path) -> None:
    key = (stored / "data" / "keys" / "vault.key").read_text()
    place(tmp_path / "right", key)
    restored = fillbook("restore", stored / "backup", "--data", tmp_path / "right")
    assert (restored.returncode, "Its seal is whole" in restored.stdout) == (0, True)
    assert fillbook("trades", "--data", tmp_path / "right").returncode == 0
    place(tmp_path / "other", keys.generate())
    other = json.loads(fillbook("restore", stored / "backup", "--json", "--data", tmp_path / "other").stdout)
    assert other["seal_checked"] is False
    assert other["key"] == Vault(keys.parse(key)).current


def place(data: Path, key: str) -> None:
    """A key export put back where it belongs."""
    (data / "keys").mkdir(parents=True, mode=0o700)
    data.chmod(0o700)
    (data / "keys" / "vault.key").write_text(key)
    (data / "keys" / "vault.key").chmod(0o600)


def test_a_backup_made_again_with_right_sums_is_refused_by_its_seal(stored: Path, tmp_path: Path) -> None:
    from fillbook.storage import archive

    folder = tmp_path / "parts"
    folder.mkdir()
    manifest = archive.unpack(stored / "backup", folder)
    with sqlite3.connect(folder / "fillbook.db") as database:
        database.execute("UPDATE storage_user SET is_operator = 1")
        database.execute("PRAGMA journal_mode=DELETE")
    forged = {**manifest, "files": [archive.describe(folder / "fillbook.db", "fillbook.db")]}
    archive.write(tmp_path / "forged", forged, folder)
    place(tmp_path / "data", (stored / "data" / "keys" / "vault.key").read_text())
    refused = fillbook("restore", tmp_path / "forged", "--data", tmp_path / "data")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "its seal is not that of its text" in refused.stderr
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["keys"]


def test_a_damaged_backup_is_refused_and_nothing_is_written(stored: Path, tmp_path: Path) -> None:
    content = bytearray((stored / "backup").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "damaged").write_bytes(content)
    refused = fillbook("restore", tmp_path / "damaged", "--data", tmp_path / "new")
    assert refused.returncode == 1
    assert refused.stderr.startswith(("The archive is damaged or cut off, at about byte", "fillbook.db is not what was backed up"))
    assert refused.stderr.endswith("Nothing was restored.\n")
    assert not (tmp_path / "new").exists()


def test_a_backup_of_a_newer_fillbook_is_refused(stored: Path, tmp_path: Path) -> None:
    from fillbook.storage import archive

    folder = tmp_path / "parts"
    folder.mkdir()
    manifest = archive.unpack(stored / "backup", folder)
    later = {**manifest, "schema": [*manifest["schema"], "storage.9999_later"], "version": "99.0"}
    archive.write(tmp_path / "later", later, folder)
    refused = fillbook("restore", tmp_path / "later", "--data", tmp_path / "new")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "This backup was made by a newer Fillbook (99.0); install that one. Nothing was restored.\n"
    assert not (tmp_path / "new").exists()


def test_nothing_is_ever_replaced(stored: Path, tmp_path: Path) -> None:
    again = fillbook("backup", stored / "backup", "--data", stored / "data")
    assert (again.returncode, "exists already, and a backup is never overwritten" in again.stderr) == (1, True)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "letter.txt").write_text("dear")
    refused = fillbook("restore", stored / "backup", "--data", tmp_path / "used")
    assert (refused.returncode, "is not empty" in refused.stderr) == (1, True)
    assert [path.name for path in (tmp_path / "used").iterdir()] == ["letter.txt"]


def test_what_cannot_be_done_is_said_in_a_sentence(stored: Path, tmp_path: Path) -> None:
    nothing = fillbook("backup", tmp_path / "b", "--data", tmp_path / "none")
    assert (nothing.returncode, nothing.stderr) == (1, f"There is nothing to back up in {tmp_path / 'none'}.\n")
    assert not (tmp_path / "none").exists()
    nowhere = fillbook("backup", tmp_path / "no" / "b", "--data", stored / "data")
    assert (nowhere.returncode, nowhere.stderr) == (1, f"There is no folder {tmp_path / 'no'}; make it first.\n")
    missing = fillbook("restore", tmp_path / "b", "--data", tmp_path / "new")
    assert (missing.returncode, missing.stderr) == (2, f"There is no file {tmp_path / 'b'}.\n")


def test_an_older_database_is_backed_up_as_it_is(stored: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert fillbook("restore", stored / "backup", "--data", folder).returncode == 0
    place_key = (stored / "data" / "keys" / "vault.key").read_text()
    (folder / "keys").mkdir(mode=0o700)
    (folder / "keys" / "vault.key").write_text(place_key)
    (folder / "keys" / "vault.key").chmod(0o600)
    with sqlite3.connect(folder / "fillbook.db") as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'mfa'")
    made = fillbook("backup", tmp_path / "older", "--json", "--data", folder)
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["hashes_compared"] is False
    with sqlite3.connect(folder / "fillbook.db") as database:
        assert database.execute("SELECT count(*) FROM django_migrations WHERE app = 'mfa'").fetchone() == (0,)
    assert fillbook("restore", tmp_path / "older", "--data", tmp_path / "new").returncode == 0


@pytest.mark.postgres
def test_postgresql_without_its_programs_or_the_right_is_told_so(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = urlsplit(postgres_url).path.strip("/") + "_role"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE ROLE "{role}" LOGIN')
        connection.execute(f'ALTER DATABASE "{urlsplit(postgres_url).path.strip("/")}" OWNER TO "{role}"')
    monkeypatch.setenv("FILLBOOK_DATABASE_URL", postgres_url.replace("postgres@", f"{role}@"))
    python(MAKE_USERS, tmp_path / "data", "ann@example.org")
    refused = fillbook("backup", tmp_path / "b", "--data", tmp_path / "data")
    assert refused.returncode == 1
    assert f'Let a superuser say once: ALTER ROLE "{role}" CREATEDB; No backup was made.' in refused.stderr
    without = fillbook("backup", tmp_path / "b", "--data", tmp_path / "data", PATH=str(tmp_path))
    assert without.returncode == 1
    assert "The program pg_dump is not on the PATH" in without.stderr
    assert not (tmp_path / "b").exists()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'REASSIGN OWNED BY "{role}" TO postgres')
        connection.execute(f'DROP ROLE "{role}"')
