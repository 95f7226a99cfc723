"""A first start on a bare environment, and a second one: seconds until the first page answers. Needs a connection.

The checkout is copied without anything that was made in it, the PATH holds one Python and nothing else (no Node, no tools), HOME is empty.
"""

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MADE = (".venv*", ".git", "vendor", "__pycache__", "node_modules", ".*_cache", "dist")


def main(arguments: list[str]) -> int:
    """Time both; the status is 1 when one takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python3 run.py long start", description=__doc__)
    parser.add_argument("--first", type=float, default=60, help="seconds that the first start may take (default 60)")
    parser.add_argument("--later", type=float, default=10, help="seconds that a later start may take (default 10)")
    allowed = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fillbook-bare-") as folder:
        bare = Path(folder)
        shutil.copytree(ROOT, bare / "checkout", ignore=shutil.ignore_patterns(*MADE))
        for name in ("home", "bin"):
            (bare / name).mkdir()
        (bare / "bin" / "python3").symlink_to(Path(sys.executable).resolve())
        first, later = seconds_to_answer(bare), seconds_to_answer(bare)
    print(f"start: first {first:.1f} s (at most {allowed.first:.0f}), later {later:.1f} s (at most {allowed.later:.0f})")
    return 0 if first <= allowed.first and later <= allowed.later else 1


def seconds_to_answer(bare: Path) -> float:
    """Start Fillbook, wait for a page, stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command: list[str | Path] = [bare / "bin" / "python3", bare / "checkout" / "run.py", "--port", str(port), "--data", bare / "data"]
    environment = {"PATH": str(bare / "bin"), "HOME": str(bare / "home")}
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment, cwd=bare, stdout=sys.stderr)
    try:
        while not answers(port):
            if process.poll() is not None or time.monotonic() - started > 600:
                raise SystemExit(f"Fillbook did not start: status {process.poll()}")
            time.sleep(0.1)
        return time.monotonic() - started
    finally:
        process.terminate()
        process.wait(30)


def answers(port: int) -> bool:
    """Whether a page, of whatever kind, comes back."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as reply:
            return bool(reply.status == 200)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
