"""docs/operate.md names commands, options and variables that exist, and its recipe for a key makes one."""

import argparse
import importlib
import re
import subprocess
from pathlib import Path

from fillbook.cli.main import COMMANDS, module_of
from fillbook.vault.keys import parse

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = (DOCS / "operate.md").read_text("utf-8")


def test_every_command_and_option_exists() -> None:
    used = re.findall(r"(?:^    |`|bin/|env \S+ )fillbook ([a-z][a-z-]+)([^`\n]*)", PAGE, re.MULTILINE)
    assert {"serve", "backup", "restore", "rotate-keys", "selfcheck", "rebuild", "passwd"} <= {name for name, _ in used} <= set(COMMANDS)
    for name, rest in used:
        parser = argparse.ArgumentParser()
        importlib.import_module(module_of(name)).add_arguments(parser)
        known = {option for action in parser._actions for option in action.option_strings}
        assert set(re.findall(r"--[a-z][a-z-]+", rest.partition("`")[0])) <= known, name


def test_every_variable_exists() -> None:
    documented = set(re.findall(r"^\| `(FILLBOOK_[A-Z_]+)` \|", (DOCS / "reference" / "settings.md").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"FILLBOOK_[A-Z_]+", PAGE)) <= documented


def test_the_recipe_for_a_key_makes_one() -> None:
    [recipe] = re.findall(r"^    (head -c 32 .*)$", PAGE, re.MULTILINE)
    made = [subprocess.run(["sh", "-c", recipe], capture_output=True, text=True, check=True).stdout for _ in range(20)]
    assert len({parse(key) for key in made}) == 20
