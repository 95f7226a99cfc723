"""Run mutated statements through everything that `fillbook check` does, in processes that may not be slow, large or surprised.

    python -m tests.support.fuzzing FIRST COUNT PROGRESS_FILE        what one process does; prints a line of JSON for each shortfall

A case is its seed: seed and checkout decide document, mutations and result. `hunt` runs seeds in processes side by side; one that dies or
hangs costs its seed, not the campaign.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from hashlib import blake2b
from io import StringIO
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, Final

from fillbook.brokers.ibkr.parse import parse
from fillbook.brokers.interface import StatementUnreadable
from fillbook.cli import check_page
from fillbook.cli.answer import read_file
from fillbook.cli.paper import sheet
from fillbook.ledger.statement import Severity
from fillbook.trades.account import read_account
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod, MatchSettings
from tests.support import golden
from tests.support.invariants import broken
from tests.support.mutations import mutate

SECONDS: Final = 2.0
"""Processor time that one statement may take."""
MEBIBYTES: Final = 256
"""Address space of the whole process that reads it."""
BATCH: Final = 1000
SETTINGS: Final = tuple(
    MatchSettings(method, grouping, view, forex=forex)
    for method, grouping, view, forex in product(MatchingMethod, Grouping, AssignmentView, (False, True))
)
TROUBLE: Final = "FILLBOOK_FUZZ_TROUBLE"
ROOT: Final = Path(__file__).resolve().parent.parent.parent


class TooSlow(BaseException):
    """Not an `Exception`, so that nothing on the way swallows it."""


@dataclass(frozen=True)
class Shortfall:
    """A seed whose statement was not taken well. what: exception, slow, memory, died or wrong."""

    seed: int
    what: str
    detail: str


@dataclass
class Figures:
    """What a campaign came to. read, refused: statements that became books, and those refused with a sentence."""

    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    slowest_seed: int = -1
    peak_mib: float = 0.0
    refusals: Counter[str] = field(default_factory=Counter)
    shortfalls: list[Shortfall] = field(default_factory=list)

    def add(self, line: dict[str, Any]) -> None:
        """One line of a process."""
        if "what" in line:
            self.shortfalls.append(Shortfall(**line))
            return
        self.read += line["read"]
        self.refused += line["refused"]
        self.refusals.update(line["refusals"])
        self.peak_mib = max(self.peak_mib, line["peak_mib"])
        if line["slowest"] > self.slowest:
            self.slowest, self.slowest_seed = line["slowest"], line["slowest_seed"]


def originals() -> list[tuple[str, bytes]]:
    """Documents to mutate: every golden statement, and two of the pretend broker's, a busy fortnight and half a year."""
    from fillbook.sandbox.scenario import Scenario
    from fillbook.sandbox.statement import Days, write

    found = [(path.name, path.read_bytes()) for path in golden.documents("ibkr")]
    scenario, last = Scenario(), date(2025, 12, 5)
    for days in (14, 180):
        span, made = Days(last - timedelta(days=days), last, "LastNCalendarDays"), datetime.combine(last, time_of_day(23, 5, 12))
        found.append((f"sandbox of {days} days", write(scenario, span, made)))
    return found


def document_of(seed: int, documents: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """The mutated statement that a seed stands for, and the name of the original. The large original, the last, comes seldom.

    Each name draws a number and the least wins, so that a seed mostly keeps its meaning when a golden statement is added.
    """
    dice = random.Random(seed)
    name, content = (
        documents[-1]
        if dice.random() < 0.01
        else min(documents[:-1], key=lambda one: blake2b(f"{one[0]} {seed}".encode(), digest_size=4).digest())
    )
    return name, mutate(content, dice)


def check(content: bytes) -> str:
    """Read a statement as `fillbook check` does, then by settings of a trader's own, and prove what must hold for any.

    One in sixteen is printed for people too, which takes longer than all the rest.

    Returns:
        The code of a refusal, "" for none.

    Raises:
        AssertionError: an answer that contradicts itself.
    """
    try:
        parsed = parse([content])
    except StatementUnreadable as refusal:
        if len(refusal.message.split()) < 3:
            raise AssertionError(f"refused without a sentence: {refusal.message!r}") from None
        return refusal.code
    books = [read_account(account) for account in parsed.accounts]
    json.dumps(read_file("fuzzed", parsed.findings, books))
    wrong = [sentence for book in books for sentence in broken(book)]
    own = SETTINGS[len(content) % len(SETTINGS)]
    if len(content) % 16 == 0:
        check_page.print_file(sheet(StringIO()), "fuzzed", parsed.title, books, parsed.findings, every=True)
    wrong += [sentence for account in parsed.accounts for sentence in broken(read_account(account, own), listed=False)]
    if wrong:
        raise AssertionError("; ".join(wrong))
    return "fatal" if any(finding.severity is Severity.FATAL for finding in parsed.findings) else ""


def work(first: int, count: int, progress: Path) -> None:
    """What one process does: read so many mutated statements, and print shortfalls and figures as lines of JSON."""
    documents = originals()
    resource.setrlimit(resource.RLIMIT_AS, (MEBIBYTES * 2**20, MEBIBYTES * 2**20))
    signal.signal(signal.SIGPROF, _too_slow)
    figures: dict[str, Any] = {"read": 0, "refused": 0, "slowest": 0.0, "slowest_seed": -1, "refusals": Counter()}
    with progress.open("r+b", buffering=0) as file:
        for seed in range(first, first + count):
            os.pwrite(file.fileno(), b"%20d" % seed, 0)
            name, content = document_of(seed, documents)
            started = time.process_time()
            refusal, shortfall = _one(seed, name, content)
            took = time.process_time() - started
            if took > figures["slowest"]:
                figures |= {"slowest": took, "slowest_seed": seed}
            if shortfall is not None:
                print(json.dumps(shortfall.__dict__), flush=True)
            elif refusal:
                figures["refused"] += 1
                figures["refusals"][refusal] += 1
            else:
                figures["read"] += 1
    figures["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures), flush=True)


def _one(seed: int, name: str, content: bytes) -> tuple[str, Shortfall | None]:
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        make_trouble(seed)
        return check(content), None
    except TooSlow:
        return "", Shortfall(seed, "slow", f"{name}: more than {SECONDS} s")
    except MemoryError:
        return "", Shortfall(seed, "memory", f"{name}: more than {MEBIBYTES} MiB")
    except AssertionError as error:
        return "", Shortfall(seed, "wrong", f"{name}: {error}")
    except Exception as error:  # noqa: BLE001 - to find the ones that nobody expects is the point
        place = traceback.extract_tb(error.__traceback__)[-1]
        return "", Shortfall(
            seed, "exception", f"{name}: {type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"[:500]
        )
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def make_trouble(seed: int) -> None:
    """What TROUBLE asks for, `slow@3 died@5` for one: so that a test sees what each kind of shortfall comes to."""
    kind = next((word.split("@")[0] for word in os.environ.get(TROUBLE, "").split() if word.endswith(f"@{seed}")), "")
    if kind == "exception":
        raise KeyError("trouble")
    if kind == "memory":
        len(b"x" * MEBIBYTES * 2**20)
    if kind == "died":
        os.kill(os.getpid(), signal.SIGKILL)
    while kind == "slow":
        pass


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow


def hunt(first: int, count: int, processes: int = 2, *, talk: bool = False) -> Figures:
    """Run `count` seeds from `first` on, in batches side by side. talk: a line on standard error for each batch."""
    figures = Figures()
    batches = [(start, min(BATCH, first + count - start)) for start in range(first, first + count, BATCH)]
    started = time.monotonic()
    with ThreadPoolExecutor(processes) as pool:
        for done, lines in enumerate(pool.map(lambda batch: list(_batch(*batch)), batches), 1):
            for line in lines:
                figures.add(line)
            if talk:
                print(
                    f"{done} of {len(batches)} batches, {len(figures.shortfalls)} short, {time.monotonic() - started:.0f} s",
                    file=sys.stderr,
                )
    return figures


def _batch(first: int, count: int) -> Iterator[dict[str, Any]]:
    """One process's lines; when it dies or hangs, that seed is a shortfall and another process goes on behind it."""
    with TemporaryDirectory(prefix="fillbook-fuzz-") as folder:
        progress = Path(folder, "seed")
        while count > 0:
            progress.write_bytes(b"%20d" % first)
            command = [sys.executable, "-m", "tests.support.fuzzing", str(first), str(count), str(progress)]
            try:
                done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60 + count)
                output, why = done.stdout, f"status {done.returncode}: {done.stderr[-300:]}"
            except subprocess.TimeoutExpired as hung:
                output, why = (hung.stdout or b"").decode(), "did not end"
            lines = [json.loads(line) for line in output.splitlines() if line.endswith("}")]
            yield from lines
            if lines and "read" in lines[-1]:
                return
            seed = int(progress.read_bytes())
            yield Shortfall(seed, "died", why).__dict__
            first, count = seed + 1, first + count - seed - 1


if __name__ == "__main__":
    work(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
