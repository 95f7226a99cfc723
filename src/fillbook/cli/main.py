"""The command line: which commands there are, and what a command that stops early leaves behind.

A command's module is imported when the command is asked for, so that `fillbook --help` and `fillbook check` start at once.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

import fillbook
from fillbook.cli.stop import Stop

COMMANDS: Final = {
    "check": "compare statements with your broker's own figures; nothing is stored and nothing is sent",
    "import": "store statements in the database",
    "trades": "list round trips",
    "trade": "show one round trip, fill by fill",
    "report": "show the figures of performance",
    "summary": "show the three numbers beside the period before",
    "curve": "show the running sum of closed trades, with its drawdown",
    "calendar": "show what each day, week and month came to",
    "day": "show one trading day, fill by fill",
    "intraday": "show results by where in the day trades were opened",
    "campaigns": "list round trips that belong together, such as spreads and their rolls",
    "executions": "list fills as the broker reported them",
    "positions": "list what is held, ours beside the broker's",
    "notes": "list or search your notes",
    "tags": "list your tags, with how many round trips have each",
    "views": "list your saved views",
    "accounts": "list your accounts, how fresh they are, and how they stand beside the broker's figures",
    "reconcile": "compare stored accounts with your broker's figures, and say what their history lacks",
    "completeness": "say how complete the history of each instrument of an account is",
    "statements": "list the documents that an account rests on",
    "restatements": "list what later statements changed in an account's past",
    "doctor": "say what a statement or a linked query lacks, what that costs, and where to change it",
    "evidence": "save a redacted file about a figure that seems wrong",
    "opening": "state what an account held before its history begins",
    "settings": "show or change how an account's fills are read as trades",
    "brokers": "list the brokers there are, and what each can give",
    "link": "link a broker, and wait for the first statement",
    "sync": "fetch now, or say how each link stands",
    "runs": "list what syncs did",
    "notices": "list what you were told of your links, and put it away",
    "pause": "fetch nothing of a link until it is resumed",
    "resume": "fetch a paused link again",
    "unlink": "end a link, and keep or delete what came from it",
    "serve": "start Fillbook in the browser",
    "worker": "do jobs beside `serve`, on PostgreSQL",
    "users": "say who may sign in, or add somebody",
    "tokens": "make, list or revoke tokens for the API",
    "passwd": "set a new password for a user",
    "broker": "set what the operator provides for everybody here and is secret, such as a mail server",
    "rebuild": "make all tables again from the stored statements, and show what changes before it does",
    "backup": "save everything but the vault key in one file, while Fillbook runs",
    "restore": "put a backup into an empty data folder or database",
    "rotate-keys": "seal every secret with a new key, and later drop the old one",
    "selfcheck": "look whether this instance is sound, closed and backed up",
}
"""Name -> what it does; the module is `module_of(name)`, with `add_arguments(parser)` and `run(options) -> exit status`."""

INTERRUPTED: Final = 130


def main(words: Sequence[str]) -> int:
    """Run a command; returns its exit status. A reader that goes away (`| head`) and ctrl-c end it without a trace."""
    parser = _parser(words)
    options = parser.parse_args(words)
    if options.run is None:
        parser.print_help()
        return 0
    try:
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except Stop as problem:
        print(problem, file=sys.stderr)
        return problem.status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED


def module_of(name: str) -> str:
    """Where a command is: `rotate-keys` in `fillbook.cli.rotate_keys_command`."""
    return f"fillbook.cli.{name.replace('-', '_')}_command"


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fillbook", description=fillbook.__doc__)
    parser.add_argument("--version", action="version", version=f"fillbook {fillbook.__version__}")
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    chosen = next((word for word in words if not word.startswith("-")), "")
    for name, what in COMMANDS.items():
        command = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        if name == chosen:
            module = importlib.import_module(module_of(name))
            module.add_arguments(command)
            command.set_defaults(run=module.run, command=name)
    return parser
