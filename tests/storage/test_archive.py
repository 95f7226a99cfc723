"""An archive gives back what was put in, or refuses with the place."""

import gzip
import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from fillbook.storage import archive
from fillbook.storage.archive import Damaged

BOOKS, JOBS = bytes(range(256)) * 9000, b"jobs" * 100  # the first in three pieces


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """An archive of two files."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.db").write_bytes(BOOKS)
    (tmp_path / "in" / "b.db").write_bytes(JOBS)
    entries = [archive.describe(tmp_path / "in" / name, name) for name in ("a.db", "b.db")]
    archive.write(tmp_path / "all", {"made": "today", "files": entries}, tmp_path / "in")
    return tmp_path / "all"


def unpacked(source: Path, content: bytes | None = None) -> dict[str, bytes]:
    """What comes out, of the archive or of a changed one."""
    folder = source.with_name(f"out-{len(list(source.parent.iterdir()))}")
    folder.mkdir()
    if content is not None:
        source = folder.with_suffix(".changed")
        source.write_bytes(content)
    archive.unpack(source, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_went_in_comes_out(made: Path) -> None:
    assert unpacked(made) == {"a.db": BOOKS, "b.db": JOBS}
    assert archive.read_manifest(made)["made"] == "today"
    assert made.stat().st_mode & 0o777 == 0o600


def test_any_archiver_opens_it(made: Path) -> None:
    with tarfile.open(made, "r:gz") as tar:
        assert tar.getnames() == ["manifest.json", "a.db", "b.db"]


def test_it_is_never_written_over_a_file(made: Path) -> None:
    with pytest.raises(FileExistsError):
        archive.write(made, {"files": []}, made.parent)


def test_every_changed_byte_is_refused(made: Path) -> None:
    content = made.read_bytes()
    for place in sorted({*range(40), *range(40, len(content), 131), *range(len(content) - 40, len(content))}):
        changed = bytearray(content)
        changed[place] ^= 0xFF
        with pytest.raises(Damaged):
            unpacked(made, bytes(changed))


@pytest.mark.parametrize("rest", [0, 5, 200, 3000, -9, -8, -1])
def test_a_cut_archive_is_refused_with_the_place(made: Path, rest: int) -> None:
    content = made.read_bytes()
    with pytest.raises(Damaged, match=r"byte \d+|does not begin"):
        unpacked(made, content[:rest])


def test_bytes_after_the_end_are_refused(made: Path) -> None:
    content = made.read_bytes()
    for more in (b"\0", b"x", content):
        with pytest.raises(Damaged, match="does not end as it was written"):
            unpacked(made, content + more)


def repacked(made: Path, change: dict[str, bytes], more: dict[str, bytes] | None = None) -> bytes:
    """The archive as somebody would make it again who knows its form: other content under right sums."""
    with tarfile.open(made, "r:gz") as tar:
        files = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    out = io.BytesIO()
    packer = archive._Packer(out)
    with tarfile.open(fileobj=packer, mode="w|") as tar:  # type: ignore[call-overload]
        for name, content in {**files, **change, **(more or {})}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    packer.finish()
    return out.getvalue()


def test_changed_content_is_refused_with_its_place(made: Path) -> None:
    changed = bytearray(BOOKS)
    changed[1024 * 1024 + 5] ^= 1
    with pytest.raises(Damaged, match=r"a\.db is not what was backed up, somewhere from byte 1048576 to byte 2097151\."):
        unpacked(made, repacked(made, {"a.db": bytes(changed)}))
    with pytest.raises(Damaged, match=r"b\.db is not what was backed up, somewhere from byte 0 to byte 1048575\."):
        unpacked(made, repacked(made, {"b.db": JOBS + b"more"}))
    entry = archive.describe(made.parent / "in" / "b.db", "b.db")
    manifest = str({"files": [archive.describe(made.parent / "in" / "a.db", "a.db"), {**entry, "size": 5}]}).replace("'", '"')
    with pytest.raises(Damaged, match=r"b\.db is not what was backed up: it has another length"):
        unpacked(made, repacked(made, {"manifest.json": manifest.encode()}))


def test_only_named_files_are_written(made: Path) -> None:
    with pytest.raises(Damaged, match="more than its manifest names"):
        unpacked(made, repacked(made, {}, {"../evil": b"x"}))
    outside: dict[str, Any] = {"name": "../evil", "size": 1, "sha256": "", "pieces": []}
    manifest = str({"files": [outside]}).replace("'", '"').encode()
    with pytest.raises(Damaged, match=r"does not go on with \.\./evil"):
        unpacked(made, repacked(made, {"manifest.json": manifest}))
    assert not (made.parent / "evil").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", gzip.compress(b"text", mtime=0), gzip.compress(b"", mtime=0)])
def test_something_else_is_no_backup(made: Path, content: bytes) -> None:
    with pytest.raises(Damaged, match="This is no backup of Fillbook"):
        unpacked(made, content)
