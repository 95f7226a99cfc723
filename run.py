#!/usr/bin/env python3
"""Set Fillbook up in .venv beside this file, then run it. Needs Python 3.11 to 3.13 with pip, and nothing else.

python3 run.py [--port N] [--data DIR]   start Fillbook
python3 run.py COMMAND ...               the same as `fillbook COMMAND ...`
python3 run.py test [PYTEST ARGUMENT]... check everything
python3 run.py long [NAME [--count N]]   run a campaign that is too long for the tests
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "fillbook-setup.json"  # the steps done, each with the state of its files; gone while a step runs
PROJECT = ("pyproject.toml", "hatch_build.py", "assets/package-lock.json")


def main() -> None:
    words = sys.argv[1:]
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "serve")
    use_a_fitting_python()
    runner = {"test": "tests/run.py", "long": "tests/long/run.py"}.get(words[0])
    with Path(ROOT, ".venv.lock").open("w") as lock:  # several may start at once
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another run.py to finish its set-up", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        set_up(development=runner is not None)
    os.execv(PYTHON, [str(PYTHON), str(ROOT / runner), *words[1:]] if runner else [str(PYTHON), "-m", "fillbook", *words])


def use_a_fitting_python() -> None:
    if (3, 11) <= sys.version_info[:2] <= (3, 13) and Path(sys.prefix) != VENV:
        return
    inside = [sys._base_executable] if (3, 11) <= sys.version_info[:2] <= (3, 13) else []  # type: ignore[attr-defined]  # noqa: SLF001
    for name in [*inside, "python3.13", "python3.12", "python3.11"]:
        found = shutil.which(name)
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            os.execv(found, [found, __file__, *sys.argv[1:]])
    sys.exit(f"Fillbook needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]} and no other was found on the PATH.")


def set_up(*, development: bool) -> None:
    done = json.loads(STAMP.read_text()) if STAMP.exists() and PYTHON.exists() else {}
    wanted = {"packages": state("requirements.lock"), "tools": state("requirements-dev.lock"), "fillbook": state(*PROJECT)}
    if done.get("packages") != wanted["packages"]:
        done = {}
    if not (ROOT / "src/fillbook/web/static/vendor").exists():
        done.pop("fillbook", None)
    steps = [name for name in wanted if done.get(name) != wanted[name] and (development or name != "tools")]
    for number, name in enumerate(steps, 1):
        started = time.monotonic()
        print(f"[{number}/{len(steps)}] {STEPS[name][0]} ... ", end="", file=sys.stderr, flush=True)
        STAMP.unlink(missing_ok=True)
        STEPS[name][1]()
        done[name] = wanted[name]
        STAMP.write_text(json.dumps(done))
        print(f"{time.monotonic() - started:.1f} s", file=sys.stderr)


def state(*names: str) -> str:
    return hashlib.sha256(b"\0".join([str(ROOT).encode(), *((ROOT / name).read_bytes() for name in names)])).hexdigest()


def make_packages() -> None:
    if not (importlib.util.find_spec("pip") or importlib.util.find_spec("ensurepip")):
        sys.exit("\nPython's installer pip is missing; install it (on Debian and Ubuntu: apt-get install python3-pip) and run this again.")
    venv.create(VENV, clear=True, symlinks=True, with_pip=not importlib.util.find_spec("pip"))
    pip("--require-hashes", "-r", "requirements.lock")


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--python", str(PYTHON)] if importlib.util.find_spec("pip") else [str(PYTHON), "-m", "pip"]
    environment = {**os.environ, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    if subprocess.run([*command, "install", "-q", *arguments], cwd=ROOT, env=environment, stdout=sys.stderr, check=False).returncode:
        sys.exit("\nThe set-up stopped at the error above; once it is mended (a connection, room on the disk), run this again.")


STEPS = {
    "packages": ("making the environment and installing packages", make_packages),
    "tools": ("installing the tools for tests", lambda: pip("--require-hashes", "-r", "requirements-dev.lock")),
    "fillbook": ("installing Fillbook and its front-end files", lambda: pip("--no-deps", "-e", ".")),
}

if __name__ == "__main__":
    main()
