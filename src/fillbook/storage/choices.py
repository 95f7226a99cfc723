"""How an account's owner wants its fills read, and what a change of that does. No stored fact is touched: trades are made again."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from fillbook.performance.filters import Filter
from fillbook.performance.summary import from_e8
from fillbook.storage import queries
from fillbook.storage.derive import rebuild_account, settings_of
from fillbook.storage.models import BrokerAccount, RoundTripRow
from fillbook.trades.settings import MatchSettings


@dataclass(frozen=True, slots=True)
class TradeTotals:
    """What an account's trades come to. closed: all closed round trips; counted: those in performance. profit: of these, by currency."""

    closed: int
    counted: int
    open: int
    profit: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Change:
    """The effect of other settings. trades_changed: round trips that are new, gone or different."""

    before: TradeTotals
    after: TradeTotals
    trades_changed: int


def choose_settings(account: BrokerAccount, chosen: MatchSettings) -> Change:
    """Keep an account's settings and make its trades again, in one transaction. base_currency is the account's own and stays."""
    with transaction.atomic():
        owner = BrokerAccount.objects.select_for_update().get(pk=account.pk)
        were, before, changed = settings_of(owner), trade_totals(owner), 0
        owner.matching, owner.grouping, owner.assignment = chosen.method, chosen.grouping, chosen.assignment
        owner.counts_forex = chosen.forex
        if settings_of(owner) != were:
            owner.save(update_fields=["matching", "grouping", "assignment", "counts_forex"])
            changed = rebuild_account(owner)
        account.refresh_from_db()
        return Change(before, trade_totals(owner), changed)


def trade_totals(account: BrokerAccount) -> TradeTotals:
    """As the account's trades stand. Currency trades, where the settings make such, are closed or open but never counted."""
    trips = RoundTripRow.objects.filter(account=account)
    closed = trips.filter(is_open=False)
    found = queries.summaries([account], Filter(accounts=(str(account.pk),)))
    return TradeTotals(
        closed=closed.count(),
        counted=sum(summary.n for summary in found.values()),
        open=trips.filter(is_open=True).count(),
        profit={group.currency: from_e8(summary.total) for group, summary in sorted(found.items())},
    )
