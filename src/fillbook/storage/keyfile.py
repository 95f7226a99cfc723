"""Key files: made once, readable by their owner alone, apart from the database so that a backup of the database alone is useless."""

import os
import stat
from pathlib import Path
from typing import Final

from fillbook.vault.keys import BadKey

_PRIVATE_FILE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter; one that exists is closed to others."""
    folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        folder.chmod(_PRIVATE_FOLDER)


def make(path: Path, text: str) -> bool:
    """Write a key file unless there is one; returns whether it was made. The file is complete on disk before it has its name."""
    make_folder(path.parent)
    if path.exists():
        return False
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        _write(draft, text)
        try:
            os.link(draft, path)  # unlike a rename this never replaces a key that another process has just made
        except FileExistsError:
            return False
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def replace(path: Path, text: str) -> None:
    """Write a key file in the place of the one there is: whoever reads it finds the old text or the new one, whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        _write(draft, text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def read(path: Path) -> str:
    """Read a key file.

    Raises:
        BadKey: there is none, or others than its owner may read it.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        raise BadKey(f"The key file {path.name} is missing from the folder {path.parent}; put it back from your key export.") from None
    if mode & 0o077:
        raise BadKey(f"The key file {path} can be read by others; run chmod 600 on it.")
    return path.read_text(encoding="ascii").strip()


def version(path: Path) -> str:
    """Changes whenever the file does; "" when there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ""
    return f"{found.st_ino} {found.st_mtime_ns} {found.st_mode}"


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE), "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Let names that were just given in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
