"""Raw statements: kept before anything is understood, given back byte for byte."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from fillbook.ledger.statement import Finding, Severity
from fillbook.storage.models import Link, Origin, RawStatement, User

_LEVEL: Final = 6
_CHUNK: Final = 1 << 18


class DamagedStatement(Exception):
    """Stored bytes are no longer those that were received."""


def keep_raw(
    owner: User, broker: str, content: bytes | Iterable[bytes], origin: Origin, link: Link | None = None, file_name: str = ""
) -> RawStatement:
    """Keep a document as it is; the same bytes again give the statement that is there already.

    Args:
        owner: whose it is.
        broker: id of the connector that reads it.
        content: the bytes, or chunks of them; only their compressed form is held in memory.
        origin: fetched by us, or uploaded.
        link: where it was fetched from; None for a file.
        file_name: as its owner calls it.
    """
    digest, packer, packed, size = hashlib.sha256(), zlib.compressobj(_LEVEL), bytearray(), 0
    for chunk in [content] if isinstance(content, bytes) else content:
        digest.update(chunk)
        size += len(chunk)
        packed += packer.compress(chunk)
    packed += packer.flush()
    sha256 = digest.hexdigest()
    known = RawStatement.objects.filter(owner=owner, link=link, sha256=sha256).defer("content").first()
    if known is not None:
        return known
    with transaction.atomic():
        raw, _ = RawStatement.objects.get_or_create(
            owner=owner,
            link=link,
            sha256=sha256,
            defaults={
                "broker": broker,
                "origin": origin,
                "sandbox": link is not None and link.is_sandbox,
                "size": size,
                "content": bytes(packed),
                "file_name": file_name[:255].replace("\0", ""),
            },
        )
    return raw


def raw_chunks(raw: RawStatement) -> Iterator[bytes]:
    """The bytes as they were received, in chunks.

    Raises:
        DamagedStatement: after the last chunk, when they are not what was received.
    """
    digest, unpacker = hashlib.sha256(), zlib.decompressobj()
    packed = memoryview(raw.content)
    try:
        for start in range(0, len(packed), _CHUNK):
            rest = bytes(packed[start : start + _CHUNK])
            while rest:
                chunk = unpacker.decompress(rest, _CHUNK)
                rest = unpacker.unconsumed_tail
                digest.update(chunk)
                yield chunk
        chunk = unpacker.flush()
        digest.update(chunk)
        yield chunk
    except zlib.error:
        raise DamagedStatement(f"Statement {raw.pk} can no longer be read.") from None
    if digest.hexdigest() != raw.sha256:
        raise DamagedStatement(f"Statement {raw.pk} is not what was received.")


def raw_element(raw: RawStatement, place: int, most: int = 65_536) -> bytes:
    """The element (or line) that begins at byte `place`, as the broker sent it; at most `most` bytes."""
    position, found = 0, bytearray()
    for chunk in raw_chunks(raw):
        end = position + len(chunk)
        if end > place:
            found += chunk[max(0, place - position) :]
            if len(found) >= most:
                break
        position = end
    return _first_element(bytes(found[:most]))


def _first_element(text: bytes) -> bytes:
    """Up to the end of the first tag, or of the first line where there are no tags."""
    if not text.startswith(b"<"):
        return text.partition(b"\n")[0].rstrip(b"\r")
    quote = 0
    for index, byte in enumerate(text):
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte == ord(">"):
            return text[: index + 1]
    return text


def note_parsed(raw: RawStatement, findings: Iterable[Finding], fingerprint: str, title: str, parser_version: str = "") -> None:
    """Write down what a parser said of a document."""
    said = {
        "findings": findings_json(findings),
        "fingerprint": fingerprint[:128],
        "title": title[:200].replace("\0", ""),
        "parser_version": parser_version[:40],
        "unreadable": "",
    }
    changed = [name for name, value in said.items() if getattr(raw, name) != value]
    for name in changed:
        setattr(raw, name, said[name])
    if changed:  # looking at a preview again writes nothing
        raw.save(update_fields=changed)


def note_unreadable(raw: RawStatement, sentence: str) -> None:
    """Write down why a document cannot be used; it is kept all the same."""
    raw.unreadable = sentence
    raw.save(update_fields=["unreadable"])


def accept(raw: RawStatement) -> None:
    """Its rows are in the ledger now."""
    raw.accepted_at = timezone.now()
    raw.save(update_fields=["accepted_at"])


def discard(raw: RawStatement) -> None:
    """Drop an upload that its owner did not accept; one that was accepted stays."""
    if raw.accepted_at is None:
        raw.delete()


def findings_json(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as JSON values."""
    return [
        {
            "severity": str(finding.severity),
            "code": finding.code,
            "message": finding.message,
            "remedy": finding.remedy,
            "params": dict(finding.params),
            "of_query": finding.of_query,
        }
        for finding in findings
    ]


def findings_of(raw: RawStatement) -> tuple[Finding, ...]:
    """What the parser found in a document."""
    return tuple(Finding(**{**entry, "severity": Severity(entry["severity"])}) for entry in raw.findings)
