"""Run the real command in a process of its own, as a user does."""

import os
import subprocess
import sys
from pathlib import Path


def fillbook(*words: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """`fillbook WORDS…` with standard output and error captured; 80 columns, no colour unless asked for."""
    settings = {"COLUMNS": "80", "PYTHONUTF8": "1", **environment}
    inherited = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    return subprocess.run(
        [sys.executable, "-m", "fillbook", *map(str, words)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=cwd,
        timeout=120,
        env={**inherited, **settings},
    )
