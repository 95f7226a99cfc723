"""A link that is synced every night of 400 days, with a simulated clock: 765 days of history, equal to one statement of all of them."""

import argparse
import os
import subprocess
import sys
import time


def main(arguments: list[str]) -> int:
    """Run the test of the same name with no night left out."""
    argparse.ArgumentParser(prog="python3 run.py long days", description=__doc__).parse_args(arguments)
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "tests/sync/test_days.py"]
    status = subprocess.run(command, env={**os.environ, "FILLBOOK_TEST_EVERY_NIGHT": "1"}, check=False).returncode
    print(f"days: 400 nights, {'765 days of history' if status == 0 else 'not as it should be'}, {time.monotonic() - started:.0f} s")
    return status
