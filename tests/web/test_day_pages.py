"""Calendar, day, intraday and positions show the book of tests/web/book.py; every figure of a larger book is recomputed plainly."""

import re
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from fillbook.brokers.manifests import manifests
from fillbook.ledger.execution import Effect, Execution
from fillbook.storage.models import BrokerAccount, OpenLotRow, PositionRow, RoundTripRow, User
from fillbook.storage.words import add_tag
from tests.web.book import ACME, BOLT, FILLS, fill, link_of, says, utc, write_book
from tests.web.conftest import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

SESSIONS = ("Before the open", "First hour", "Midday", "Last hour", "After the close")
HELD = ("1 to 5 min", "5 to 15 min", "15 to 60 min", "1 to 4 h", "1 to 7 days")
NEW_YORK = ZoneInfo("America/New_York")


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.headers
    return text_of(answer.content)


def test_a_month_leads_to_its_days(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    content = browser_of_owner.get("/calendar/?month=2026-02").content.decode()
    assert 'href="/days/2026-02-10/"' in content
    assert "+98.00 USD 1 trade" in text_of(content.encode())
    assert 'href="/calendar/?month=2026-01"' in content
    assert 'href="/calendar/?month=2026-03"' in content
    assert "10 Feb 2026: +98.00 USD, 1 trade" in content


def test_a_year_is_twelve_months_on_one_scale(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    content = browser_of_owner.get("/calendar/?year=2026").content.decode()
    shown = text_of(content.encode())
    assert "2026 +86.00 USD 2 trades" in shown
    assert "Feb 2026 +98.00" in shown
    assert "Mar 2026 \u221212.00" in shown
    assert content.count("days-small") == 12
    assert re.search(r'shade-gain-4"><a href="/days/2026-02-10/"', content)
    assert re.search(r'shade-loss-1"><a href="/days/2026-03-03/"', content)
    assert "Nothing closed" in page(browser_of_owner, "/calendar/?year=2019")


def test_a_day_in_percent_of_what_its_trades_cost(browser_of_owner: Client, account: BrokerAccount) -> None:
    """The closing fill of ACME realized 98 on 1001 and paid 1 of it in fees, which is 0.0999 %."""
    assert account.pk
    calendar = browser_of_owner.get("/calendar/?month=2026-02&show=percent").content.decode()
    assert 'href="/days/2026-02-10/?show=percent"' in calendar
    shown = page(browser_of_owner, "/days/2026-02-10/?show=percent")
    assert "Closed that day +9.8 % of one stake 1 trade, 1 won, 0 lost" in shown
    assert "Realized, fill by fill +9.8 % between 0.0 % and +9.8 % in the day" in shown
    assert "Fees and taxes \u22120.10 % on 1 fill" in shown
    assert "10:30:00 Sold ACME \u221210 110.00 \u22120.10 % +9.8 % +9.8 %" in shown
    assert "The two differ" not in shown
    assert "USD" not in shown
    assert 'href="/days/2026-02-10/"' in browser_of_owner.get("/days/2026-02-10/?show=percent").content.decode(), "back to money"


@pytest.mark.parametrize("query", ["month=2026-13", "month=x", "year=12", "year=99999", "month=2026-02-03"])
def test_a_calendar_that_makes_no_sense_is_the_latest_month(browser_of_owner: Client, account: BrokerAccount, query: str) -> None:
    assert account.figures_to is not None
    assert "Sep 2026" in page(browser_of_owner, f"/calendar/?{query}")


def test_a_day_shows_what_closed_and_what_its_fills_brought(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    shown = page(browser_of_owner, "/days/2026-02-10/")
    assert "Tuesday, 10 Feb 2026" in shown
    assert "The two differ" not in shown
    assert "Closed that day +98.00 USD 1 trade, 1 won, 0 lost" in shown
    assert "Realized, fill by fill +98.00 USD between 0.00 and +98.00 in the day" in shown
    assert "Fees and taxes \u22121.00 USD on 1 fill" in shown
    assert "10:30:00 Sold ACME \u221210 110.00 \u22121.00 +98.00 +98.00" in shown
    assert "1 closing fill brought +98.00 USD; highest +98.00 at 10:30, lowest 0.00 at 10:30." in shown


def test_a_day_names_whatever_narrows_its_trades(browser_of_owner: Client, account: BrokerAccount, owner: User) -> None:
    """The calendar under a filter counts few of a day's trades, and its page says so; a day of a list is whole."""
    add_tag(owner, RoundTripRow.objects.get(account=account, symbol="ACME", is_open=False).key, "Late")
    until = "closed_to=2026-02-10~2026-02-10T15:00:00Z"
    shown = page(browser_of_owner, f"/days/2026-02-10/?{until}&rating=none&tag=late&side=long&class=stock")
    assert "Late closed until 10 Feb 2026, 10:00:00 New York Long Stocks Not rated" in shown
    assert "no trade closed" in shown
    assert "All fills of the day, whatever their trade came to." in shown
    listed = browser_of_owner.get("/trades/?closed_to=2026-02-11~&side=long").content.decode()
    assert 'href="/days/2026-02-10/?side=long"' in listed
    assert "All fills of the day" not in page(browser_of_owner, "/days/2026-02-10/?symbol=ACME")


def test_the_note_on_a_day_stands_on_its_page(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    assert "Notes on 10 Feb 2026" in page(browser_of_owner, "/days/2026-02-10/")
    browser_of_owner.post("/notes/day/2026-02-10/", {"text": "Calm, waited for the level."})
    assert "Calm, waited for the level." in page(browser_of_owner, "/days/2026-02-10/")
    assert "Calm, waited" not in page(browser_of_owner, "/days/2026-02-11/")


def test_days_beside_lead_on_and_a_quiet_day_says_so(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    content = browser_of_owner.get("/days/2026-03-01/").content.decode()
    assert "Nothing was traded that day" in content
    assert 'href="/days/2026-02-10/" rel="prev"' in content
    assert 'href="/days/2026-03-02/" rel="next"' in content
    assert 'href="/calendar/?month=2026-03"' in content


def test_a_position_closed_in_halves_is_realized_day_by_day_and_closed_once(browser_of_owner: Client, owner: User) -> None:
    write_book(owner, says(fill(1, ACME, 10, 100, utc(2, 2)), fill(2, ACME, -5, 110, utc(2, 3)), fill(3, ACME, -5, 90, utc(2, 4))))
    first, second = page(browser_of_owner, "/days/2026-02-03/"), page(browser_of_owner, "/days/2026-02-04/")
    assert "Closed that day 0.00 USD no trade closed" in first
    assert "Realized, fill by fill +48.50 USD" in first  # 5 x 10 less its dollar and half of the opening's
    assert "Closed that day \u22123.00 USD 1 trade" in second
    assert "Realized, fill by fill \u221251.50 USD between \u221251.50 and 0.00 in the day" in second
    assert "The two differ as they count otherwise" in first
    assert "The two differ as they count otherwise" in second


def test_what_has_no_known_cost_or_no_time_is_named(browser_of_owner: Client, owner: User) -> None:
    untimed = replace(fill(2, ACME, -10, 110, utc(2, 10)), executed_at=None)
    unknown = replace(fill(3, BOLT, -10, 110, utc(2, 10, 16)), broker_realized_pnl=None)
    write_book(owner, says(fill(1, ACME, 10, 100, utc(2, 9)), untimed, replace(unknown, effect=Effect.CLOSES)))
    shown = page(browser_of_owner, "/days/2026-02-10/")
    assert "1 fill of U1 counted but not drawn: their time of day is not known." in shown
    assert "Realized, fill by fill +98.00 USD" in shown
    assert "no time Sold ACME" in shown


def test_times_of_another_exchange_name_their_zone(browser_of_owner: Client, owner: User) -> None:
    berlin = replace(BOLT, key="77", exchange="IBIS")
    write_book(owner, says(*FILLS[:2], fill(8, ACME, 1, 100, utc(2, 10, 16)), fill(7, berlin, 5, 50, utc(2, 10))))
    shown = page(browser_of_owner, "/days/2026-02-10/")
    assert "16:30:00 Berlin Bought BOLT" in shown
    assert "10:30:00 Sold ACME" in shown


@pytest.mark.parametrize("text", ["2026-02-30", "20260210", "today", "2026-2-10", "9999-99-99"])
def test_what_is_no_day_is_not_there(browser_of_owner: Client, account: BrokerAccount, text: str) -> None:
    assert account.pk
    assert browser_of_owner.get(f"/days/{text}/").status_code == 404


def busy_book() -> list[Execution]:
    """60 round trips over ten weeks in shares of New York, some on the same day, of all lengths; prices that are quick to check."""
    rows, number = [], 0
    for trade in range(60):
        opened = datetime(2026, 1, 5, 14, 31, tzinfo=UTC) + timedelta(days=trade % 40, minutes=37 * (trade % 11), seconds=trade)
        held = timedelta(minutes=(1, 7, 55, 200, 1500)[trade % 5], seconds=trade)
        instrument = replace(ACME, key=f"k{trade}", symbol=f"S{trade}")
        units = 10 if trade % 3 else -10
        for signed, price, when in ((units, 100, opened), (-units, 100 + (trade % 7) - 3, opened + held)):
            number += 1
            rows.append(replace(fill(number, instrument, signed, price, when), trade_date=when.astimezone(NEW_YORK).date()))
    return rows


def test_every_figure_of_the_intraday_page_is_a_plain_count(browser_of_owner: Client, owner: User) -> None:
    rows = busy_book()
    write_book(owner, says(*rows))
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    sums: dict[str, list[Decimal]] = defaultdict(list)
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    for opening, closing in pairs:
        net = opening.proceeds + closing.proceeds - 2
        local = opening.ordered_at.astimezone(NEW_YORK)
        minute = local.hour * 60 + local.minute
        minutes = (closing.ordered_at - opening.ordered_at).total_seconds() / 60
        number = 1 + sum(other.trade_date == opening.trade_date and other.ordered_at < opening.ordered_at for other, _ in pairs)
        done = [
            (end.ordered_at, start.proceeds + end.proceeds - 2)
            for start, end in pairs
            if end.trade_date == opening.trade_date and end.ordered_at <= opening.ordered_at
        ]
        sums[f"{local.hour:02}:00–{local.hour + 1:02}:00"].append(net)
        sums[names[local.weekday()]].append(net)
        sums[SESSIONS[sum(minute >= bound for bound in (570, 630, 900, 960))]].append(net)
        sums[HELD[sum(minutes >= bound for bound in (5, 15, 60, 240))]].append(net)
        sums[f"Number {number}"].append(net)
        sums["First of the day" if not done else "After a win" if max(done)[1] > 0 else "After a loss"].append(net)
    shown = page(browser_of_owner, "/intraday/")
    for name, nets in sums.items():
        won = Decimal(100 * sum(net > 0 for net in nets)) / len(nets)
        total = sum(nets, Decimal(0))
        mean = total / len(nets)
        line = f"{name} {len(nets)} {won:.1f} % {signed(mean)} {signed(total)}"
        assert line in shown, line
    total = sum((opening.proceeds + closing.proceeds - 2 for opening, closing in pairs), Decimal(0))
    assert shown.count(f"60 trades came to {signed(total)} USD;") == 14  # of six tables and of the grid, each beside it and in its caption
    assert "Hours by the clock of New York." in shown


def signed(value: Decimal) -> str:
    """As pages write money."""
    rounded = value.quantize(Decimal("0.01"))
    return ("\u2212" if rounded < 0 else "+" if rounded > 0 else "") + f"{abs(rounded):,}"


def test_a_part_of_the_day_is_a_door_to_its_trades(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    content = browser_of_owner.get("/intraday/?symbol=ACME").content.decode()
    assert 'href="/trades/?symbol=ACME&amp;slot=hour-10"' in content
    assert 'href="/trades/?symbol=ACME&amp;slot=clock-10"' in content  # Monday at 10
    listed = page(browser_of_owner, "/trades/?slot=hour-10")
    assert "2 trades" in listed
    assert "10:00–11:00" in listed
    assert "No trade fits this filter" in page(browser_of_owner, "/trades/?slot=hour-9")


def test_an_account_without_times_is_left_out_by_name(browser_of_owner: Client, owner: User) -> None:
    dated = [replace(row, executed_at=None) for row in FILLS]
    write_book(owner, says(*dated))
    shown = page(browser_of_owner, "/intraday/")
    assert "No trade here has a time of day" in shown
    assert "2 trades of U1 left out: the time of their first fill is not known" in shown


def test_positions_with_the_brokers_mark(browser_of_owner: Client, account: BrokerAccount) -> None:
    PositionRow.objects.filter(account=account).update(mark_price=Decimal("131.5"), value=Decimal(526), unrealized_pnl=Decimal(45))
    shown = page(browser_of_owner, "/positions/")
    assert "Marks of 25 Sep 2026, as the broker states them." in shown
    assert "+45.00 USD unrealized" in shown
    assert "ACME Long 4 120.25 131.50 526.00 +45.00" in shown  # 4 at 120 and a dollar of fees
    assert "No position fits this filter" in page(browser_of_owner, "/positions/?symbol=BOLT")


def test_positions_in_percent_of_their_cost(browser_of_owner: Client, account: BrokerAccount) -> None:
    """45 on the 481 that 4 at 120 and a dollar of fees cost are 9.36 %; on the dashboard and among the open trades too."""
    PositionRow.objects.filter(account=account).update(mark_price=Decimal("131.5"), value=Decimal(526), unrealized_pnl=Decimal(45))
    shown = page(browser_of_owner, "/positions/?show=percent")
    assert "+9.4 % unrealized" in shown
    assert "ACME Long 4 120.25 131.50 +9.4 %" in shown
    assert "USD" not in shown
    row = "ACME Long 4 at 120.25, since 5 Mar 2026 +9.4 % unrealized"
    assert row in page(browser_of_owner, "/?show=percent")
    assert row in page(browser_of_owner, "/trades/?status=open&show=percent")
    OpenLotRow.objects.update(cost_basis=None)
    assert "since 5 Mar 2026 \u2013 cost unknown" in page(browser_of_owner, "/?show=percent"), "no money instead"


def test_a_result_of_other_units_than_we_hold_is_told_by_their_cost(browser_of_owner: Client, account: BrokerAccount) -> None:
    """The broker states 8 units where we hold 4 for 481: 90 on the 962 that it says they cost are 9.36 %, and not 18.7 %."""
    stated = PositionRow.objects.filter(account=account)
    stated.update(quantity=8, mark_price=Decimal("131.5"), value=Decimal(1052), unrealized_pnl=Decimal(90), cost_basis=Decimal(962))
    for path in ("/positions/?show=percent", "/?show=percent", "/trades/?status=open&show=percent"):
        assert "+9.4 %" in page(browser_of_owner, path)
        assert "18.7" not in page(browser_of_owner, path)
    stated.update(cost_basis=None)
    assert "% unrealized" not in page(browser_of_owner, "/positions/?show=percent")


def test_positions_have_the_tags_of_their_open_trade(browser_of_owner: Client, account: BrokerAccount, owner: User) -> None:
    tag = add_tag(owner, RoundTripRow.objects.get(account=account, is_open=True).key, "swing")
    other = add_tag(owner, RoundTripRow.objects.get(account=account, symbol="BOLT").key, "gap")
    assert "ACME Long 4" in page(browser_of_owner, f"/positions/?tag={tag.key}")
    assert "No position fits this filter" in page(browser_of_owner, f"/positions/?tag={other.key}")
    assert "No position fits this filter" in page(browser_of_owner, "/positions/?untagged=1")


def test_positions_of_a_broker_that_states_none(browser_of_owner: Client, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    write_book(owner, replace(says(*FILLS), positions=(), states_positions=False))
    shown = page(browser_of_owner, "/positions/")
    assert "No statement of this account lists positions, so there are no marks." in shown
    known = manifests()
    silent = {name: replace(one, capabilities=replace(one.capabilities, positions=False)) for name, one in known.items()}
    monkeypatch.setattr("fillbook.web.pages.positions.manifests", lambda: silent)
    shown = page(browser_of_owner, "/positions/")
    assert "Marks are not available from this broker." in shown
    assert "Symbol Side Quantity Average cost Realized so far ACME Long 4 120.25 — " in shown + " "
    assert "Unrealized" not in shown  # nor any other column of the broker's


def test_nothing_open_says_so(browser_of_owner: Client, owner: User) -> None:
    write_book(owner, says(*FILLS[:4]), link_of(owner))
    assert "Nothing open" in page(browser_of_owner, "/positions/")


def test_a_phone_finds_the_other_places(browser_of_owner: Client, account: BrokerAccount) -> None:
    assert account.pk
    content = browser_of_owner.get("/more/").content.decode()
    for place in ("/positions/", "/accounts/", "/settings/"):
        assert f'href="{place}"' in content
