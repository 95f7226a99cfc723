"""What the dashboard says beside its figures: how far they reach, what they leave out, what waits for its reader."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from fillbook.ledger.figures import BrokerFigure, FigureKind
from fillbook.ledger.instrument import AssetClass, Right
from fillbook.storage.models import BrokerAccount, Link, LinkState, RoundTripRow, User
from tests.web.book import ACME, BOLT, COVERS, FILLS, fill, link_of, says, utc, write_book
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db


def page(client: Client, address: str = "/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers
    return text_of(answer.content)


def test_figures_reach_to_the_latest_day_and_name_who_ends_before(browser_of_owner: Client, account: BrokerAccount, owner: User) -> None:
    other = write_book(owner, says(*FILLS[:2], number="U2"))
    assert "Figures to Fri 25 Sep 2026; next" in page(browser_of_owner)
    BrokerAccount.objects.filter(pk=other.pk).update(figures_to="2026-03-12")
    shown = page(browser_of_owner)
    assert "Figures to Fri 25 Sep 2026, of U2 to 12 Mar 2026; next" in shown
    third = write_book(owner, says(*FILLS[:2], number="U3"))
    BrokerAccount.objects.filter(pk=third.pk).update(figures_to="2026-01-30")
    assert "Figures to Fri 25 Sep 2026, of 2 accounts to an earlier day, U3 to 30 Jan 2026; next" in page(browser_of_owner)
    assert account.link_id
    BrokerAccount.objects.filter(pk=account.pk).update(figures_to="2999-01-01")
    assert "Older than it should be" not in page(browser_of_owner), "nothing newer can come of a file"


def test_an_open_position_shows_what_its_page_shows(browser_of_owner: Client, owner: User) -> None:
    said = says(*FILLS)
    mark = replace(said.positions[0], unrealized_pnl=Decimal("19.00"), mark_price=Decimal(125), value=Decimal(500))
    assert isinstance(mark, BrokerFigure)
    assert (mark.kind, mark.as_of) == (FigureKind.POSITION, COVERS.last)
    write_book(owner, replace(said, positions=(mark,)))
    row = "ACME Long 4 at 120.25, since 5 Mar 2026 +19.00 USD unrealized"
    assert row in page(browser_of_owner)
    trade = RoundTripRow.objects.get(symbol="ACME", is_open=True)
    assert "Mark of 25 Sep 2026 125.00 Unrealized +19.00" in page(browser_of_owner, f"/trades/{trade.key}/")
    positions = page(browser_of_owner, "/positions/")
    assert "120.25" in positions
    assert "+19.00" in positions


def test_a_position_past_its_expiry_says_that_nobody_told_its_end(browser_of_owner: Client, owner: User) -> None:
    """Both are held by our book on 25 Sep; the one that ended on 18 Sep is in no statement since, the other runs on."""
    put = replace(
        ACME, key="31", symbol="ACME P", asset_class=AssetClass.OPTION, expiry=date(2026, 9, 18), strike=Decimal(90), right=Right.PUT
    )
    later = replace(put, key="32", symbol="ACME L", expiry=date(2026, 10, 16))
    write_book(owner, replace(says(fill(31, put, 1, 2, utc(8, 3)), fill(32, later, 1, 3, utc(8, 3))), positions=(), states_positions=False))
    shown = page(browser_of_owner, "/positions/")
    assert shown.count("expired") == 1
    assert "18 Sep 2026 90 put expired Long" in shown


def test_the_bridge_says_whose_profit_it_leaves_out(browser_of_owner: Client, account: BrokerAccount, owner: User) -> None:
    assert account.pk
    silent = (fill(21, BOLT, 10, 10, utc(4, 1)), fill(22, BOLT, -10, 13, utc(4, 2)))
    left_out = write_book(owner, replace(says(*silent, number="U2"), states_realized_pnl=False))
    BrokerAccount.objects.filter(pk=left_out.pk).update(figures_to="2026-05-12")
    for query in ("/", "/?from=2026-03-01"):
        shown = page(browser_of_owner, query)
        assert "Profit of complete trades +86.00 USD Your broker's realized figure +86.00 USD Equal to the cent" in shown
        assert (
            "Not in it, as no realized figure of theirs is stated: U2, with a profit of +28.00 USD. "
            "With it, that is the profit of the whole history: +114.00." in shown
        )
    assert "Profit +114.00 USD" in page(browser_of_owner)
    assert "Of the whole history to 25 Sep 2026. Profit of complete trades" in page(browser_of_owner), "to where those reach that it covers"
    assert "Not in it" not in page(browser_of_owner, f"/?account={account.pk}")


def test_a_statement_that_states_no_profit_of_what_it_closes_is_left_out_too(
    browser_of_owner: Client, account: BrokerAccount, owner: User
) -> None:
    """It has the field, with a zero for its opening, and leaves it out for its closing: 28 by our book, and no figure beside it."""
    assert account.pk
    write_book(owner, says(fill(21, BOLT, 10, 10, utc(4, 1), broker="0"), fill(22, BOLT, -10, 13, utc(4, 2)), number="U2"))
    shown = page(browser_of_owner)
    assert "Profit of complete trades +86.00 USD Your broker's realized figure +86.00 USD Equal to the cent" in shown
    assert "Not in it, as no realized figure of theirs is stated: U2, with a profit of +28.00 USD." in shown


def test_the_bridge_names_a_day_only_where_all_of_it_reach_there(browser_of_owner: Client, account: BrokerAccount, owner: User) -> None:
    assert account.pk
    other = write_book(owner, says(fill(21, BOLT, 10, 10, utc(4, 1)), fill(22, BOLT, -10, 13, utc(4, 2), broker="28"), number="U2"))
    assert "Of the whole history to 25 Sep 2026. Profit of complete trades +114.00" in page(browser_of_owner)
    BrokerAccount.objects.filter(pk=other.pk).update(figures_to="2026-05-12")
    assert "Of the whole history. Profit of complete trades +114.00" in page(browser_of_owner)


def test_two_things_that_wait_are_told_and_the_others_one_tap_away(browser_of_owner: Client, account: BrokerAccount, owner: User) -> None:
    assert account.pk
    for number in range(5):
        link = link_of(owner, LinkState.NEEDS_USER)
        Link.objects.filter(pk=link.pk).update(error_message=f"Reason {number}.")
    answer = browser_of_owner.get("/").content.decode()
    before, rest = answer[answer.index("<main") :].split('<details class="more attention-more">')
    assert (before.count('class="notice '), rest.count('class="notice ')) == (2, 3)
    assert "and 3 more that need you" in text_of(answer.encode())


def test_an_average_of_another_sign_than_the_profit_is_explained(browser_of_owner: Client, owner: User) -> None:
    small = (fill(1, BOLT, 10, 10, utc(2, 2)), fill(2, BOLT, -10, 15, utc(2, 3)))  # +48 on 101
    large = (fill(3, ACME, 10, 1000, utc(2, 4)), fill(4, ACME, -10, 980, utc(2, 5)))  # -202 on 10,001
    write_book(owner, says(*small, *large))
    shown = page(browser_of_owner)
    assert "Profit \u2212154.00 USD" in shown
    assert (
        "+22.8\u202f% \u221277.00 USD a trade, \u22121.5\u202f% on all money put in; it has another sign than the profit"
        in shown.replace(" %", "\u202f%")
    )
    assert "another sign" not in page(browser_of_owner, "/?symbol=BOLT")


def test_what_was_said_of_percent_stays_with_what_is_left_out(browser_of_owner: Client, owner: User) -> None:
    late = fill(9, BOLT, -5, 60, utc(1, 20), broker="10")
    write_book(owner, says(late, *FILLS))
    content = browser_of_owner.get("/?show=percent").content.decode()
    part = re.search(r'<p class="left-out">.*?</p>', content)
    assert part, "a sale whose purchase nobody knows"
    doors = re.findall(r'<a href="([^"]*)"', part[0])
    assert doors
    assert all("show=percent" in door for door in doors), doors


def test_the_sandbox_goes_only_after_it_was_asked(browser_of_owner: Client, owner: User) -> None:
    from fillbook.storage.models import EndpointKind

    pretend = write_book(owner, says(*FILLS[:2], number="U9"), link_of(owner, endpoint=EndpointKind.SANDBOX))
    banner = browser_of_owner.get("/").content.decode()
    assert '<a href="/sandbox/remove/">Remove the sandbox</a>' in banner
    asked = page(browser_of_owner, "/sandbox/remove/")
    assert "The practice broker, its accounts and 1 trade go" in asked
    assert BrokerAccount.objects.filter(pk=pretend.pk).exists(), "looking removes nothing"
    assert browser_of_owner.post("/sandbox/remove/").status_code == 302
    assert not BrokerAccount.objects.filter(pk=pretend.pk).exists()
