"""A book of any number of round trips, straight into the tables: what a real import would leave, without its hours.

The trips are made of one pseudo-random sequence, so equal arguments give equal books: 200 instruments (stocks, options, a future),
both sides, six wins in ten, held from seconds to days, spread over the working days of some years with 1,000 or so a day at most.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from fillbook.journal.campaigns import Why
from fillbook.journal.shapes import Shape
from fillbook.ledger.instrument import AssetClass, Instrument, Right
from fillbook.performance.intraday import Opened, Place, clock_of, places, session_of
from fillbook.performance.summary import outcome_of, to_e8
from fillbook.storage import derive
from fillbook.storage import derived_rows as rows
from fillbook.storage.bulk import insert
from fillbook.storage.models import (
    AccountInstrument,
    AccountTotals,
    BrokerAccount,
    CampaignRow,
    CampaignTrip,
    ClosedLotRow,
    ExecutionRow,
    InstrumentRow,
    Origin,
    RawStatement,
    ReconciliationRow,
    RoundTripRow,
    RowState,
    TripFillRow,
    User,
)

LAST: Final = date(2026, 11, 27)
INSTRUMENTS: Final = 200
CENT: Final = Decimal("0.01")
_AT_ONCE: Final = 20_000
_OPENING: Final = 14 * 3600 + 30 * 60
_SESSION: Final = 6 * 3600
_CAMPAIGN: Final = tuple(field.attname for field in CampaignRow._meta.concrete_fields if not field.primary_key)
_EXECUTION: Final = tuple(field.attname for field in ExecutionRow._meta.concrete_fields if not field.primary_key)


@dataclass(frozen=True, slots=True)
class Made:
    """One round trip of two fills: what its rows are made of."""

    number: int
    instrument: Instrument
    side: str
    units: int
    entry: Decimal
    exit: Decimal
    charges: Decimal
    opened_at: datetime
    closed_at: datetime

    @property
    def sign(self) -> int:
        return 1 if self.side == "long" else -1

    @property
    def gross(self) -> Decimal:
        return (self.exit - self.entry) * self.units * self.sign * self.instrument.multiplier

    @property
    def net(self) -> Decimal:
        return self.gross + self.charges

    @property
    def cost(self) -> Decimal:
        return self.entry * self.units * self.instrument.multiplier

    @property
    def key(self) -> str:
        return f"{self.number:020x}"

    @property
    def names(self) -> tuple[str, str]:
        """Ids of its two fills."""
        return f"{self.number}.1", f"{self.number}.2"


def make_account(owner: User, number: str = "U7000009", currency: str = "USD") -> BrokerAccount:
    """An account without anything in it."""
    return BrokerAccount.objects.create(owner=owner, broker="ibkr", number=number, base_currency=currency, figures_to=LAST)


def make_trips(account: BrokerAccount, count: int, *, days: int = 1500, with_fills: bool = True, seed: int = 1) -> None:
    """Give an account so many closed round trips, its only ones, and the totals that pages read.

    Args:
        account: without trades.
        count: round trips in all.
        days: working days over which they are spread, the last of them `LAST`.
        with_fills: also write each trip's fills, lot and comparison with the broker, which only the pages of days and trades look at.
        seed: another one gives another book.
    """
    pks = _instruments(account)
    placed = places(_opened(made) for made in trips(count, days, seed))
    with transaction.atomic():
        part: list[Made] = []
        for made in trips(count, days, seed):
            part.append(made)
            if len(part) == _AT_ONCE:
                _write(account, part, pks, placed, with_fills=with_fills)
                part = []
        _write(account, part, pks, placed, with_fills=with_fills)
        derive.write_days(account)
        checked = {"fill": {"equal": count} if with_fills else {}, "position": {}}
        totals = {"rebuilt_at": timezone.now(), "rules": derive.RULES, "executions": 2 * count, "round_trips": count, "checked": checked}
        AccountTotals.objects.update_or_create(account=account, defaults=totals)


def make_campaigns(account: BrokerAccount) -> None:
    """Take each two option trades of one underlying that follow each other as a campaign, straight into the tables too."""
    options = RoundTripRow.objects.filter(account=account, asset_class=AssetClass.OPTION).select_related("instrument")
    parts = [list(part) for _, part in groupby(options.order_by("symbol", "day", "key"), key=attrgetter("symbol"))]
    pairs = [pair for part in parts for pair in zip(part[::2], part[1::2], strict=False)]
    insert(CampaignRow, _CAMPAIGN, (_campaign(account, first, second) for first, second in pairs))
    ids = dict(CampaignRow.objects.filter(account=account).values_list("key", "pk"))
    legs = ([ids[pair[0].key], trip.pk, number] for pair in pairs for number, trip in enumerate(pair, 1))
    insert(CampaignTrip, ("campaign_id", "trip_id", "number"), legs)


def trips(count: int, days: int = 1500, seed: int = 1) -> Iterator[Made]:
    """The round trips, day by day."""
    chance = random.Random(seed)
    traded, instruments = _working_days(days), _listed()
    for number in range(count):
        day = traded[number * len(traded) // count]
        instrument = instruments[int(INSTRUMENTS * chance.random() ** 2)]
        held = int(chance.expovariate(1 / 5400)) + 4
        closed = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=_OPENING + int(_SESSION * chance.random()))
        entry = Decimal(chance.randrange(500, 30_000)) * CENT
        moved = abs(chance.gauss(0, 0.012)) * (1.15 if chance.random() < 0.58 else -1)
        side = "long" if chance.random() < 0.7 else "short"
        left = entry * Decimal(1 + moved * (1 if side == "long" else -1))
        units = chance.choice((1, 2, 5, 10, 50, 100, 100, 200))
        charges = -CENT * chance.randrange(70, 400)
        yield Made(number, instrument, side, units, entry, left.quantize(CENT), charges, closed - timedelta(seconds=held), closed)


def _working_days(count: int) -> list[date]:
    """The last so many, oldest first."""
    found: list[date] = []
    day = LAST
    while len(found) < count:
        if day.weekday() < 5:
            found.append(day)
        day -= timedelta(days=1)
    return found[::-1]


def _listed() -> list[Instrument]:
    found = []
    for number in range(INSTRUMENTS):
        symbol, key = f"T{chr(65 + number % 26)}{chr(65 + number // 26)}{number % 7}", f"many-{number}"
        if number % 5 == 4:
            expiry = date(2026, 12, 18)
            found.append(
                Instrument(
                    key, f"{symbol} 261218C00100000", AssetClass.OPTION, "USD", Decimal(100), exchange="CBOE", underlying_symbol=symbol,
                    strike=Decimal(100), expiry=expiry, right=Right.CALL,
                )
            )  # fmt: skip
        else:
            found.append(Instrument(key, symbol, AssetClass.STOCK, "USD", description=f"{symbol} INC", exchange="NYSE"))
    return found


def _instruments(account: BrokerAccount) -> dict[str, int]:
    """Rows of the instruments, shared between accounts; contract id -> primary key."""
    names = ("symbol", "asset_class", "currency", "multiplier", "description", "exchange", "underlying_symbol", "strike", "expiry")
    pks = {}
    for one in _listed():
        said = {name: getattr(one, name) for name in names} | {"key": one.key, "right": one.right or ""}
        row, _ = InstrumentRow.objects.get_or_create(broker=account.broker, digest=one.key, defaults=said)
        AccountInstrument.objects.create(account=account, key=one.key, instrument=row, origin=Origin.FETCHED, stated_at=timezone.now())
        pks[one.key] = row.pk
    return pks


def _write(account: BrokerAccount, part: list[Made], pks: dict[str, int], placed: dict[str, Place], *, with_fills: bool) -> None:
    insert(RoundTripRow, rows.TRIP, (_trip(account, made, pks, placed[made.key]) for made in part))
    if not with_fills or not part:
        return
    first, last = part[0].key, part[-1].key
    found = RoundTripRow.objects.filter(account=account, key__gte=first, key__lte=last).values_list("key", "pk")
    ids = dict(found)
    insert(TripFillRow, rows.FILL, (fill for made in part for fill in _fills(ids[made.key], made)))
    insert(ClosedLotRow, rows.CLOSED_LOT, (_lot(ids[made.key], made) for made in part))
    insert(ReconciliationRow, rows.LINE, (_line(account, made, pks) for made in part))
    digest = sha256(account.number.encode()).hexdigest()
    said = {"broker": account.broker, "origin": Origin.FETCHED, "size": 0, "content": b""}
    raw, _ = RawStatement.objects.get_or_create(owner=account.owner, sha256=digest, defaults=said)
    insert(ExecutionRow, _EXECUTION, (row for made in part for row in _executions(account, made, pks, raw)))


def _trip(account: BrokerAccount, made: Made, pks: dict[str, int], place: Place) -> list[Any]:
    what, net = made.instrument, made.net
    values: dict[str, Any] = {
        "account_id": account.pk, "instrument_id": pks[what.key], "key": made.key, "instrument_key": what.key, "symbol": what.symbol,
        "underlying": what.underlying_symbol, "asset_class": what.asset_class, "currency": what.currency, "side": made.side,
        "is_open": False, "counts": True, "opened_at": made.opened_at, "opened_on": made.opened_at.date(), "closed_at": made.closed_at,
        "closed_on": made.closed_at.date(), "day": made.closed_at.date(), "quantity": Decimal(made.units), "open_quantity": Decimal(0),
        "entry_price": made.entry, "exit_price": made.exit, "gross_pnl": made.gross, "charges": made.charges, "realized_pnl": net,
        "base_pnl": net, "base_charges": made.charges, "opening_cost": made.cost, "result_currency": account.base_currency,
        "result_cost": made.cost, "net_e8": to_e8(net), "fees_e8": to_e8(made.charges), "gain_e8": to_e8(net / made.cost),
        "outcome": "win" if net > 0 else "loss" if net < 0 else "even",
        "holding_seconds": int((made.closed_at - made.opened_at).total_seconds()), "fills": 2, "basis": "executions", "incomplete": [],
        "flagged": False, "reconciliation": "equal", "clock": clock_of(made.opened_at, what.exchange),
        "session": int(session_of(made.opened_at, what.exchange)), "day_number": place.number, "after": int(place.after), "r_e8": None,
        "rating": None,
    }  # fmt: skip
    return [values[name] for name in rows.TRIP]


def _campaign(account: BrokerAccount, first: RoundTripRow, second: RoundTripRow) -> list[Any]:
    net, fees = (sum(getattr(trip, name) for trip in (first, second)) for name in ("net_e8", "fees_e8"))
    ends = [trip.outcome for trip in (first, second)]
    values: dict[str, Any] = {
        "account_id": account.pk, "key": first.key, "own_id": None, "underlying": first.underlying, "why": [str(Why.ROLL)],
        "shape": str(Shape.LONG_CALL), "strikes": ["100"], "expiry": first.instrument.expiry, "rolls": 1, "delivered": False, "legs": 2,
        "leg_wins": ends.count("win"), "leg_losses": ends.count("loss"), "leg_evens": ends.count("even"),
        "is_open": False, "counts": True, "currency": first.result_currency, "net_e8": net, "fees_e8": fees,
        "outcome": "win" if net > 0 else "loss" if net < 0 else "even", "opened_on": min(first.opened_on or LAST, second.opened_on or LAST),
        "closed_on": second.day, "day": second.day,
    }  # fmt: skip
    return [values[name] for name in _CAMPAIGN]


def _opened(made: Made) -> Opened:
    outcome = outcome_of(made.net)
    return Opened(made.key, made.opened_at.date(), made.opened_at, made.closed_at.date(), made.closed_at, outcome)


def _fills(trip_id: int, made: Made) -> Iterator[list[Any]]:
    units, half = Decimal(made.units * made.sign), made.charges / 2
    factor = made.instrument.multiplier
    for number, role, when, quantity, price, after, realized in (
        (1, "opens", made.opened_at, units, made.entry, units, None),
        (2, "closes", made.closed_at, -units, made.exit, Decimal(0), made.net),
    ):
        values = {
            "trip_id": trip_id, "number": number, "execution_id": made.names[number - 1], "role": role, "ordered_at": when,
            "executed_at": when, "trade_date": when.date(), "quantity": quantity, "price": price, "charges": half,
            "amount": -quantity * price * factor + half, "position_after": after, "realized_pnl": realized,
        }  # fmt: skip
        yield [values[name] for name in rows.FILL]


def _executions(account: BrokerAccount, made: Made, pks: dict[str, int], raw: RawStatement) -> Iterator[list[Any]]:
    """The two facts that a round trip's fills are."""
    for fill in _fills(0, made):
        part = dict(zip(rows.FILL, fill, strict=True))
        values: dict[str, Any] = {
            field.attname: None if field.null else field.get_default() for field in ExecutionRow._meta.concrete_fields
        }
        values |= {
            "account_id": account.pk, "instrument_id": pks[made.instrument.key], "row_id": part["execution_id"],
            "digest": part["execution_id"], "raw_id": raw.pk, "place": 0, "origin": Origin.FETCHED, "stated_at": made.closed_at,
            "state": RowState.CURRENT, "trade_date": part["trade_date"], "quantity": part["quantity"], "ordered_at": part["ordered_at"],
            "executed_at": part["executed_at"], "price": part["price"], "proceeds": part["amount"] - part["charges"],
            "fees": part["charges"], "taxes": Decimal(0), "fees_currency": "USD", "fees_rate": Decimal(1), "accrued_interest": Decimal(0),
            "kind": "trade", "effect": part["role"], "rate_to_base": Decimal(1), "broker_realized_pnl": part["realized_pnl"],
            "automatic": False,
        }  # fmt: skip
        yield [values[name] for name in _EXECUTION]


def _lot(trip_id: int, made: Made) -> list[Any]:
    cost = made.cost * made.sign - made.charges / 2
    values = {
        "trip_id": trip_id, "number": 1, "quantity": Decimal(made.units * made.sign), "cost_basis": cost, "proceeds": made.net + cost,
        "charges": made.charges, "realized_pnl": made.net, "basis": "executions", "opened_by": made.names[0],
        "opened_at": made.opened_at, "opened_on": made.opened_at.date(), "closed_by": made.names[1], "closed_at": made.closed_at,
        "closed_on": made.closed_at.date(), "rate_to_base": Decimal(1), "by_action": False,
    }  # fmt: skip
    return [values[name] for name in rows.CLOSED_LOT]


def _line(account: BrokerAccount, made: Made, pks: dict[str, int]) -> list[Any]:
    key = made.instrument.key
    return [account.pk, pks[key], key, "fill", made.names[1], made.net, made.net, "equal", "", made.closed_at.date()]
