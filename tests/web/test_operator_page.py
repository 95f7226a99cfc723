"""What the operator sets for a broker: kept sealed, never shown again, nobody else's."""

import pytest
from django.db import connection
from django.test import Client

from fillbook.storage import grantees
from fillbook.storage.models import Instance
from fillbook.storage.services import config_of, config_secrets
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db
PAGE = "/settings/brokers/apex/"
SECRET = "CANARY-PASSWORD-81734"
SAID = {"username": "svc_fillbook", "password": SECRET, "session_cookie": "", "host": "api.apexclearing.com", "years": "2", "zone": "UTC"}


def test_what_is_set_is_used_and_no_secret_comes_back(browser_of_owner: Client) -> None:
    answer = browser_of_owner.post(PAGE, SAID, follow=True)
    assert answer.status_code == 200
    assert "Set, and never shown again." in text_of(answer.content)
    assert SECRET not in answer.content.decode()
    assert SECRET not in browser_of_owner.get(PAGE).content.decode()
    config = config_of("apex")
    assert (config.values["username"], config.values["years"], config.secrets) == ("svc_fillbook", "2", frozenset({"password"}))
    assert config_secrets("apex")["config.password"] == SECRET
    guide = text_of(browser_of_owner.get("/accounts/link/apex/").content)
    assert "svc_fillbook" in guide
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM storage_brokerservice")
        assert SECRET not in str(cursor.fetchall())


def test_an_empty_secret_is_kept_and_a_ticked_one_forgotten(browser_of_owner: Client) -> None:
    browser_of_owner.post(PAGE, SAID)
    browser_of_owner.post(PAGE, {**SAID, "password": "", "years": "3"})
    assert (config_secrets("apex")["config.password"], config_of("apex").values["years"]) == (SECRET, "3")
    browser_of_owner.post(PAGE, {**SAID, "password": "", "forget-password": "on"})
    assert not config_of("apex").secrets


def test_a_value_that_cannot_be_stands_at_its_field(browser_of_owner: Client) -> None:
    answer = browser_of_owner.post(PAGE, {**SAID, "years": "many"})
    assert answer.status_code == 422
    assert "Years of history is a whole number." in text_of(answer.content)
    assert not config_of("apex").secrets


def test_another_host_marks_the_instance_as_a_test_instance(browser_of_owner: Client) -> None:
    browser_of_owner.post(PAGE, {**SAID, "host": "portal.example.org"})
    assert Instance.load().is_test_instance


def test_nobody_else_sees_or_sets_it(browser_of_owner: Client, browser_of_other: Client) -> None:
    browser_of_owner.post(PAGE, SAID)
    for answer in (browser_of_other.get(PAGE), browser_of_other.post(PAGE, {**SAID, "username": "svc_evil"})):
        assert answer["Location"] == "/settings/"
    assert config_of("apex").values["username"] == "svc_fillbook"
    assert "Brokers of this site" not in text_of(browser_of_other.get("/settings/").content)
    assert "Apex Clearing Set" in text_of(browser_of_owner.get("/settings/").content)


def test_while_nothing_is_set_the_guide_says_so(browser_of_owner: Client) -> None:
    shown = text_of(browser_of_owner.get("/accounts/link/apex/").content)
    assert "This site cannot read Apex Clearing yet." in shown
    assert "You are the only one who uses this site, so the grant is all it takes." in shown


LOGINS = f"{PAGE}logins/"
CLAIMS_OWN = {"login-username": "svc_claim_1", "login-password": SECRET}


def test_logins_for_single_claims_are_added_listed_and_removed(browser_of_owner: Client, browser_of_other: Client) -> None:
    assert browser_of_other.post(LOGINS, CLAIMS_OWN)["Location"] == "/settings/"
    assert grantees.listed("apex") == []
    shown = browser_of_owner.post(LOGINS, CLAIMS_OWN, follow=True)
    assert "svc_claim_1 free" in text_of(shown.content)
    assert SECRET not in shown.content.decode()
    wrong = browser_of_owner.post(LOGINS, {"login-username": "svc claim"})
    assert (wrong.status_code, "without spaces" in text_of(wrong.content)) == (422, True)
    guide = text_of(browser_of_other.get("/accounts/link/apex/").content)
    assert "Enter your account id first. The next page names a user id that is yours alone." in guide
    assert "svc_claim_1" not in guide
    browser_of_owner.post(LOGINS, {"remove": "svc_claim_1"})
    assert grantees.listed("apex") == []
    assert browser_of_owner.post("/settings/brokers/ibkr/logins/", CLAIMS_OWN).status_code == 404


def test_a_claim_names_the_user_id_that_is_its_own(browser_of_owner: Client, browser_of_other: Client) -> None:
    browser_of_owner.post(LOGINS, CLAIMS_OWN)
    answer = browser_of_other.post("/accounts/link/apex/", {"account": "5AB12345"}, follow=True)
    shown = text_of(answer.content)
    assert "Grant access to this user id" in shown
    assert "svc_claim_1" in shown
    assert "Or answer from your latest trades" not in shown
    assert "svc_claim_1 given to" in text_of(browser_of_owner.get(PAGE).content)
