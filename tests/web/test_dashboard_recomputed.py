"""Every figure of the dashboard, worked out again from the round trips one by one in the plainest way there is."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

import pytest
from django.test import Client

from fillbook.storage.derive import write_days
from fillbook.storage.models import BrokerAccount, RoundTripRow, Tag, TagMark, TripMark, User
from tests.support.manytrips import make_account, make_trips
from tests.web.conftest import text_of

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

ZERO = Decimal(0)


@pytest.fixture
def accounts(owner: User) -> list[BrokerAccount]:
    """Two accounts that trade on the same days, some trades even, some without a known cost, some with a tag."""
    found = [make_account(owner, "M1"), make_account(owner, "M2")]
    for number, account in enumerate(found):
        make_trips(account, 90, days=70, with_fills=False, seed=number + 5)
        for index, trip in enumerate(RoundTripRow.objects.filter(account=account).order_by("key")):
            trip.key = f"{account.number.lower()}{trip.key}"
            if index % 17 == 3:
                trip.base_pnl = trip.realized_pnl = ZERO
                trip.net_e8, trip.gain_e8, trip.outcome = 0, 0, "even"
            if index % 13 == 5:
                trip.opening_cost = trip.result_cost = trip.gain_e8 = None
            if index % 3 == 1 and trip.closed_at:  # so that several close in one instant, here and in the other account
                trip.closed_at = trip.closed_at.replace(minute=0, second=0)
            trip.save()
    tag = Tag.objects.create(owner=owner, name="early", key="early", hue="blue")
    for account in found:
        write_days(account)
        for trip in filter(is_early, RoundTripRow.objects.filter(account=account)):
            mark = TagMark.objects.create(tag=tag, account=account, execution_id=trip.key, role="opens")
            TripMark.objects.create(trip=trip, word=mark)
    return found


def money(value: Decimal, signed: bool = True) -> str:
    """As a page writes it: two decimals, thousands grouped, a real minus."""
    text = f"{abs(value):,.2f}"
    return ("\u2212" if value < 0 else "+" if signed and value > 0 else "") + text


def percent(value: Decimal, signed: bool = True) -> str:
    return ("\u2212" if round(value, 1) < 0 else "+" if signed and round(value, 1) > 0 else "") + f"{abs(value):.1f} %"


def mean(values: Iterable[Decimal]) -> Decimal:
    found = list(values)
    return sum(found, ZERO) / len(found)


def in_order(trips: Iterable[RoundTripRow]) -> list[RoundTripRow]:
    return sorted(trips, key=lambda trip: (trip.closed_on, trip.closed_at, trip.opened_at, trip.key))


def falls(trips: list[RoundTripRow]) -> list[tuple[date, Decimal, Decimal]]:
    """(day, equity, drawdown) after each moment at which something closed."""
    equity = high = ZERO
    found = []
    for place, trip in enumerate(trips, 1):
        assert trip.base_pnl is not None
        assert trip.closed_on is not None
        equity += trip.base_pnl
        if place < len(trips) and trips[place].closed_at == trip.closed_at:
            continue
        high = max(high, equity)
        found.append((trip.closed_on, equity, equity - high))
    return found


def within(trip: RoundTripRow, first: date, last: date = date.max) -> bool:
    return trip.closed_on is not None and first <= trip.closed_on <= last


def is_early(trip: RoundTripRow) -> bool:
    """Those that the fixture tags."""
    return within(trip, date.min, date(2026, 9, 30))


TAKEN: dict[str, Callable[[RoundTripRow], bool]] = {
    "": lambda trip: True,
    "side=short": lambda trip: trip.side == "short",
    "from=2026-10-01&to=2026-10-31": lambda trip: within(trip, date(2026, 10, 1), date(2026, 10, 31)),
    "side=long&class=option": lambda trip: (trip.side, trip.asset_class) == ("long", "option"),
    "class=stock&from=2026-10-01": lambda trip: trip.asset_class == "stock" and within(trip, date(2026, 10, 1)),
    "symbol=TAA0": lambda trip: trip.symbol == "TAA0",
    "slot=weekday-1": lambda trip: trip.clock is not None and trip.clock // 24 == 1,
    "tag=early": is_early,
    "tag=early&side=long": lambda trip: is_early(trip) and trip.side == "long",
}
"""What an address asks for, and whether a round trip is meant."""


def test_every_figure(browser_of_owner: Client, accounts: list[BrokerAccount]) -> None:
    for query, taken in TAKEN.items():
        trips = in_order(filter(taken, RoundTripRow.objects.filter(account__in=accounts)))
        check_dashboard(browser_of_owner, trips, query)
        check_percent(browser_of_owner, trips, query)


def check_dashboard(browser_of_owner: Client, trips: list[RoundTripRow], query: str) -> None:
    answer = browser_of_owner.get(f"/?{query}").content
    shown = text_of(answer)
    nets = [trip.base_pnl or ZERO for trip in trips]
    won, lost, even = [x for x in nets if x > 0], [x for x in nets if x < 0], [x for x in nets if x == 0]
    fees = sum((trip.base_charges or ZERO for trip in trips), ZERO)
    profit = sum(nets, ZERO)
    known = [trip for trip in trips if trip.opening_cost]
    gain = mean(100 * (trip.realized_pnl or ZERO) / (trip.opening_cost or ZERO) for trip in known)
    weighted = 100 * sum((trip.base_pnl or ZERO for trip in known), ZERO) / sum((trip.result_cost or ZERO for trip in known), ZERO)
    error = (sum(((x - mean(nets)) ** 2 for x in nets), ZERO) / (len(nets) - 1) / len(nets)).sqrt()
    for words in (
        f"Profit {money(profit)} USD {money(profit - fees)} before {money(-fees, signed=False)} of fees",
        f"{percent(gain)} {money(profit / len(nets))} USD a trade, {percent(weighted)} on all money put in"
        + (f", cost known for {len(known)} of {len(trips)}" if len(known) < len(trips) else ""),
        f"{percent(100 * Decimal(len(won)) / len(nets), signed=False)}",
        f"Closed trades {len(nets)} {len(won)} won {len(lost)} lost" + (f" {len(even)} even" if even else ""),
        f"Profit factor {sum(won, ZERO) / -sum(lost, ZERO):.2f} {money(sum(won, ZERO))} by {money(sum(lost, ZERO))}",
        f"Expectancy {money(mean(nets))} USD ± {money(error, signed=False)} a trade",
        f"{money(mean(won))} {mean(won) / -mean(lost):.2f} to 1 {money(mean(lost))}",
    ):
        assert words in shown, (query, words)
    curve = falls(trips)
    day, _, deepest = min(curve, key=lambda point: point[2])
    assert f"Deepest fall {money(deepest)} USD low on {day.day} {day:%b %Y}" in shown
    check_curve(answer.decode(), curve)
    check_month(answer.decode(), trips)


def check_percent(browser_of_owner: Client, trips: list[RoundTripRow], query: str) -> None:
    """The same told in percent: each trade's gain by what it cost to open, with the same stake in every one."""
    answer = browser_of_owner.get(f"/?{query}&show=percent").content
    shown = text_of(answer)
    known = [(trip, 100 * (trip.realized_pnl or ZERO) / trip.opening_cost) for trip in trips if trip.opening_cost]
    gains = [gain for _, gain in known]
    won = [gain for trip, gain in known if (trip.base_pnl or ZERO) > 0]
    lost = [gain for trip, gain in known if (trip.base_pnl or ZERO) < 0]
    for words in (
        f"Profit {percent(sum(gains, ZERO))} of one stake",
        f"Profit factor {sum(won, ZERO) / -sum(lost, ZERO):.2f} {percent(sum(won, ZERO))} by {percent(sum(lost, ZERO))}",
        f"Expectancy {percent(mean(gains))} a trade",
        f"{percent(mean(won))} {mean(won) / -mean(lost):.2f} to 1 {percent(mean(lost))}",
    ):
        assert words in shown, (query, words)
    last = list(reversed(trips))[:8]
    rows = re.findall(r'<td class="right trade-net"><b class="[^"]*">([^<]*)</b></td>', answer.decode())
    assert [text.replace("\u202f", " ") for text in rows] == [
        percent(100 * (trip.realized_pnl or ZERO) / trip.opening_cost) if trip.opening_cost else "\u2014" for trip in last
    ]


def check_curve(page: str, curve: list[tuple[date, Decimal, Decimal]]) -> None:
    """The chart's points are the curve at the end of each day, and each day's deepest drawdown."""
    data = json.loads(re.search(r'<script id="equity-data" type="application/json">(.*?)</script>', page)[1])  # type: ignore[index]
    days = [(day, list(part)) for day, part in groupby(curve, key=lambda point: point[0])]
    equity, drawdown = (series["data"] for series in data["option"]["series"])
    assert [height for _, height in equity] == pytest.approx([float(part[-1][1]) for _, part in days])
    assert [height for _, height in drawdown] == pytest.approx([float(min(point[2] for point in part)) for _, part in days])


def check_month(page: str, trips: list[RoundTripRow]) -> None:
    """The calendar shows the last month: each day's and each week's total and count."""
    last = max(trip.closed_on for trip in trips if trip.closed_on)
    inside = [trip for trip in trips if trip.closed_on and (trip.closed_on.year, trip.closed_on.month) == (last.year, last.month)]
    days: dict[date, list[Decimal]] = defaultdict(list)
    weeks: dict[date, list[Decimal]] = defaultdict(list)
    for trip in inside:
        assert trip.closed_on is not None
        days[trip.closed_on].append(trip.base_pnl or ZERO)
        weeks[trip.closed_on - timedelta(days=trip.closed_on.weekday())].append(trip.base_pnl or ZERO)
    for day, nets in days.items():
        words = f"{day.day} {day:%b %Y}: {money(sum(nets, ZERO))} USD, {len(nets)} trade{'s' * (len(nets) > 1)}"
        assert f'aria-label="{words}"' in page, words
    totals = re.findall(r'<td class="calendar-week"><a href="[^"]*" aria-label="[^"]*: ([^"]*) USD, (\d+) trade', page)
    assert totals == [(money(sum(nets, ZERO)), str(len(nets))) for _, nets in sorted(weeks.items())]
