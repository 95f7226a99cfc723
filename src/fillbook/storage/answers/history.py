"""What an account rests on, as JSON values: how complete each instrument is, the statements, and what stands behind a comparison."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.http import Http404

from fillbook.ledger.numbers import plain
from fillbook.storage.answers.accounts import comparison_answer
from fillbook.storage.answers.sent import sent_answer
from fillbook.storage.answers.trips import lot_answer
from fillbook.storage.answers.values import iso, number
from fillbook.storage.comparing import Opened, open_line
from fillbook.storage.describing import latest_descriptions
from fillbook.storage.marks import instrument_marks
from fillbook.storage.models import (
    BrokerAccount,
    CorporateActionRow,
    ExecutionRow,
    InstrumentRow,
    OpenLotRow,
    Origin,
    PositionRow,
    StatedRow,
    StatementCoverage,
    TripFillRow,
)
from fillbook.trades.completeness import Completeness, Mark
from fillbook.trades.reconcile import LineKind

_WORST_FIRST: Final = tuple(reversed(Completeness))
_SIZE: Final = 50


def completeness_answer(account: BrokerAccount, status: Completeness | None = None) -> list[dict[str, Any]]:
    """Every instrument of an account with its mark, the worst first. status: only those with this mark."""
    marks = instrument_marks(account)
    names = latest_descriptions(account, marks)
    keys = [key for key in marks if key in names and status in (None, marks[key].status)]
    keys.sort(key=lambda key: (_WORST_FIRST.index(marks[key].status), names[key].symbol, key))
    return [_mark(key, names, marks[key]) for key in keys]


def statements_page(
    account: BrokerAccount, after: tuple[datetime, int] | None = None, size: int = _SIZE
) -> tuple[list[dict[str, Any]], tuple[datetime, int] | None]:
    """(statements that tell of an account, the latest first; where the next page begins). after: moment and number of the last one told."""
    found = StatementCoverage.objects.filter(account=account).select_related("raw").defer("raw__content")
    if after is not None:
        found = found.filter(Q(raw__received_at__lt=after[0]) | Q(raw__received_at=after[0], raw_id__lt=after[1]))
    rows = list(found.order_by("-raw__received_at", "-raw_id")[: size + 1])
    last = rows[size - 1].raw if len(rows) > size else None
    return [_statement(row) for row in rows[:size]], (last.received_at, last.pk) if last else None


def line_answer(account: BrokerAccount, kind: LineKind, ref: str) -> dict[str, Any]:
    """One comparison with what stands behind it. Raises `Http404`."""
    opened = open_line(account, kind, ref)
    return comparison_answer(opened.line) | {
        "trades": [trip.key for trip in opened.trips],
        "closed_lots": [lot_answer(lot) for lot in opened.closed],
        "held_lots": [_held(lot) for lot in opened.held],
        "parts": [_part(part, opened) for part in opened.parts],
        "sources": [_source(row, place) for place, row in enumerate(opened.sources, 1)],
    }


def line_sent_answer(account: BrokerAccount, kind: LineKind, ref: str, place: int) -> dict[str, Any]:
    """What the broker sent of one of the rows behind a comparison. place: from 1. Raises `Http404`."""
    sources = open_line(account, kind, ref).sources
    if not 0 < place <= len(sources):
        raise Http404("There is no such row.")
    return sent_answer(sources[place - 1])


def _mark(key: str, names: Mapping[str, InstrumentRow], mark: Mark) -> dict[str, Any]:
    return {
        "instrument": names[key].symbol,
        "instrument_id": key,
        "description": names[key].description or None,
        "asset_class": names[key].asset_class,
        "status": mark.status.value,
        "confirmed": mark.confirmed,
        "quantity": plain(mark.quantity),
        "cause": mark.cause.value if mark.cause else None,
        "sentence": mark.sentence or None,
    }


def _statement(row: StatementCoverage) -> dict[str, Any]:
    raw = row.raw
    return {
        "statement": raw.pk,
        "origin": Origin(raw.origin).name.lower(),
        "file_name": raw.file_name or None,
        "title": raw.title or None,
        "size": raw.size,
        "sha256": raw.sha256,
        "received_at": iso(raw.received_at),
        "stated_at": iso(row.stated_at),
        "from": iso(row.first),
        "to": iso(row.last),
        "positions_as_of": iso(row.positions_as_of),
    }


def _held(lot: OpenLotRow) -> dict[str, Any]:
    return {
        "quantity": plain(lot.quantity),
        "cost_basis": number(lot.cost_basis),
        "fees": plain(lot.charges),
        "basis": lot.basis,
        "opened_by": lot.opened_by or None,
        "opened_at": iso(lot.opened_at),
        "opened_on": iso(lot.opened_on),
    }


def _part(part: TripFillRow, opened: Opened) -> dict[str, Any]:
    keys = {trip.pk: trip.key for trip in opened.trips}
    return {
        "trade": keys[part.trip_id],
        "number": part.number,
        "role": part.role,
        "quantity": plain(part.quantity),
        "fees": plain(part.charges),
    }


def _source(row: StatedRow | PositionRow, place: int) -> dict[str, Any]:
    if isinstance(row, PositionRow):
        return {"number": place, "kind": "position", "id": row.instrument.key, "day": iso(row.as_of), "quantity": plain(row.quantity)}
    kind = "corporate_action" if isinstance(row, CorporateActionRow) else "execution"
    assert isinstance(row, CorporateActionRow | ExecutionRow)
    return {"number": place, "kind": kind, "id": row.row_id, "day": iso(row.trade_date), "quantity": plain(row.quantity)}
