"""Round trips made by hand for the tests of performance: only what a figure reads, in plain words."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.trades.records import Basis, ClosedLot, Incomplete, RoundTrip, Side

_numbers = count(1)
D = Decimal


def stock(symbol: str = "ACME", currency: str = "USD", asset_class: AssetClass = AssetClass.STOCK) -> Instrument:
    return Instrument(key=f"k-{symbol}", symbol=symbol, asset_class=asset_class, currency=currency)


def trip(
    pnl: str | None,
    *,
    charges: str = "0",
    cost: str | None = "1000",
    closed: date | None = date(2026, 3, 2),
    closed_at: datetime | None = None,
    opened: date | None = None,
    held: timedelta | None = None,
    rate: str | None = "1",
    instrument: Instrument | None = None,
    side: Side = Side.LONG,
    open_quantity: str = "0",
    incomplete: Incomplete | None = None,
    key: str = "",
) -> RoundTrip:
    """A round trip with this net P&L; a time of day exists where `closed_at` or `held` says so."""
    instrument = instrument or stock()
    net = None if pnl is None else D(pnl)
    paid = D(charges)
    factor = None if rate is None else D(rate)
    if held is not None and closed_at is None and closed is not None:
        closed_at = datetime(closed.year, closed.month, closed.day, 15, tzinfo=UTC)
    day = closed or date(2026, 3, 2)
    lot = ClosedLot(
        instrument=instrument,
        quantity=D(10),
        cost_basis=D(1000),
        proceeds=D(1000) + (net or D(0)),
        charges=paid,
        realized_pnl=net,
        basis=Basis.EXECUTIONS,
        opened_by="1",
        opened_at=None,
        opened_on=opened,
        closed_by="2",
        closed_at=closed_at,
        closed_on=day,
        rate_to_base=factor,
    )
    return RoundTrip(
        key=key or f"trip-{next(_numbers):04}",
        account="U1",
        instrument=instrument,
        side=side,
        fills=(),
        closed_lots=() if closed is None else (lot,),
        quantity=D(10),
        open_quantity=D(open_quantity),
        opened_at=None if held is None or closed_at is None else closed_at - held,
        opened_on=opened or closed,
        closed_at=closed_at,
        closed_on=closed,
        entry_price=None,
        exit_price=None,
        gross_pnl=None if net is None else net - paid,
        charges=paid,
        realized_pnl=net,
        base_pnl=None if net is None or factor is None else net * factor,
        base_charges=None if factor is None else paid * factor,
        opening_cost=None if cost is None else D(cost),
        basis=Basis.EXECUTIONS,
        incomplete=frozenset() if incomplete is None else frozenset({incomplete}),
    )
