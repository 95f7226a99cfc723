"""One file that holds others and proves that they are what was put in: a tar in gzip, a manifest first.

The manifest names each file with its size, its SHA-256 and that of each of its pieces, so that damage is refused with its place. The gzip
frame is written and read here to the last bit: a reader that forgives a changed header or bytes after the end would forgive tampering.
"""

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

MANIFEST: Final = "manifest.json"
PIECE: Final = 1024 * 1024
_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""Gzip without a name, a time or a machine."""
_TRAILER: Final = 8
_MOST_MANIFEST: Final = 256 * 1024 * 1024
_CHUNK: Final = 256 * 1024
_PRIVATE: Final = 0o600


class Damaged(Exception):
    """An archive that is not what was written. The message says where."""


def describe(path: Path, name: str) -> dict[str, Any]:
    """A file's entry in the manifest: name, size, sha256, and pieces: the SHA-256 of each mebibyte."""
    whole, pieces, size = hashlib.sha256(), [], 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            whole.update(piece)
            pieces.append(hashlib.sha256(piece).hexdigest())
            size += len(piece)
    return {"name": name, "size": size, "sha256": whole.hexdigest(), "pieces": pieces}


def write(target: Path, manifest: Mapping[str, Any], folder: Path) -> None:
    """Write the manifest and the files that it names from `folder`; on disk when this returns, readable by its owner alone.

    Raises:
        FileExistsError: there is such a file; it is never replaced.
    """
    text = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    with _new_file(target) as file:
        packer = _Packer(file)
        with tarfile.open(fileobj=packer, mode="w|", format=tarfile.PAX_FORMAT) as tar:  # type: ignore[call-overload]  # writes only
            tar.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))
            for entry in manifest["files"]:
                with (folder / entry["name"]).open("rb") as part:
                    tar.addfile(_member(entry["name"], entry["size"]), part)
        packer.finish()
        file.flush()
        os.fsync(file.fileno())


def read_manifest(source: Path) -> dict[str, Any]:
    """The manifest alone; nothing of the rest is checked.

    Raises:
        Damaged: there is none.
    """
    with _opened(source) as (_, tar):
        return _manifest(tar)


def unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack into a folder, checking every byte; returns the manifest. Only files that the manifest names are written, under these names.

    Raises:
        Damaged: something is not as it was written; what was unpacked so far must not be used.
    """
    with _opened(source) as (unpacker, tar):
        manifest = _manifest(tar)
        for entry in manifest["files"]:
            member = tar.next()
            name = str(entry["name"])
            if member is None or not member.isreg() or member.name != name or Path(name).name != name or name == MANIFEST:
                raise Damaged(f"The archive does not go on with {name}, as its manifest says.")
            part = tar.extractfile(member)
            assert part is not None
            with _new_file(folder / name) as target:
                _copy(part, target, entry)
        if tar.next() is not None:
            raise Damaged("The archive holds more than its manifest names.")
        unpacker.finish()
    return manifest


def _copy(part: IO[bytes], target: IO[bytes], entry: Mapping[str, Any]) -> None:
    whole, size = hashlib.sha256(), 0
    for number, expected in enumerate(entry["pieces"]):
        piece = part.read(PIECE)
        if hashlib.sha256(piece).hexdigest() != expected:
            first = number * PIECE
            raise Damaged(f"{entry['name']} is not what was backed up, somewhere from byte {first} to byte {first + PIECE - 1}.")
        whole.update(piece)
        size += len(piece)
        target.write(piece)
    if size != entry["size"] or whole.hexdigest() != entry["sha256"] or part.read(1):
        raise Damaged(f"{entry['name']} is not what was backed up: it has another length or another hash.")
    target.flush()
    os.fsync(target.fileno())


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    member = tar.next()
    part = tar.extractfile(member) if member is not None and member.name == MANIFEST and member.size <= _MOST_MANIFEST else None
    if part is None:
        raise Damaged("This is no backup of Fillbook: it does not begin with a manifest.")
    try:
        manifest = json.loads(part.read())
        named = [(entry["name"], entry["size"], entry["sha256"], entry["pieces"]) for entry in manifest["files"]]
    except (ValueError, KeyError, TypeError):
        raise Damaged(f"The {MANIFEST} of this backup cannot be read.") from None
    if not named:
        raise Damaged(f"The {MANIFEST} of this backup names no file.")
    return dict(manifest)


def _new_file(path: Path) -> IO[bytes]:
    """A file that its owner alone can read, and that was not there before."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb")


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, _PRIVATE
    return member


@contextmanager
def _opened(source: Path) -> "Iterator[tuple[_Unpacker, tarfile.TarFile]]":
    with source.open("rb") as file:
        unpacker = _Unpacker(file)
        try:
            with tarfile.open(fileobj=unpacker, mode="r|") as tar:  # type: ignore[call-overload]  # reads only
                yield unpacker, tar
        except (tarfile.TarError, zlib.error, EOFError):
            raise Damaged(f"The archive is damaged or cut off, at about byte {unpacker.position} of {source.stat().st_size}.") from None


class _Packer:
    """Writes a gzip stream."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._zip = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._sum = self._size = 0
        file.write(_HEADER)

    def write(self, data: bytes) -> int:
        self._sum = zlib.crc32(data, self._sum)
        self._size += len(data)
        self._file.write(self._zip.compress(data))
        return len(data)

    def finish(self) -> None:
        """Nothing comes after this."""
        self._file.write(self._zip.flush() + self._sum.to_bytes(4, "little") + (self._size & 0xFFFFFFFF).to_bytes(4, "little"))


class _Unpacker:
    """Reads what a `_Packer` wrote. position: bytes of the file that were used so far."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._zip = zlib.decompressobj(-zlib.MAX_WBITS)
        self._sum = self._size = 0
        self._ready = bytearray()
        if file.read(len(_HEADER)) != _HEADER:
            raise Damaged("This is no backup of Fillbook: it does not begin like one.")

    @property
    def position(self) -> int:
        return self._file.tell() - len(self._zip.unused_data)

    def read(self, size: int) -> bytes:
        while len(self._ready) < size and not self._zip.eof:
            packed = self._zip.unconsumed_tail or self._file.read(_CHUNK)
            chunk = self._zip.decompress(packed, _CHUNK)
            if not packed and not chunk and not self._zip.eof:
                raise EOFError
            self._sum = zlib.crc32(chunk, self._sum)
            self._size += len(chunk)
            self._ready += chunk
        taken = bytes(self._ready[:size])
        del self._ready[:size]
        return taken

    def finish(self) -> None:
        """Read to the end: only the filling of a tar may come, then the sums, then nothing.

        Raises:
            Damaged: otherwise.
        """
        while rest := self.read(_CHUNK):
            if rest.strip(b"\0"):
                raise Damaged("The archive holds more than its manifest names.")
        trailer = self._zip.unused_data + self._file.read()
        sums = self._sum.to_bytes(4, "little") + (self._size & 0xFFFFFFFF).to_bytes(4, "little")
        if len(trailer) != _TRAILER or trailer != sums:
            raise Damaged(f"The archive does not end as it was written, at about byte {self.position}.")
