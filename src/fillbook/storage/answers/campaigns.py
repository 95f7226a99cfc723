"""Campaigns as JSON values: round trips that belong together, counted once."""

from collections.abc import Iterator, Sequence
from typing import Any

from fillbook.journal.shapes import TERMS, CampaignKey, Shape
from fillbook.ledger.numbers import EXACT, ZERO, plain
from fillbook.performance.filters import Filter
from fillbook.performance.summary import Summary
from fillbook.storage.answers.summaries import brief_answer, group_answer, group_order, summary_answer
from fillbook.storage.answers.values import iso, number, rounded, units
from fillbook.storage.campaign_changes import begun_with
from fillbook.storage.campaign_reports import CampaignPart, campaign_report, of_value, totals_of
from fillbook.storage.campaigns import beside, campaign_of, campaigns_in, fills_of, with_legs
from fillbook.storage.choosing import Accounts
from fillbook.storage.models import CampaignChange, CampaignRow, CampaignTrip, RoundTripRow

Place = tuple[str, int]
"""Key and account of a campaign: of one number held twice, as a real and as a sandbox account, the keys can be the same."""


def campaigns_page(
    accounts: Accounts, chosen: Filter, after: Place | None = None, size: int = 50, *, shape: str = "", on: str = ""
) -> tuple[list[dict[str, Any]], Place | None] | None:
    """(the latest campaigns, the one after which the next page begins); None where there is no campaign `after`. shape, on: as
    `campaign_reports.of_value`.
    """
    found = list(of_value(campaigns_in(accounts, chosen), shape, on).values_list("pk", "key", "account_id"))
    start = next((at for at, (_, *place) in enumerate(found, 1) if tuple(place) == after), None) if after else 0
    if start is None:
        return None
    kept = found[start : start + size]
    rows = {row.pk: row for row in with_legs(CampaignRow.objects.filter(pk__in=[pk for pk, *_ in kept]))}
    return [campaign_answer(rows[pk]) for pk, *_ in kept], kept[-1][1:] if start + size < len(found) else None


def whole_campaign_answer(row: CampaignRow) -> dict[str, Any]:
    """One campaign whose access was checked, with the fills of its legs in time."""
    whole = with_legs(CampaignRow.objects.filter(pk=row.pk)).get()
    return campaign_answer(whole) | {"fill_rows": list(_fills(whole))}


def _fills(row: CampaignRow) -> Iterator[dict[str, Any]]:
    """The running sum is told where all legs are traded in the currency of the campaign's result."""
    trips = {leg.trip_id: leg.trip for leg in row.trips.all()}
    summed, total = {trip.currency for trip in trips.values()} == {row.currency}, ZERO
    for fill in fills_of(row):
        if fill.realized_pnl is not None:
            total = EXACT.add(total, fill.realized_pnl)
        yield {
            "trade": trips[fill.trip_id].key,
            "instrument": trips[fill.trip_id].instrument.symbol,
            "execution_id": fill.execution_id,
            "role": fill.role,
            "executed_at": iso(fill.executed_at),
            "trade_date": iso(fill.trade_date),
            "quantity": plain(fill.quantity),
            "price": plain(fill.price),
            "fees": plain(fill.charges),
            "realized_pnl": number(fill.realized_pnl),
            "currency": trips[fill.trip_id].currency,
            "total": plain(total) if summed and fill.realized_pnl is not None else None,
        }


def candidates_answer(trip: RoundTripRow) -> list[dict[str, Any]]:
    """What a round trip whose access was checked, or the campaign that it is in, could be taken together with, the nearest first."""
    row = campaign_of(trip)
    legs = list(row.trips.select_related("trip").order_by("number")) if row else []
    found = beside(legs[0].trip if legs else trip, {leg.trip_id for leg in legs})
    taken = dict(CampaignTrip.objects.filter(trip__in=found).values_list("trip_id", "campaign__key"))
    return [
        {
            "trade": other.key,
            "instrument": other.instrument.symbol,
            "side": other.side,
            "quantity": plain(other.quantity),
            "status": "open" if other.is_open else "closed",
            "opened_on": iso(other.opened_on),
            "closed_on": iso(other.closed_on),
            "campaign": taken.get(other.pk),
        }
        for other in found
    ]


def totals_answer(accounts: Accounts, chosen: Filter, by: CampaignKey = CampaignKey.SHAPE) -> list[dict[str, Any]]:
    """What the campaigns of a filter came to, those that count, by shape, underlying or month; how their legs ended one by one, and what
    the trades that are in none came to; by group of what may be added up.
    """
    legs, found = totals_of(accounts, chosen), campaign_report(accounts, chosen, by)
    return [
        group_answer(group)
        | _part(found[group].whole if group in found else CampaignPart("", Summary()))
        | {
            "leg_winners": legs[group].leg_wins if group in legs else 0,
            "leg_losers": legs[group].leg_losses if group in legs else 0,
            "leg_even": legs[group].leg_evens if group in legs else 0,
            "by": by.value,
            "parts": [{"value": part.value} | _part(part) for part in found[group].parts] if group in found else [],
            "alone": brief_answer(found[group].alone) if group in found else brief_answer(Summary()),
            "decisions": _decisions(found[group].decisions if group in found else Summary()),
            "rest": units(found[group].rest) if group in found else "0",
            "trades": brief_answer(found[group].trades if group in found else Summary()),
        }
        for group in sorted({*legs, *(group for group, one in found.items() if one.parts)}, key=group_order)
    ]


def _decisions(summary: Summary) -> dict[str, Any]:
    """Without a gain in percent: campaigns have none, and that of the trades beside them is none of all."""
    return brief_answer(summary) | {"average_gain_percent": None}


def _part(part: CampaignPart) -> dict[str, Any]:
    """The figures of some campaigns, by the formulas that trades have."""
    told = summary_answer(part.summary)
    same = ("winners", "losers", "break_even", "fees", "win_rate", "win_rate_decided", "average_win", "average_loss", "payoff")
    return (
        {"campaigns": part.summary.n}
        | {name: told[name] for name in same}
        | {
            "net": told["profit"],
            "average": told["average_gain"],
            "profit_factor": told["profit_factor"],
            "standard_error": told["standard_error"],
            "largest_win": told["largest_win"],
            "largest_loss": told["largest_loss"],
            "average_days": rounded(part.average_days),
        }
    )


def _title(row: CampaignRow) -> str:
    """Its name, else what it is, in English: "ACME bull put spread 90/95"."""
    called = row.own.name if row.own else ""
    return called or " ".join(part for part in (row.underlying, TERMS[Shape(row.shape)], "/".join(map(str, row.strikes))) if part)


def campaign_answer(row: CampaignRow) -> dict[str, Any]:
    """One of `with_legs`. Money in `currency`; while a leg is open, realized so far."""
    legs: Sequence[RoundTripRow] = [leg.trip for leg in row.trips.all()]
    return {
        "key": row.key,
        "account": row.account.number,
        "account_id": row.account_id,
        "kind": str(row.account.kind),
        "name": (row.own.name or None) if row.own else None,
        "title": _title(row),
        "own": row.own_id is not None,
        "underlying": row.underlying,
        "shape": str(row.shape),
        "strikes": [str(strike) for strike in row.strikes],
        "expiry": iso(row.expiry),
        "rolls": row.rolls,
        "delivered": row.delivered,
        "why": [str(reason) for reason in row.why],
        "status": "open" if row.is_open else "closed",
        "counts": row.counts,
        "outcome": row.outcome or None,
        "currency": row.currency or None,
        "net": units(row.net_e8),
        "fees": units(row.fees_e8),
        "opened_on": iso(row.opened_on),
        "closed_on": iso(row.closed_on),
        "legs": [_leg(trip) for trip in legs],
    }


def _leg(trip: RoundTripRow) -> dict[str, Any]:
    return {
        "trade": trip.key,
        "instrument": trip.instrument.symbol,
        "side": trip.side,
        "status": "open" if trip.is_open else "closed",
        "opened_on": iso(trip.opened_on),
        "closed_on": iso(trip.closed_on),
        "realized_pnl": number(trip.realized_pnl),
        "currency": trip.currency,
    }


def changes_answer(changes: Sequence[CampaignChange]) -> list[dict[str, Any]]:
    """Changes that can be taken back. trade: that holds the fill with which each began now."""
    trades = begun_with(changes)
    return [
        {
            "id": change.pk,
            "account_id": change.account_id,
            "what": str(change.what),
            "execution_id": change.execution_id,
            "trade": trades.get(change.pk),
            "made_at": iso(change.made_at),
        }
        for change in changes
    ]
