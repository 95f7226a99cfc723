"""How complete an account is, instrument by instrument, with the one thing to do; and what figures say of incomplete trades."""

from dataclasses import replace

import pytest
from django.test import Client

from fillbook.ledger.statement import Finding, Severity
from fillbook.storage.models import BrokerAccount, EndpointKind, Link, RawStatement, RunKind, RunState, SyncRun, User
from tests.web.book import BOLT, FILLS, fill, link_of, says, utc, write_book
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db
CORD = replace(BOLT, key="4713", symbol="CORD")


def page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return text_of(answer.content)


@pytest.fixture
def older(owner: User) -> BrokerAccount:
    """The small book, and 3 CORD that were bought before the history and sold at 60: 179 after a dollar of fees, of which 29 are gain."""
    sale = fill(9, CORD, -3, 60, utc(6, 1), broker="29")
    return write_book(owner, replace(says(*FILLS, sale), opened_on=None, positions=says(*FILLS).positions), link_of(owner))


def test_all_is_found(browser_of_owner: Client, account: BrokerAccount) -> None:
    shown = page(browser_of_owner, f"/accounts/{account.pk}/completeness/")
    assert "How complete it is All found" in shown
    assert "All is found of 2 of 2 instruments." in shown
    assert "All 2 All found 2" in shown
    account_page = page(browser_of_owner, f"/accounts/{account.pk}/")
    assert "How complete it is All found All is found of 2 of 2 instruments. See each instrument" in account_page


def test_what_lies_before_the_history_is_marked_with_its_units_and_cause(browser_of_owner: Client, older: BrokerAccount) -> None:
    shown = page(browser_of_owner, f"/accounts/{older.pk}/completeness/")
    assert "All is found of 2 of 3 instruments; of 1 the cost of what you held before comes from your broker's own figures." in shown
    assert "CORD Inferred 3 units Opened before the first day that the statements cover." in shown
    assert shown.index("CORD Inferred") < shown.index("ACME All found")
    only = page(browser_of_owner, f"/accounts/{older.pk}/completeness/?mark=inferred")
    assert "ACME" not in only
    assert "None with this mark" in page(browser_of_owner, f"/accounts/{older.pk}/completeness/?mark=missing")
    assert "ACME All found" in page(browser_of_owner, f"/accounts/{older.pk}/completeness/?mark=nonsense")


def test_while_the_broker_may_have_more_one_can_go_further_back(browser_of_owner: Client, older: BrokerAccount) -> None:
    back = f'action="/accounts/links/{older.link_id}/back/"'
    assert back in browser_of_owner.get(f"/accounts/{older.pk}/completeness/").content.decode()
    account = browser_of_owner.get(f"/accounts/{older.pk}/").content
    assert back in account.decode()
    assert "Your history begins on 26 Sep 2025. Interactive Brokers may have earlier years" in text_of(account)
    Link.objects.filter(owner=older.owner).update(nothing_before="2025-09-26")
    done = browser_of_owner.get(f"/accounts/{older.pk}/").content
    assert back not in done.decode()
    assert "Interactive Brokers has nothing before 26 Sep 2025." in text_of(done)


def test_going_back_starts_one_run_and_shows_its_progress(browser_of_owner: Client, older: BrokerAccount) -> None:
    answer = browser_of_owner.post(f"/accounts/links/{older.link_id}/back/")
    assert answer["Location"] == f"/accounts/links/{older.link_id}/"
    run = SyncRun.objects.get(link=older.link_id)
    assert run.kind == RunKind.HISTORY
    run.state, run.step, run.asks_first, run.asks_last = RunState.RUNNING, "read", "2024-09-26", "2025-09-25"
    run.save()
    shown = page(browser_of_owner, f"/accounts/links/{older.link_id}/")
    assert "Going further back" in shown
    assert "Now 26 Sep 2024 – 25 Sep 2025." in shown
    assert "See progress" in page(browser_of_owner, f"/accounts/{older.pk}/")
    run.state, run.note, run.finished_at = RunState.DONE, "Interactive Brokers has nothing before 3 Jan 2024.", run.created_at
    run.rows_new = 12
    run.save()
    shown = page(browser_of_owner, f"/accounts/links/{older.link_id}/")
    assert "As far back as it goes 12 rows came in. Interactive Brokers has nothing before 3 Jan 2024." in shown


def test_a_paused_link_says_why_it_cannot_go_back(browser_of_owner: Client, older: BrokerAccount) -> None:
    Link.objects.filter(owner=older.owner).update(state="paused")
    browser_of_owner.post(f"/accounts/links/{older.link_id}/back/")
    assert not SyncRun.objects.filter(link=older.link_id).exists()
    assert "Earlier years can be fetched once this link works." in page(browser_of_owner, "/accounts/")


def test_without_a_link_an_older_statement_helps(browser_of_owner: Client, owner: User) -> None:
    sale = fill(9, BOLT, -3, 60, utc(6, 1))
    account = write_book(owner, replace(says(sale), opened_on=None, positions=()))
    shown = page(browser_of_owner, f"/accounts/{account.pk}/completeness/")
    assert "BOLT Missing 3 units" in shown
    assert "Upload an older statement" in shown


def test_incomplete_trades_are_left_out_and_the_figures_say_so(browser_of_owner: Client, older: BrokerAccount) -> None:
    assert older.pk
    shown = page(browser_of_owner, "/")
    assert "Profit +86.00 USD" in shown
    assert "1 incomplete trade is left out of these figures. Show them Count them too" in shown
    assert "Closed trades 2 1 won 1 lost" in shown
    listed = page(browser_of_owner, "/trades/?only=incomplete")
    assert "1 incomplete trade" in listed
    assert "1 Jun 2026 CORD" in listed
    assert "ACME" not in listed.partition("Symbol Side")[2]


def test_every_figure_counts_them_on_demand_and_says_so(browser_of_owner: Client, older: BrokerAccount) -> None:
    assert older.pk
    content = browser_of_owner.get("/").content.decode()
    assert 'href="/?incomplete=1"' in content
    shown = page(browser_of_owner, "/?incomplete=1")
    assert "Profit +115.00 USD" in shown
    assert "With 1 incomplete trade." in shown
    assert "Closed trades 3 2 won 1 lost" in shown
    assert 'href="/trades/?incomplete=1"' in browser_of_owner.get("/?incomplete=1").content.decode()
    trades = page(browser_of_owner, "/trades/?incomplete=1")
    assert "3 trades +115.00 USD" in trades
    assert "With 1 incomplete trade." in trades


def test_a_filter_that_no_incomplete_trade_meets_says_nothing_of_them(browser_of_owner: Client, older: BrokerAccount) -> None:
    assert older.pk
    assert "left out of these figures" not in page(browser_of_owner, "/?symbol=ACME")
    assert "not in your figures" not in page(browser_of_owner, "/trades/?status=open&only=incomplete")


def test_what_the_query_lacks_since_it_was_changed_is_marked(browser_of_owner: Client, owner: User) -> None:
    link = link_of(owner, endpoint=EndpointKind.LIVE)
    old = Finding(Severity.NOTE, "positions_by_lot", "Lots without sums.", "Tick Summary.")
    new = Finding(Severity.WARNING, "corporate_actions_missing", "No corporate actions.", "Tick Corporate Actions.", of_query=True)
    account = write_book(owner, says(*FILLS[:2]), link, (old,))
    write_book(owner, says(*FILLS), link, (old, new))
    for number, raw in enumerate(RawStatement.objects.order_by("pk")):
        raw.fingerprint = f"T:{number}"
        raw.save()
    shown = page(browser_of_owner, f"/accounts/{account.pk}/")
    assert "Your query was changed before the statement of" in shown
    assert "No corporate actions. New since you changed it Tick Corporate Actions." in shown
    assert "The section Open Positions lists lots without their sums; Fillbook adds them up." in shown, "said anew by its code"
