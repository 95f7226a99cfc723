"""`python3 run.py test`: the tests on SQLite; beside them the static checks, and the tests again on PostgreSQL; one summary, one last line.

Many tests wait, for a browser or for a pretend broker: what runs beside them takes what they leave of the cores.
With arguments it is pytest with these arguments, the PostgreSQL server and the Chromium provided.
What could not run is named with the reason. In CI (CI=true) nothing may be left out.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import chromium, postgres  # noqa: E402
from tests.support.debian import Missing  # noqa: E402

PROGRAMS = Path(sys.executable).parent
ON_SQLITE = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
"""Three at once for two cores, since many wait. A file's tests stay together, so that what they share is made once; tests/conftest.py
orders the files.
"""
ON_POSTGRES = ("-m", "both_databases")
CHECKS = {
    "ruff": ["ruff", "check", "--quiet"],
    "ruff format": ["ruff", "format", "--check", "--quiet"],
    "mypy": ["mypy", "--no-error-summary"],
    "import contracts": ["lint-imports", "--no-cache"],
}


@dataclass(frozen=True)
class Ran:
    """Something that ran. left_out: what of it did not, with the reason. said: its words, where they were not shown as they came."""

    name: str
    passed: int
    failed: int
    seconds: float
    left_out: tuple[str, ...] = ()
    said: str = ""


@dataclass
class Summary:
    """What ran with which result, and what did not run with the reason."""

    lines: list[str] = field(default_factory=list)
    passed: int = 0
    failed: int = 0
    left_out: list[str] = field(default_factory=list)

    def add(self, ran: Ran) -> None:
        """One more thing that ran."""
        print(ran.said, end="", flush=True)
        self.lines.append(f"{ran.name:<20} {ran.passed} passed, {ran.failed} failed, {ran.seconds:.1f} s")
        self.passed += ran.passed
        self.failed += ran.failed
        self.left_out += ran.left_out

    def close(self) -> int:
        """Print everything; the exit status."""
        print("\n" + "\n".join(self.lines))
        for reason in self.left_out:
            print(f"did not run: {reason}")
        if self.left_out and os.environ.get("CI"):
            self.failed += len(self.left_out)
            print("In CI everything has to run: what did not counts as failed.")
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


@dataclass
class Beside:
    """Programs that run beside each other; none outlives the run."""

    pool: ThreadPoolExecutor
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, work: Callable[..., Ran], *given: object) -> "Future[Ran]":
        """Begin something whose programs are run with `run`."""
        return self.pool.submit(work, self, *given)

    def run(self, command: list[str | Path], environment: dict[str, str]) -> tuple[int, str]:
        """One program to its end: its status, and what it said."""
        given = {**os.environ, **environment}
        with subprocess.Popen(command, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as process:
            self.processes.append(process)
            said, _ = process.communicate()
        return process.returncode, said

    def end(self) -> None:
        """Stop what still runs, as Ctrl-C in the terminal does."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)


def main(arguments: list[str]) -> int:
    """Run all, or pytest alone when there are arguments; returns the exit status."""
    os.chdir(ROOT)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job has it ignored, and so would all that tests start
    summary = Summary()
    with ExitStack() as stack:
        own_surroundings(stack)
        without = provide(summary, stack)
        if arguments:
            summary.add(on_sqlite([*without, *arguments]))
        else:
            beside = Beside(stack.enter_context(ThreadPoolExecutor()))
            stack.callback(beside.end)
            checks = [beside.start(static_check, name, command) for name, command in CHECKS.items()]
            server = os.environ.get("FILLBOOK_TEST_POSTGRES")
            again = [beside.start(on_postgres, server)] if server else []
            ran = on_sqlite([*without, *ON_SQLITE])
            for one in (*(check.result() for check in checks), ran, *(one.result() for one in again)):
                summary.add(one)
    return summary.close()


def own_surroundings(stack: ExitStack) -> None:
    """Nothing that the user has set for a Fillbook of theirs, or keeps in one, reaches the tests."""
    for name in [name for name in os.environ if name.startswith("FILLBOOK_")]:
        del os.environ[name]
    os.environ["FILLBOOK_DATA"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="fillbook-data-"))


def static_check(beside: Beside, name: str, command: list[str]) -> Ran:
    """Run one program over the whole tree; its words are shown as soon as it has found something."""
    started = time.monotonic()
    status, said = beside.run([PROGRAMS / command[0], *command[1:]], {})
    if status:
        print(f"\n{said}", flush=True)
    return Ran(name, int(status == 0), int(status != 0), time.monotonic() - started)


def provide(summary: Summary, stack: ExitStack) -> list[str]:
    """Start the server and find the browser; pytest's words that leave out the tests whose means are missing."""
    unwanted = []
    means: dict[str, Callable[[], object]] = {"postgres": lambda: stack.enter_context(postgres.cluster()), "browser": chromium.ensure}
    for marker, provider in means.items():
        try:
            found = provider()
        except Missing as missing:
            unwanted.append(f"not {marker}")
            summary.left_out.append(f"tests marked {marker}: {missing}")
        else:
            if marker == "postgres":
                os.environ["FILLBOOK_TEST_POSTGRES"] = str(found)
    return ["-m", " and ".join(unwanted)] if unwanted else []


def on_sqlite(words: list[str]) -> Ran:
    """One run of pytest, shown as it goes."""
    return pytest_run("tests", words, lambda command: (subprocess.run(command, check=False).returncode, ""))


def on_postgres(beside: Beside, server: str) -> Ran:
    """The tests of both databases on PostgreSQL, in one process. They are looked for only where they can be: collecting all takes as long
    as many of them.
    """
    files = [str(file) for file in sorted(Path("tests").rglob("test_*.py")) if ON_POSTGRES[1] in file.read_text(encoding="utf-8")]
    database = {"FILLBOOK_DATABASE_URL": f"{server}/fillbook"}
    return pytest_run("tests on PostgreSQL", [*ON_POSTGRES, *files], lambda command: beside.run(command, database))


def pytest_run(name: str, words: list[str], run: Callable[[list[str | Path]], tuple[int, str]]) -> Ran:
    """One run of pytest, counted from its report. run: runs a command, and gives its status and what was not shown of its words."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fillbook-tests-") as folder:
        report = Path(folder, "report.xml")
        status, said = run([sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *words])
        suite = ET.parse(report).getroot().find("testsuite") if report.exists() else None
    count = {key: int(suite.get(key, "0")) if suite is not None else 0 for key in ("tests", "failures", "errors", "skipped")}
    cases = suite.iter("testcase") if suite is not None else []
    left_out = tuple(
        f"{case.get('classname')}.{case.get('name')}: {skipped.get('message')}" for case in cases for skipped in case.iter("skipped")
    )
    failed = count["failures"] + count["errors"]
    if status and not failed:
        failed = 1  # pytest itself stopped, or found no test at all: its words are above
    passed = max(count["tests"] - failed - count["skipped"], 0)
    return Ran(name, passed, failed, time.monotonic() - started, left_out, said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
