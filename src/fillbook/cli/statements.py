"""Statements as files on this computer: which ones are meant, what each is, and reading it chunk by chunk."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Final

from fillbook.brokers import registry
from fillbook.brokers.interface import StatementUnreadable
from fillbook.cli import kinds
from fillbook.cli.progress import Progress
from fillbook.ledger.statement import ParsedStatement, Severity

CHUNK: Final = 256 * 1024
SUFFIXES: Final = frozenset({".xml", ".csv"})


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read. broker: id of the connector that recognized it. parsed: without what belongs to no account ("-")."""

    broker: str
    parsed: ParsedStatement


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that gives nothing to work with, and why in a sentence."""

    error: str


def expand(names: Iterable[str]) -> list[Path]:
    """The files meant: a folder stands for its XML and CSV files in order of name, or for itself when it has none."""
    found: list[Path] = []
    for name in names:
        path = Path(name)
        inside = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file()) if path.is_dir() else []
        found.extend(inside or [path])
    return found


def read(path: Path, progress: Progress) -> Read | Unread:
    """Read one file. Whatever is wrong with it comes back as a sentence; nothing of a file with a fatal finding is used."""
    if path.is_dir():
        return Unread("This folder holds no XML or CSV file.")
    try:
        with path.open("rb") as file:
            chunks = progress.watch(iter(lambda: file.read(CHUNK), b""), path.name, path.stat().st_size)
            return _parse(chunks)
    except FileNotFoundError:
        return Unread("There is no such file.")
    except PermissionError:
        return Unread("This file may not be read by you; check its permissions.")
    except OSError as error:
        return Unread(f"This file could not be read: {error.strerror or error}.")


def _parse(chunks: Iterator[bytes]) -> Read | Unread:
    head = next(chunks, b"")
    connector = registry.recognize(head)
    if connector is None:
        return Unread(kinds.describe(head))
    try:
        parsed = connector.parse(chain((head,), chunks))
    except StatementUnreadable as error:
        return Unread(" ".join(part for part in (error.message, error.remedy) if part))
    fatal = [f"{finding.message} {finding.remedy}".strip() for finding in parsed.findings if finding.severity is Severity.FATAL]
    if fatal:
        return Unread(fatal[0])
    return Read(connector.broker, replace(parsed, accounts=tuple(one for one in parsed.accounts if one.account != "-")))
