"""docs/operate.md names commands, options and variables that exist; its units and compose file say what they should."""

import argparse
import configparser
import importlib
import re
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

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


class Unit(configparser.RawConfigParser):
    """One of systemd's files. It may name a key several times; here the last one counts."""

    def __init__(self, text: str) -> None:
        super().__init__(strict=False, interpolation=None, delimiters=("=",))
        self.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their capitals
        self.read_string(text)


def blocks() -> list[str]:
    """What stands indented in the page, file by file."""
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", PAGE, re.MULTILINE)
    return [textwrap.dedent(block).strip() for block in found]


UNITS = {unit["Unit"]["Description"]: unit for unit in (Unit(block) for block in blocks() if block.startswith("[Unit]"))}


def test_the_units_start_programs_that_exist_as_a_user_without_rights() -> None:
    assert len(UNITS) >= 3
    for name, unit in UNITS.items():
        if "Service" not in unit:
            assert unit["Timer"]["OnCalendar"], name
            continue
        service = unit["Service"]
        assert (service["User"], service["UMask"], service["StateDirectoryMode"]) == ("fillbook", "0077", "0700"), name
        assert service["Environment"] == "FILLBOOK_DATA=/var/lib/fillbook", name
        assert service["EnvironmentFile"] == "-/etc/fillbook.env", name
    started = re.findall(r"^    ExecStart=.*?/opt/fillbook/\.venv/bin/fillbook ([a-z-]+)", PAGE, re.MULTILINE)
    assert {"serve", "backup"} <= set(started) <= set(COMMANDS)


def compose() -> Any:
    [text] = [block for block in blocks() if block.startswith("services:")]
    return yaml.safe_load(text)


@pytest.mark.parametrize("service", ["web", "worker"])
def test_the_containers_run_commands_that_exist_with_one_database_and_one_key(service: str) -> None:
    one = compose()["services"][service]
    name, *rest = one["command"]
    assert name in COMMANDS
    parser = argparse.ArgumentParser()
    importlib.import_module(module_of(name)).add_arguments(parser)
    parser.parse_args(rest)
    assert one["environment"] == compose()["services"]["web"]["environment"]
    assert one["volumes"] == ["data:/data"] == [f"data:{one['environment']['FILLBOOK_DATA']}"]
    assert one["image"] == "fillbook"


def test_only_the_proxy_can_be_reached_and_it_leads_to_the_pages() -> None:
    services = compose()["services"]
    assert [name for name, one in services.items() if "ports" in one] == ["caddy"]
    assert services["caddy"]["command"][-1] == "web:8470"
    assert services["web"]["environment"]["FILLBOOK_BEHIND_PROXY"] == "1"
    assert services["worker"]["network_mode"] == "service:web", "the sandbox listens on loopback"
    named = {volume.partition(":")[0] for one in services.values() for volume in one.get("volumes", [])}
    assert named == set(compose()["volumes"])
