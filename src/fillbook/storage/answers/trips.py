"""Round trips as JSON values: as lines of a list, and one with everything that stands behind it."""

from collections.abc import Collection
from typing import Any, Final

from fillbook.ledger.numbers import plain
from fillbook.performance.summary import Outcome
from fillbook.storage.answers.sent import sent_answer
from fillbook.storage.answers.values import iso, number, units
from fillbook.storage.answers.words import note_answer, plan_answer, tag_answer
from fillbook.storage.campaigns import campaign_of, is_apart
from fillbook.storage.details import TripDetail, standing, trip_detail
from fillbook.storage.models import ClosedLotRow, CorporateActionRow, ExecutionRow, RoundTripRow, TripFillRow, TripOverride
from fillbook.storage.plans import planned
from fillbook.storage.regrouping import overrides_beside, trip_of
from fillbook.storage.restated import restated_trip
from fillbook.storage.said import Said, said_of
from fillbook.storage.words import trips_of_notes, words_of

PERCENT: Final = 100
_SAID: Final = frozenset({"tags", "stop", "target", "notes_count", "note"})


def trips_answer(trips: Collection[RoundTripRow], fields: Collection[str] = ()) -> list[dict[str, Any]]:
    """Lines of a list. fields: names of those that are wanted, `key` always among them; none for all."""
    said = said_of(trips) if not fields or _SAID & set(fields) else {}
    found = [trip_answer(trip, said.get(trip.pk, Said())) for trip in trips]
    return [{name: value for name, value in one.items() if name == "key" or name in fields} for one in found] if fields else found


def trip_answer(row: RoundTripRow, said: Said) -> dict[str, Any]:
    """One round trip. net: in result_currency (the base currency, or the instrument's own without a rate); other money in currency."""
    return {
        "key": row.key,
        "account": row.account.number,
        "account_id": row.account_id,
        "kind": str(row.account.kind),
        "instrument": row.instrument.symbol,
        "underlying": row.instrument.underlying_symbol or None,
        "asset_class": row.asset_class,
        "side": row.side,
        "status": "open" if row.is_open else "closed",
        "outcome": Outcome(row.outcome).value if row.outcome else None,
        "quantity": plain(row.quantity),
        "open_quantity": plain(row.open_quantity),
        "opened_at": iso(row.opened_at),
        "opened_on": iso(row.opened_on),
        "closed_at": iso(row.closed_at),
        "closed_on": iso(row.closed_on),
        "currency": row.currency,
        "entry_price": number(row.entry_price),
        "exit_price": number(row.exit_price),
        "gross_pnl": number(row.gross_pnl),
        "fees": plain(row.charges),
        "realized_pnl": number(row.realized_pnl),
        "opening_cost": number(row.opening_cost),
        "gain_percent": units(row.gain_e8, PERCENT),
        "result_currency": row.result_currency,
        "net": units(row.net_e8),
        "r": units(row.r_e8),
        "holding_seconds": row.holding_seconds,
        "fills": row.fills,
        "basis": row.basis,
        "counts": row.counts,
        "incomplete": row.incomplete,
        "reconciliation": row.reconciliation or None,
        "rating": row.rating,
        "stop": number(said.stop),
        "target": number(said.target),
        "tags": [tag.name for tag in said.tags],
        "notes_count": said.notes,
        "note": said.note or None,
    }


def whole_trip_answer(trip: RoundTripRow) -> dict[str, Any]:
    """One round trip with its fills, the lots that they closed, and the trader's words."""
    detail, words = trip_detail(trip), words_of(trip)
    about = trips_of_notes(words.notes)
    stood, marked = standing(detail)
    return trip_answer(trip, said_of([trip])[trip.pk]) | {
        "description": trip.instrument.description or None,
        "exchange": trip.instrument.exchange or None,
        "multiplier": plain(trip.instrument.multiplier),
        "fill_rows": [_fill(fill, detail) | {"standing": number(at)} for fill, at in zip(detail.fills, stood, strict=True)],
        "marked": marked,
        "lot_rows": [lot_answer(lot) for lot in detail.lots],
        "notes": [note_answer(note, about.get(note.pk, [])) for note in words.notes],
        "tag_rows": [tag_answer(tag) for tag in words.tags],
        "plan": plan_answer(planned(trip), trip.currency),
        "flagged": trip.flagged,
        "campaign": campaign.key if (campaign := campaign_of(trip)) else None,
        "apart": is_apart(trip),
        "restatements": [one.pk for one in restated_trip(trip)],
        "regroupings": [_regrouping(one) for one in overrides_beside(trip)],
    }


def _regrouping(one: TripOverride) -> dict[str, Any]:
    held = trip_of(one)
    return {
        "id": one.pk,
        "kind": str(one.kind),
        "execution_id": one.execution_id,
        "trade": held.key if held else None,
        "made_at": iso(one.made_at),
    }


def fill_sent_answer(trip: RoundTripRow, fill_number: int) -> dict[str, Any] | None:
    """What the broker sent of one fill; None where the round trip has no such fill, or the fill no row of its own."""
    detail = trip_detail(trip)
    fill = next((fill for fill in detail.fills if fill.number == fill_number), None)
    row = _row_of(fill, detail) if fill else None
    return None if row is None else sent_answer(row)


def _row_of(fill: TripFillRow, detail: TripDetail) -> ExecutionRow | CorporateActionRow | None:
    return detail.executions.get(fill.execution_id) or detail.actions.get(fill.execution_id)


def _fill(fill: TripFillRow, detail: TripDetail) -> dict[str, Any]:
    line = detail.lines.get(fill.execution_id)
    return {
        "number": fill.number,
        "execution_id": fill.execution_id,
        "role": fill.role,
        "executed_at": iso(fill.executed_at),
        "trade_date": iso(fill.trade_date),
        "quantity": plain(fill.quantity),
        "price": plain(fill.price),
        "fees": plain(fill.charges),
        "amount": plain(fill.amount),
        "position_after": plain(fill.position_after),
        "realized_pnl": number(fill.realized_pnl),
        "broker_realized_pnl": number(line.broker) if line else None,
        "status": line.status if line else None,
        "reason": (line.reason or None) if line else None,
        "has_row": _row_of(fill, detail) is not None,
    }


def lot_answer(lot: ClosedLotRow) -> dict[str, Any]:
    """The part of a lot that one fill closed."""
    return {
        "quantity": plain(lot.quantity),
        "cost_basis": number(lot.cost_basis),
        "proceeds": plain(lot.proceeds),
        "fees": plain(lot.charges),
        "realized_pnl": number(lot.realized_pnl),
        "basis": lot.basis,
        "opened_by": lot.opened_by or None,
        "opened_at": iso(lot.opened_at),
        "opened_on": iso(lot.opened_on),
        "closed_by": lot.closed_by,
        "closed_at": iso(lot.closed_at),
        "closed_on": iso(lot.closed_on),
        "rate_to_base": number(lot.rate_to_base),
    }
