"""Secrets from whoever runs a command: typed unseen, out of the environment, or piped in. Never as arguments, which every user of a machine
can read in its list of processes.
"""

import getpass
import os
import sys
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fillbook.brokers.manifests import FormField


def ask(fields: Iterable["FormField"], optional: Collection[str] = (), variable: str = "") -> dict[str, str]:
    """A value for each field.

    Args:
        fields: what is asked for; secret ones are not shown while they are typed.
        optional: names of those that may stay empty.
        variable: beginning of the names of environment variables that may hold them, "" for none.

    Returns:
        name -> value: out of the environment, else typed, or without a terminal out of lines NAME=VALUE of standard input.
    """
    wanted = list(fields)
    names = {field.name: f"{variable}{field.name.upper()}" for field in wanted} if variable else {}
    answer = {name: os.environ[key] for name, key in names.items() if key in os.environ}
    left = [field for field in wanted if field.name not in answer]
    if not left:
        return answer
    if sys.stdin.isatty():
        return answer | {field.name: _typed(field, field.name in optional) for field in left}
    given = _piped()
    return answer | {field.name: given[field.name] for field in left if field.name in given}


def _typed(field: "FormField", may_be_empty: bool) -> str:
    prompt = f"{field.label}{' (may stay empty)' if may_be_empty else ''}\n  {field.help}\n> "
    return getpass.getpass(prompt) if field.secret else input(prompt)


def _piped() -> Mapping[str, str]:
    lines = (line.rstrip("\r\n").partition("=") for line in sys.stdin if line.strip())
    return {name.strip(): value for name, _, value in lines}
