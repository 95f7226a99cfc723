"""Imports killed at SQL statements, processes killed at random: nothing lost, nothing twice. All of it: `python3 run.py long kill`."""

from pathlib import Path

import pytest

from tests.long import kill
from tests.sync.dying import killed_at


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """Of an empty database; "" for a new file."""
    return str(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else ""


def test_an_import_killed_at_any_statement_is_whole_or_not_there_and_ends_well(tmp_path: Path, url: str) -> None:
    report = killed_at(60, tmp_path, url)
    assert report["wrong"] == []
    assert report["tried"] == 60
    assert report["before"] + report["after"] == 60
    assert min(report["before"], report["after"]) >= 10


def test_processes_killed_with_twenty_links_in_flight_lose_nothing(tmp_path: Path, url: str) -> None:
    assert kill.at_random(3, links=24, days=10, home=tmp_path, url=url) == 0
