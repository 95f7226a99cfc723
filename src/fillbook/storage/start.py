"""From nothing to a database that is ready: folders, keys, Django, tables.

Whoever runs a command calls `prepare` first, or `configure` when the command must leave everything as it is. The one process that
serves also calls `upgrade` and `collect`; workers wait for it.
"""

import os
import secrets
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings


class NewerDatabase(Exception):
    """The database was written by a newer Fillbook, which this one would damage."""


def configure(data: Path | None = None) -> None:
    """Set Django up and make nothing: no folder, no key, no table. data: in place of FILLBOOK_DATA."""
    if data is not None:
        os.environ["FILLBOOK_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fillbook.settings")
    if not apps.ready:
        django.setup()


def prepare(data: Path | None = None) -> None:
    """Make the data folder and the keys unless they exist, and set Django up. data: in place of FILLBOOK_DATA.

    Raises:
        BadKey: keys exist and are unusable.
    """
    from fillbook.storage import keyfile
    from fillbook.vault import keys

    if data is not None:
        os.environ["FILLBOOK_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fillbook.settings")
    keyfile.make_folder(settings.DATA_DIR)
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    if keyfile.make(settings.SECRET_KEY_FILE, secrets.token_urlsafe(48)):
        settings.SECRET_KEY = keyfile.read(settings.SECRET_KEY_FILE)
    if not apps.ready:
        django.setup()
    if not settings.VAULT_KEYS and not settings.VAULT_KEY_FILE.exists() and not _has_sealed_texts():
        keyfile.make(settings.VAULT_KEY_FILE, keys.generate())
    keys.parse(settings.VAULT_KEYS or keyfile.read(settings.VAULT_KEY_FILE))


def reach() -> None:
    """Connect to PostgreSQL once, past the pool, which would try for half a minute before it says what is wrong.

    Raises:
        OperationalError: it does not answer, or there is no such database or user.
    """
    from django.db import connection

    if connection.vendor == "postgresql":
        import psycopg

        with connection.wrap_database_errors:
            psycopg.connect(**connection.get_connection_params(), connect_timeout=10).close()


def upgrade() -> bool:
    """Bring the tables up to date; returns whether there was anything to do.

    Raises:
        NewerDatabase: nothing was changed.
    """
    from django.core.management import call_command
    from django.db import connection

    pending = not is_current()
    if pending and connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=0)
    elif pending:
        make_tables()
    call_command("createcachetable", verbosity=0)
    return pending


def make_tables() -> None:
    """All tables of an empty database as the models have them, noted as migrated: the way over every migration takes ten times as long.

    In one transaction, so that a start that is cut off leaves nothing.
    """
    from django.core.management import call_command
    from django.db import connection, transaction

    migrations = settings.MIGRATION_MODULES
    with connection.constraint_checks_disabled(), transaction.atomic():
        note_as_migrated()
        settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
        try:
            call_command("migrate", interactive=False, run_syncdb=True, verbosity=0)
        finally:
            settings.MIGRATION_MODULES = migrations


def note_as_migrated() -> None:
    """Say that every migration was applied."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for app, name in MigrationLoader(connection).disk_migrations:
        recorder.record_applied(app, name)


def is_current() -> bool:
    """Whether the tables are those that this version works with.

    Raises:
        NewerDatabase: they are of a later one.
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    known = executor.loader.disk_migrations
    unknown = [name for app, name in executor.loader.applied_migrations if app == "storage" and (app, name) not in known]
    if unknown:
        raise NewerDatabase("This database was written by a newer version of Fillbook; install that one, or restore an older backup.")
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def collect() -> None:
    """Put the static files into the data folder under names that carry their hash."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)


def _has_sealed_texts() -> bool:
    """A database without its key must not get another one silently: what is sealed in it would be lost without a word."""
    from django.db import connection

    from fillbook.storage.models import BrokerService, Link, OperatorSecret

    tables = connection.introspection.table_names()
    if "storage_operatorsecret" in tables and OperatorSecret.objects.exists():
        return True
    if "storage_brokerservice" in tables and BrokerService.objects.exclude(sealed_settings="").exists():
        return True
    if "storage_link" in tables and Link.objects.exclude(sealed_credential="", sealed_candidate="").exists():
        return True
    return "mfa_authenticator" in tables and apps.get_model("mfa", "Authenticator").objects.exclude(type="webauthn").exists()
