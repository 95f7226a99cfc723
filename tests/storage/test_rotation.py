"""A new key: everything opens before, after and at every moment between, and the old key goes when nothing needs it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db import connection, models

from fillbook.storage import keyfile, rotation
from fillbook.storage.models import AccountClaim, BrokerService, Instance, Link
from fillbook.storage.operators import seal_values
from fillbook.storage.sealed import SECOND_FACTOR, sealed_texts
from fillbook.storage.secrets import open_credential, seal_credential, vault
from fillbook.vault import Vault
from fillbook.vault.keys import generate, parse
from tests.storage.deliveries import link_of, person
from tests.storage.test_faults import Stopped, stopped_at

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]

TOKENS = ("71370519138420592881", "24680135792468013579", "71370519138420592881")
SEED, CODES = "JBSWY3DPEHPK3PXP", ("one", "two")


@pytest.fixture(autouse=True)
def key_file(settings: LazySettings, tmp_path: Path) -> Path:
    """A vault with one key in a file."""
    settings.VAULT_KEYS = ""
    file = tmp_path / "keys" / "vault.key"
    settings.VAULT_KEY_FILE = file
    keyfile.make(file, generate())
    return file


@pytest.fixture
def links() -> list[Link]:
    """Three links, the first and the last with one token, each with a candidate; and both kinds of second factor."""
    owner = person()
    made = [link_of(owner) for _ in TOKENS]
    for link, token in zip(made, TOKENS, strict=True):
        seal_credential(link, {"token": token, "query": "1"}, "token")
        link.sealed_candidate = vault().seal(f"candidate {token}", link.candidate_aad)
        link.save()
    authenticators = apps.get_model("mfa", "Authenticator")._default_manager
    authenticators.create(user=owner, type="totp", data={"secret": vault().seal(SEED, SECOND_FACTOR)})
    codes = [vault().seal(code, SECOND_FACTOR) for code in CODES]
    authenticators.create(user=owner, type="recovery_codes", data={"migrated_codes": codes, "used_mask": 3})
    return made


def assert_all_open(links: list[Link]) -> None:
    for link, token in zip(links, TOKENS, strict=True):
        link.refresh_from_db()
        assert open_credential(link) == {"token": token, "query": "1"}
        assert vault().open(link.sealed_candidate, link.candidate_aad) == f"candidate {token}"
    totp, codes = apps.get_model("mfa", "Authenticator")._default_manager.order_by("-type")
    assert vault().open(totp.data["secret"], SECOND_FACTOR) == SEED
    assert [vault().open(code, SECOND_FACTOR) for code in codes.data["migrated_codes"]] == list(CODES)
    assert codes.data["used_mask"] == 3


def keys_named_anywhere() -> set[str]:
    """Ids in everything that looks sealed, in every table."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found.update(re.findall(r"v1\.([0-9a-f]{8})\.", str(cursor.fetchall())))
    return found


def test_everything_is_sealed_with_a_new_key(links: list[Link], key_file: Path) -> None:
    Instance.load()
    Instance.objects.update(key_exported_at="2026-01-01T00:00Z")
    old = vault().current
    done = rotation.rotate()
    assert (done.made, done.sealed, done.before, done.lost) == (True, 9, 0, ())
    assert done.key == vault().current != old
    assert keys_named_anywhere() == {done.key}
    assert_all_open(links)
    assert len(parse(keyfile.read(key_file))) == 2
    assert Instance.load().key_exported_at is None


def test_every_column_for_sealed_texts_is_found(links: list[Link]) -> None:
    named = {
        (model._meta.model_name, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if "sealed" in field.name and isinstance(field, models.TextField | models.CharField)
    }
    seal_values("smtp", {"password": "CANARY"})
    BrokerService.objects.create(broker="ibkr", sealed_settings="v1.x", sealed_session="v1.x")
    claim = {"owner": links[0].owner, "broker": "ibkr", "endpoint": "live", "number": "5AB12345", "until": links[0].created_at}
    AccountClaim.objects.create(**claim, sealed_answer="v1.x")
    found = {tuple(sealed.aad.split(":")[::2]) for sealed in sealed_texts() if sealed.aad != SECOND_FACTOR}
    assert found == named
    assert len(list(sealed_texts())) == 2 * len(links) + 1 + len(CODES) + 4


def test_links_with_one_token_go_on_having_one_mark(links: list[Link], key_file: Path) -> None:
    before = [link.rate_key for link in links]
    rotation.rotate()
    assert_all_open(links)
    assert [link.rate_key for link in links] == before
    done = rotation.drop_old()
    assert len(done.dropped) == 1
    assert_all_open(links)
    assert links[0].rate_key == links[2].rate_key != links[1].rate_key
    assert links[0].rate_key != before[0]
    another = link_of(links[0].owner)
    seal_credential(another, {"token": TOKENS[1]}, "token")
    assert another.rate_key == links[1].rate_key


def test_an_old_key_goes_only_when_nothing_needs_it(links: list[Link], key_file: Path) -> None:
    first = vault()
    rotation.rotate()
    Link.objects.filter(pk=links[1].pk).update(sealed_candidate=first.seal(f"candidate {TOKENS[1]}", links[1].candidate_aad))
    kept = rotation.drop_old()
    assert (kept.dropped, kept.kept) == ((), (first.current,))
    assert_all_open(links)
    again = rotation.rotate()
    assert (again.made, again.sealed, again.before) == (False, 1, 8)
    dropped = rotation.drop_old()
    assert (dropped.dropped, dropped.kept) == ((first.current,), ())
    assert len(parse(keyfile.read(key_file))) == 1
    assert_all_open(links)
    assert rotation.drop_old().dropped == ()


@pytest.mark.parametrize("step", [rotation.rotate, rotation.drop_old])
def test_stopped_at_any_statement_everything_opens_and_the_next_run_ends_it(
    links: list[Link], key_file: Path, step: Callable[[], rotation.Rotation]
) -> None:
    if step is rotation.drop_old:
        rotation.rotate()
    authenticators = apps.get_model("mfa", "Authenticator")._default_manager
    text, rows, factors = keyfile.read(key_file), list(Link.objects.values()), list(authenticators.values())
    for stop in range(100):
        keyfile.replace(key_file, text)
        for row in rows:
            Link.objects.filter(pk=row["id"]).update(**row)
        for row in factors:
            authenticators.filter(pk=row["id"]).update(data=row["data"])
        try:
            with stopped_at(stop):
                step()
            break
        except Stopped:
            assert_all_open(links)
        step()
        assert_all_open(links)
        assert keys_named_anywhere() == {vault().current}
        assert links[0].rate_key == links[2].rate_key
    assert stop > 5


@pytest.mark.parametrize("moment", ["before", "after"])
def test_stopped_while_the_key_file_is_written(links: list[Link], key_file: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    replace = keyfile.replace

    def stop(path: Path, text: str) -> None:
        if moment == "after":
            replace(path, text)
        raise Stopped

    for step in (rotation.rotate, rotation.drop_old):
        monkeypatch.setattr(keyfile, "replace", stop)
        with pytest.raises(Stopped):
            step()
        assert_all_open(links)
        monkeypatch.setattr(keyfile, "replace", replace)
        step()
        assert_all_open(links)
    assert len(parse(keyfile.read(key_file))) == 1


def test_what_no_key_opens_is_named_and_left(links: list[Link]) -> None:
    foreign = Vault(parse(generate())).seal("x", links[0].aad)
    Link.objects.filter(pk=links[0].pk).update(sealed_credential=foreign)
    done = rotation.rotate()
    assert (done.made, done.sealed, done.lost) == (True, 8, (f"link {links[0].pk}",))
    assert rotation.rotate().made
    links[0].refresh_from_db()
    assert links[0].sealed_credential == foreign


def test_a_key_from_the_environment_is_put_there_by_its_owner(links: list[Link], key_file: Path, settings: LazySettings) -> None:
    old, new = keyfile.read(key_file), generate()
    settings.VAULT_KEYS = f"{new},{old}"
    done = rotation.rotate()
    assert (done.made, done.elsewhere, done.sealed, done.key) == (False, True, 9, Vault(parse(new)).current)
    named = rotation.drop_old()
    assert (named.elsewhere, named.dropped) == (True, (Vault(parse(old)).current,))
    assert keyfile.read(key_file) == old
    settings.VAULT_KEYS = new
    assert_all_open(links)


def test_a_process_that_runs_takes_up_the_new_key(links: list[Link], key_file: Path) -> None:
    held = vault()
    keyfile.replace(key_file, f"{generate()},{keyfile.read(key_file)}")
    assert vault().current != held.current
    assert open_credential(links[0])["token"] == TOKENS[0]


def test_what_is_sealed_in_the_last_moment_is_saved(links: list[Link], monkeypatch: pytest.MonkeyPatch) -> None:
    old = vault()
    rotation.rotate()
    mark_again = rotation._mark_again

    def late(*vaults: Any) -> None:
        mark_again(*vaults)
        text = old.seal(json.dumps({"token": TOKENS[1], "query": "1"}), links[1].aad)
        Link.objects.filter(pk=links[1].pk).update(sealed_credential=text)

    monkeypatch.setattr(rotation, "_mark_again", late)
    rotation.drop_old()
    assert_all_open(links)
