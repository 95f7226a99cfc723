"""A trade's plan on its page, and results in R on the dashboard."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from fillbook.storage.models import BrokerAccount, RoundTripRow, TripPlanned
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys(account: BrokerAccount) -> dict[str, str]:
    """Symbol of a closed trade -> its public id."""
    return dict(RoundTripRow.objects.filter(account=account, is_open=False).values_list("symbol", "key"))


def plan(client: Client, key: str, partial: bool = False, **typed: str) -> str:
    """What the card says after this was sent."""
    answer = client.post(reverse("trade-plan", args=[key]), typed, headers={"HX-Request": "true"} if partial else {})
    if not partial:
        assert answer["Location"] == f"{reverse('trade', args=[key])}#plan"
        answer = client.get(reverse("trade", args=[key]))
    return text_of(answer.content)


def test_a_stop_makes_the_result_a_number_of_r(browser_of_owner: Client, keys: dict[str, str]) -> None:
    # 10 ACME bought at 100, stop 95.10: 49.00 and 2.00 of fees at risk; 98.00 won. Target 109.80: twice the distance.
    shown = plan(browser_of_owner, keys["ACME"], stop="95.10", target="109.80", rating="4")
    assert "First entry 100.00 Result +1.92 R At risk, with fees 51.00 USD Planned gain to loss 2.00" in shown
    assert TripPlanned.objects.get().rating == 4
    assert b'value="95.1"' in browser_of_owner.get(reverse("trade", args=[keys["ACME"]])).content


def test_trades_are_chosen_listed_and_counted_by_their_rating(browser_of_owner: Client, keys: dict[str, str]) -> None:
    plan(browser_of_owner, keys["ACME"], rating="4")

    def listed(query: str) -> tuple[bool, bool]:
        page = browser_of_owner.get(f"/trades/?{query}").content.decode()
        return tuple(reverse("trade", args=[keys[symbol]]) in page for symbol in ("ACME", "BOLT"))  # type: ignore[return-value]

    assert [listed(query) for query in ("rating=4", "rating=4-5", "rating=1-3", "rating=none")] == [
        (True, False),
        (True, False),
        (False, False),
        (False, True),
    ]
    assert "Rating" in (shown := text_of(browser_of_owner.get("/trades/?columns=rating&sort=rating").content))
    assert "4 of 5" in shown
    by_rating = text_of(browser_of_owner.get("/reports/by/rating/").content)
    assert "4 of 5" in by_rating
    assert "Not rated" in by_rating
    assert "Rated 4 and more" in text_of(browser_of_owner.get("/?rating=4-5").content)


def test_a_plan_that_cannot_be_is_refused_and_stays_typed(browser_of_owner: Client, keys: dict[str, str]) -> None:
    answer = browser_of_owner.post(reverse("trade-plan", args=[keys["BOLT"]]), {"stop": "49"}, headers={"HX-Request": "true"})
    assert "The stop of a short trade lies above its entry at 50." in text_of(answer.content)
    assert b'value="49"' in answer.content
    assert not TripPlanned.objects.exists()


def test_a_german_reader_types_a_comma(browser_of_owner: Client, keys: dict[str, str]) -> None:
    browser_of_owner.post(reverse("trade-plan", args=[keys["ACME"]]), {"stop": "95,10"}, headers={"Accept-Language": "de"})
    assert TripPlanned.objects.get().stop == Decimal("95.10")


def test_an_empty_plan_is_none(browser_of_owner: Client, keys: dict[str, str]) -> None:
    plan(browser_of_owner, keys["ACME"], stop="95")
    assert "counted in what was at risk" in plan(browser_of_owner, keys["ACME"], partial=True, stop="", target="", rating="")
    assert not TripPlanned.objects.exists()


def test_the_dashboard_says_r_of_those_that_have_a_stop(browser_of_owner: Client, keys: dict[str, str]) -> None:
    assert "Average R" not in text_of(browser_of_owner.get("/").content)
    plan(browser_of_owner, keys["ACME"], stop="95.10")
    assert "Average R +1.92 R 1 of 2 trades have a stop" in text_of(browser_of_owner.get("/").content)
    # 5 BOLT sold at 50, stop 51.60: 8.00 and 2.00 at risk, 12.00 lost, which is -1.20 R.
    plan(browser_of_owner, keys["BOLT"], stop="51.60")
    assert "Average R +0.36 R 2 of 2 trades have a stop" in text_of(browser_of_owner.get("/").content)
    assert "Average R -1.20 R 1 of 1" in text_of(browser_of_owner.get("/?side=short").content).replace("−", "-")


def test_after_a_split_the_plan_says_of_which_day_its_prices_are(browser_of_owner: Client, keys: dict[str, str]) -> None:
    trip = RoundTripRow.objects.get(key=keys["ACME"])
    assert "day of the opening" not in plan(browser_of_owner, keys["ACME"], stop="95")
    trip.fill_rows.filter(role="opens").update(price=Decimal(50), quantity=Decimal(20))  # as in the part that is closed after two for one
    shown = plan(browser_of_owner, keys["ACME"], stop="95")
    assert "First entry 100.00" in shown
    assert "Prices here are those of the day of the opening, before the units changed." in shown
