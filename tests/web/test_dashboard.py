"""The dashboard shows the figures of the book in tests/web/book.py, and every number leads to its trades."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from fillbook.ledger.statement import Finding, Severity
from fillbook.storage.models import AccountTotals, BrokerAccount, EndpointKind, Link, LinkState, User
from tests.web.book import ACME, BOLT, FILLS, fill, link_of, says, utc, write_book
from tests.web.conftest import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def page(client: Client, address: str = "/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers
    return text_of(answer.content)


def test_the_three_numbers(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.base_currency == "USD"
    shown = page(browser_of_owner)
    assert "Profit +86.00 USD +90.00 before 4.00 of fees" in shown
    assert "Average gain few trades +2.5 % +43.00 USD a trade, +6.9 % on all money put in" in shown  # 86 / (1001 + 249)
    assert "Win rate few trades 50.0 % 1 of 2 trades" in shown


def test_the_further_figures(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = page(browser_of_owner)
    assert "Closed trades 2 1 won 1 lost" in shown
    assert "Profit factor 8.17 +98.00 by \u221212.00" in shown  # 98 / 12
    assert "Expectancy +43.00 USD ± 55.00 a trade" in shown  # deviations of 55 each: sqrt(2 * 55^2 / 1 / 2)
    assert "Deepest fall \u221212.00 USD low on 3 Mar 2026 Average" in shown
    assert "Average win against average loss +98.00 8.17 to 1 \u221212.00" in shown


def test_the_month_open_positions_and_last_trades(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = page(browser_of_owner)
    assert "Mar 2026 \u221212.00 USD 1 trade" in shown
    assert "2 3 \u221212 1 4 5 6 7 8 \u221212 1" in shown, "the days of a week, then its total and its trades"
    assert "Feb 2026 +98.00 USD 1 trade" in page(browser_of_owner, "/?month=2026-02")
    assert "Open now 1 position ACME Long 4 at 120.25, since 5 Mar 2026 – no mark stated" in shown  # with the dollar of fees
    assert shown.index("3 Mar 2026 BOLT") < shown.index("10 Feb 2026 ACME")


def test_the_bridge_ends_at_the_brokers_figure(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = page(browser_of_owner)
    assert "Profit of complete trades +86.00 USD Your broker's realized figure +86.00 USD Equal to the cent" in shown
    assert "2 equal" in shown
    answer = browser_of_owner.get("/").content.decode()
    doors = dict(re.findall(r'<dt title="[^"]*">([^<]*)</dt><dd class="num"><a class="quiet-link" href="([^"]*)"', answer))
    assert doors == {
        "Profit of complete trades": f"/trades/?account={account.pk}",
        "Your broker&#x27;s realized figure": f"/accounts/{account.pk}/reconciliation/",
    }


def test_the_bridge_says_what_it_covers(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert "Of the whole history to 25 Sep 2026. Profit of complete trades +86.00" in page(browser_of_owner)
    assert "Of the whole history to 25 Sep 2026. Profit" in page(browser_of_owner, f"/?account={account.pk}")
    narrowed = page(browser_of_owner, "/?from=2026-03-01")
    assert "it follows the accounts of the filter, and nothing else of it. Profit of complete trades +86.00" in narrowed


def test_the_period_before_and_each_day_lead_to_what_makes_them(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    content = browser_of_owner.get("/?from=2026-03-01&to=2026-03-31").content.decode()
    assert set(re.findall(r'<a class="delta num" href="([^"]*)"', content)) == {
        "/trades/?from=2026-02-01&amp;to=2026-02-28",
        "/trades/?from=2026-02-01&amp;to=2026-02-28&amp;outcome=win",
    }
    listed = browser_of_owner.get("/trades/?account=%d&outcome=loss&columns=closed,opened,symbol" % account.pk).content.decode()  # noqa: UP031
    days = re.findall(r'<a class="day-link" href="([^"]*)">([^<]*)</a>', listed)
    assert days == [(f"/days/2026-03-03/?account={account.pk}", "3 Mar 2026"), (f"/days/2026-03-02/?account={account.pk}", "2 Mar 2026")]
    assert browser_of_owner.get(days[0][0].replace("&amp;", "&")).status_code == 200
    assert 'class="day-link"' not in browser_of_owner.get("/days/2026-03-03/").content.decode(), "it is that day's page already"


def test_a_difference_is_told_at_the_top(browser_of_owner: Client, owner: User) -> None:
    wrong = (*FILLS[:1], fill(2, ACME, -10, 110, utc(2, 10), broker="90"))
    account = write_book(owner, says(*wrong), link_of(owner))
    answer = browser_of_owner.get("/").content
    assert "1 figure of ours differs from your broker's." in text_of(answer)
    assert f"/accounts/{account.pk}/reconciliation/?status=different" in answer.decode()
    assert "8.00 USD apart" in text_of(answer)


def test_every_number_is_a_door_to_its_trades(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    content = browser_of_owner.get("/?symbol=BOLT").content.decode()
    doors = re.findall(r'<a class="(?:stat-door|tile)" href="([^"]*)"', content)
    assert len(doors) == 6
    doors += re.findall(r'<a class="(?:tile-door|outcome-link|num month-sum)" href="([^"]*)"', content)
    doors += re.findall(r'<a href="([^"]*)" aria-label="[^"]*trade', content)
    assert len(doors) == 12
    assert all(
        re.match(r"/trades/\?((from|closed_from)=2026-03-\S*&amp;(to|closed_to)=2026-03-\S*&amp;)?symbol=BOLT", door) for door in doors
    )
    assert "/trades/?symbol=BOLT&amp;outcome=win" in doors
    assert "/trades/?symbol=BOLT&amp;outcome=loss" in doors


def test_the_period_before_stands_beside_the_chosen_one(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = page(browser_of_owner, "/?from=2026-03-01&to=2026-03-31")
    assert "Profit \u221212.00 USD \u221210.00 before 2.00 of fees from +98.00 in Feb 2026" in shown


def test_percent_instead_of_money_everywhere(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    answer = browser_of_owner.get("/?show=percent").content
    shown = text_of(answer)
    assert "Profit +5.0 % of one stake gains of all trades added up" in shown  # 98 / 1001 - 12 / 249
    assert "Expectancy +2.5 % a trade" in shown
    assert "Deepest fall \u22124.8 % low on 3 Mar 2026" in shown
    assert "+9.8 % 2.03 to 1 \u22124.8 %" in shown  # 98 / 1001 = 9.790, 12 / 249 = 4.819
    assert "Profit factor 2.03 +9.8 % by \u22124.8 %" in shown
    assert "Closed Symbol Side Quantity Entry Exit Held Gain Against the broker" in shown, "no net profit in money"
    assert "3 Mar 2026 BOLT Short 5 50.00 52.00 1 d \u22124.8 % Reconciled" in shown
    assert "there is nothing to compare a percentage with. See it in money" in shown
    assert "USD" not in shown
    assert "Mar 2026 \u22124.8 % of one stake 1 trade" in shown, "the sign of percent once"
    assert "% % of" not in text_of(browser_of_owner.get("/calendar/?month=2026-03&show=percent").content).replace("\u202f", " ")
    assert "came to +5.0 % of one stake" in shown
    assert "/trades/?outcome=win&amp;show=percent" in answer.decode()


def test_the_fall_leads_to_the_trades_it_is_made_of(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    content = browser_of_owner.get("/").content.decode()
    assert 'href="/trades/?closed_from=2026-03-03~2026-03-03T15:30:00Z&amp;closed_to=2026-03-03~2026-03-03T15:30:00Z"' in content


def test_freshness_is_said_in_one_sentence(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.figures_to is not None
    shown = page(browser_of_owner)
    assert "Figures to Fri 25 Sep 2026; next in a moment." in shown
    assert "Older than it should be" in shown
    assert "Next sync in a moment" in page(browser_of_owner, f"/accounts/{account.pk}/"), "every page says the same"
    Link.objects.update(last_success_at=timezone.now())
    [coming] = re.findall(
        r"Figures to Fri 25 Sep 2026; next (in a moment|(?:today|tomorrow), \d\d:\d\d New York)\.", page(browser_of_owner)
    )
    assert f"Next sync {coming}" in page(browser_of_owner, f"/accounts/{account.pk}/")
    Link.objects.update(state=LinkState.PAUSED)
    assert "Figures to Fri 25 Sep 2026; next when you resume it." in page(browser_of_owner)


def test_accounts_of_two_base_currencies_are_chosen_between_and_never_added(
    browser_of_owner: Client, account: BrokerAccount, owner: User
) -> None:
    assert account.pk
    euro = [
        fill(number, BOLT, quantity, price, when, broker)
        for number, quantity, price, when, broker in ((11, 10, 10, utc(4, 1), None), (12, -10, 13, utc(4, 2), "28"))
    ]
    write_book(owner, says(*euro, number="U2", currency="EUR"))
    shown = page(browser_of_owner)
    assert "Profit +86.00 USD" in shown
    assert "USD EUR" in shown
    assert "Profit +28.00 EUR" in page(browser_of_owner, "/?money=EUR")
    for money in ("", "?money=EUR"):
        content = browser_of_owner.get(f"/{money}").content.decode()
        doors = re.findall(r'href="(/trades/\?[^"]*)">All (\d+)<', content)
        assert doors
        for door, number in doors:
            assert f"{number} trade" in page(browser_of_owner, door.replace("&amp;", "&"))


def test_real_and_sandbox_accounts_are_never_totalled_together(browser_of_owner: Client, account: BrokerAccount, owner: User) -> None:
    sandbox = link_of(owner, endpoint=EndpointKind.SANDBOX)
    pretend = write_book(owner, says(*FILLS[:2], number="U9"), sandbox)
    assert (account.kind, pretend.kind) == ("real", "sandbox")
    shown = page(browser_of_owner)
    assert "Profit +86.00 USD" in shown
    assert "Sandbox: pretend money" not in shown
    assert "All sandbox accounts are kept apart and still there. See them" in shown
    assert f'href="/trades/?account={pretend.pk}"' in browser_of_owner.get("/trades/").content.decode()
    chosen = page(browser_of_owner, f"/?account={pretend.pk}")
    assert "Profit +98.00 USD" in chosen
    assert "kept apart" not in chosen
    assert "Sandbox: pretend money" in chosen
    assert "Profit +86.00 USD" in page(browser_of_owner, f"/?account={account.pk},{pretend.pk}")


def test_a_link_that_needs_its_owner_is_told_at_the_top(browser_of_owner: Client, account: BrokerAccount, owner: User) -> None:
    assert account.pk
    link = link_of(owner, LinkState.NEEDS_USER)
    link.error_message = "Your token has expired; create a new one."
    link.save()
    answer = browser_of_owner.get("/").content
    assert "Your token has expired; create a new one." in text_of(answer)
    assert f"/accounts/links/{link.pk}/" in answer.decode()


def test_one_account_from_two_sources_is_told_with_what_to_do(browser_of_owner: Client, account: BrokerAccount, owner: User) -> None:
    linked = write_book(owner, says(*FILLS, number="U7"), link_of(owner))
    for one, other in ((account, linked), (linked, account)):
        AccountTotals.objects.filter(account=one).update(checked={"fill": {}, "position": {}, "twin": {str(other.pk): 5}})
    answer = browser_of_owner.get("/").content
    shown = text_of(answer)
    assert shown.count("hold the same fills: they seem to be one account from two sources, whose trades count twice.") == 1
    assert re.search(r'href="/\?account=\d+">Show U\d alone</a>', answer.decode())
    assert "hold the same fills" not in page(browser_of_owner, f"/?account={account.pk}")


LACKS = Finding(Severity.WARNING, "open_positions_missing", "The query lacks Open Positions.", "Tick it.")
OFF = Finding(Severity.WARNING, "pnl_off", "The realized P/L is 0 on every row.", "Wait a day.")
SEEN = Finding(Severity.NOTE, "rows_repeated", "A row came twice.")


def test_what_the_doctor_finds_is_told_at_the_top(browser_of_owner: Client, owner: User) -> None:
    account = write_book(owner, link=link_of(owner), findings=(SEEN, LACKS, OFF))
    answer = browser_of_owner.get("/").content
    assert "The query lacks Open Positions. And 1 more thing. See what to do" in text_of(answer)
    assert f'href="/accounts/{account.pk}/#doctor"' in answer.decode()
    other = write_book(owner, says(*FILLS, number="U2"), link_of(owner), findings=(LACKS,))
    both = page(browser_of_owner)
    assert "U1: The query lacks Open Positions. And 1 more thing." in both
    assert "U2: The query lacks Open Positions. See what to do" in both
    assert "U1: " not in page(browser_of_owner, f"/?account={other.pk}"), "the account that is not shown has no say"


def test_what_is_only_good_to_know_is_not_told_at_the_top(browser_of_owner: Client, owner: User) -> None:
    write_book(owner, link=link_of(owner), findings=(SEEN,))
    assert "See what to do" not in page(browser_of_owner)


def test_nothing_yet_leads_to_the_welcome_page(browser_of_owner: Client) -> None:
    answer = browser_of_owner.get("/")
    assert answer["Location"] == "/welcome/"
    shown = page(browser_of_owner, "/welcome/")
    assert "Link Interactive Brokers" in shown
    assert "Try it with the sandbox broker" in shown


def test_a_link_without_an_account_yet_leads_to_the_accounts(browser_of_owner: Client, owner: User) -> None:
    link_of(owner, LinkState.VALIDATING)
    assert browser_of_owner.get("/")["Location"] == browser_of_owner.get("/trades/")["Location"] == "/accounts/"
    assert "Its accounts appear with the first statement." in page(browser_of_owner, "/accounts/")


def test_a_filter_that_nothing_fits_says_so(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    assert "No trade fits this filter" in page(browser_of_owner, "/?symbol=NOPE")


def test_what_an_address_says_and_nobody_understands_is_named(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    for path in ("/", "/trades/", "/calendar/", "/reports/"):
        shown = page(browser_of_owner, f"{path}?from=2026-13-01&side=short&status=closed")
        assert "Not understood in the address, and left out: from=2026-13-01" in shown
        assert "side=short" not in shown
        assert "Not understood" not in page(browser_of_owner, f"{path}?from=2026-03-01&side=short&status=closed")


def test_a_period_the_wrong_way_round_is_told_and_turned(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    for path in ("/", "/trades/", "/intraday/", "/reports/", "/reports/by/symbol/", "/reports/campaigns/", "/campaigns/"):
        shown = page(browser_of_owner, f"{path}?from=2026-03-31&to=2026-03-01")
        assert "31 Mar 2026 comes after 1 Mar 2026, so the two were changed round: you see Mar 2026." in shown
        assert "changed round" not in page(browser_of_owner, f"{path}?from=2026-03-01&to=2026-03-31")


@pytest.mark.parametrize(
    "query", ["from=nonsense", "account=,", "side=sideways", "money=XXX", "from=9999-99-99&to=1", "symbol=%00%ff", "page=-1"]
)
def test_an_address_that_makes_no_sense_shows_everything(browser_of_owner: Client, account: BrokerAccount, query: str) -> None:
    assert account.pk
    assert "Profit +86.00 USD" in page(browser_of_owner, f"/?{query}")


@pytest.mark.parametrize("path", ["/", "/trades/"])
def test_an_account_that_is_not_there_is_not_answered_with_all(browser_of_owner: Client, account: BrokerAccount, path: str) -> None:
    assert browser_of_owner.get(f"{path}?account=999999").status_code == 404
    assert browser_of_owner.get(f"{path}?account=999999,{account.pk}").status_code == 200, "what is there is shown"
