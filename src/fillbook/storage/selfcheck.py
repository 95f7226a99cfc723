"""What an instance can find out about itself: files, keys, database, statements, room, backups, and what it shows to the network.

Nothing is made, changed or brought up to date. Each finding is a sentence, with a remedy where something should be done.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from secrets import SystemRandom
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

from fillbook.storage import keyfile, presence, serving, start
from fillbook.storage.backup import last_backup
from fillbook.storage.models import RawStatement
from fillbook.storage.raw import DamagedStatement, raw_chunks
from fillbook.storage.sealed import sealed_texts
from fillbook.storage.secrets import vault
from fillbook.vault import BadKey, CannotOpen, KeyMissing
from fillbook.vault.keys import parse, write

SAMPLE: Final = 100
OLD_BACKUP: Final = timedelta(days=7)
LITTLE_ROOM: Final = 200_000_000
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_KEY_FILE_AT_MOST: Final = 4096


class Level(StrEnum):
    """WARNING: worth mending soon. PROBLEM: something is broken or open."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. name: a stable code of what was looked at. remedy: what to do, "" when nothing."""

    name: str
    level: Level
    sentence: str
    remedy: str = ""


def look(*, every_statement: bool = False) -> Iterator[Check]:
    """Every check in turn, each as soon as it is known. every_statement: read all raw statements instead of a sample."""
    yield _folder()
    if not settings.DATA_DIR.is_dir():
        return
    yield from _key()
    usable = _database()
    yield usable
    if usable.level is not Level.PROBLEM:
        yield _schema()
        yield _secrets()
        yield from _processes()
        yield _statements(every_statement)
    yield from _room()
    yield from _backups()
    yield from _network()


def _folder() -> Check:
    data = settings.DATA_DIR
    if not data.is_dir():
        return Check("folder", Level.PROBLEM, f"There is no data folder {data}.", "Name the right one with --data or FILLBOOK_DATA.")
    open_to_others = [path for path in (data, data / "keys") if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if open_to_others:
        names = " ".join(map(str, open_to_others))
        return Check("folder", Level.PROBLEM, f"Others may look into {names}.", f"Run chmod 700 {names}.")
    if data.stat().st_uid != os.geteuid():
        return Check("folder", Level.WARNING, f"The data folder {data} is another user's.", "Run this as the user that Fillbook runs as.")
    return Check("folder", Level.OK, f"Only its owner can look into the data folder {data}.")


def _key() -> Iterator[Check]:
    for file in (settings.SECRET_KEY_FILE, settings.VAULT_KEY_FILE):
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield Check("key_files", Level.PROBLEM, f"Others may read the key file {file}.", f"Run chmod 600 {file}.")
    where = "FILLBOOK_VAULT" if settings.VAULT_KEYS else str(settings.VAULT_KEY_FILE)
    try:
        count = len(parse(settings.VAULT_KEYS or keyfile.read(settings.VAULT_KEY_FILE)))
    except (BadKey, OSError) as problem:
        yield Check("vault_key", Level.PROBLEM, str(problem), "Put your key export back, or set FILLBOOK_VAULT.")
        return
    if count == 1:
        yield Check("vault_key", Level.OK, f"The vault key is in {where}.")
    else:
        remedy = "Run fillbook rotate-keys, then fillbook rotate-keys --drop-old."
        yield Check("vault_key", Level.WARNING, f"The vault has {count} keys in {where}; old ones should not be kept for ever.", remedy)


def _database() -> Check:
    file = Path(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not file.exists():  # to open it would make it
        return Check("database", Level.PROBLEM, f"There is no database {file}.", "Start Fillbook once, or restore a backup.")
    try:
        start.reach()
        with connection.cursor() as cursor:
            return _sqlite(cursor) if connection.vendor == "sqlite" else _postgresql(cursor)
    except DatabaseError as problem:
        first = str(problem).strip().partition("\n")[0]
        return Check("database", Level.PROBLEM, f"The database cannot be read: {first}.", "Restore the last backup if it is damaged.")


def _sqlite(cursor: CursorWrapper) -> Check:
    said = [str(row[0]) for row in cursor.execute("PRAGMA integrity_check(5)").fetchall()]
    broken = cursor.execute("PRAGMA foreign_key_check").fetchall()
    if said == ["ok"] and not broken:
        return Check("database", Level.OK, "Every page of the database is sound.")
    what = "; ".join(said if said != ["ok"] else [f"{len(broken)} rows point at rows that are gone"])
    return Check("database", Level.PROBLEM, f"The database is damaged: {what}.", "Keep a copy of the folder, then restore the last backup.")


def _postgresql(cursor: CursorWrapper) -> Check:
    cursor.execute("SHOW data_checksums")
    if cursor.fetchone() == ("on",):
        return Check("database", Level.OK, "PostgreSQL answers, and its pages carry checksums.")
    remedy = "Stop the server and run pg_checksums --enable, so that a failing disk is noticed."
    return Check("database", Level.WARNING, "PostgreSQL answers, but its pages carry no checksums.", remedy)


def _schema() -> Check:
    try:
        current = start.is_current()
    except start.NewerDatabase as problem:
        return Check("schema", Level.PROBLEM, str(problem), "Install the version that wrote it.")
    if current:
        return Check("schema", Level.OK, "The tables are of this version.")
    return Check("schema", Level.WARNING, "The tables are of an older version.", "Back up, then start Fillbook: it brings them up to date.")


def _secrets() -> Check:
    try:
        opened = lost = old = 0
        missing: set[str] = set()
        for sealed in sealed_texts():
            try:
                vault().open(sealed.text, sealed.aad)
                opened += 1
                old += sealed.key != vault().current
            except CannotOpen as problem:
                lost += 1
                missing |= {problem.key} if isinstance(problem, KeyMissing) else set()
    except (BadKey, DatabaseError):
        return Check("secrets", Level.WARNING, "Whether the key opens what is sealed could not be seen.", "Mend what is said above first.")
    if lost:
        remedy = "Put the key of their time back, or enter these tokens again."
        named = f" Key {', '.join(sorted(missing))} is not here." if missing else ""
        if missing & {key for one in presence.processes() for key in one.keys}:
            remedy = "Another process of this instance has it: copy keys/vault.key of its data folder here, or set FILLBOOK_VAULT alike."
        return Check("secrets", Level.PROBLEM, f"The key does not open {lost} of {opened + lost} sealed secrets.{named}", remedy)
    if old:
        return Check("secrets", Level.WARNING, f"{old} of {opened} secrets are sealed with an old key.", "Run fillbook rotate-keys.")
    return Check("secrets", Level.OK, f"The key opens every sealed secret ({opened}).")


def _processes() -> Iterator[Check]:
    """Processes of PostgreSQL that lack a key which they need."""
    try:
        living, used = presence.processes(), {sealed.key for sealed in sealed_texts() if sealed.key}
    except DatabaseError:
        return
    had = used & {key for one in living for key in one.keys}
    for one in living:
        if had - one.keys:
            said = f"{one.name} does jobs, or would, and lacks vault key {', '.join(sorted(had - one.keys))}, which another process has."
            yield Check("processes", Level.PROBLEM, said, "Copy keys/vault.key to its data folder, or set its FILLBOOK_VAULT anew.")
    if living and all(had <= one.keys for one in living):
        yield Check("processes", Level.OK, f"Each of {len(living)} processes that do jobs has the vault keys that are used.")


def _statements(every: bool) -> Check:
    try:
        ids = list(RawStatement.objects.order_by("pk").values_list("pk", flat=True))
        chosen = ids if every or len(ids) <= SAMPLE else sorted(SystemRandom().sample(ids, SAMPLE))
        damaged = [str(pk) for pk in chosen if not _intact(pk)]
    except DatabaseError:
        return Check("statements", Level.WARNING, "The stored statements could not be read.", "Mend what is said above first.")
    if damaged:
        names = ", ".join(damaged[:5]) + (" …" if len(damaged) > 5 else "")
        remedy = "Restore the last backup that has them whole; what they brought stays in the tables until then."
        return Check("statements", Level.PROBLEM, f"{len(damaged)} stored statements are not what was received: {names}.", remedy)
    part = "all" if len(chosen) == len(ids) else f"{len(chosen)} of"
    return Check("statements", Level.OK, f"Stored statements are byte for byte what was received ({part} {len(ids)} looked at).")


def _intact(pk: int) -> bool:
    raw = RawStatement.objects.filter(pk=pk).first()
    try:
        return raw is None or all(chunk is not None for chunk in raw_chunks(raw))
    except DamagedStatement:
        return False


def _room() -> Iterator[Check]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    books = Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None
    size = books.stat().st_size if books is not None and books.exists() else 0
    said = f"{free / 1e9:.1f} GB are free where the data folder is."
    if free < LITTLE_ROOM:
        yield Check("room", Level.PROBLEM, said, "Make room: an import that finds none is taken back.")
    elif free < 3 * size:
        yield Check("room", Level.WARNING, said, f"Make room: a backup needs about {3 * size / 1e9:.1f} GB while it is made.")
    else:
        yield Check("room", Level.OK, said)


def _backups() -> Iterator[Check]:
    last = last_backup()
    if last is None:
        yield Check("backup", Level.WARNING, "No backup is known.", "Make one each night: fillbook backup FILE.")
        return
    age = datetime.now(UTC) - datetime.fromisoformat(last["made_at"])
    said = f"The last known backup is {age.days} days old." if age.days != 1 else "The last known backup is 1 day old."
    if age > OLD_BACKUP:
        yield Check("backup", Level.WARNING, said, "Make one each night: fillbook backup FILE.")
    else:
        yield Check("backup", Level.OK, said)
    yield _key_apart(Path(last["file"]))


def _key_apart(backup: Path) -> Check:
    if backup.is_relative_to(settings.DATA_DIR):
        remedy = "Write backups to another place, best on another machine."
        return Check("key_apart", Level.WARNING, "The last backup lies in the data folder, beside the key.", remedy)
    found = _key_in(backup.parent)
    if found is not None:
        return Check(
            "key_apart",
            Level.PROBLEM,
            f"The vault key lies beside the backups, in {found}.",
            "Keep it elsewhere: who takes both can read every token.",
        )
    return Check("key_apart", Level.OK, "The vault key does not lie beside the last backup.")


def _key_in(folder: Path) -> Path | None:
    """A small file in a folder that holds one of the vault's keys."""
    try:
        texts = [write(key).encode() for key in parse(settings.VAULT_KEYS or keyfile.read(settings.VAULT_KEY_FILE))]
        files = [path for path in folder.iterdir() if path.is_file() and path.stat().st_size <= _KEY_FILE_AT_MOST]
        return next((path for path in files if any(text in path.read_bytes() for text in texts)), None)
    except (BadKey, OSError):
        return None


def _network() -> Iterator[Check]:
    if settings.DEBUG:
        yield Check(
            "debug", Level.PROBLEM, "Debug mode is on: error pages show what nobody should see.", "Run Fillbook with its own settings."
        )
    else:
        yield Check("debug", Level.OK, "Debug mode is off.")
    public = sorted(set(settings.ALLOWED_HOSTS) - set(settings.LOCAL_HOSTS))
    if "*" in public:
        yield Check("hosts", Level.PROBLEM, "Pages are given under any name.", "Set FILLBOOK_ALLOWED_HOSTS to the names that you use.")
    elif public and not settings.HTTPS:
        remedy = "Put HTTPS in front and set FILLBOOK_HTTPS=1, see docs/operate.md."
        yield Check("hosts", Level.PROBLEM, f"Pages are given under {', '.join(public)} without HTTPS.", remedy)
    else:
        yield Check("hosts", Level.OK, f"Pages are given under {', '.join(settings.ALLOWED_HOSTS)}.")
    yield _address(serving.served(), public=bool(public))


def _address(where: tuple[str, int] | None, *, public: bool) -> Check:
    if where is None:
        return Check("address", Level.OK, "Nothing is served from this data folder at present.")
    address, port = where
    if address in _LOOPBACK:
        return Check("address", Level.OK, f"It listens on this machine alone (port {port}).")
    said = f"It listens on {address}, port {port}, which other machines can reach."
    if not public or not settings.HTTPS:
        remedy = "Listen on 127.0.0.1 and put HTTPS in front, see docs/operate.md."
        return Check("address", Level.PROBLEM, f"{said} Nothing there is encrypted.", remedy)
    remedy = "Where the proxy is on this machine, leave --host away." if settings.SECURE_PROXY_SSL_HEADER else "See docs/operate.md."
    return Check("address", Level.WARNING, said, remedy)
