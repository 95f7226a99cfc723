"""A throw-away PostgreSQL cluster: found or installed, started on a free port, gone when the tests end."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.support.debian import Missing, install

ROOM = ("max_connections=200",)
SPEED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""What a server may do that is thrown away anyway."""


def find() -> Path | None:
    """The folder of initdb and postgres, the newest version if there are several."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def ensure() -> Path:
    """As `find`, installing Debian's package where we may; raises `Missing`."""
    if not (found := find()):
        install("postgresql", "The PostgreSQL half of the tests")
        found = find()
    if not found:
        raise Missing("PostgreSQL was installed, but its program initdb was not found in /usr/lib/postgresql or on the PATH.")
    return found


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """Run a server for as long as the context; yields its URL without a database, as postgresql://postgres@127.0.0.1:PORT.

    durable: let it write to the disk as a real one does, to measure with.
    """
    programs = ensure()
    owner = _owner()
    with tempfile.TemporaryDirectory(prefix="fillbook-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if owner is not None:
            os.chown(folder, owner, -1)
        initdb: list[str | Path] = [
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(initdb, cwd=folder, check=True, capture_output=True, user=owner)
        process, port = _start(programs, folder, owner, ROOM if durable else (*ROOM, *SPEED))
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)  # "fast": open connections are cut
            process.wait(60)


def _owner() -> int | None:
    """Whom to run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return users.get("postgres", users["nobody"])


def _start(programs: Path, folder: Path, owner: int | None, settings: tuple[str, ...]) -> tuple[subprocess.Popen[bytes], int]:
    for _attempt in range(3):  # the port may be taken between the look and the start
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        options = [word for setting in settings for word in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port), "-k", folder, *options],
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the tests; they stop the server themselves
                user=owner,
            )
        if _answers(process, port):
            return process, port
    raise Missing(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')[-500:]}")


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", connect_timeout=2).close()
        except psycopg.OperationalError:  # nobody listens yet, or the system is starting up
            time.sleep(0.05)
        else:
            return True
    return False
