"""`python3 run.py test`: the static checks, then the tests, on SQLite and again on PostgreSQL; one summary, one last line.

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
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import chromium, postgres  # noqa: E402
from tests.support.debian import Missing  # noqa: E402

PROGRAMS = Path(sys.executable).parent
AT_ONCE = ("-n", "3")
"""One more than the two cores that have to be enough: many tests wait, for a browser or for a pretend broker."""
CHECKS = {
    "ruff": ["ruff", "check", "--quiet"],
    "ruff format": ["ruff", "format", "--check", "--quiet"],
    "mypy": ["mypy", "--no-error-summary"],
    "import contracts": ["lint-imports", "--no-cache"],
}


@dataclass
class Summary:
    """What ran with which result, and what did not run with the reason."""

    lines: list[str] = field(default_factory=list)
    passed: int = 0
    failed: int = 0
    left_out: list[str] = field(default_factory=list)

    def add(self, name: str, passed: int, failed: int, seconds: float) -> None:
        """One more thing that ran."""
        self.lines.append(f"{name:<20} {passed} passed, {failed} failed, {seconds:.1f} s")
        self.passed += passed
        self.failed += failed

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


def main(arguments: list[str]) -> int:
    """Run all, or pytest alone when there are arguments; returns the exit status."""
    os.chdir(ROOT)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job has it ignored, and so would all that tests start
    summary = Summary()
    if not arguments:
        for name, command in CHECKS.items():
            static_check(summary, name, command)
    with ExitStack() as stack:
        own_surroundings(stack)
        without = provide(summary, stack)
        run_pytest(summary, "tests", [*without, *(arguments or AT_ONCE)], {})
        if not arguments and (server := os.environ.get("FILLBOOK_TEST_POSTGRES")):
            again = {"FILLBOOK_DATABASE_URL": f"{server}/fillbook"}
            run_pytest(summary, "tests on PostgreSQL", [*AT_ONCE, "-m", "both_databases"], again)
    return summary.close()


def own_surroundings(stack: ExitStack) -> None:
    """Nothing that the user has set for a Fillbook of theirs, or keeps in one, reaches the tests."""
    for name in [name for name in os.environ if name.startswith("FILLBOOK_")]:
        del os.environ[name]
    os.environ["FILLBOOK_DATA"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="fillbook-data-"))


def static_check(summary: Summary, name: str, command: list[str]) -> None:
    """Run one program over the whole tree; its words are shown when it finds something."""
    started = time.monotonic()
    result = subprocess.run([PROGRAMS / command[0], *command[1:]], capture_output=True, text=True, check=False)
    if result.returncode:
        print(result.stdout + result.stderr, flush=True)
    summary.add(name, int(result.returncode == 0), int(result.returncode != 0), time.monotonic() - started)


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


def run_pytest(summary: Summary, name: str, words: list[str], environment: dict[str, str]) -> None:
    """One run of pytest, shown as it goes, counted from its report."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fillbook-tests-") as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *words]
        status = subprocess.run(command, env={**os.environ, **environment}, check=False).returncode
        suite = ET.parse(report).getroot().find("testsuite") if report.exists() else None
        count = {key: int(suite.get(key, "0")) if suite is not None else 0 for key in ("tests", "failures", "errors", "skipped")}
        for case in suite.iter("testcase") if suite is not None else []:
            for skipped in case.iter("skipped"):
                summary.left_out.append(f"{case.get('classname')}.{case.get('name')}: {skipped.get('message')}")
    failed = count["failures"] + count["errors"]
    if status and not failed:
        failed = 1  # pytest itself stopped, or found no test at all: its words are above
    summary.add(name, max(count["tests"] - failed - count["skipped"], 0), failed, time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
