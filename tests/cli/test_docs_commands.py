"""docs/reference/commands.md names every command and every option, and no other."""

import argparse
import importlib
import re
from pathlib import Path

import pytest

from fillbook.cli.main import COMMANDS, module_of

PAGE = (Path(__file__).parent.parent.parent / "docs" / "reference" / "commands.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## ([\w-]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
FILTERS = set(re.findall(r"--[a-z]+(?:-[a-z]+)*", "\n".join(re.findall(r"^\| `--.*", SECTIONS["trades"], re.MULTILINE))))


def options_of(name: str) -> set[str]:
    parser = argparse.ArgumentParser(add_help=False)
    importlib.import_module(module_of(name)).add_arguments(parser)
    return {option for action in parser._actions for option in action.option_strings}


def test_every_command_has_its_section() -> None:
    assert list(SECTIONS) == list(COMMANDS)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_option_is_described(name: str) -> None:
    described = set(re.findall(r"(?<![\w-])--?[a-z]+(?:-[a-z]+)*", SECTIONS[name]))
    if "[FILTER…]" in SECTIONS[name]:
        described |= FILTERS
    assert described == options_of(name)
