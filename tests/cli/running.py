"""Run the real command in a process of its own, as a user does."""

import os
import subprocess
from pathlib import Path

from tests.cli import forking

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
    inherited = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    return forking.run(["-m", "fillbook", *map(str, words)], cwd, {**inherited, "COLUMNS": "80", "PYTHONUTF8": "1", **environment})


def python(code: str, *words: str | Path) -> str:
    """The output of a program given as text."""
    done = forking.run(["-c", code, *map(str, words)], None, dict(os.environ))
    assert done.returncode == 0, done.stderr
    return done.stdout
