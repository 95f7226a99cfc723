"""A Fillbook of its own for each test: data folder, database, keys, engine, and a broker that answers by script."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import connections

from fillbook.storage import keyfile
from fillbook.storage.models import Instance, User
from fillbook.sync import engine
from fillbook.vault import keys
from tests.sync.flex import Flex, flex_server

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker
    from pytest_django.fixtures import Settings

PACE = engine.Pace(scale=0.001, look=0.05, look_sandbox=0.05)


def point_at(**database: object) -> None:
    """Let every connection of this process go to another database."""
    connections.close_all()
    connections.settings["default"].update(database)
    for opened in connections.all(initialized_only=True):
        del connections[opened.alias]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: "DjangoDbBlocker") -> Path:
    """A migrated SQLite database to copy."""
    path = tmp_path_factory.mktemp("template") / "fillbook.db"
    before = connections.settings["default"]["NAME"]
    with django_db_blocker.unblock():
        point_at(NAME=path)
        call_command("migrate", verbosity=0)
        point_at(NAME=before)
    return path


@pytest.fixture
def home(tmp_path: Path, template: Path, settings: "Settings", django_db_blocker: "DjangoDbBlocker") -> Iterator[Path]:
    """A data folder with an SQLite database and a key."""
    shutil.copy(template, tmp_path / "fillbook.db")
    settings.DATA_DIR = tmp_path
    settings.VAULT_KEYS = ""
    settings.VAULT_KEY_FILE = tmp_path / "keys" / "vault.key"
    settings.VAULT_KEY_FILE.parent.mkdir()
    keyfile.make(settings.VAULT_KEY_FILE, keys.generate())
    before = connections.settings["default"]["NAME"]
    with django_db_blocker.unblock():
        point_at(NAME=tmp_path / "fillbook.db")
        yield tmp_path
        point_at(NAME=before)


@pytest.fixture
def jobs(home: Path) -> Iterator[None]:
    """The engine, with a sandbox's time passing a thousand times as fast."""
    assert home.exists()
    engine.launch(pace=PACE)
    yield
    engine.shutdown()


@pytest.fixture
def owner(home: Path) -> User:
    assert home.exists()
    return User.objects.create_user(f"{uuid.uuid4().hex}@example.org")


@pytest.fixture
def flex(home: Path) -> Iterator[Flex]:
    """A scripted broker in the sandbox's place."""
    assert home.exists()
    with flex_server() as server:
        Instance.load()
        Instance.objects.update(sandbox_url=server.server.base)
        yield server
