"""`fillbook serve` from a bare folder to ctrl-c."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.cli.running import MAKE_USERS, ROOT, fillbook, python

SANDBOX_URL = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
from fillbook.storage.models import Instance
print(repr(Instance.load().sandbox_url))
"""


READ_AGAIN = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
from fillbook.cli.serve_command import read_again
from fillbook.storage.models import AccountTotals, RoundTripRow
from fillbook.storage.derive import RULES
AccountTotals.objects.update(rules="older")
before = set(RoundTripRow.objects.values_list("key", flat=True))
RoundTripRow.objects.filter(side="short").update(side="long")
read_again()
assert set(RoundTripRow.objects.values_list("key", flat=True)) == before
print(sorted(RoundTripRow.objects.values_list("side", flat=True)), AccountTotals.objects.get().rules == RULES)
"""


def sandbox_url(data: Path) -> str:
    return subprocess.run([sys.executable, "-c", SANDBOX_URL, str(data)], capture_output=True, text=True, check=True).stdout.strip()


def serve(data: Path, port: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "fillbook", "serve", "--port", str(port), "--data", str(data)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})


def address_in(output: IO[str]) -> tuple[str, str]:
    """(set-up code or "", address), once it is printed."""
    code = ""
    for line in output:
        if line.startswith("Set-up code"):
            code = line.split()[-1]
        if found := re.search(r"http://localhost:\d+", line):
            return code, found[0]
    pytest.fail("serve ended without an address")


@contextmanager
def served(data: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    process = serve(data)
    assert process.stdout is not None
    try:
        yield (process, *address_in(process.stdout))
    finally:
        process.kill()
        process.communicate()


def test_from_a_bare_folder_to_ctrl_c(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data) as (process, code, address):
        assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", code)
        with urllib.request.urlopen(address) as answer:
            assert answer.status == 200
            assert answer.url.rstrip("/") == f"{address}/setup"
            assert "Server" not in answer.headers
        assert sandbox_url(data).startswith("'http://127.0.0.1:")
        assert (data / "keys" / "vault.key").stat().st_mode & 0o777 == 0o600

        port = int(address.rsplit(":", 1)[1])
        taken = subprocess.run(
            [sys.executable, "-m", "fillbook", "serve", "--port", str(port), "--data", str(tmp_path / "other")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (taken.returncode, taken.stdout) == (1, "")
        assert taken.stderr.startswith(f"Port {port} is taken")
        assert not (tmp_path / "other").exists()

        twice = subprocess.run(
            [sys.executable, "-m", "fillbook", "serve", "--port", "0", "--data", str(data)], capture_output=True, text=True, check=False
        )
        assert twice.returncode == 1
        assert "already runs with the data folder" in twice.stderr
        assert "Traceback" not in twice.stderr
        assert sandbox_url(data) != "''"

        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out) == (0, "")
        sandbox, *rest = err.splitlines()
        assert re.fullmatch(r"The sandbox's page for granting access: http://127\.0\.0\.1:\d+/portal/", sandbox)
        assert rest == ["Stop it with ctrl-c.", "", "Fillbook has stopped."]
    assert sandbox_url(data) == "''"


def test_trades_of_an_older_version_are_read_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    python(MAKE_USERS, data, "ann@example.org")
    assert fillbook("import", "--data", data, ROOT / "tests" / "statements" / "ibkr" / "reversal.xml").returncode == 0
    assert python(READ_AGAIN, data) == "['long', 'short'] True\n"


def test_a_port_is_a_number() -> None:
    done = subprocess.run([sys.executable, "-m", "fillbook", "serve", "--port", "http"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "a port is a number" in done.stderr
