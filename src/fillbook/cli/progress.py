"""Progress on long work, on standard error and only where somebody watches: standard output belongs to the answer."""

import sys
from collections.abc import Iterator
from typing import Final

LARGE: Final = 16 * 1024 * 1024


class Progress:
    """Shows how far the reading of large files is; silent for small files and where standard error is no terminal."""

    def __init__(self, shown: bool | None = None) -> None:
        self.shown = sys.stderr.isatty() if shown is None else shown

    def watch(self, chunks: Iterator[bytes], name: str, size: int) -> Iterator[bytes]:
        """The same chunks, with a bar for a file of `size` bytes that is large."""
        if not self.shown or size < LARGE:
            return chunks
        return _with_bar(chunks, name, size)


def _with_bar(chunks: Iterator[bytes], name: str, size: int) -> Iterator[bytes]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Reading {task.description}"), BarColumn(bar_width=None), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(name, total=size)
        for chunk in chunks:
            yield chunk
            bars.advance(task, len(chunk))
