"""A backup: one archive of the whole database as of one moment, proven by restoring it before it is called a backup.

The vault key is never in it: who finds a backup finds no usable token. The manifest is sealed with that key, so that who has the key
learns of any change to a backup, one by somebody who can compute hashes too.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

import fillbook
from fillbook.storage import archive, keyfile, snapshots
from fillbook.storage.contents import contents_elsewhere, newer_than_ours
from fillbook.storage.secrets import vault
from fillbook.vault import BadKey, CannotOpen, KeyMissing

FORMAT: Final = 1
LAST: Final = "last-backup.json"
_SEAL: Final = "backup:manifest:sha256"
_CONTENTS: Final = ("schema", "tables", "accounts")


class CannotBackUp(Exception):
    """No backup was made, or nothing was restored. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What is in a backup.

    accounts: how many. hashed: each account's hashes are in it and were compared. sealed: the manifest's seal was made or, at a restore,
    opened. key: id of the vault key of its time.
    """

    file: Path
    size: int
    made_at: datetime
    version: str
    accounts: int
    hashed: bool
    sealed: bool
    key: str


def make_backup(file: Path, *, current: bool) -> Backup:
    """Write a backup to a file that does not exist yet, readable by its owner alone.

    Args:
        file: where; its folder exists.
        current: whether the tables are of this version; of others no account hashes are kept.

    Raises:
        CannotBackUp: there is such a file, another backup is being made, or the copy could not be made or proven.
    """
    if file.exists() or file.is_symlink():
        raise CannotBackUp(f"{file} exists already, and a backup is never overwritten; choose another name.")
    with _alone(), _folder(".backup-") as folder:
        try:
            found = snapshots.take(folder, hashes=current)
            manifest = _manifest(found, sorted(path.name for path in folder.iterdir()), folder)
            draft = file.with_name(f".{file.name}.{os.getpid()}")
            try:
                archive.write(draft, manifest, folder)
                for path in folder.iterdir():
                    path.unlink()
                snapshots.check(_unpacked(draft, folder)[1], found, hashes=current)
                _name(draft, file)
            finally:
                draft.unlink(missing_ok=True)
        except (snapshots.CannotCopy, archive.Damaged, RuntimeError) as problem:
            raise CannotBackUp(f"{problem} No backup was made.") from None
        except OSError as problem:
            raise CannotBackUp(f"The backup could not be written: {problem.strerror or problem}. No backup was made.") from None
        made = _backup(file, manifest, sealed=True)
        _note(made)
    return made


def restore_backup(file: Path) -> Backup:
    """Put a backup where there is nothing yet: into the empty data folder of the settings, or into their empty PostgreSQL database.

    Every byte and the contents are checked before anything has its place. A folder keys/ in the data folder may be there already; with
    the key of the backup's time the manifest's seal is checked too.

    Raises:
        CannotBackUp: nothing was restored.
    """
    try:
        manifest = archive.read_manifest(file)
        _refuse(manifest)
        made_folder = not settings.DATA_DIR.exists()
        keyfile.make_folder(settings.DATA_DIR)
        with _folder(".restore-", remove_parent=made_folder) as folder:
            manifest, unpacked = _unpacked(file, folder)
            sealed = _check_seal(manifest)
            return _put(file, manifest, unpacked, sealed=sealed)
    except (archive.Damaged, snapshots.CannotCopy, RuntimeError) as problem:
        raise CannotBackUp(f"{problem} Nothing was restored.") from None
    except OSError as problem:
        raise CannotBackUp(f"The backup could not be restored: {problem.strerror or problem}. Nothing was restored.") from None


def last_backup() -> dict[str, Any] | None:
    """The latest backup that was made with this data folder: made_at (ISO), file, size, version; None when none is known."""
    try:
        found: dict[str, Any] = json.loads((settings.DATA_DIR / LAST).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found


def _manifest(found: dict[str, Any], names: list[str], folder: Path) -> dict[str, Any]:
    manifest = {
        "fillbook_backup": FORMAT,
        "version": fillbook.__version__,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "database": connection.vendor,
        "key": vault().current,
        **{part: found[part] for part in _CONTENTS},
        "files": [archive.describe(folder / name, name) for name in names],
    }
    return {**manifest, "seal": vault().seal(_digest(manifest), _SEAL)}


def _digest(manifest: dict[str, Any]) -> str:
    text = json.dumps({name: value for name, value in manifest.items() if name != "seal"}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _check_seal(manifest: dict[str, Any]) -> bool:
    """Whether the seal was opened; False when its key is not here.

    Raises:
        Damaged: the manifest is not the one that was sealed.
    """
    try:
        sealed = vault().open(str(manifest.get("seal")), _SEAL)
    except (BadKey, KeyMissing):
        return False
    except CannotOpen:
        sealed = ""
    if sealed != _digest(manifest):
        raise archive.Damaged(f"The {archive.MANIFEST} of this backup was changed: its seal is not that of its text.")
    return True


def _refuse(manifest: dict[str, Any]) -> None:
    """What can be refused without looking further."""
    version = manifest.get("version")
    if manifest.get("fillbook_backup") != FORMAT or newer_than_ours(manifest.get("schema", [])):
        raise CannotBackUp(f"This backup was made by a newer Fillbook ({version}); install that one. Nothing was restored.")
    if manifest.get("database") != connection.vendor:
        raise CannotBackUp(
            "This backup is of an SQLite file, but FILLBOOK_DATABASE_URL is set; unset it. Nothing was restored."
            if manifest.get("database") == "sqlite"
            else "This backup is of a PostgreSQL database; set FILLBOOK_DATABASE_URL to an empty one. Nothing was restored."
        )
    inside = [path.name for path in settings.DATA_DIR.iterdir() if path.name != "keys"] if settings.DATA_DIR.exists() else []
    if connection.vendor == "sqlite" and inside:
        raise CannotBackUp(
            f"The folder {settings.DATA_DIR} is not empty; name a new one with --data, or move away what is in it, all but keys/. "
            "Nothing was restored."
        )
    if connection.vendor != "sqlite" and connection.introspection.table_names():
        raise CannotBackUp("The database that FILLBOOK_DATABASE_URL names is not empty; make a new one. Nothing was restored.")


def _put(file: Path, manifest: dict[str, Any], unpacked: Path, *, sealed: bool) -> Backup:
    """From checked files to a database in its place."""
    comparable = manifest["version"] == fillbook.__version__ and bool(manifest["accounts"])
    if connection.vendor == "sqlite":
        snapshots.compare(contents_elsewhere({"FILLBOOK_DATA": str(unpacked)}, hashes=comparable), manifest)
        snapshots.sound(unpacked)  # whoever closes a file last leaves no log beside it
        for name in (snapshots.JOBS, snapshots.BOOKS):
            if (unpacked / name).exists():
                (unpacked / name).rename(settings.DATA_DIR / name)
        keyfile.sync_folder(settings.DATA_DIR)
    else:
        snapshots.fill(unpacked / snapshots.DUMP)
        snapshots.compare(contents_elsewhere(snapshots.here(), hashes=comparable), manifest)
    return _backup(file, manifest, sealed=sealed)


def _unpacked(file: Path, folder: Path) -> tuple[dict[str, Any], Path]:
    into = folder / "unpacked"
    into.mkdir(mode=0o700)
    return archive.unpack(file, into), into


def _backup(file: Path, manifest: dict[str, Any], *, sealed: bool) -> Backup:
    return Backup(
        file=file.absolute(),
        size=file.stat().st_size,
        made_at=datetime.fromisoformat(manifest["made_at"]),
        version=manifest["version"],
        accounts=int(manifest["tables"].get("storage_brokeraccount", 0)),
        hashed=bool(manifest["accounts"]) or not manifest["tables"].get("storage_brokeraccount"),
        sealed=sealed,
        key=manifest["key"],
    )


def _note(made: Backup) -> None:
    draft = settings.DATA_DIR / f".{LAST}"
    said = {"made_at": made.made_at.isoformat(), "file": str(made.file), "size": made.size, "version": made.version}
    draft.write_text(json.dumps(said), encoding="utf-8")
    draft.replace(settings.DATA_DIR / LAST)


def _name(draft: Path, file: Path) -> None:
    """Give a finished file its name, which nothing else may have."""
    try:
        os.link(draft, file)
    except FileExistsError:
        raise CannotBackUp(f"{file} exists already, and a backup is never overwritten; choose another name.") from None
    except OSError:  # a file system without hard links, such as a memory stick's
        if file.exists():
            raise CannotBackUp(f"{file} exists already, and a backup is never overwritten; choose another name.") from None
        draft.rename(file)
    keyfile.sync_folder(file.parent)


@contextmanager
def _alone() -> Iterator[None]:
    """One backup at a time; what an earlier one left when it was stopped is cleared away."""
    with (settings.DATA_DIR / "backup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotBackUp("Another backup is being made; wait until it has ended.") from None
        for left in settings.DATA_DIR.glob(".backup-*"):
            shutil.rmtree(left)
        yield


@contextmanager
def _folder(prefix: str, *, remove_parent: bool = False) -> Iterator[Path]:
    """A private folder in the data folder, gone afterwards. remove_parent: the data folder too, when nothing is in it."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=settings.DATA_DIR))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        if remove_parent and not any(settings.DATA_DIR.iterdir()):
            settings.DATA_DIR.rmdir()
