"""Which trades hold the premium of an option that was exercised or assigned: their prices alone do not give what they came to."""

from collections.abc import Sequence

from django.db.models import Q

from fillbook.ledger.execution import DELIVERIES
from fillbook.ledger.instrument import AssetClass
from fillbook.storage.models import BrokerAccount, ExecutionRow, RoundTripRow, RowState, TripFillRow
from fillbook.storage.records import batches
from fillbook.trades.settings import AssignmentView

_OPTIONS = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})


def with_premium(trips: Sequence[RoundTripRow]) -> set[int]:
    """Ids of those trades, of a page of them whose accounts are at hand: something was delivered, and the premium came along.

    As many queries whatever the page holds.
    """
    own = {trip.pk: trip for trip in trips}
    fills = list(TripFillRow.objects.filter(trip_id__in=list(own)).values_list("trip_id", "execution_id"))
    accounts = {trip.account_id for trip in trips}
    delivered: set[tuple[int, str]] = set()
    for part in batches(sorted({name for _, name in fills})):
        # Without the condition on the state, word for word that of the index by id, SQLite reads all fills of the accounts.
        current = ExecutionRow.objects.filter(~Q(state=RowState.SUPERSEDED), account_id__in=accounts, row_id__in=part)
        rows = current.filter(kind__in=DELIVERIES)
        delivered |= set(rows.values_list("account_id", "row_id"))
    ended = {number for number, name in fills if (own[number].account_id, name) in delivered}
    return {number for number in ended if own[number].asset_class not in _OPTIONS and _moves(own[number].account)}


def _moves(account: BrokerAccount) -> bool:
    return AssignmentView(account.assignment) is AssignmentView.INTO_UNDERLYING
