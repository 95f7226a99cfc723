"""The generated book of the speed tests is a book like any other: its totals are those of its trades."""

from datetime import timedelta

import pytest

from fillbook.performance.breakdowns import STORED, whole
from fillbook.performance.filters import Filter
from fillbook.performance.results import summarize
from fillbook.performance.summary import from_e8
from fillbook.storage.days import fills_of
from fillbook.storage.intraday import slots
from fillbook.storage.models import CampaignRow, RoundTripRow, TripFillRow
from fillbook.storage.queries import results, summaries
from tests.storage.deliveries import person
from tests.support.manytrips import LAST, make_account, make_campaigns, make_trips

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


def test_a_generated_book_adds_up() -> None:
    account = make_account(person())
    make_trips(account, 300, days=60)
    make_campaigns(account)
    (group,) = summaries([account], Filter())
    summary = summaries([account], Filter())[group]
    assert (summary.n, summary.wins + summary.losses + summary.zeros) == (300, 300)
    assert 0.4 < summary.wins / summary.n < 0.8
    found = summarize(results([account], Filter())[group])
    assert (found.total, found.fees, found.gain_total) == (summary.total, summary.fees, summary.gain_total)
    assert TripFillRow.objects.filter(trip__account=account).count() == 600
    assert RoundTripRow.objects.filter(account=account, asset_class="option").exists()
    parts = slots([account], Filter())[group]
    assert [whole(parts[dimension]).total for dimension in STORED] == [summary.total] * len(STORED)
    realized = [fill.realized for back in range(90) for fill in fills_of([account], LAST - timedelta(days=back), Filter())]
    assert sum(one for one in realized if one is not None) == from_e8(summary.total)
    campaigns = CampaignRow.objects.filter(account=account)
    legs = RoundTripRow.objects.filter(in_campaign__campaign__in=campaigns)
    assert campaigns.count() * 2 == legs.count() > 20
    assert sum(row.net_e8 or 0 for row in campaigns) == sum(trip.net_e8 or 0 for trip in legs)
