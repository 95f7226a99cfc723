"""Every property (Hypothesis) with many more examples than in the tests: 1,000 each unless --count says otherwise."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run the tests that Hypothesis marks; all must hold."""
    parser = argparse.ArgumentParser(prog="python3 run.py long properties", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="examples of each property (default 1000)")
    count = parser.parse_args(arguments).count
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fillbook-properties-") as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-m", "hypothesis", f"--junitxml={report}"]
        status = subprocess.run(command, env={**os.environ, "FILLBOOK_TEST_EXAMPLES": str(count)}, check=False).returncode
        suite = ET.parse(report).getroot().find("testsuite") if report.exists() else None
    tests, broken = (0, 0) if suite is None else (int(suite.get("tests", 0)), int(suite.get("failures", 0)) + int(suite.get("errors", 0)))
    print(f"properties: {tests - broken} of {tests} hold, {count} examples each, {time.monotonic() - started:.0f} s")
    return 0 if status == 0 and tests and not broken else 1
