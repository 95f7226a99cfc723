"""One trading day of some accounts, row by row: what was bought and sold, and what each closing realized in the base currency."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db.models import F, Max, Min

from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import EXACT, ZERO
from fillbook.performance.day import in_base
from fillbook.performance.filters import Filter
from fillbook.storage.choosing import Accounts
from fillbook.storage.models import BrokerAccount, CorporateActionRow, ExecutionRow, RowState, TripFillRow
from fillbook.storage.records import batches

Row = ExecutionRow | CorporateActionRow
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
_DELIVERIES = frozenset({ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE})


@dataclass(frozen=True, slots=True)
class DayFill:
    """One row of the ledger and its parts in round trips: none where it belongs to no trade, two where it closes one and opens the next.

    realized: by its closing parts, charges: of all parts, - paid; both in the account's base currency. None where nothing was closed (no
    charges), or where a cost or the rate is unknown. unknown: something was closed whose result is not known.
    """

    account: BrokerAccount
    row: Row
    parts: tuple[TripFillRow, ...]
    realized: Decimal | None
    charges: Decimal | None
    unknown: bool


def fills_of(accounts: Accounts, day: date, chosen: Filter, own_currency: str = "") -> list[DayFill]:
    """What happened on a day, in order, but for the broker's own conversions. Of the filter only the symbol and the asset class count.

    own_currency: take what is traded in it and has no rate to the base currency (all, where no base currency is stated), and nothing else;
    results are in it then.
    """
    own = {account.pk: account for account in accounts}
    rows: list[Row] = [*_rows(ExecutionRow, own, day, chosen), *_rows(CorporateActionRow, own, day, chosen)]
    parts = _parts(rows)
    if own_currency:
        rows = [row for row in rows if row.instrument.currency == own_currency and _home_rate(own[row.account_id], row) is None]
    fills = [_fill(own[row.account_id], row, parts[row.account_id, row.row_id], own_currency) for row in rows]
    kept = [fill for fill in fills if fill.parts or _is_trade(fill.row, chosen)]
    return sorted(kept, key=_order)


def of_opening_cost(fill: DayFill) -> DayFill:
    """The same with `realized` and `charges` in percent of what the round trips it is part of cost to open, each in its own currency.

    What the fills of a round trip realized so adds up to its gain in percent. Unknown where such a cost is unknown or zero.
    """
    closing = [part for part in fill.parts if part.role == "closes" or part.realized_pnl is not None]
    known = [_percent(part.realized_pnl, part.trip.opening_cost) for part in closing]
    paid = [_percent(part.charges, part.trip.opening_cost) for part in fill.parts]
    realized = None if not known or None in known else _sum(known)
    return replace(fill, realized=realized, charges=None if None in paid else _sum(paid), unknown=bool(known) and realized is None)


def _percent(amount: Decimal | None, cost: Decimal | None) -> Decimal | None:
    return None if amount is None or not cost else EXACT.divide(100 * amount, cost)


def _parts(rows: Iterable[Row]) -> dict[tuple[int, str], list[TripFillRow]]:
    """The parts in round trips by account and id of the row.

    Found by the ids and put in order here: asked for an order as well, SQLite begins with every round trip there is. So it would be if
    asked for accounts as such; those of other people may have fills of the same ids, as all practice accounts do.
    """
    rows, found = list(rows), list[TripFillRow]()
    fills = TripFillRow.objects.alias(held_in=F("trip__account_id") + 0).filter(held_in__in={row.account_id for row in rows})
    for names in batches([row.row_id for row in rows]):
        found += fills.filter(execution_id__in=names).select_related("trip")
    parts: dict[tuple[int, str], list[TripFillRow]] = defaultdict(list)
    for part in sorted(found, key=lambda part: (part.trip.opened_at or _BEFORE_ALL, part.trip_id, part.number)):
        parts[part.trip.account_id, part.execution_id].append(part)
    return parts


def days_beside(accounts: Accounts, day: date) -> tuple[date | None, date | None]:
    """The nearest days before and after on which one of these accounts has a fill."""
    fills = ExecutionRow.objects.filter(account_id__in=[account.pk for account in accounts], state=RowState.CURRENT, automatic=False)
    before = fills.filter(trade_date__lt=day).aggregate(day=Max("trade_date"))["day"]
    return before, fills.filter(trade_date__gt=day).aggregate(day=Min("trade_date"))["day"]


def _rows(model: type[ExecutionRow] | type[CorporateActionRow], own: dict[int, BrokerAccount], day: date, chosen: Filter) -> Iterable[Row]:
    rows = model._default_manager.filter(account_id__in=own, trade_date=day, state=RowState.CURRENT)  # noqa: SLF001 - Django's public door
    for row in rows.select_related("instrument"):
        what = row.instrument
        symbols = (what.symbol.upper(), what.underlying_symbol.upper())
        if (not chosen.symbol or chosen.symbol in symbols) and chosen.asset_class in (None, what.asset_class):
            yield row


def _is_trade(row: Row, chosen: Filter) -> bool:
    """Whether a row that is in no round trip is still worth a line."""
    if isinstance(row, CorporateActionRow) or row.automatic:
        return False
    return row.instrument.asset_class != AssetClass.FOREX or chosen.asset_class is AssetClass.FOREX


def _home_rate(account: BrokerAccount, row: Row) -> Decimal | None:
    """To the base currency, as a round trip takes a rate that is not stated."""
    if not account.base_currency:
        return None
    home = Decimal(1) if row.instrument.currency == account.base_currency else None
    return home if row.rate_to_base is None else row.rate_to_base


def _fill(account: BrokerAccount, row: Row, parts: Sequence[TripFillRow], own_currency: str) -> DayFill:
    closing = [part for part in parts if part.role == "closes" or part.realized_pnl is not None]
    rate = Decimal(1) if own_currency else _home_rate(account, row)
    known = [in_base(part.realized_pnl, rate) for part in closing]
    paid = [in_base(part.charges, rate) for part in parts]
    realized = None if not known or None in known else _sum(known)
    return DayFill(account, row, tuple(parts), realized, None if None in paid else _sum(paid), bool(known) and realized is None)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    total = ZERO
    for amount in amounts:
        total = EXACT.add(total, amount or ZERO)
    return total


def _order(fill: DayFill) -> tuple[object, ...]:
    """As `ledger.order.total_order` has it: the moment, options before what they deliver, then the broker's ids as numbers."""
    row = fill.row
    delivered = isinstance(row, ExecutionRow) and row.kind in _DELIVERIES and not row.instrument.right
    number = int(row.row_id) if row.row_id.isascii() and row.row_id.isdigit() else -1
    return (row.ordered_at, delivered, number < 0, number, "" if number >= 0 else row.row_id, fill.account.pk)
