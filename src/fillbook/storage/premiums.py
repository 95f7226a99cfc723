"""Which trades hold the premium of an option that was exercised or assigned: their prices alone do not give what they came to."""

from collections import defaultdict
from collections.abc import Sequence

from fillbook.ledger.execution import DELIVERIES
from fillbook.ledger.instrument import AssetClass
from fillbook.storage.models import BrokerAccount, ExecutionRow, RoundTripRow, TripFillRow
from fillbook.storage.records import batches
from fillbook.trades.settings import AssignmentView

_OPTIONS = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})


def with_premium(trips: Sequence[RoundTripRow]) -> set[int]:
    """Ids of those trades, of a page of them whose accounts are at hand: something was delivered, and the premium came along."""
    into: dict[int, list[int]] = defaultdict(list)
    for trip in trips:
        if trip.asset_class not in _OPTIONS and _moves(trip.account):
            into[trip.account_id].append(trip.pk)
    found: set[int] = set()
    for account, numbers in into.items():
        fills = list(TripFillRow.objects.filter(trip_id__in=numbers).values_list("trip_id", "execution_id"))
        delivered: set[str] = set()
        for part in batches(sorted({name for _, name in fills})):
            rows = ExecutionRow.objects.filter(account_id=account, row_id__in=part, kind__in=DELIVERIES)
            delivered |= set(rows.values_list("row_id", flat=True))
        found |= {trip for trip, name in fills if name in delivered}
    return found


def _moves(account: BrokerAccount) -> bool:
    return AssignmentView(account.assignment) is AssignmentView.INTO_UNDERLYING
