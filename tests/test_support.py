"""The means of the tests work: a database of one's own, a browser of two sizes, campaigns by name."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.long.run import names as campaigns

if TYPE_CHECKING:
    from playwright.sync_api import Page

LONG = Path(__file__).resolve().parent / "long" / "run.py"


@pytest.mark.postgres
def test_each_database_is_new_and_empty(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE only_here (n numeric)")
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert tables == [("only_here",)]


@pytest.mark.browser
def test_pages_have_the_width_of_a_desk_and_of_a_phone(page: "Page", phone: "Page") -> None:
    html = "data:text/html,<meta name=viewport content='width=device-width'><p>Fillbook"
    page.goto(html)
    phone.goto(html)
    assert page.evaluate("innerWidth") == 1280
    assert phone.evaluate("innerWidth") == 390


def test_an_unknown_campaign_names_those_there_are() -> None:
    result = subprocess.run([sys.executable, LONG, "swimming"], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert {line.split()[0] for line in result.stderr.splitlines()[1:]} >= {"properties", "speed", "start"}


def test_every_campaign_tells_its_story_and_can_be_run() -> None:
    for name, story in campaigns().items():
        assert len(story.split()) > 5, f"the first line of {name} does not say what it does"
        assert callable(importlib.import_module(f"tests.long.{name}").main)
