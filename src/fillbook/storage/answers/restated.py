"""What later statements changed in an account's past, as JSON values."""

from collections.abc import Sequence
from typing import Any

from fillbook.storage.answers.values import iso
from fillbook.storage.models import RestatedRow, RestatedTrip, RestatedWhat, Restatement
from fillbook.storage.restated import counts_of, rows_in
from fillbook.storage.trip_figures import FIGURES


def restatements_answer(found: Sequence[Restatement]) -> list[dict[str, Any]]:
    """Restatements as a list has them: when, and how much each changed. found: with their account."""
    counts = counts_of(found)
    return [_brief(one, counts[one.pk]) for one in found]


def whole_restatement_answer(one: Restatement) -> dict[str, Any]:
    """One restatement with its facts and trades, before and after."""
    return restatements_answer([one])[0] | {
        "fact_rows": [_fact(row) for row in rows_in(one)],
        "trade_rows": [_trade(change) for change in one.trip_changes.order_by("pk")],
    }


def _brief(one: Restatement, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "id": one.pk,
        "account": one.account.number,
        "account_id": one.account_id,
        "statement": one.statement_id,
        "run": one.run_id,
        "stated_at": iso(one.stated_at),
        "noted_at": iso(one.noted_at),
        "facts": one.rows,
        **{str(what): counts.get(what, 0) for what in RestatedWhat},
        "trades": counts.get("trades", 0),
    }


def _fact(row: RestatedRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "what": str(row.what),
        "id": row.row_id,
        "replaced_by": row.replaced_by or None,
        "instrument": row.symbol or None,
        "day": iso(row.day),
        "before_at": iso(row.before_at),
        "fields": [{"name": name, "before": _text(before), "after": _text(after)} for name, (before, after) in row.fields.items()],
    }


def _trade(change: RestatedTrip) -> dict[str, Any]:
    return {
        "key_before": change.key_before or None,
        "key": change.key_after or None,
        "before": _figures(change.before),
        "after": _figures(change.after),
        "fills": [fate | {"what": fate["what"] or None, "key": fate["key"] or None} for fate in change.fates],
    }


def _figures(texts: dict[str, Any] | None) -> dict[str, Any] | None:
    """As `storage.trip_figures` keeps them, by the names that a trade has elsewhere."""
    if texts is None:
        return None
    found = {name: texts.get(name) for name in FIGURES}
    found["instrument"], found["fees"] = found.pop("symbol"), found.pop("charges")
    found["fees_paid"] = found.pop("paid")
    found["status"] = "open" if found.pop("is_open") else "closed"
    return found | {"reconciliation": found["reconciliation"] or None}


def _text(value: Any) -> str | None:
    """Fields of facts are texts, but for a few that are true or false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
