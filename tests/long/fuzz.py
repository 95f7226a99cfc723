"""Mutated statements (100,000, or --count) through all of `check`: no surprise, none slow or large; and one cut at every byte."""

import argparse
import os
import sys
import time

from fillbook.brokers.ibkr.parse import parse
from fillbook.brokers.interface import StatementUnreadable
from tests.support import fuzzing


def main(arguments: list[str]) -> int:
    """Hunt, and say what was found; the status is 1 when a statement was not taken well."""
    parser = argparse.ArgumentParser(prog="python3 run.py long fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="mutated statements (default 100000)")
    parser.add_argument("--seed", type=int, default=0, help="the first one's seed (default 0); a shortfall names its own")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    figures = fuzzing.hunt(options.seed, options.count, os.cpu_count() or 1, talk=True)
    name, content = fuzzing.originals()[-2]
    accepted = [end for end in range(len(content.rstrip())) if not is_refused(content[:end])]
    for shortfall in figures.shortfalls:
        print(f"seed {shortfall.seed}: {shortfall.what}: {shortfall.detail}")
    if accepted:
        print(f"{name}, cut at bytes {accepted[:10]}, was accepted")
    print(f"refused: {dict(figures.refusals.most_common())}", file=sys.stderr)
    short = len(figures.shortfalls) + len(accepted)
    print(
        f"fuzz: {options.count} statements from seed {options.seed}, {figures.read} read and {figures.refused} refused, slowest "
        f"{figures.slowest:.2f} s (seed {figures.slowest_seed}), largest {figures.peak_mib:.0f} MiB, {len(content)} cuts refused, "
        f"{short} short, {time.monotonic() - started:.0f} s"
    )
    return 1 if short else 0


def is_refused(content: bytes) -> bool:
    """Whether a statement that is not whole is refused."""
    try:
        parse([content])
    except StatementUnreadable:
        return True
    return False
