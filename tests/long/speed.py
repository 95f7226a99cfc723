"""A generated statement of 100,000 executions (or --count) through `check`, beside ibflex: figures, seconds, memory."""

import subprocess
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Run the benchmark; its status is ours."""
    bench = Path(__file__).resolve().parent.parent.parent / "bench" / "import.py"
    return subprocess.run([sys.executable, bench, *arguments], check=False).returncode
