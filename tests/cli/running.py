"""Run the real command in a process of its own, as a user does."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
MAKE_USERS = """
import sys
from pathlib import Path
from fillbook.storage import start
start.prepare(Path(sys.argv[1]))
start.upgrade()
from fillbook.storage.models import User
for email in sys.argv[2:]:
    User.objects.create_user(email, "a first password")
"""
"""A program: data folder, then the e-mail addresses of its users."""


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


def python(code: str, *words: str | Path) -> str:
    """The output of a program given as text."""
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, check=True).stdout
