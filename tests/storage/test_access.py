"""Somebody else's row and a row that does not exist are the same answer."""

import ast
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from fillbook.storage import access
from fillbook.storage.derive import rebuild_account
from fillbook.storage.models import BrokerAccount, LinkState, Origin, RawStatement, RoundTripRow, RunKind, SyncRun, User
from tests.storage.deliveries import day_of, deliver, link_of, person, says
from tests.trades.builders import fill

WEB_AND_CLI = [Path(access.__file__).parent.parent / name for name in ("web", "cli")]
# Rows of one's own that every page may touch: the person, the instance, the note of what happened.
FREE = {"User", "Instance", "BrokerService", "SecurityEvent", "Authenticator", "UserSession", "EmailAddress"}


@pytest.fixture
def ada() -> User:
    """Somebody who has one of everything."""
    owner = person("ada")
    link = link_of(owner)
    deliver(owner, says(fill(1, 10, 20), fill(2, -10, 21, day=1), opened_on=day_of(0)), origin=Origin.FETCHED, link=link)
    rebuild_account(BrokerAccount.objects.get())
    SyncRun.objects.create(owner=owner, link=link, kind=RunKind.MANUAL)
    return owner


def doors() -> list[tuple[Callable[[Any, Any], object], object, list[object]]]:
    """(function, id of a row of Ada's, ids that no row has)."""
    trip, link = RoundTripRow.objects.get(), BrokerAccount.objects.get().link
    assert link is not None
    numbers: list[object] = [0, -1, 10**18, 2**63, 10**40, "0", "-1", "x", "", "1e3", "１", "9" * 30, " 1", "1 "]
    return [
        (access.account_for, BrokerAccount.objects.get().pk, numbers),
        (access.link_for, link.pk, [uuid.uuid4(), str(uuid.uuid4()), "", "x", "7"]),
        (access.trip_for, trip.key, ["", "nothing", trip.key.upper(), trip.key + "x"]),
        (access.statement_for, RawStatement.objects.get().pk, numbers),
        (access.run_for, SyncRun.objects.get().pk, numbers),
    ]


@pytest.mark.both_databases
@pytest.mark.django_db
def test_each_door_opens_for_the_owner_alone(ada: User) -> None:
    strangers = [person("eve"), User.objects.create_user("op@example.com", is_operator=True), AnonymousUser()]
    for door, own, missing in doors():
        assert door(ada, own) == door(ada, str(own))
        answers = set()
        for viewer, key in [(ada, key) for key in missing] + [(stranger, own) for stranger in strangers]:
            with pytest.raises(Http404) as refused:
                door(viewer, key)
            answers.add(str(refused.value))
        assert len(answers) == 1


@pytest.mark.both_databases
@pytest.mark.django_db
def test_lists_hold_ones_own_rows_alone(ada: User) -> None:
    lists: list[Callable[[Any], Any]] = [
        access.accounts_of,
        access.links_of,
        access.trips_of,
        access.statements_of,
        access.runs_of,
    ]
    for owned in lists:
        assert owned(ada).count() == 1
        assert owned(person(f"eve-{owned.__name__}")).count() == 0
        assert owned(AnonymousUser()).count() == 0


@pytest.mark.django_db
def test_an_ended_link_is_gone(ada: User) -> None:
    link = access.links_of(ada).get()
    link.state = LinkState.UNLINKED
    link.save()
    assert not access.links_of(ada).exists()
    with pytest.raises(Http404):
        access.link_for(ada, link.pk)


@pytest.mark.django_db
def test_statements_are_listed_without_their_bytes(ada: User) -> None:
    assert "content" in access.statements_of(ada).get().get_deferred_fields()


def direct_reads(path: Path) -> list[str]:
    """Uses of a private table's manager in a file: `Link.objects`, `RoundTripRow._default_manager`."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager"):
            owner = node.value
            if not (isinstance(owner, ast.Name) and owner.id in FREE):
                found.append(f"{path.name}:{node.lineno} {ast.unparse(node)}")
    return sorted(found)


def test_pages_and_commands_reach_private_rows_through_access_alone() -> None:
    files = [path for folder in WEB_AND_CLI for path in folder.rglob("*.py")]
    assert len(files) > 10
    assert [read for path in files for read in direct_reads(path)] == []


def test_the_test_above_sees_a_direct_read(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.write_text("rows = RoundTripRow.objects.all()\nme = User.objects.get()\nmanager = models.Link._default_manager\n")
    assert direct_reads(page) == ["page.py:1 RoundTripRow.objects", "page.py:3 models.Link._default_manager"]
