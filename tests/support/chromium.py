"""The Chromium that tests drive: found or installed, never downloaded by the test library."""

import os
import shutil

from tests.support.debian import Missing, install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """The path of the program."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def ensure() -> str:
    """As `find`, installing Debian's package where we may; raises `Missing`."""
    if not (found := find()):
        install("chromium", "The browser half of the tests")
        found = find()
    if not found:
        raise Missing("Chromium was installed, but none of its programs was found on the PATH.")
    return found


def arguments() -> list[str]:
    """What to start it with; root has no sandbox."""
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
