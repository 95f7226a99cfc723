"""What every test may ask for: a PostgreSQL database, a browser, the folder of real statements."""

import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.support import chromium, postgres
from tests.support.debian import Missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django import DjangoDbBlocker

# The plain tests take 100 examples, `python3 run.py long properties` says how many. No deadline: other work may share the machine.
hypothesis.settings.register_profile("fillbook", max_examples=int(os.environ.get("FILLBOOK_TEST_EXAMPLES", "100")), deadline=None)
hypothesis.settings.load_profile("fillbook")

LONGEST = ("browser", "sync", "cli")
"""The folders with the longest files. Several workers begin with them, so that none is still at one when the others are done."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--corpus", type=Path, metavar="DIR", help="also run the tests that read real statements, from this folder")
    parser.addoption("--pictures", type=Path, metavar="DIR", help="keep the pictures that the browser tests take, in this folder")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--corpus") is None:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("corpus")])
        items[:] = [item for item in items if not item.get_closest_marker("corpus")]
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The tables of the tests are made at once, as those of a new database are; a test of storage holds the migrations to the same."""
    from django.db import connection

    connection.settings_dict["TEST"]["MIGRATE"] = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> None:
    """As the plugin's own, and noted as migrated."""
    from fillbook.storage import start

    with django_db_blocker.unblock():
        start.note_as_migrated()


@pytest.fixture(scope="session")
def corpus(request: pytest.FixtureRequest) -> Path:
    """The folder given with --corpus, for tests marked `corpus`."""
    folder = request.config.getoption("--corpus")
    assert isinstance(folder, Path), "mark the test with pytest.mark.corpus"
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a server without a database: the runner's one for all workers, else our own until the tests end."""
    if given := os.environ.get("FILLBOOK_TEST_POSTGRES"):
        yield given
        return
    try:
        with postgres.cluster() as url:
            yield url
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of a new, empty database, dropped after the test."""
    import psycopg

    name = f"fillbook_{uuid.uuid4().hex}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield f"{postgres_server}/{name}"
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """One Chromium per file of tests. While it is there, the library has an event loop run in this thread, so that no other test could."""
    from playwright.sync_api import sync_playwright

    try:
        program = chromium.ensure()
    except Missing as missing:
        pytest.fail(str(missing), pytrace=False)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as library:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Django takes that loop for async code when a test looks into the database
        opened = library.chromium.launch(executable_path=program, args=chromium.arguments())
        yield opened
        opened.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A fresh profile on a desktop screen."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


@pytest.fixture
def phone(browser: "Browser") -> Iterator["Page"]:
    """A fresh profile on a phone's screen."""
    with browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, device_scale_factor=2) as context:
        yield context.new_page()


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """No test is told what another one's database held: what is taken back with a test gives its numbers again."""
    yield
    if (known := sys.modules.get("fillbook.storage.remembered")) is not None:
        known.forget()
