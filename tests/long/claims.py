"""Who an account belongs to: as many sequences of 40 steps as --count says, and 1,000 answers of each state that must not differ."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run the state machine of tests/sync/test_proof.py; exit status 1 when it finds a sequence that breaks a rule."""
    parser = argparse.ArgumentParser(prog="run.py long claims")
    parser.add_argument("--count", type=int, default=10_000, help="sequences (default: 10000)")
    count = parser.parse_args(arguments).count
    started = time.monotonic()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "tests/sync/test_proof.py",
        "tests/web/test_claim_pages.py",
        "-k",
        "any_order or tells",
    ]
    deeper = {"FILLBOOK_TEST_CLAIMS": str(count), "FILLBOOK_TEST_ROUNDS": "1000"}
    status = subprocess.run(command, env={**os.environ, **deeper}, check=False).returncode
    print(
        f"{count:,} sequences of 40 steps in {time.monotonic() - started:.0f} s: {'no rule broken' if not status else 'a rule was broken'}"
    )
    return 1 if status else 0
