"""Which days an account's statements cover, and which are missing."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from django.db.models import F

from fillbook.ledger.statement import DateRange
from fillbook.storage.models import BrokerAccount, Origin, RawStatement, StatementCoverage
from fillbook.storage.records import MOVEMENTS

FURTHEST_FIRST: Final = (F("last").desc(nulls_last=True), "-stated_at", "-pk")
"""The order of coverages; those that name no period reach nowhere, though PostgreSQL would put them first."""


def covered_days(account: BrokerAccount) -> list[DateRange]:
    """Periods without a gap, oldest first."""
    rows = StatementCoverage.objects.filter(account=account, first__isnull=False, last__isnull=False)
    return joined(DateRange(first, last) for first, last in rows.values_list("first", "last") if first and last)


def missing_days(account: BrokerAccount) -> list[DateRange]:
    """The gaps between those periods."""
    blocks = covered_days(account)
    day = timedelta(days=1)
    return [DateRange(before.last + day, after.first - day) for before, after in pairwise(blocks)]


def cash_since(account: BrokerAccount) -> date | None:
    """The first day of the statements that list all movements of cash, None when there is none."""
    stated = StatementCoverage.objects.filter(account=account, first__isnull=False).values_list("first", "sections")
    return min((first for first, sections in stated if first is not None and MOVEMENTS.statement_field in sections), default=None)


def origins_of(accounts: Iterable[BrokerAccount]) -> set[Origin]:
    """Where the statements of these accounts come from."""
    found = StatementCoverage.objects.filter(account_id__in=[account.pk for account in accounts]).order_by()
    return {Origin(origin) for origin in found.values_list("origin", flat=True).distinct()}


def joined(ranges: Iterable[DateRange]) -> list[DateRange]:
    """Periods put together where nothing but a weekend lies between them."""
    blocks: list[DateRange] = []
    for days in sorted(ranges, key=lambda days: days.first):
        if blocks and blocks[-1].reaches(days):
            blocks[-1] = DateRange(blocks[-1].first, max(blocks[-1].last, days.last))
        else:
            blocks.append(days)
    return blocks


def furthest_statements(account: BrokerAccount) -> list[RawStatement]:
    """Those that reach furthest, the last received first; an older year fetched later tells nothing of the query today."""
    covered = StatementCoverage.objects.filter(account=account).select_related("raw").defer("raw__content")
    return [row.raw for row in covered.order_by(*FURTHEST_FIRST)[:40]]
