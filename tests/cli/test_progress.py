"""Progress changes nothing of what is read, and never touches standard output."""

import pytest

from fillbook.cli.progress import LARGE, Progress

CHUNKS = [b"one", b"two", b"three"]


@pytest.mark.parametrize(("shown", "size"), [(True, LARGE), (True, LARGE - 1), (False, LARGE)])
def test_every_chunk_comes_through(shown: bool, size: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(Progress(shown=shown).watch(iter(CHUNKS), "statement.xml", size)) == CHUNKS
    assert capsys.readouterr().out == ""


def test_a_large_file_is_named_while_it_is_read(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    list(Progress(shown=True).watch(iter(CHUNKS), "statement.xml", LARGE))
    told = capsys.readouterr()
    assert "statement.xml" in told.err
    assert told.out == ""


def test_nobody_watches_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert Progress().shown is False
    list(Progress().watch(iter(CHUNKS), "statement.xml", LARGE))
    assert capsys.readouterr().err == ""
