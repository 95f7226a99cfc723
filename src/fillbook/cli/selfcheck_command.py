"""`fillbook selfcheck`: whether this instance is sound, closed and backed up, in sentences with remedies."""

import argparse
import json
import logging
import sys
from dataclasses import asdict
from typing import Final

from fillbook.cli.database import add_data_argument

SOUND, PROBLEM = 0, 1
MARKS: Final = {"ok": "·", "warning": "!", "problem": "×"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `selfcheck` takes."""
    parser.add_argument("--all", action="store_true", help="read every stored statement, not only a sample")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    add_data_argument(parser)
    parser.epilog = "Nothing is changed. Exit status: 0 no problem (warnings are none), 1 a problem."


def run(options: argparse.Namespace) -> int:
    """Print each finding as it comes."""
    from fillbook.storage import start

    start.configure(options.data)
    from fillbook.storage.selfcheck import Level, look

    logging.getLogger().setLevel(logging.WARNING)
    found = []
    for check in look(every_statement=options.all):
        found.append(check)
        if not options.json:
            print(f"{MARKS[check.level]} {check.sentence}" + (f"\n  {check.remedy}" if check.remedy else ""), flush=True)
    problems = sum(check.level is Level.PROBLEM for check in found)
    warnings = sum(check.level is Level.WARNING for check in found)
    if options.json:
        json.dump({"ok": not problems, "checks": [asdict(check) for check in found]}, sys.stdout, ensure_ascii=False)
        print()
    else:
        print(f"\n{problems} problem{'s' * (problems != 1)}, {warnings} warning{'s' * (warnings != 1)}.")
    return PROBLEM if problems else SOUND
