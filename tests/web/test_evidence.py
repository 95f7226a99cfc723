"""Something looks wrong: the evidence holds the rows and both figures, but no secret, no name and no whole account number."""

import json

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from fillbook.storage.models import BrokerAccount, RoundTripRow, User
from tests.web.book import FILLS, link_of, says, write_book
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db
NUMBER = "U7654321"


@pytest.fixture
def known(owner: User) -> BrokerAccount:
    """The small book under a number as real ones are; its owner calls it by a name."""
    account = write_book(owner, says(*FILLS, number=NUMBER), link_of(owner))
    account.alias = "Grandmother's account"
    account.save()
    return account


def keys_of(account: BrokerAccount) -> list[str]:
    return list(RoundTripRow.objects.filter(account=account, is_open=False).order_by("closed_on").values_list("key", flat=True))


def test_the_evidence_of_an_account_holds_rows_lots_and_both_figures(browser_of_owner: Client, known: BrokerAccount) -> None:
    answer = browser_of_owner.get(f"/accounts/{known.pk}/evidence/")
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == 'attachment; filename="fillbook-evidence-account.json"'
    held = json.loads(answer.content)
    assert held["account"] == "*****321"
    assert len(held["executions"]) == 5
    assert [(line["ours"], line["broker"]) for line in held["reconciliation"]][:2] == [("98", "98"), ("-12", "-12")]
    assert held["settings"]["matching"] == "fifo"
    assert held["open_lots"][0]["cost_basis"] == "481"


def test_the_evidence_of_a_trade_holds_its_instrument_alone(browser_of_owner: Client, known: BrokerAccount) -> None:
    held = json.loads(browser_of_owner.get(f"/trades/{keys_of(known)[1]}/evidence/").content)
    assert {row["instrument"]["symbol"] for row in held["executions"]} == {"BOLT"}
    assert len(held["round_trips"]) == 1


def test_nothing_in_it_tells_who_it_is(browser_of_owner: Client, known: BrokerAccount, owner: User) -> None:
    for address in (f"/accounts/{known.pk}/evidence/", f"/trades/{keys_of(known)[0]}/evidence/"):
        text = browser_of_owner.get(address).content.decode()
        for secret in (NUMBER, "CANARY", "1047263", owner.email, "Grandmother"):
            assert secret not in text, address


def test_pages_offer_it_and_say_whom_to_ask(browser_of_owner: Client, known: BrokerAccount, settings: Settings) -> None:
    key = keys_of(known)[0]
    for address, url in (
        (f"/accounts/{known.pk}/", f"/accounts/{known.pk}/evidence/"),
        (f"/trades/{key}/", f"/trades/{key}/evidence/"),
    ):
        answer = browser_of_owner.get(address).content
        assert f'href="{url}"' in answer.decode()
        assert "Something looks wrong?" in text_of(answer)
        assert "You run this instance, so it is yours to look into." in text_of(answer)
    User.objects.filter(email="owner@example.com").update(is_operator=False)
    User.objects.create_user("operator@example.com", is_operator=True)
    assert "Send it to operator@example.com" in text_of(browser_of_owner.get(f"/accounts/{known.pk}/").content)
    settings.OPERATOR_CONTACT = "help@desk.example"
    assert "Send it to help@desk.example" in text_of(browser_of_owner.get(f"/accounts/{known.pk}/").content)
