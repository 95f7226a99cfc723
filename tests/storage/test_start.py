"""From an empty folder to a working instance; keys stay apart from the data, and what is sealed is nowhere in the clear."""

import io
import logging
import os
import re
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection

from fillbook.storage import keyfile
from fillbook.storage.logs import RedactingFormatter
from fillbook.storage.models import Link, Origin
from fillbook.storage.raw import keep_raw
from fillbook.storage.secrets import open_credential, seal_credential, shred_credential
from fillbook.vault import BadKey, CannotOpen
from fillbook.vault.keys import generate
from tests.storage.deliveries import link_of, person

CANARY = "987654321098765432109876"

FIRST_START = """
import logging, sys
from fillbook.storage import start
start.prepare(); start.upgrade()
from fillbook.storage.models import Link, User
from fillbook.storage.secrets import seal_credential, open_credential
user = User.objects.create_user("ada@example.com", "a row of fills")
link = Link(owner=user, broker="brokerage")
seal_credential(link, {"token": sys.argv[1], "query": "777888999"}, "token")
link.save()
assert open_credential(Link.objects.get()) == {"token": sys.argv[1], "query": "777888999"}
logging.getLogger("anything").warning("sent to https://host/x?t=%s&q=1", sys.argv[1])
try:
    raise ValueError(sys.argv[1])
except ValueError:
    logging.getLogger("django.request").exception("failed with %r", link.__dict__)
"""


def run(data: Path, program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, as a command is."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("FILLBOOK_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**surroundings, "FILLBOOK_DATA": str(data), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """(data folder, what it printed) of an instance with one sealed token."""
    data = tmp_path_factory.mktemp("instance") / "data"
    result = run(data, FIRST_START, CANARY)
    assert result.returncode == 0, result.stderr
    return data, result.stdout + result.stderr


def tables(data: Path) -> dict[str, tuple[set[object], ...]]:
    """Table -> its columns, indexes and references, and the names of its checks and unique constraints."""
    with sqlite3.connect(data / "fillbook.db") as opened:
        found = dict(opened.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"))
        return {
            name: (
                {row[1:] for row in opened.execute(f"PRAGMA table_info({name})")},
                set(opened.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql <> ''", [name])),
                {row[2:] for row in opened.execute(f"PRAGMA foreign_key_list({name})")},
                set(re.findall(r'CONSTRAINT "(\w+)" (CHECK|UNIQUE)', sql)),
            )
            for name, sql in found.items()
        }


def test_a_new_database_is_as_the_migrations_make_it(started: tuple[Path, str], tmp_path: Path) -> None:
    program = (
        "from fillbook.storage import start; start.prepare()\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0); call_command('createcachetable', verbosity=0)"
    )
    assert run(tmp_path / "data", program).returncode == 0
    assert tables(tmp_path / "data") == tables(started[0])
    with sqlite3.connect(tmp_path / "data" / "fillbook.db") as migrated, sqlite3.connect(started[0] / "fillbook.db") as made:
        steps = "SELECT app, name FROM django_migrations ORDER BY 1, 2"
        assert migrated.execute(steps).fetchall() == made.execute(steps).fetchall()


def test_a_start_that_is_cut_off_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    program = (
        "import os, signal; from fillbook.storage import start; start.prepare()\n"
        "from django.db.models.signals import post_migrate\n"
        "def die(**_): os.kill(os.getpid(), signal.SIGKILL)\n"
        "post_migrate.connect(die); start.upgrade()"
    )
    assert run(tmp_path / "data", program).returncode == -9
    again = run(tmp_path / "data", "from fillbook.storage import start; start.prepare(); print(start.upgrade(), start.is_current())")
    assert again.stdout.strip() == "True True", again.stderr


def test_folders_and_keys_are_their_owners_alone(started: tuple[Path, str]) -> None:
    data = started[0]
    for folder in (data, data / "keys"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for key in ("vault.key", "session.key"):
        assert stat.S_IMODE((data / "keys" / key).stat().st_mode) == 0o600


def test_the_token_is_in_no_file_and_no_log(started: tuple[Path, str]) -> None:
    data, printed = started
    files = [path for path in data.rglob("*") if path.is_file()]
    assert {"fillbook.db"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        assert CANARY.encode() not in content
        assert b"777888999" not in content
    assert "sent to https://host/x" in printed
    assert "ValueError" in printed
    assert CANARY not in printed


def test_the_database_survives_power_cuts_by_its_settings(started: tuple[Path, str]) -> None:
    program = (
        "from fillbook.storage import start; start.prepare()\n"
        "from django.db import connection\n"
        "names = ('journal_mode', 'synchronous', 'foreign_keys')\n"
        "with connection.cursor() as c: print([c.execute(f'PRAGMA {name}').fetchone()[0] for name in names])"
    )
    assert run(started[0], program).stdout.strip() == "['wal', 2, 1]"


def test_a_second_start_changes_no_key_and_has_nothing_to_do(started: tuple[Path, str]) -> None:
    data = started[0]
    before = {path.name: path.read_bytes() for path in (data / "keys").iterdir()}
    result = run(data, "from fillbook.storage import start; start.prepare(); print(start.upgrade())")
    assert result.stdout.strip() == "False", result.stderr
    assert {path.name: path.read_bytes() for path in (data / "keys").iterdir()} == before


def test_a_lost_key_is_not_replaced_silently(started: tuple[Path, str]) -> None:
    data = started[0]
    key = data / "keys" / "vault.key"
    text = key.read_text()
    key.unlink()
    try:
        result = run(data, "from fillbook.storage import start; start.prepare()")
        assert result.returncode != 0
        assert "vault.key is missing" in result.stderr
        assert not key.exists()
        elsewhere = run(data, "from fillbook.storage import start; start.prepare(); print('ready')", FILLBOOK_VAULT=text.strip())
        assert elsewhere.stdout.strip() == "ready"
    finally:
        keyfile.make(key, text.strip())


@pytest.mark.parametrize("key", ["short", "A" * 43, "default"])
def test_a_useless_key_stops_the_start(tmp_path: Path, key: str) -> None:
    result = run(tmp_path / "data", "from fillbook.storage import start; start.prepare()", FILLBOOK_VAULT=key)
    assert result.returncode != 0
    assert "BadKey" in result.stderr


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run(data, "from fillbook.storage import start; start.prepare(); start.upgrade()").returncode == 0
    with sqlite3.connect(data / "fillbook.db") as database:
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('storage', '9999_later', '2030-01-01')")
    result = run(data, "from fillbook.storage import start; start.prepare(); start.upgrade()")
    assert "NewerDatabase" in result.stderr


def test_reading_the_settings_writes_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert run(data, "import fillbook.settings").returncode == 0
    assert not data.exists()


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "a.key"
    assert keyfile.make(path, "text")
    assert not keyfile.make(path, "other")
    assert keyfile.read(path) == "text"
    path.chmod(0o640)
    with pytest.raises(BadKey, match="chmod 600"):
        keyfile.read(path)
    with pytest.raises(BadKey, match="missing"):
        keyfile.read(tmp_path / "none.key")
    assert [entry.name for entry in path.parent.iterdir()] == ["a.key"]


def test_hosts_other_than_this_machine_mean_https(tmp_path: Path) -> None:
    program = "from fillbook import settings as s; print(s.HTTPS, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_NAME, s.DEBUG, s.ALLOWED_HOSTS)"
    local = run(tmp_path, program).stdout.strip()
    assert local == "False False fillbook False ['localhost', '127.0.0.1', '[::1]']"
    public = run(tmp_path, program, FILLBOOK_ALLOWED_HOSTS="book.example.com, localhost").stdout.strip()
    assert public == "True True __Host-fillbook False ['book.example.com', 'localhost']"


@pytest.mark.django_db
def test_a_credential_is_bound_to_its_link(settings: LazySettings) -> None:
    settings.VAULT_KEYS = generate()
    owner = person()
    first, second = link_of(owner), link_of(owner)
    seal_credential(first, {"token": CANARY, "query": "1"}, "token")
    seal_credential(second, {"token": CANARY, "query": "2"}, "token")
    assert first.rate_key == second.rate_key
    assert CANARY not in first.sealed_credential + first.rate_key
    second.sealed_credential = first.sealed_credential
    with pytest.raises(CannotOpen):
        open_credential(second)
    shred_credential(first)
    with pytest.raises(CannotOpen):
        open_credential(first)


def test_the_formatter_masks_a_traceback_too() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter())
    logger = logging.getLogger("tests.apart")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        int(f"https://host/?t={CANARY}")
    except ValueError:
        logger.exception("while sending")
    assert "ValueError" in stream.getvalue()
    assert CANARY not in stream.getvalue()


@pytest.mark.both_databases
@pytest.mark.django_db
def test_the_one_migration_says_what_the_models_say() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "storage", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_no_table_but_links_holds_a_sealed_text(settings: LazySettings) -> None:
    settings.VAULT_KEYS = generate()
    owner = person()
    link = Link(owner=owner, broker="brokerage")
    seal_credential(link, {"token": CANARY}, "token")
    link.save()
    keep_raw(owner, "brokerage", b"a statement", Origin.UPLOADED)
    assert settings.DEBUG is False
    sealed = re.compile(r"v1\.[0-9a-f]{8}\.")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = str(cursor.fetchall())
            assert CANARY not in rows
            assert bool(sealed.search(rows)) == (table == "storage_link")
