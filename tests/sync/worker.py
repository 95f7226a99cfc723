"""Processes that do jobs until they are killed: `python worker.py DATA_DIR DATABASE_URL PACE`, "" for SQLite, the pace as JSON.

One process makes everything ready and does nothing itself; whenever it reads a line it forks a worker and prints its process id, so that a
new one works at once. On a database a worker looks each second for work that dead ones left.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn


class Nursery:
    """Workers on demand."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._alive: set[int] = set()

    def start(self) -> int:
        """A worker that works by now; its process id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("one more\n")
        self._process.stdin.flush()
        number = int(self._process.stdout.readline())
        self._alive.add(number)
        return number

    def kill(self, number: int) -> None:
        """As the kernel kills, without a word; it is gone then, with all that it held."""
        os.kill(number, signal.SIGKILL)
        self._alive.remove(number)
        while Path(f"/proc/{number}").exists():
            time.sleep(0.005)

    def memory(self, number: int) -> int:
        """The most bytes that a living worker has ever used."""
        [line] = [line for line in Path(f"/proc/{number}/status").read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024

    def close(self) -> None:
        """Kill all that are left."""
        for number in list(self._alive):
            with contextlib.suppress(ProcessLookupError):
                self.kill(number)


@contextlib.contextmanager
def nursery(home: Path, url: str = "", pace: Mapping[str, Any] | None = None) -> Iterator[Nursery]:
    """Where workers come from; none is left in the end. pace: what is not to be as quick as it can be."""
    quick = {"look_sandbox": 0.1, "look_runs": 0.1, "look_keys": 0.2, "plan": "* * * * * *" if url else ""}
    program = [sys.executable, __file__, str(home), url, json.dumps({**quick, **(pace or {})})]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        workers = Nursery(process)
        try:
            yield workers
        finally:
            workers.close()
            process.kill()


@contextlib.contextmanager
def worker(home: Path, url: str = "") -> Iterator[Nursery]:
    """One worker; killed in the end."""
    with nursery(home, url) as workers:
        workers.start()
        yield workers


def _be_a_worker(pace: Mapping[str, Any]) -> NoReturn:
    """Work for ever."""
    from fillbook.sync import engine

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    engine.launch(pace=engine.Pace(**{"scale": 0.00002, **pace}))
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    threading.Event().wait()
    raise AssertionError


def _main() -> None:
    os.environ["FILLBOOK_DATA"], os.environ["FILLBOOK_DATABASE_URL"], pace = sys.argv[1:]
    from fillbook.storage import start

    start.prepare()
    from fillbook.sync import workflow
    from tests.sync.dying import let_go

    assert workflow.__name__, "what takes long to import is there before the first fork"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        let_go()
        if os.fork() == 0:
            _be_a_worker(json.loads(pace))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    _main()
