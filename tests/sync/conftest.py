"""A Fillbook of its own for each test: data folder, database, keys, engine, and a broker that answers by script."""

import contextlib
import shutil
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from fillbook.storage import keyfile
from fillbook.storage.models import Instance, User
from fillbook.sync import clock, engine
from fillbook.vault import keys
from tests.storage.deliveries import person
from tests.sync.flex import Flex, flex_server

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

START = datetime(2026, 9, 26, 14, 0, tzinfo=UTC)
"""When every test begins: a Saturday, ten in the morning in New York. Statements of the year end on the day before."""
PACE = engine.Pace(scale=0.00002, look_sandbox=0.05, look_runs=0.05, plan="")
"""No time to lose, and nothing that begins by itself."""


def point_at(**database: object) -> None:
    """Let every connection of this process go to another database."""
    connections.close_all()
    for opened in connections.all(initialized_only=True):
        if opened.vendor == "postgresql":
            opened.close_pool()  # type: ignore[attr-defined]  # of the PostgreSQL backend
        del connections[opened.alias]
    connections.settings["default"].update(database)


@contextlib.contextmanager
def pointed_at(**database: object) -> Iterator[None]:
    """As `point_at`, and back."""
    before = dict(connections.settings["default"])
    point_at(**database)
    try:
        yield
    finally:
        point_at(**before)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: "DjangoDbBlocker") -> Path:
    """An SQLite database with empty tables to copy."""
    path = tmp_path_factory.mktemp("template") / "fillbook.db"
    with django_db_blocker.unblock(), pointed_at(**sqlite(path)):
        make_tables()
    return path


def make_tables() -> None:
    """As the models have them. A test of storage holds the migrations to the same, and these take ten times as long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MIGRATION_MODULES", {app.label: None for app in apps.get_app_configs()})
        call_command("migrate", run_syncdb=True, verbosity=0)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, template: Path, django_db_blocker: "DjangoDbBlocker") -> Iterator[Path]:
    """A data folder with an SQLite database and a key, for the tests of one file: each has an owner of its own."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copy(template, folder / "fillbook.db")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), pointed_at(**sqlite(folder / "fillbook.db")):
        live_in(folder, patch)
        yield folder


def sqlite(path: Path) -> dict[str, object]:
    """The settings of an SQLite database, as the product has them."""
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    options = {"timeout": 30, "transaction_mode": "IMMEDIATE", "init_command": pragmas}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": options}


def live_in(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let the settings name this data folder, with a new key in it, and let time begin."""
    began = time.monotonic()
    patch.setattr(clock, "now", lambda: START + timedelta(seconds=time.monotonic() - began))
    key = folder / "keys" / "vault.key"
    key.parent.mkdir()
    keyfile.make(key, keys.generate())
    for name, value in {"DATA_DIR": folder, "VAULT_KEYS": "", "VAULT_KEY_FILE": key}.items():
        patch.setattr(settings, name, value)


@pytest.fixture(scope="module")
def jobs(home: Path) -> Iterator[None]:
    """The engine, with no time to lose."""
    assert home.exists()
    engine.launch(pace=PACE)
    yield
    engine.shutdown()


@pytest.fixture
def owner(home: Path) -> User:
    assert home.exists()
    return User.objects.create_user(f"{uuid.uuid4().hex}@example.org")


@pytest.fixture(scope="module")
def flex_of_module(home: Path) -> Iterator[Flex]:
    assert home.exists()
    with flex_server() as broker:
        yield broker


@pytest.fixture
def flex(flex_of_module: Flex) -> Flex:
    """A scripted broker in the sandbox's place, its script as new."""
    new = Flex()
    for name in ("requests", "statements", "seen", "asked"):
        setattr(flex_of_module, name, getattr(new, name))
    Instance.load()
    Instance.objects.update(sandbox_url=flex_of_module.server.base)
    return flex_of_module


@pytest.fixture
def ann(db: None) -> User:
    """One of two people who use the same instance."""
    return person("ann")


@pytest.fixture
def bob(db: None) -> User:
    """The other one."""
    return person("bob")
