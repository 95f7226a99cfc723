"""Commands in processes of their own that need not load everything anew: one process has loaded it and forks itself for each of them.

A command finds the arguments, folder, environment and streams it was given, settings read from that environment, no connection, and the
signals of a new process; it ends as any other. What it does not try is the start of the interpreter: tests of `serve` and `worker` do.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import IO

LIMIT = 120
"""Seconds a command may take."""
LONGEST = 1 << 20


def run(words: list[str], cwd: Path | None, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`python WORDS…`, where the first word is `-c` or `-m`; output and errors captured, nothing to read.

    Raises:
        TimeoutError: it took longer than `LIMIT`.
    """
    wanted = json.dumps({"words": words, "cwd": str(cwd or Path.cwd()), "environment": environment}).encode()
    with ExitStack() as stack:
        line = stack.enter_context(socket.socket(socket.AF_UNIX))
        none, out, err = stack.enter_context(Path(os.devnull).open()), *(stack.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        line.settimeout(LIMIT)
        line.connect(_server())
        socket.send_fds(line, [len(wanted).to_bytes(4, "big")], [stream.fileno() for stream in (none, out, err)])
        line.sendall(wanted)
        status = int(line.recv(16))
        text = [_text(stream) for stream in (out, err)]
    return subprocess.CompletedProcess([sys.executable, *words], status, *text)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode().replace("\r\n", "\n")


@cache
def _server() -> str:
    """The address of this test process's own; it ends with its standard input, that is with us."""
    folder = tempfile.mkdtemp(prefix="fillbook-fork-")
    path = f"{folder}/line"
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("FILLBOOK_", "DJANGO_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.forking", path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent.parent,
        env={**surroundings, "PYTHONUTF8": "1", "FILLBOOK_DATA": f"{folder}/data"},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    atexit.register(_end, process, folder)
    return path


def _end(process: subprocess.Popen[bytes], folder: str) -> None:
    with process:
        assert process.stdin is not None
        process.stdin.close()
    shutil.rmtree(folder, ignore_errors=True)


def serve(path: str) -> None:
    """Load everything, then fork for whoever connects, until standard input ends."""
    from django.db.migrations.loader import MigrationLoader

    import fillbook
    from fillbook.storage import start

    start.configure()
    for module in pkgutil.walk_packages(fillbook.__path__, "fillbook."):
        if not module.name.startswith(("fillbook.__main__", "fillbook.urls", "fillbook.web")):
            importlib.import_module(module.name)
    MigrationLoader(None)
    gc.freeze()  # what is loaded is not looked through again, so that forks share its memory
    assert threading.active_count() == 1, "a fork would lose the other threads"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        os.write(1, b"ready\n")
        while True:
            ready, _, _ = select.select([0, listener.fileno()], [], [])
            if 0 in ready:
                return
            line, _ = listener.accept()
            if not os.fork():
                listener.close()
                _answer(line)
            line.close()


def _answer(line: socket.socket) -> None:
    """In a fork: fork the command, wait, say its status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, _, _ = socket.recv_fds(line, 4, 3)
    wanted = b""
    while len(wanted) < int.from_bytes(head, "big"):
        wanted += line.recv(LONGEST)
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
        os._exit(0)
    line.close()
    status = 1
    try:
        _become(streams, **json.loads(wanted))
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:  # noqa: BLE001 - as an interpreter does
        traceback.print_exc()
    finally:
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)  # without taking apart what was loaded


def _become(streams: list[int], words: list[str], cwd: str, environment: dict[str, str]) -> None:
    """Do as a new interpreter would with these words in these surroundings."""
    from django import conf
    from django.db import connections
    from django.utils.functional import empty

    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    sys.modules.pop("fillbook.settings", None)
    vars(conf.settings).clear()
    conf.settings._wrapped = empty
    for made in connections.all(initialized_only=True):
        del connections[made.alias]
    vars(connections).pop("settings", None)
    vars(connections)["_settings"] = None
    kind, what, *rest = words
    sys.argv = [kind, *rest]
    if kind == "-c":
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
        raise SystemExit(0)
    from fillbook.__main__ import main

    assert what == "fillbook"
    raise SystemExit(main())


if __name__ == "__main__":
    serve(sys.argv[1])
