"""Real accounts of one owner that hold the same fills: an account that came from two sources, by link and by upload, counts twice."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from fillbook.ledger.execution import ExecutionKind
from fillbook.storage.models import AccountKind, BrokerAccount, ExecutionRow, RowState

SAMPLE: Final = 40
"""So many of the latest fills are looked at."""
_LEAST: Final = 8
_SHARE: Final = Decimal("0.8")
TWIN: Final = "twin"
"""The key in `AccountTotals.checked` under which they stand: id of the other account -> how many fills of the sample it holds too."""
Fill = tuple[date, datetime, Decimal, Decimal]


def twins_of(account: BrokerAccount) -> dict[str, int]:
    """Id of each other account that holds nearly all of the latest fills of this one, with how many of them.

    Two links at one broker are never taken for it: they are two accounts that may well trade alike. Fills without a time are not looked at.
    """
    if account.kind != AccountKind.REAL:
        return {}
    sample = _fills(account, _latest_days(account))[-SAMPLE:]
    if len(sample) < _LEAST:
        return {}
    found = {}
    for other in BrokerAccount.objects.filter(owner=account.owner_id, kind=AccountKind.REAL, chosen=True).exclude(pk=account.pk):
        if other.broker == account.broker and other.link_id and account.link_id:
            continue
        both = Counter(map(_mark, sample)) & Counter(map(_mark, _fills(other, {fill[0] for fill in sample})))
        if both.total() >= _SHARE * len(sample):
            found[str(other.pk)] = both.total()
    return found


def _latest_days(account: BrokerAccount) -> set[date]:
    fills = ExecutionRow.objects.filter(account=account, state=RowState.CURRENT, kind=ExecutionKind.TRADE, executed_at__isnull=False)
    return set(fills.order_by("-trade_date").values_list("trade_date", flat=True)[:SAMPLE])


def _fills(account: BrokerAccount, days: Iterable[date]) -> list[Fill]:
    """The fills of some days, in order."""
    rows = ExecutionRow.objects.filter(account=account, trade_date__in=sorted(days), state=RowState.CURRENT, kind=ExecutionKind.TRADE)
    found = rows.order_by("ordered_at", "pk").values_list("trade_date", "executed_at", "quantity", "price")
    return [(day, at, quantity, price) for day, at, quantity, price in found if at is not None]


def _mark(fill: Fill) -> tuple[object, ...]:
    """What two sources say alike of one fill: sources differ in seconds and in how an instrument is named."""
    day, at, quantity, price = fill
    return day, at.replace(second=0, microsecond=0), quantity.normalize(), price.normalize()
