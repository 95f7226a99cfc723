"""`fillbook check` beside ibflex on one generated statement: figures, seconds, memory.

The generator knows the truth (executions, round trips, realized P&L per currency). Both programs read the same file, each in
a process of its own, measured from start to end. ibflex only parses; `check` also matches and compares with the broker's figures.
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
    """One finished process. peak_mib: resident memory of its largest process."""

    status: int
    seconds: float
    peak_mib: float


def main(arguments: list[str] | None = None) -> int:
    """Generate, run both, compare; the figures on the last line, status 1 when one falls short."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="executions to generate (default 100000)")
    count = parser.parse_args(arguments).count
    with tempfile.TemporaryDirectory(prefix="fillbook-speed-") as folder:
        statement, truth, answer = (Path(folder, name) for name in ("statement.xml", "truth.json", "check.json"))
        generate: list[str | Path] = [sys.executable, HERE / "make_flex.py", "-n", str(count), "-o", statement, "--truth", truth]
        subprocess.run(generate, check=True, stderr=subprocess.DEVNULL)
        size = statement.stat().st_size / 2**20
        print(f"{count} executions, {size:.0f} MiB of XML", file=sys.stderr)
        ours = measure([sys.executable, "-m", "fillbook", "check", "--json", str(statement)], answer)
        print(f"fillbook check: {ours.seconds:.2f} s, {ours.peak_mib:.0f} MiB, status {ours.status}", file=sys.stderr)
        parse = "import sys; from ibflex import parser; parser.parse(sys.argv[1])"
        theirs = measure([sys.executable, "-c", parse, str(statement)], Path(os.devnull))
        print(f"ibflex parse:   {theirs.seconds:.2f} s, {theirs.peak_mib:.0f} MiB, status {theirs.status}", file=sys.stderr)
        shortfalls = [*cost(ours, theirs), *figures(answer, json.loads(truth.read_text()))]
    for shortfall in shortfalls:
        print(shortfall)
    print(
        f"speed: {count} executions, check {ours.seconds:.2f} s and {ours.peak_mib:.0f} MiB, ibflex {theirs.seconds:.2f} s and "
        f"{theirs.peak_mib:.0f} MiB, ratio {ours.seconds / theirs.seconds:.3f}, {len(shortfalls)} short"
    )
    return 1 if shortfalls else 0


def measure(command: list[str], output: Path) -> Run:
    """Run to the end with standard output in a file."""
    with output.open("wb") as file:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=file)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)  # it is waited for; the object cannot know
    return Run(process.returncode, seconds, usage.ru_maxrss / 1024)


def cost(ours: Run, theirs: Run) -> list[str]:
    """Sentences about time, memory and exit status that fall short."""
    found = []
    if theirs.status:
        found.append(f"ibflex ended with status {theirs.status}, so there is nothing to compare with")
    if ours.status:
        found.append(f"check ended with status {ours.status}")
    if ours.seconds > theirs.seconds * SHARE_OF_IBFLEX:
        found.append(f"check took {ours.seconds:.2f} s, more than a third of {theirs.seconds:.2f} s")
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
