"""`fillbook check` beside ibflex on one generated statement: figures, seconds, memory.

The generator knows the truth (executions, round trips, realized P&L per currency). Both programs read the same file, each in
a process of its own, measured from start to end. ibflex only parses; `check` also matches and compares with the broker's figures.
They run in turns, and the processor time of each one's best turn decides: a machine that is busy with something else stretches the
time on the wall, but hardly the processor's.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SHARE_OF_IBFLEX = 1 / 3
MEMORY_MIB = 512
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Run:
    """One finished process. seconds: on the wall; cpu: of the processor, user and system; peak_mib: resident memory at its highest."""

    status: int
    seconds: float
    cpu: float
    peak_mib: float


def main(arguments: list[str] | None = None) -> int:
    """Generate, run both, compare; the figures on the last line, status 1 when one falls short."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="executions to generate (default 100000)")
    parser.add_argument("--rounds", type=int, default=2, help="how often each program runs (default 2)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fillbook-speed-") as folder:
        statement, truth, answer = (Path(folder, name) for name in ("statement.xml", "truth.json", "check.json"))
        generate: list[str | Path] = [sys.executable, HERE / "make_flex.py", "-n", str(options.count), "-o", statement, "--truth", truth]
        subprocess.run(generate, check=True, stderr=subprocess.DEVNULL)
        print(f"{options.count} executions, {statement.stat().st_size / 2**20:.0f} MiB of XML", file=sys.stderr)
        ours, theirs = in_turns(statement, answer, options.rounds)
        shortfalls = [*cost(ours, theirs), *figures(answer, json.loads(truth.read_text()))]
    for shortfall in shortfalls:
        print(shortfall)
    print(
        f"speed: {options.count} executions, check {ours.cpu:.2f} s of processor time ({ours.seconds:.2f} s) and {ours.peak_mib:.0f} MiB, "
        f"ibflex {theirs.cpu:.2f} s ({theirs.seconds:.2f} s) and {theirs.peak_mib:.0f} MiB, "
        f"ratio {ours.cpu / theirs.cpu:.3f} ({ours.seconds / theirs.seconds:.3f} on the wall), {len(shortfalls)} short"
    )
    return 1 if shortfalls else 0


def in_turns(statement: Path, answer: Path, rounds: int) -> tuple[Run, Run]:
    """(ours, theirs), each the turn that cost least; the greatest memory and the worst status of all turns."""
    parse = "import sys; from ibflex import parser; parser.parse(sys.argv[1])"
    ours, theirs = [], []
    for number in range(1, rounds + 1):
        ours.append(measure([sys.executable, "-m", "fillbook", "check", "--json", str(statement)], answer))
        theirs.append(measure([sys.executable, "-c", parse, str(statement)], Path(os.devnull)))
        for name, run in (("fillbook check", ours[-1]), ("ibflex parse", theirs[-1])):
            print(
                f"round {number}: {name:14} {run.cpu:6.2f} s of processor time, {run.seconds:6.2f} s, {run.peak_mib:4.0f} MiB, "
                f"status {run.status}",
                file=sys.stderr,
            )
    return best(ours), best(theirs)


def best(runs: list[Run]) -> Run:
    """The least time, with the greatest memory and the worst status."""
    least = min(runs, key=lambda run: run.cpu)
    return Run(max(run.status for run in runs), least.seconds, least.cpu, max(run.peak_mib for run in runs))


def measure(command: list[str], output: Path) -> Run:
    """Run to the end with standard output in a file."""
    with output.open("wb") as file:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=file)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)  # it is waited for; the object cannot know
    return Run(process.returncode, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def cost(ours: Run, theirs: Run) -> list[str]:
    """Sentences about time, memory and exit status that fall short."""
    found = []
    if theirs.status:
        found.append(f"ibflex ended with status {theirs.status}, so there is nothing to compare with")
    if ours.status:
        found.append(f"check ended with status {ours.status}")
    if ours.cpu > theirs.cpu * SHARE_OF_IBFLEX:
        found.append(f"check took {ours.cpu:.2f} s of processor time, more than a third of {theirs.cpu:.2f} s")
    if ours.peak_mib > MEMORY_MIB:
        found.append(f"check needed {ours.peak_mib:.0f} MiB, more than {MEMORY_MIB}")
    return found


def figures(answer: Path, truth: dict[str, Any]) -> list[str]:
    """Sentences about figures that differ from the generator's truth."""
    try:
        accounts = json.loads(answer.read_text(), parse_float=Decimal)["files"][0]["accounts"]
    except (ValueError, LookupError) as error:
        return [f"check printed no readable answer: {error!r}"]
    found = []
    for key in ("executions", "round_trips"):
        total = sum(account[key] for account in accounts)
        if total != truth[key]:
            found.append(f"{key}: {total} instead of {truth[key]}")
    for currency in sorted({*truth["pnl"], *(name for account in accounts for name in account["realized_pnl"])}):
        total = sum((Decimal(account["realized_pnl"].get(currency, "0")) for account in accounts), Decimal(0))
        expected = Decimal(truth["pnl"].get(currency, "0"))
        if abs(total - expected) > CENT:
            found.append(f"realized P&L in {currency}: {total} instead of {expected}")
    for kind in ("fills", "positions"):
        if different := sum(account["reconciliation"][kind]["different"] for account in accounts):
            found.append(f"{different} {kind} differ from the broker's figures")
    return found


if __name__ == "__main__":
    sys.exit(main())
