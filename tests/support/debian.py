"""Install a Debian package where we may: as root, on Debian or a child of it."""

import os
import shutil
import subprocess
import sys
from functools import cache


class Missing(Exception):
    """A program that tests need is not there; the text says in one sentence what to install."""


def install(package: str, purpose: str) -> None:
    """Install a package, or raise `Missing` with one sentence for the reader."""
    remedy = f"{purpose} needs the package {package}: install it (Debian, Ubuntu: sudo apt-get install {package})."
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise Missing(remedy)
    print(f"installing {package} ...", file=sys.stderr, flush=True)
    _update()
    if problem := _apt_get("install", "--no-install-recommends", package):
        raise Missing(f"{remedy} apt-get said: {problem}")


@cache
def _update() -> None:
    _apt_get("update")  # stale lists may still do: the installation that follows tells


def _apt_get(*words: str) -> str:
    """Empty when it went well, else the last line of what apt-get said."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    result = subprocess.run(["apt-get", "-q", "-y", *words], env=environment, capture_output=True, text=True, check=False)
    return (result.stderr.strip().splitlines() or ["nothing"])[-1] if result.returncode else ""
