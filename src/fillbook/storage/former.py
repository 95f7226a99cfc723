"""Where a public id leads that a round trip had before its fills were numbered anew, or booked again."""

from collections.abc import Iterable

from fillbook.journal.anchors import Anchor
from fillbook.storage.hanging import homes_of
from fillbook.storage.models import FormerTrip, RoundTripRow


def formerly(key: str, accounts: Iterable[int]) -> RoundTripRow | None:
    """The round trip that has the fill of the one that was called so, or what is told in the place of that fill; of several the earliest.

    accounts: numbers of those whose access was checked; where two of them knew the id, the real one's.
    """
    former = FormerTrip.objects.filter(key=key, account_id__in=list(accounts)).select_related("account")
    for one in former.order_by("account__kind", "account_id"):
        anchor = Anchor(one.execution_id, one.role)
        homes = homes_of(one.account, {anchor})[anchor]
        found = RoundTripRow.objects.filter(pk__in=homes).order_by("opened_on", "key").first()
        if found is not None:
            return found
    return None
