"""The pages of campaigns: the list beside its legs, one campaign with its fills, and what a trader says of them by form."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from fillbook.ledger.execution import Execution
from fillbook.ledger.instrument import AssetClass, Instrument, Right
from fillbook.storage.models import BrokerAccount, Campaign, CampaignChange, CampaignRow, RoundTripRow, User
from fillbook.storage.remembered import forget
from tests.web.book import ACME, fill, says, utc, write_book
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db


def put(key: str, strike: int) -> Instrument:
    return Instrument(
        key,
        f"ACME P{strike}",
        AssetClass.OPTION,
        "USD",
        Decimal(100),
        underlying_key="4711",
        underlying_symbol="ACME",
        strike=Decimal(strike),
        expiry=date(2026, 6, 19),
        right=Right.PUT,
    )


def dealt(number: int, what: Instrument, quantity: int, price: int, when: datetime, order: str = "") -> Execution:
    """One fill of contracts of 100, with a dollar of fees."""
    return replace(fill(number, what, quantity, price, when), proceeds=Decimal(-100 * quantity * price), order_id=order)


P95, P90 = put("95", 95), put("90", 90)
# Sold at 3 and bought back at 1: 200 less 2 of fees, 198. Bought at 1 and sold at 2: 100 less 2, 98. Together 296 after 4 of fees.
# The lone put: bought at 2, sold at 1, loses 102.
ROWS = (
    dealt(11, P95, -1, 3, utc(4, 6), "7"),
    dealt(12, P90, 1, 1, utc(4, 6), "7"),
    dealt(13, P95, 1, 1, utc(4, 9), "8"),
    dealt(14, P90, -1, 2, utc(4, 9), "8"),
    dealt(15, P90, 1, 2, utc(5, 4)),
    dealt(16, P90, -1, 1, utc(5, 5)),
)


@pytest.fixture
def book(owner: User) -> BrokerAccount:
    return write_book(owner, says(*ROWS))


def key_of(strike: int, closed: date = date(2026, 4, 9)) -> str:
    return RoundTripRow.objects.get(symbol=f"ACME P{strike}", closed_on=closed).key


def read(client: Client, name: str, *arguments: str, query: str = "") -> str:
    answer = client.get(f"{reverse(name, args=arguments)}{query}")
    assert answer.status_code == 200
    return text_of(answer.content)


def test_the_list_beside_the_legs(browser_of_owner: Client, book: BrokerAccount) -> None:
    text = read(browser_of_owner, "campaigns")
    assert "ACME Bull put spread 90/95 · 19 Jun 2026" in text
    assert "+296.00" in text
    assert "100.0 % 1 of 1 campaign" in text
    assert "100.0 % won of 2 trades; the profit is the same" in text
    assert "Campaigns" in read(browser_of_owner, "trades")
    assert "No campaign fits this filter" in read(browser_of_owner, "campaigns", query="?to=2026-04-08")
    assert "No campaign fits this filter" in read(browser_of_owner, "campaigns", query="?status=open")


def test_a_campaign_with_its_legs_and_fills(browser_of_owner: Client, book: BrokerAccount) -> None:
    text = read(browser_of_owner, "campaign", CampaignRow.objects.get().key)
    assert "Together because they share an order, their options were opened in the same moment." in text
    assert "Before fees +300.00 USD" in text
    assert "Held 4 days 6 Apr – 9 Apr 2026" in text
    fills = text[text.index("Fills in order") :]
    assert "+198.00 +198.00" in fills
    assert "+98.00 +296.00" in fills


def test_a_trade_says_what_it_is_part_of_and_leaves_it(browser_of_owner: Client, book: BrokerAccount) -> None:
    key = key_of(95)
    assert "ACME Bull put spread" in read(browser_of_owner, "trade", key)
    browser_of_owner.post(reverse("trade-alone", args=[key]))
    assert not CampaignRow.objects.exists()
    assert "You let this trade stand by itself." in read(browser_of_owner, "trade", key)
    browser_of_owner.post(reverse("trade-proposed", args=[key]))
    assert CampaignRow.objects.count() == 1


def test_together_named_added_and_taken_apart(browser_of_owner: Client, book: BrokerAccount) -> None:
    lone = key_of(90, date(2026, 5, 5))
    assert "Take this trade together with another one" in read(browser_of_owner, "trade", lone)
    kept = CampaignRow.objects.get().key
    browser_of_owner.post(reverse("campaign-add", args=[kept]), {"other": lone})
    browser_of_owner.post(reverse("campaign-name", args=[CampaignRow.objects.get().key]), {"name": "Spring <b>puts</b>"})
    answer = browser_of_owner.get(reverse("campaigns"))
    assert b"Spring &lt;b&gt;puts&lt;/b&gt;" in answer.content
    row = CampaignRow.objects.get()
    assert (row.legs, row.net_e8) == (3, 194 * 10**8)
    browser_of_owner.post(reverse("campaign-apart", args=[row.key]))
    assert (CampaignRow.objects.count(), Campaign.objects.count()) == (0, 0)
    answer = browser_of_owner.post(reverse("trade-together", args=[lone]), {"other": key_of(95)}, follow=True)
    assert "because you put them together" in text_of(answer.content)
    assert CampaignRow.objects.get().net_e8 == 96 * 10**8


def test_a_proposal_taken_apart_is_put_together_again_in_one_step(browser_of_owner: Client, book: BrokerAccount) -> None:
    key = CampaignRow.objects.get().key
    taken = browser_of_owner.post(reverse("campaign-apart", args=[key]), follow=True)
    assert "Undo stands under Campaign." in text_of(taken.content)
    other = read(browser_of_owner, "trade", key_of(90))  # each of its legs offers it
    assert "Taken apart changed" in other
    assert "Undo" in other
    change = CampaignChange.objects.get()
    answer = browser_of_owner.post(reverse("campaign-undo", args=[change.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("campaign", args=[key]), 302)]
    assert "Taken back; what belongs together is as it was." in text_of(answer.content)
    assert browser_of_owner.post(reverse("campaign-undo", args=[change.pk])).status_code == 404


def test_what_cannot_be_is_said(browser_of_owner: Client, book: BrokerAccount) -> None:
    lone = key_of(90, date(2026, 5, 5))
    answer = browser_of_owner.post(reverse("trade-together", args=[lone]), {"other": ""}, follow=True)
    assert "A campaign has from 2 to 100 trades of one account" in text_of(answer.content)
    answer = browser_of_owner.post(reverse("campaign-name", args=[CampaignRow.objects.get().key]), {"name": "x" * 81}, follow=True)
    assert "a name of up to 80 characters" in text_of(answer.content)
    assert browser_of_owner.post(reverse("trade-together", args=[lone]), {"other": "0" * 20}).status_code == 404


def test_a_hidden_amount_stays_hidden(browser_of_owner: Client, owner: User, book: BrokerAccount) -> None:
    owner.hides_money = True
    owner.save()
    for name, arguments in (("campaigns", ()), ("campaign", (CampaignRow.objects.get().key,))):
        text = read(browser_of_owner, name, *arguments)
        assert "296" not in text
        assert "198" not in text
        assert "•" in text


def test_stock_alone_has_nothing_to_say(browser_of_owner: Client, owner: User) -> None:
    write_book(owner, says(fill(1, ACME, 10, 100, utc(1, 5)), fill(2, ACME, -10, 110, utc(1, 5) + timedelta(hours=1))))
    assert "No campaign yet" in read(browser_of_owner, "campaigns")
    assert "Campaign" not in read(browser_of_owner, "trade", RoundTripRow.objects.get().key)
    assert "Campaigns" not in read(browser_of_owner, "trades")


def test_the_report_counts_each_campaign_once(browser_of_owner: Client, book: BrokerAccount) -> None:
    """The spread earned 296 and the lone put lost 102: by legs two of three won, by decisions one of two; 194 either way."""
    assert book.pk
    shown = text_of(browser_of_owner.get(reverse("report-campaigns")).content)
    assert "Net profit +296.00 USD 1 campaign" in shown
    assert "Campaigns won few trades 100.0 % 1 of 1 campaign; their legs one by one: 100.0 % of 2 trades" in shown.replace("\u2009", " ")
    assert "Bull put spread 1 100.0 % +296.00 +296.00 — no losses 4.0 +296.00" in shown.replace("\u2009", " ")
    assert "Trades in no campaign 1 0.0 % \u2212102.00 \u2212102.00" in shown.replace("\u2009", " ")
    assert "Each decision once 2 50.0 % +97.00 +194.00" in shown.replace("\u2009", " ")
    by_month = text_of(browser_of_owner.get(reverse("report-campaigns") + "?by=month").content)
    assert "Apr 2026 1" in by_month
    assert "ACME 1" in text_of(browser_of_owner.get(reverse("report-campaigns") + "?by=underlying").content)


def test_each_row_of_the_report_leads_to_its_campaigns(browser_of_owner: Client, book: BrokerAccount) -> None:
    assert book.pk
    for by, door in (("shape", "shape=bull_put"), ("underlying", "on=ACME"), ("month", "from=2026-04-01&amp;to=2026-04-30")):
        page = browser_of_owner.get(f"{reverse('report-campaigns')}?by={by}").content.decode()
        assert f'href="/campaigns/?{door}"' in page
        assert "ACME Bull put spread" in text_of(browser_of_owner.get(f"/campaigns/?{door.replace('&amp;', '&')}").content)
    other = text_of(browser_of_owner.get("/campaigns/?shape=iron_condor").content)
    assert "Only Iron condor." in other
    assert "ACME Bull put spread" not in other


def test_a_report_without_campaigns_says_what_one_is(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = text_of(browser_of_owner.get(reverse("report-campaigns")).content)
    assert "No campaign counts here" in shown
    assert "Trades in no campaign 2" in shown


def test_the_report_as_files_and_in_the_one_that_opens_offline(browser_of_owner: Client, owner: User, book: BrokerAccount) -> None:
    """One campaign of +296 and one put by itself that lost 102: two decisions, together +194."""
    found = browser_of_owner.get(f"{reverse('report-file', args=['campaigns', 'json'])}?by=month").json()["rows"]
    assert [(row["part"], row["value"], row["count"], row["profit"]) for row in found] == [
        ("value", "2026-04", 1, "296"),
        ("all", None, 1, "296"),
        ("alone", None, 1, "-102"),
        ("decisions", None, 2, "194"),
        ("trades", None, 3, "194"),
    ]
    assert reverse("report-file", args=["campaigns", "csv"]) in browser_of_owner.get(reverse("report-campaigns")).content.decode()
    alone = "Trades in no campaign 1 0.0 % −102.00 −102.00 Each decision once 2 50.0 % +97.00 +194.00"
    assert "Bull put spread 1 100.0 % +296.00 +296.00 — no losses 4.0 +296.00" in (whole := read(browser_of_owner, "report-html"))
    assert alone in whole
    assert "Lowest 0.00, highest +296.00 USD" in whole
    assert "Each decision once" not in read(browser_of_owner, "report-html", query="?basis=gross")
    owner.hides_money = True
    owner.save()
    assert "296.00" not in read(browser_of_owner, "report-html")
    assert browser_of_owner.get(reverse("report-file", args=["campaigns", "csv"])).status_code == 404


def test_what_an_incomplete_leg_keeps_out_is_counted(browser_of_owner: Client, book: BrokerAccount) -> None:
    assert "left out" not in read(browser_of_owner, "campaigns")
    CampaignRow.objects.update(counts=False)
    forget()  # what writes these rows otherwise says that it did
    for name in ("campaigns", "report-campaigns"):
        assert "1 campaign with an incomplete leg is left out. Show them" in read(browser_of_owner, name)
    below = "Each decision once 1 0.0 % −102.00 −102.00 Legs of campaigns that are not counted here +296.00 All trades, leg by leg 3 66.7 %"
    assert below in read(browser_of_owner, "report-campaigns")
    assert "ACME Bull put spread" in read(browser_of_owner, "campaigns", query="?incomplete=1")
