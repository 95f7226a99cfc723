"""`python3 run.py long NAME [--count N]`: campaigns that are too long for the tests.

Each is a module of this folder with `main(arguments) -> int`: it prints its figures on the last line, and its status is not 0
when one of them falls short.
"""

import importlib
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def names() -> dict[str, str]:
    """Campaigns by name, each with the first line of its story."""
    modules = sorted(path.stem for path in HERE.glob("[a-z]*.py") if path.stem != "run")
    return {name: (importlib.import_module(f"tests.long.{name}").__doc__ or "").splitlines()[0] for name in modules}


def main(arguments: list[str]) -> int:
    """Run the named campaign, or say which there are."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    known = names()
    if not arguments or arguments[0] not in known:
        listing = "\n".join(f"  {name:<12} {story}" for name, story in known.items())
        print(f"python3 run.py long NAME [--count N], where NAME is one of:\n{listing}", file=sys.stderr)
        return 2
    status: int = importlib.import_module(f"tests.long.{arguments[0]}").main(arguments[1:])
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
