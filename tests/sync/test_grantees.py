"""User ids for single claims: whoever is told one and has it granted has shown that the account is theirs, and nobody else ever gets it."""

from decimal import Decimal

import pytest
from django.conf import LazySettings

from fillbook.storage import grantees
from fillbook.storage.models import BrokerService, Link, LinkState, SyncRun, User
from fillbook.storage.services import BadSetting, config_of, config_secrets, save_settings
from fillbook.sync import clock, proving, runs, service
from fillbook.sync.knowledge import Answer
from fillbook.vault.keys import generate
from tests.sync.claiming import REGRANT, be_claimed, claim, linked, look, run_of, standing

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
PORTAL = "apex"
KEY = generate()


@pytest.fixture(autouse=True)
def _claimed(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    be_claimed(monkeypatch, PORTAL)
    settings.VAULT_KEYS = KEY


def offer(*names: str) -> None:
    for name in names:
        grantees.save(PORTAL, {"username": name, "password": f"secret of {name}"}, clock.now())


def begun(owner: User, number: str = "5AB12345") -> Link:
    return linked(owner, number, PORTAL)


def test_each_claim_gets_a_user_id_of_its_own_and_one_grant_is_its_proof(ann: User, bob: User) -> None:
    offer("svc_1", "svc_2")
    first, second = begun(ann), begun(bob)
    assert [(one.grantee, claim(one).way) for one in (first, second)] == [("svc_1", "grantee"), ("svc_2", "grantee")]
    assert look(first, "absent", "unclear") == "look"
    assert look(first, "granted") == "proven"
    assert (standing(first), standing(second)) == ("owner", "open")


def test_without_one_that_is_free_the_grant_has_to_come_and_go(ann: User, bob: User) -> None:
    offer("svc_1")
    assert begun(ann).grantee == "svc_1"
    other = begun(bob)
    assert (other.grantee, claim(other).way) == ("", "regrant")
    assert look(other, "granted") == "look"


def test_a_user_id_comes_back_to_its_person_and_goes_to_nobody_else(ann: User, bob: User) -> None:
    offer("svc_1")
    service.unlink(ann, begun(ann).pk, keep=False)
    assert begun(bob).grantee == ""
    assert begun(ann, "5AB99999").grantee == "svc_1"
    ann.delete()
    assert begun(bob, "5AB00001").grantee == ""
    grantees.remove(PORTAL, "svc_1")
    offer("svc_1")
    assert begun(bob, "5AB00002").grantee == ""


def test_nobody_is_given_more_than_five(ann: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "CLAIMS_A_DAY", 9)
    assert bob.is_active
    offer(*(f"svc_{number}" for number in range(7)))
    given = [begun(ann, f"5AB0000{number}").grantee for number in range(6)]
    assert given == ["svc_0", "svc_1", "svc_2", "svc_3", "svc_4", ""]
    assert begun(bob).grantee == "svc_5"


def test_one_whose_login_is_refused_is_not_given(ann: User, bob: User) -> None:
    offer("svc_1", "svc_2")
    BrokerService.objects.filter(grantee="svc_1").update(failures=1)
    assert (begun(ann).grantee, bob.is_active) == ("svc_2", True)


def test_who_is_alone_uses_the_shared_one(ann: User) -> None:
    offer("svc_1")
    assert begun(ann).grantee == ""


def test_a_claim_with_its_own_user_id_asks_no_questions(ann: User, bob: User) -> None:
    offer("svc_1")
    link = begun(ann)
    service.answer(ann, link.pk, [Answer(clock.now().date(), Decimal(1), Decimal(1))] * 3)
    assert (claim(link).sealed_answer, proving.tries_left(claim(link)), bob.is_active) == ("", 5, True)
    assert (claim(link).until - claim(link).began_at).days == 14


def test_its_settings_are_the_shared_ones_but_for_the_login(ann: User) -> None:
    assert ann.is_active
    save_settings(PORTAL, {"username": "shared", "password": "of shared", "zone": "UTC", "session_cookie": "of shared"}, clock.now())
    offer("svc_1")
    assert config_of(PORTAL, grantee="svc_1").values["username"] == "svc_1"
    assert config_of(PORTAL, grantee="svc_1").values["zone"] == "UTC"
    assert config_of(PORTAL, grantee="svc_1").secrets == frozenset({"password"})
    found = config_secrets(PORTAL, grantee="svc_1")
    assert found == {"config.username": "svc_1", "config.password": "secret of svc_1", "config.zone": "UTC"}
    assert config_secrets(PORTAL)["config.password"] == "of shared"
    assert "secret of" not in BrokerService.objects.get(grantee="svc_1").sealed_settings


def test_what_cannot_be_a_login_changes_nothing(ann: User) -> None:
    assert ann.is_active
    save_settings(PORTAL, {"username": "shared", "password": "x"}, clock.now())
    for wrong in ({"username": "shared", "password": "x"}, {"username": "svc_1"}, {"username": "a b", "password": "x"}, {"password": "x"}):
        with pytest.raises(BadSetting):
            grantees.save(PORTAL, wrong, clock.now())
    with pytest.raises(BadSetting):
        grantees.save(PORTAL, {"username": "svc_1", "password": "x", "zone": "UTC"}, clock.now())
    assert grantees.listed(PORTAL) == []


def test_one_that_is_removed_ends_its_claim_and_tells_its_user(ann: User, bob: User) -> None:
    offer("svc_1", "svc_2")
    link = begun(ann)
    assert (look(link, "granted"), bob.is_active) == ("proven", True)
    assert proving.retire(PORTAL, "svc_1")
    link.refresh_from_db()
    assert (standing(link), link.state, link.error_code) == ("ended", LinkState.NEEDS_USER, "grantee_retired")
    assert not SyncRun.objects.filter(link=link, state__in=runs.OPEN).exists()
    assert [one.name for one in grantees.listed(PORTAL)] == ["svc_2"]
    Link.objects.update(error_at=None)
    service.sync_now(ann, link.pk)
    link.refresh_from_db()
    assert (link.grantee, standing(link)) == ("svc_2", "open")
    assert proving.next_look(run_of(link).pk)["next"] == "look"


def test_after_its_grant_was_gone_the_same_user_id_is_granted_again(ann: User, bob: User) -> None:
    offer("svc_1", "svc_2")
    link = begun(ann)
    assert (look(link, "granted"), bob.is_active) == ("proven", True)
    proving.grant_gone(run_of(link).pk)
    assert standing(link) == "ended"
    service.sync_now(ann, link.pk)
    link.refresh_from_db()
    assert (link.grantee, look(link, "granted")) == ("svc_1", "proven")


def test_a_second_proof_by_the_shared_login_disputes_it(ann: User, bob: User) -> None:
    offer("svc_1")
    first, second = begun(ann), begun(bob)
    assert look(first, "granted") == "proven"
    assert look(second, *REGRANT[:2]) == "look"
    proving.note_look(run_of(second).pk, "done", "")
    assert (standing(first), standing(second)) == ("frozen", "disputing")
