"""What an account rests on: statements, what later ones changed, how complete each instrument is, and what its owner stated."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Q
from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema, Status

from fillbook.storage.access import account_for, restatement_for
from fillbook.storage.answers.history import completeness_answer, line_answer, line_sent_answer, statements_page
from fillbook.storage.answers.openings import opening_answer, openings_answer
from fillbook.storage.answers.restated import restatements_answer, whole_restatement_answer
from fillbook.storage.answers.trying import chosen_settings, trying_answer
from fillbook.storage.evidence import evidence_of
from fillbook.storage.models import BrokerAccount, StatedOpening
from fillbook.storage.openings import opening_for
from fillbook.storage.restated import restatements_of
from fillbook.storage.stating import CannotState, Wording, change_opening, remove_opening, statable, state_opening
from fillbook.trades.completeness import Completeness
from fillbook.trades.reconcile import LineKind
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod
from fillbook.web.api.asking import Number, Paging, after_moment, bad_cursor, cursor_of, place_in
from fillbook.web.api.declaring import read, write
from fillbook.web.api.problems import gone, refuse
from fillbook.web.api.schemas.history import (
    InstrumentMark,
    OpeningAnswer,
    Openings,
    OpeningSent,
    RestatementAnswer,
    StatementAnswer,
    Trying,
    WholeComparison,
    WholeRestatement,
)
from fillbook.web.api.schemas.kinds import PageOf
from fillbook.web.api.schemas.trades import Sent
from fillbook.web.api.tokens import asker
from fillbook.web.api.wording import means_nothing

router = Router(tags=["accounts"])


class Marked(Schema):
    """Which instruments."""

    status: Literal["missing", "inferred", "stated", "complete"] | None = Field(None, description="Only those with this mark.")


class Tried(Schema):
    """Which settings to try; what is left out stays as it is."""

    grouping: Grouping | None = Field(None, description="What one trade is.")
    matching: MatchingMethod | None = Field(None, description="Which lot a closing fill takes first.")
    assignment: AssignmentView | None = Field(None, description="Where an exercised option's premium counts.")
    forex: Literal["on", "off"] | None = Field(None, description="Make trades of currency conversions that were ordered.")


class Line(Schema):
    """Which comparison, as /accounts/{account_id}/reconciliation lists it."""

    kind: Literal["fill", "position", "fee"] = Field("fill", description="What is compared.")
    id: str = Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", description="Its `id`.")


class LineRow(Line):
    """Which of the rows behind it."""

    number: int = Field(1, ge=1, le=100, description="From 1, as `sources` of the comparison has it.")


@read(
    router,
    "/accounts/{account_id}/completeness",
    PageOf[InstrumentMark],
    name="account-completeness",
    twin="completeness --account {account_id}",
)
def completeness(request: HttpRequest, account_id: Number, asked: Query[Marked], paging: Query[Paging]) -> dict[str, Any]:
    """How complete the history of each instrument is, the least complete first."""
    found = completeness_answer(account_for(asker(request), account_id), Completeness(asked.status) if asked.status else None)
    begins = 0
    if place := place_in(paging.cursor, str):
        begins = next((at for at, one in enumerate(found, 1) if one["instrument_id"] == place[0]), 0)
        if not begins:
            raise bad_cursor()
    kept = found[begins : begins + paging.limit]
    return {"items": kept, "next": cursor_of(kept[-1]["instrument_id"]) if begins + len(kept) < len(found) else None}


@read(
    router,
    "/accounts/{account_id}/statements",
    PageOf[StatementAnswer],
    name="account-statements",
    twin="statements --account {account_id}",
)
def statements(request: HttpRequest, account_id: Number, paging: Query[Paging]) -> dict[str, Any]:
    """The documents that it rests on, the latest first."""
    items, after = statements_page(account_for(asker(request), account_id), after_moment(paging.cursor), paging.limit)
    return {"items": items, "next": cursor_of(after[0].isoformat(), after[1]) if after else None}


@read(
    router,
    "/accounts/{account_id}/comparison",
    WholeComparison,
    name="account-comparison",
    twin="reconcile --account {account_id} --line {kind} {id}",
)
def comparison(request: HttpRequest, account_id: Number, asked: Query[Line]) -> dict[str, Any]:
    """One line of the reconciliation with what stands behind it."""
    account = account_for(asker(request), account_id)
    with _listed():
        return line_answer(account, LineKind(asked.kind), asked.id)


@read(
    router,
    "/accounts/{account_id}/comparison/sent",
    Sent,
    name="account-comparison-sent",
    twin="reconcile --account {account_id} --line {kind} {id} --sent {number}",
)
def comparison_sent(request: HttpRequest, account_id: Number, asked: Query[LineRow]) -> dict[str, Any]:
    """What the broker sent of one of the rows behind a line, byte for byte."""
    account = account_for(asker(request), account_id)
    with _listed():
        return line_sent_answer(account, LineKind(asked.kind), asked.id, asked.number)


@read(router, "/accounts/{account_id}/evidence", dict[str, Any], name="account-evidence", twin="evidence --account {account_id} -o -")
def evidence(request: HttpRequest, account_id: Number) -> dict[str, Any]:
    """All its rows, lots and both figures, without a name or a secret, for whoever looks into a figure that seems wrong."""
    return evidence_of(account_for(asker(request), account_id))


@read(
    router,
    "/accounts/{account_id}/restatements",
    PageOf[RestatementAnswer],
    name="account-restatements",
    twin="restatements --account {account_id}",
)
def restatements(request: HttpRequest, account_id: Number, paging: Query[Paging]) -> dict[str, Any]:
    """What later statements changed in its past, the latest first."""
    found = restatements_of(account_for(asker(request), account_id))
    place = place_in(paging.cursor, int)
    rows = list((found.filter(Q(pk__lt=place[0])) if place else found)[: paging.limit + 1])
    kept = rows[: paging.limit]
    return {"items": restatements_answer(kept), "next": cursor_of(kept[-1].pk) if len(rows) > len(kept) else None}


@read(
    router,
    "/accounts/{account_id}/restatements/{restatement_id}",
    WholeRestatement,
    name="account-restatement",
    twin="restatements --account {account_id} --id {restatement_id}",
)
def restatement(request: HttpRequest, account_id: Number, restatement_id: Number) -> dict[str, Any]:
    """What one statement changed: facts and round trips, before and after."""
    return whole_restatement_answer(restatement_for(account_for(asker(request), account_id), restatement_id))


@read(router, "/accounts/{account_id}/settings", Trying, name="account-settings", twin="settings --account {account_id} --try")
def settings(request: HttpRequest, account_id: Number, asked: Query[Tried]) -> dict[str, Any]:
    """How its fills are read as trades, and what other settings would make of them; nothing is changed."""
    account = account_for(asker(request), account_id)
    forex = None if asked.forex is None else asked.forex == "on"
    return trying_answer(account, chosen_settings(account, asked.grouping, asked.matching, asked.assignment, forex))


@read(router, "/accounts/{account_id}/openings", Openings, name="account-openings", twin="opening --account {account_id}")
def openings(request: HttpRequest, account_id: Number) -> dict[str, Any]:
    """What you stated of what was held before its history, and what was closed without an opening."""
    account = account_for(asker(request), account_id)
    return openings_answer(account, statable(account))


@write(router, "POST", "/accounts/{account_id}/openings", OpeningAnswer, name="opening-state", status=201)
def state(request: HttpRequest, account_id: Number, data: OpeningSent) -> Status[Any]:
    """State what was held before; trades that rest on it say so."""
    account = account_for(asker(request), account_id)
    with _said():
        return Status(201, _opening(account, state_opening(account, _wording(data))))


@write(router, "PUT", "/accounts/{account_id}/openings/{opening_id}", OpeningAnswer, name="opening-change")
def change(request: HttpRequest, account_id: Number, opening_id: Number, data: OpeningSent) -> dict[str, Any]:
    """Put other words in the place of earlier ones."""
    account = account_for(asker(request), account_id)
    with _said():
        return _opening(account, change_opening(account, opening_for(account, opening_id).pk, _wording(data)))


@write(router, "DELETE", "/accounts/{account_id}/openings/{opening_id}", None, name="opening-remove", status=204)
def remove(request: HttpRequest, account_id: Number, opening_id: Number) -> Status[Any]:
    """Take back what was stated; the trades are as they were without it."""
    remove_opening(account_for(asker(request), account_id), opening_id)
    return Status(204, None)


def _opening(account: BrokerAccount, row: StatedOpening) -> dict[str, Any]:
    symbols = {one.instrument.key: one.instrument.symbol for one in statable(account)}
    return opening_answer(row, symbols[row.instrument_key])


def _wording(data: OpeningSent) -> Wording:
    try:
        day = date.fromisoformat(data.day)
    except ValueError:
        raise refuse("day", means_nothing("day")) from None
    return Wording(data.instrument_id, Decimal(data.quantity), Decimal(data.cost), day)


@contextmanager
def _listed() -> Iterator[None]:
    """What no list has is told by its name: the account is there."""
    try:
        yield
    except Http404:
        told = "/accounts/{account_id}/reconciliation lists the lines of each kind; `sources` of a comparison numbers its rows."
        raise gone("id", "There is no such line, or no such row behind it.", f"GET {told}") from None


@contextmanager
def _said() -> Iterator[None]:
    """What cannot be stated becomes an answer."""
    try:
        yield
    except CannotState as problem:
        raise refuse("instrument_id" if problem.field == "instrument" else problem.field, str(problem)) from None
