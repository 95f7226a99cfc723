"""Each read of the API has a command of `fillbook` that gives the same: it is named in the description, exists, and agrees."""

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from fillbook.cli.choosing import _NAMES, add_filter_arguments
from fillbook.cli.main import COMMANDS, main
from fillbook.web.api.app import description
from fillbook.web.pages.reference import conditions
from tests.web.api.conftest import Asker
from tests.web.api.test_api_matrix import READS, objects

__all__ = ["objects"]

IN_THE_COMMAND: dict[str, Callable[[Any, Any], bool]] = {
    "me": lambda found, told: any(one["email"] == found["email"] for one in told["users"]),
    "trades": lambda found, told: told["trips"] == found["items"],
    "report-breakdown": lambda found, told: (
        [(one["value"], one["profit"], one["fees"], one["average_gain_percent"]) for one in told["rows"] if one["part"] == "value"]
        == [(one["value"], one["profit"], one["fees"], one["average_gain_percent"]) for group in found["groups"] for one in group["parts"]]
    ),
    "report-crossing": lambda found, told: (
        [(one["down_value"], one["across_value"], one["profit"]) for one in told["rows"]]
        == [(one["row"], one["column"], one["profit"]) for group in found["groups"] for one in group["cells"]]
    ),
    "report-statistics": lambda found, told: (
        [(one["name"], one["value"], one["n"], one["absent"]) for one in told["rows"]]
        == [(one["name"], one["value"], one["n"], one["absent"]) for group in found["groups"] for one in group["figures"]]
    ),
    "report-distribution": lambda found, told: (
        [(one["from"], one["before"], one["trades"]) for one in told["rows"]]
        == [(one["from"], one["to"], one["round_trips"]) for group in found["groups"] for one in group["bars"]]
    ),
    "report-comparison": lambda found, told: (
        [(one["name"], one["first"], one["second"], one["clear"]) for one in told["rows"]]
        == [(one["name"], one["first"], one["second"], one["clear"]) for group in found["groups"] for one in group["figures"]]
        != []
    ),
    "campaigns": lambda found, told: told["items"] == found["items"],
    "notices": lambda found, told: told["items"] == found["items"] != [],
    "orphans": lambda found, told: told["orphans"] == found["items"],
    "account-completeness": lambda found, told: told["items"] == found["items"] != [],
    "account-statements": lambda found, told: told["items"] == found["items"] != [],
    "account-restatements": lambda found, told: told["items"] == found["items"] != [],
    "executions": lambda found, told: told["items"] == found["items"],
    "runs": lambda found, told: told["items"] == found["items"],
    "notes": lambda found, told: told["notes"] == found["items"],
    "note": lambda found, told: found in told["notes"],
    "day-note": lambda found, told: found in told["notes"],
    "month-note": lambda found, told: found in told["notes"],
    "tags": lambda found, told: told["tags"] == found["items"],
    "trade-plan": lambda found, told: told["plan"] == found,
    "account-doctor": lambda found, told: (
        _within(told["accounts"][0], found, ("findings", "lacking"))
        and [one["message"] for one in told["accounts"][0]["findings"]] == [one["message"] for one in found["findings"]] != []
    ),
    "account-reconciliation": lambda found, told: (
        [sum(one["reconciliation"]["fills"].values()) for one in told["accounts"]] == [len(found["items"])] != [0]
    ),
    "links": lambda found, told: [one["link"] for one in told["links"]] == [one["link"] for one in found["items"]],
    "link": lambda found, told: told["links"][0]["accounts"] == found["accounts"],
    "bridge": lambda found, told: told["bridge"] == {one["kind"]: one["lines"] for one in found["groups"]},
}
"""Where the answer is in what a command prints that is older than the API; every other command prints the answer itself."""

ALSO = {"campaigns": ("--status", "open")}
"""What else the address of the table says."""


def _within(told: dict[str, Any], found: dict[str, Any], apart: tuple[str, ...]) -> bool:
    return {name: value for name, value in told.items() if name not in apart} == {
        name: value for name, value in found.items() if name not in apart
    }


@pytest.fixture
def data(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder for the commands, which otherwise use the database of the test, as it is."""
    monkeypatch.setattr("fillbook.cli.database._upgrade", lambda: None)
    settings.DATA_DIR = tmp_path
    settings.SECRET_KEY_FILE = tmp_path / "keys" / "session.key"
    settings.STATIC_ROOT = tmp_path / "static"
    return tmp_path


def twins() -> dict[str, str]:
    """Operation -> the command that it names, for those that read."""
    return {found["operationId"]: found["x-cli"] for methods in description()["paths"].values() for found in [methods.get("get")] if found}


def test_every_read_names_a_command() -> None:
    assert set(twins()) == set(READS)
    for command in twins().values():
        assert command.split()[0] in COMMANDS


def test_every_condition_of_a_filter_is_an_option() -> None:
    parser = argparse.ArgumentParser()
    add_filter_arguments(parser)
    options = {action.dest for action in parser._actions} - {"help"}
    assert options == {condition.name for condition in conditions()} == _NAMES


def command_of(name: str, objects: dict[str, str]) -> list[str]:
    """The words of the command that an operation names, with the objects of the test in it."""
    named = {"key": "trade", "number": "number", "day": "noted", "kind": "kind", "id": "line", **{f"{kind}_id": kind for kind in objects}}
    values = {**objects, "number": "1", "kind": "fill", "line": "2"}
    return re.sub(r"{(\w+)}", lambda match: values[named[match[1]]], twins()[name]).split()


@pytest.mark.usefixtures("data")
def test_the_command_tells_the_same(
    program: Asker, objects: dict[str, str], capsys: pytest.CaptureFixture[str], subtests: pytest.Subtests
) -> None:
    for name in READS:
        with subtests.test(name):
            found = program.get(READS[name].path.format(**objects))
            status = main([*command_of(name, objects), *ALSO.get(name, ()), "--json"])
            told = json.loads(capsys.readouterr().out)
            assert status in (0, 1)
            assert IN_THE_COMMAND[name](found, told) if name in IN_THE_COMMAND else told == found


@pytest.mark.usefixtures("data")
def test_the_command_speaks_to_people_too(objects: dict[str, str], capsys: pytest.CaptureFixture[str], subtests: pytest.Subtests) -> None:
    for name in READS:
        with subtests.test(name):
            assert main(command_of(name, objects)) in (0, 1)
            assert capsys.readouterr().out.strip()
