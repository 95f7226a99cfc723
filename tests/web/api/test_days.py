"""The day of the API: what must not be added up stands in groups, those of the page."""

from dataclasses import replace

import pytest

from fillbook.storage.models import BrokerAccount, RoundTripRow, User
from fillbook.storage.words import add_tag
from tests.web.api.conftest import Asker
from tests.web.book import ACME, BOLT, says, write_book
from tests.web.test_doors import EUROS, trade

pytestmark = pytest.mark.django_db


def test_a_day_has_a_group_for_each_currency(program: Asker, owner: User) -> None:
    """2 Apr: without a base BOLT +8 and -22 USD, and CORK +28 EUR; based in EUR CORK -12, and ACME +98 USD without a rate.

    Ten of each, a dollar or euro of fees a fill: two fills a trade.
    """
    bare = [*trade(1, BOLT, 2, 50, 51), *trade(2, BOLT, 2, 50, 48), *trade(3, EUROS, 2, 20, 23)]
    write_book(owner, says(*(replace(one, rate_to_base=None) for one in bare), number="U3", currency=""))
    unrated = [replace(one, rate_to_base=None) for one in trade(5, ACME, 2, 100, 110)]
    write_book(owner, says(*trade(4, EUROS, 2, 20, 19), *unrated, number="U2", currency="EUR"))
    groups = program.get("/days/2026-04-02")["groups"]
    found = {(one["base_currency"], one["currency"]): (one["realized"], one["closed"]["profit"], len(one["fills"])) for one in groups}
    assert found == {
        (None, "USD"): ("-14", "-14", 4),
        (None, "EUR"): ("28", "28", 2),
        ("EUR", "EUR"): ("-12", "-12", 4),  # all fills of its accounts, as on the page: those without a rate say that they have none
        ("EUR", "USD"): ("98", "98", 2),
    }
    assert len(found) == len(groups)
    (euros,) = (one for one in groups if (one["base_currency"], one["currency"]) == ("EUR", "EUR"))
    assert [fill["unknown"] for fill in euros["fills"] if fill["currency"] == "USD" and fill["quantity"] == "-10"] == [True]
    (dollars,) = (one for one in groups if (one["base_currency"], one["currency"]) == (None, "USD"))
    assert {fill["instrument"] for fill in dollars["fills"]} == {"BOLT"}
    assert dollars["fills"][-1]["running"] == "-14"


def test_tags_narrow_a_day_and_what_is_held(program: Asker, owner: User, account: BrokerAccount) -> None:
    """BOLT, closed on 3 Mar, is tagged gap, and what is still held of ACME core."""
    add_tag(owner, RoundTripRow.objects.get(symbol="BOLT").key, "gap")
    add_tag(owner, RoundTripRow.objects.get(symbol="ACME", is_open=True).key, "core")

    def closed(query: str) -> list[int]:
        return [group["closed"]["round_trips"] for group in program.get(f"/days/2026-03-03?{query}")["groups"]]

    assert [closed(query) for query in ("tag=gap", "tag=core", "untagged=1", "outcome=loss&side=short")] == [[1], [0], [0], [1]]
    held = {
        query: [one["instrument"] for one in program.get(f"/positions?{query}")["items"]] for query in ("tag=core", "tag=gap", "untagged=1")
    }
    assert held == {"tag=core": ["ACME"], "tag=gap": [], "untagged=1": []}
