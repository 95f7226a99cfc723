"""The broker's positions: of each day the strongest statement's, and what else of an account bears on all of its trades."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from fillbook.ledger.statement import AccountStatement
from fillbook.storage.coverage import cash_since, covered_days
from fillbook.storage.describing import Describer
from fillbook.storage.models import BrokerAccount, PositionRow, RawStatement, StatementCoverage

Held = Mapping[str, tuple[Decimal, Decimal | None]]
"""Contract id -> (quantity, cost)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the reading of every trade of an account depends on. When it differs, all trades are read again."""

    stated: bool
    funded_inside: bool
    base_currency: str
    cash_since: date | None
    held: Held

    @classmethod
    def of(cls, account: BrokerAccount) -> "Frame":
        """As it stands in the database."""
        coverage = latest_positions(account)
        rows = [] if coverage is None else positions_of(coverage)
        unbroken = covered_days(account)[-1:]
        return cls(
            stated=coverage is not None,
            funded_inside=account.opened_on is not None and bool(unbroken) and account.opened_on >= unbroken[0].first,
            base_currency=account.base_currency,
            cash_since=cash_since(account),
            held={row.instrument.key: (row.quantity, row.cost_basis) for row in rows},
        )

    def differs(self, other: "Frame") -> bool:
        """Whether it differs in more than single positions."""
        return replace(self, held={}) != replace(other, held={})

    def moved(self, other: "Frame") -> set[str]:
        """Contract ids whose position differs."""
        return {key for key in {*self.held, *other.held} if self.held.get(key) != other.held.get(key)}


def latest_positions(account: BrokerAccount) -> StatementCoverage | None:
    """The statement with the account's latest positions; of one day the strongest."""
    stating = StatementCoverage.objects.filter(account=account, positions_as_of__isnull=False)
    return stating.order_by("-positions_as_of", "-origin", "-stated_at", "-pk").first()


def positions_of(coverage: StatementCoverage) -> list[PositionRow]:
    """The positions that a statement states; none when the account is flat or a stronger statement states that day's."""
    rows = PositionRow.objects.filter(account_id=coverage.account_id, raw_id=coverage.raw_id)
    return list(rows.select_related("instrument").order_by("pk"))


def write_positions(account: BrokerAccount, raw: RawStatement, statement: AccountStatement, describer: Describer) -> None:
    """Keep a statement's positions if it is the strongest one for its day; its coverage is written already."""
    mine = StatementCoverage.objects.get(account=account, raw=raw)
    day = mine.positions_as_of
    if day is None or _strongest(account, day) != mine:
        return
    PositionRow.objects.filter(account=account, as_of=day).delete()
    PositionRow.objects.bulk_create(
        [
            PositionRow(
                account=account,
                instrument_id=describer.row_of(figure.instrument),
                raw=raw,
                place=figure.place,
                as_of=day,
                quantity=figure.quantity,
                cost_basis=figure.cost_basis,
                mark_price=figure.mark_price,
                value=figure.value,
                unrealized_pnl=figure.unrealized_pnl,
                rate_to_base=figure.rate_to_base,
            )
            for figure in statement.positions
        ],
        batch_size=400,
    )


def _strongest(account: BrokerAccount, day: date) -> StatementCoverage | None:
    stating = StatementCoverage.objects.filter(account=account, positions_as_of=day)
    return stating.order_by("-origin", "-stated_at", "-pk").first()
