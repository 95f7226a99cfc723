"""Reports of campaigns: worked out by hand, and recomputed in another way from the round trips of books that chance made."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from random import Random

import pytest

from fillbook.journal.shapes import CampaignKey, Shape
from fillbook.ledger.execution import Execution
from fillbook.ledger.instrument import Right
from fillbook.performance import metrics
from fillbook.performance.filters import Filter
from fillbook.performance.summary import Outcome, Summary, to_e8
from fillbook.storage import queries
from fillbook.storage.answers.campaigns import totals_answer
from fillbook.storage.campaign_reports import CampaignReport, campaign_report, of_value
from fillbook.storage.campaigns import campaigns_in
from fillbook.storage.choosing import trips_in
from fillbook.storage.models import BrokerAccount, CampaignRow, RoundTripRow
from tests.storage.deliveries import day_of, person, says
from tests.storage.test_campaigns import LOSER, P18, P20, SPREAD
from tests.storage.test_words import take
from tests.trades.builders import OTHER, fill, option

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]
C25, C30 = option(Right.CALL, "25", "425"), option(Right.CALL, "30", "430")
# Bought for 100, sold for 40: 60 paid. Sold for 70, bought back for 30: 40 gained. With 4 fills at 1: 20 + 4 lost.
CALLS = (
    fill(21, 1, "1.00", C25, fee=1, day=6, order_id="9"),
    fill(22, -1, "0.70", C30, fee=1, day=6, order_id="9"),
    fill(23, -1, "0.40", C25, fee=1, day=7, order_id="10"),
    fill(24, 1, "0.30", C30, fee=1, day=7, order_id="10"),
)


@pytest.fixture
def account() -> BrokerAccount:
    return take(person(), says(*SPREAD, *CALLS, *LOSER, opened_on=day_of(0)))


def report(account: BrokerAccount, by: CampaignKey = CampaignKey.SHAPE, chosen: Filter | None = None) -> CampaignReport:
    (found,) = campaign_report([account], chosen or Filter(), by).values()
    return found


def figures(*values: Decimal | int | None) -> list[Decimal | None]:
    """Numbers to be compared."""
    return [None if value is None else Decimal(value) for value in values]


def test_by_shape(account: BrokerAccount) -> None:
    """The bull put spread earned 56 in 5 days, the bull call spread lost 24 in 2; by themselves ten shares lost 10."""
    found = report(account)
    assert [(part.value, part.summary.n, part.summary.wins, part.summary.total, part.held) for part in found.parts] == [
        ("bull_put", 1, 1, to_e8(Decimal(56)), 5),
        ("bull_call", 1, 0, to_e8(Decimal(-24)), 2),
    ]
    whole = found.whole.summary
    assert figures(metrics.profit(whole), metrics.fees(whole), metrics.win_rate(whole), metrics.average_gain(whole)) == figures(
        32, -8, 50, 16
    )
    assert figures(metrics.average_win(whole), metrics.average_loss(whole), found.whole.average_days) == figures(56, -24, Decimal("3.5"))
    assert figures(metrics.largest_win(whole), metrics.largest_loss(whole), metrics.average_gain_percent(whole)) == figures(56, -24, None)
    assert (found.alone.n, found.alone.losses, found.alone.total) == (1, 1, to_e8(Decimal(-10)))
    assert (found.decisions.n, found.decisions.wins, found.decisions.total) == (3, 1, to_e8(Decimal(22)))


def test_by_underlying_and_by_month(account: BrokerAccount) -> None:
    assert [(part.value, part.summary.n) for part in report(account, CampaignKey.UNDERLYING).parts] == [("ACME", 2)]
    (month,) = report(account, CampaignKey.MONTH).parts
    assert (month.value, month.summary.total) == (f"{day_of(4):%Y-%m}", to_e8(Decimal(32)))


def test_what_a_part_is_made_of_can_be_listed(account: BrokerAccount) -> None:
    rows = campaigns_in([account], Filter())
    assert [row.shape for row in of_value(rows, Shape.BULL_PUT)] == [Shape.BULL_PUT]
    assert (of_value(rows, on="ACME").count(), of_value(rows, on="ZORG").count(), of_value(rows).count()) == (2, 0, 2)


def test_a_currency_lists_the_campaigns_that_it_counts(account: BrokerAccount) -> None:
    CampaignRow.objects.filter(shape=Shape.BULL_CALL).update(currency="CHF")
    for currency, shape in ((account.base_currency, Shape.BULL_PUT), ("CHF", Shape.BULL_CALL)):
        chosen = Filter(currency=f"{account.base_currency}-{currency}")
        assert [row.shape for row in campaigns_in([account], chosen)] == [shape]
        assert [part.value for one in campaign_report([account], chosen, CampaignKey.SHAPE).values() for part in one.parts] == [shape]


def test_decisions_have_no_gain_in_percent(account: BrokerAccount) -> None:
    """Ten shares lost something by what they cost; a spread has no such cost, so neither have the two together."""
    (found,) = totals_answer([account], Filter())
    assert found["alone"]["average_gain_percent"] is not None
    assert (found["decisions"]["round_trips"], found["decisions"]["average_gain_percent"]) == (3, None)


def test_a_filter_takes_campaigns_and_trades_alike(account: BrokerAccount) -> None:
    late = report(account, chosen=Filter(first=day_of(5)))
    assert ([part.value for part in late.parts], late.alone.n) == ([Shape.BULL_CALL], 0)
    assert report(account, chosen=Filter(symbol="ZORG")).parts == ()
    assert report(account, chosen=Filter(symbol="ZORG")).alone.n == 1


def test_an_open_or_incomplete_campaign_counts_nowhere() -> None:
    account = take(person(), says(*SPREAD[:3], *LOSER, opened_on=day_of(0)))
    found = report(account)
    assert (found.parts, found.alone.n, found.decisions.n) == ((), 1, 1)


def fills_of(random: Random, number: int) -> Iterator[Execution]:
    """Spreads, single options and shares, some of them still open, at prices of chance."""
    made = 100 * number
    for _ in range(random.randint(3, 9)):
        begun, ended = random.randint(0, 20), random.randint(21, 40)
        legs = random.choice([(P20, P18), (C25, C30), (P20, C25), (P18,), (OTHER,), (C25, C30, P20)])
        still_open = random.random() < 0.2
        for number_of_leg, what in enumerate(legs):
            sign = 1 if number_of_leg % 2 else -1
            made += 2
            price, later = (f"{random.randint(1, 400) / 100:.2f}" for _ in range(2))
            yield fill(made, sign, price, what, day=begun, order_id=str(made if len(legs) == 1 else 10_000 + number * 100 + begun), fee=1)
            if not still_open:
                yield fill(made + 1, -sign, later, what, day=ended, fee=1)


@pytest.mark.parametrize("seed", range(6))
def test_a_straightforward_recomputation_agrees(seed: int) -> None:
    random = Random(seed)
    account = take(person(), says(*fills_of(random, seed + 1), opened_on=day_of(0)))
    for by in CampaignKey:
        expected: dict[str, list[int]] = defaultdict(list)
        held: dict[str, list[int]] = defaultdict(list)
        legs: set[int] = set()
        for row in CampaignRow.objects.filter(account=account):
            trips = [leg.trip for leg in row.trips.all()]
            legs |= {trip.pk for trip in trips}
            if any(trip.is_open or trip.incomplete or trip.net_e8 is None for trip in trips):
                continue
            last = max(trip.closed_on for trip in trips if trip.closed_on)
            value = {CampaignKey.SHAPE: row.shape, CampaignKey.UNDERLYING: row.underlying, CampaignKey.MONTH: f"{last:%Y-%m}"}[by]
            expected[value].append(sum(trip.net_e8 or 0 for trip in trips))
            held[value].append((last - min(trip.opened_on for trip in trips if trip.opened_on)).days + 1)
        found = campaign_report([account], Filter(), by)
        parts = {part.value: part for one in found.values() for part in one.parts}
        assert set(parts) == set(expected)
        for value, nets in expected.items():
            summary = parts[value].summary
            ended = [Outcome.WIN if net > 0 else Outcome.LOSS if net < 0 else Outcome.EVEN for net in nets]
            assert (summary.n, summary.wins, summary.losses, summary.zeros) == (len(nets), *(ended.count(one) for one in Outcome))
            assert (summary.total, summary.least, summary.greatest) == (sum(nets), min(nets), max(nets))
            assert (summary.total_wins, summary.total_losses) == (sum(n for n in nets if n > 0), sum(n for n in nets if n < 0))
            assert (parts[value].held, parts[value].dated) == (sum(held[value]), len(nets))
        alone = [trip.net_e8 for trip in trips_in([account], Filter()) if trip.pk not in legs]
        assert sum(one.alone.total for one in found.values()) == sum(net or 0 for net in alone)
        assert sum(one.alone.n for one in found.values()) == len(alone)


@pytest.mark.parametrize("seed", range(3))
def test_the_leg_view_reconciles(seed: int) -> None:
    """All trades = campaigns + trades in none + legs of campaigns that do not count yet; nothing in two of them."""
    account = take(person(), says(*fills_of(Random(seed), seed + 1), opened_on=day_of(0)))
    found = campaign_report([account], Filter(), CampaignKey.SHAPE).values()
    waiting = RoundTripRow.objects.filter(counts=True, in_campaign__campaign__counts=False)
    everything = Summary.together(queries.summaries([account], Filter()).values())
    assert sum(one.decisions.total for one in found) + sum(trip.net_e8 or 0 for trip in waiting) == everything.total
    assert sum(one.rest for one in found) == sum(trip.net_e8 or 0 for trip in waiting)
    assert Summary.together(one.trades for one in found) == everything
    counted = CampaignRow.objects.filter(counts=True)
    assert sum(one.alone.n for one in found) + sum(row.legs for row in counted) + waiting.count() == everything.n
