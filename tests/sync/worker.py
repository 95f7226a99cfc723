"""A process that does jobs until it is killed: python worker.py DATA_DIR [DATABASE_URL].

On a database it looks each second for work that dead ones left.
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def worker(home: Path, url: str = "") -> Iterator[subprocess.Popen[str]]:
    """One that works by now; killed in the end."""
    program = [sys.executable, __file__, str(home), *([url] if url else [])]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "working\n"
            yield process
        finally:
            process.kill()


if __name__ == "__main__":
    os.environ["FILLBOOK_DATA"] = sys.argv[1]
    if len(sys.argv) > 2:
        os.environ["FILLBOOK_DATABASE_URL"] = sys.argv[2]
    from fillbook.storage import start

    start.prepare()
    from fillbook.sync import engine

    plan = "* * * * * *" if len(sys.argv) > 2 else ""
    engine.launch(pace=engine.Pace(scale=0.00002, look_sandbox=0.1, look_runs=0.1, plan=plan))
    sys.stdout.write("working\n")
    sys.stdout.flush()
    threading.Event().wait()
