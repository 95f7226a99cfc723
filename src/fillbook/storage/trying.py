"""What an account's figures come to, as it is and as it would be under other settings; nothing is written.

The figures are those of performance: closed and complete round trips, currency pairs apart.
"""

from dataclasses import dataclass

from django.db.models import Count

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.filters import Filter
from fillbook.performance.results import results_in, summarize
from fillbook.performance.summary import Summary
from fillbook.storage import queries
from fillbook.storage.books import load_book
from fillbook.storage.choosing import MOVED_ON
from fillbook.storage.models import BrokerAccount, RoundTripRow
from fillbook.trades.settings import MatchSettings

OFTEN = 10
"""Closing fills from which on a position that never goes flat says little as one trade."""


@dataclass(frozen=True, slots=True)
class Standing:
    """summaries: of the counted round trips, by currency. open, incomplete: how many others. forex: round trips in currencies."""

    summaries: dict[str, Summary]
    open: int
    incomplete: int
    forex: int


def standing(account: BrokerAccount) -> Standing:
    """As the account is."""
    trips = RoundTripRow.objects.filter(account=account)
    others = trips.exclude(asset_class=AssetClass.FOREX)
    return Standing(
        summaries={group.currency: summary for group, summary in queries.summaries([account], Filter()).items()},
        open=others.filter(is_open=True).count(),
        incomplete=others.filter(~MOVED_ON, is_open=False, counts=False).count(),
        forex=trips.filter(asset_class=AssetClass.FOREX).count(),
    )


def standing_under(account: BrokerAccount, settings: MatchSettings) -> Standing:
    """As the account would be: its ledger is read with these settings, and what comes out is summed up and forgotten."""
    match = load_book(account, settings).match
    forex = [trip for trip in (*match.round_trips, *match.open_trips) if trip.instrument.asset_class is AssetClass.FOREX]
    closed = [trip for trip in match.round_trips if trip.instrument.asset_class is not AssetClass.FOREX]
    still_open = [trip for trip in match.open_trips if trip.instrument.asset_class is not AssetClass.FOREX]
    found = results_in(account.base_currency or None, [trip for trip in closed if trip.counts])
    return Standing(
        summaries={currency: summarize(results) for currency, results in found.items()},
        open=len(still_open),
        incomplete=sum(1 for trip in closed if not trip.counts and not trip.moved_on),
        forex=len(forex),
    )


def never_flat(account: BrokerAccount) -> list[RoundTripRow]:
    """Open round trips in which so many fills closed something that each closing says more by itself."""
    trips = RoundTripRow.objects.filter(account=account, is_open__in=[True]).select_related("instrument")
    return list(trips.annotate(closings=Count("lot_rows__closed_by", distinct=True)).filter(closings__gte=OFTEN).order_by("symbol", "key"))
