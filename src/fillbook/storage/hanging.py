"""Which trades the trader's words are about at present: looked for again whenever trades were made again (`journal.anchors`)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from fillbook.journal.anchors import Anchor, Booked, Bookings, Place, anchor_of, rebooked_anew, renumbered, replacement, trips_of
from fillbook.journal.plans import in_r
from fillbook.ledger.execution import ExecutionKind
from fillbook.performance.summary import fits, to_e8
from fillbook.storage.models import (
    BrokerAccount,
    ExecutionRow,
    Note,
    RoundTripRow,
    RowState,
    TagMark,
    TripFillRow,
    TripMark,
    TripNote,
    TripPlan,
    TripPlanned,
)
from fillbook.storage.records import batches
from fillbook.storage.risks import risk_in
from fillbook.trades.settings import Grouping

_BOOKED = ("row_id", "instrument__key", "trade_id", "ordered_at", "quantity", "price", "kind", "corrects")


def hang(account: BrokerAccount) -> None:
    """Hang each of an account's words that hangs nowhere on the trades that hold its execution; a word of a dropped trade is such a one."""
    words: tuple[tuple[Any, Any], ...] = ((Note, TripNote), (TagMark, TripMark), (TripPlanned, TripPlan))
    loose = [(link, pk, Anchor(*anchor)) for word, link in words for pk, *anchor in _loose(word, account)]
    if not loose:
        return
    homes = homes_of(account, {anchor for _, _, anchor in loose})
    for _, link in words:
        found = [link(word_id=pk, trip_id=trip) for kind, pk, anchor in loose if kind is link for trip in sorted(homes[anchor])]
        link.objects.bulk_create(found, batch_size=500)
    _weigh(account)
    measure(account)


def measure(account: BrokerAccount) -> None:
    """Keep what each closed round trip with a known risk came to in R, and how each was rated; of several plans (trades that were joined)
    by the oldest.
    """
    _rate(account)
    hung = TripPlan.objects.filter(word__account=account, risk__isnull=False).select_related("trip").order_by("word")
    found: dict[int, int] = {}
    for plan in hung:
        trip = plan.trip
        if plan.risk and not trip.is_open and trip.realized_pnl is not None:
            r = in_r(trip.realized_pnl, plan.risk)
            if fits(r):
                found.setdefault(trip.pk, to_e8(r))
    stale = RoundTripRow.objects.filter(account=account, r_e8__isnull=False)
    known = dict(stale.values_list("pk", "r_e8"))
    for part in batches([pk for pk in known if pk not in found]):
        RoundTripRow.objects.filter(pk__in=part).update(r_e8=None)
    changed = [RoundTripRow(pk=pk, r_e8=r) for pk, r in found.items() if known.get(pk) != r]
    RoundTripRow.objects.bulk_update(changed, ["r_e8"], batch_size=500)


def _rate(account: BrokerAccount) -> None:
    found: dict[int, int | None] = {}
    for pk, rating in TripPlan.objects.filter(word__account=account).order_by("word").values_list("trip_id", "word__rating"):
        found.setdefault(pk, rating)
    rated = RoundTripRow.objects.filter(account=account, rating__isnull=False)
    known = dict(rated.values_list("pk", "rating"))
    for part in batches([pk for pk in known if found.get(pk) is None]):
        RoundTripRow.objects.filter(pk__in=part).update(rating=None)
    changed = [RoundTripRow(pk=pk, rating=rating) for pk, rating in found.items() if rating is not None and known.get(pk) != rating]
    RoundTripRow.objects.bulk_update(changed, ["rating"], batch_size=500)


def anchor_in(trip: RoundTripRow) -> Anchor | None:
    """What a new word about a round trip hangs on: a fill that is its own alone, where it has one (a cut shares the opening)."""
    fills = list(trip.fill_rows.order_by("number").values_list("execution_id", "role"))
    anchor = anchor_of(fills, by_closing=trip.account.grouping != Grouping.FLAT_TO_FLAT)
    if anchor is None:
        return None
    others = TripFillRow.objects.filter(**anchor._asdict(), trip__account=trip.account_id).exclude(trip=trip)
    return anchor_of(fills, by_closing=True) if others.exists() else anchor


def _weigh(account: BrokerAccount) -> None:
    """Work out what planned round trips had at risk, where that was not done since they were made."""
    for hung in TripPlan.objects.filter(word__account=account, risk=None, word__stop__isnull=False).select_related(
        "word", "trip__instrument"
    ):
        hung.risk = risk_in(hung.trip, hung.word.stop)
        hung.save(update_fields=["risk"])


def _loose(word: Any, account: BrokerAccount) -> Iterable[tuple[int, str, str]]:
    found: QuerySet[Any] = word.objects.filter(account=account, hung=None).order_by("pk").values_list("pk", "execution_id", "role")
    return found


def homes_of(account: BrokerAccount, anchors: Collection[Anchor]) -> dict[Anchor, set[int]]:
    """Anchor -> numbers of round trips; none for an orphan."""
    places = _places(account, {anchor.execution_id for anchor in anchors})
    homes = {anchor: trips_of(anchor, places[anchor.execution_id]) for anchor in anchors}
    lost = {anchor.execution_id for anchor, trips in homes.items() if not trips}
    instead = replacements(account, lost, lambda names: _places(account, names)) if lost else {}
    places = _places(account, set(instead.values()))
    for anchor, trips in homes.items():
        new = instead.get(anchor.execution_id)
        if not trips and new:
            homes[anchor] = trips_of(Anchor(new, anchor.role), places[new])
    return homes


def _places(account: BrokerAccount, names: Iterable[str]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = defaultdict(list)
    for part in batches(sorted(names)):
        fills = TripFillRow.objects.filter(execution_id__in=part, trip__account=account)
        for place in fills.values_list("execution_id", "role", "trip_id"):
            found[place[0]].append(Place(*place))
    return found


def name_now(account: BrokerAccount, name: str) -> str:
    """Under which id a fill of this id is in a trade: its own, or that of what is told in its place; "" for none."""

    def traded(names: Iterable[str]) -> Collection[str]:
        return _places(account, names)

    return name if name in traded([name]) else replacements(account, {name}, traded).get(name, "")


def replacements(account: BrokerAccount, lost: Collection[str], counting: Callable[[Iterable[str]], Collection[str]]) -> dict[str, str]:
    """Execution id -> id of what was booked instead of it, or of itself under a new id, and counts; only those that have one.

    counting: those of some ids that are in trades, or are about to be.
    """
    rows = ExecutionRow.objects.filter(account=account).exclude(state=RowState.SUPERSEDED)
    gone: dict[str, Booked] = {}
    for part in batches(sorted(lost)):
        gone.update((version[0], Booked(*version)) for version in rows.filter(row_id__in=part).values_list(*_BOOKED))
    withdrawn, current = list[Booked](), list[Booked]()
    for some in batches(list(gone.values()), 100):
        wanted = Q()
        for one in some:
            alike = Q(ordered_at=one.ordered_at) | Q(kind=ExecutionKind.CANCEL) | (Q(trade_id=one.trade_id) if one.trade_id else Q())
            wanted |= Q(instrument__key=one.instrument_key) & alike
        for state, *values in rows.filter(wanted).values_list("state", *_BOOKED):
            (current if state == RowState.CURRENT else withdrawn).append(Booked(*values))
    traded = counting({one.execution_id for one in current})
    gone_too, there = Bookings(withdrawn), Bookings(current)
    found: dict[str, str] = {}
    again: dict[str, str] = {}
    for name, one in gone.items():
        instead = replacement(one, (other for other in there.near(one) if other.execution_id in traded))
        others = {other.execution_id for other in there.near(one)}
        anew = "" if instead else rebooked_anew(one, there.around(one), gone_too.around(one, others))
        new = instead or (anew if anew in traded else renumbered(one, gone_too.near(one), there.near(one)))
        (found if new in traded else again)[name] = new
    under = {new for new in again.values() if new}
    later = replacements(account, under, counting) if under else {}  # numbered anew, and then cancelled and rebooked
    return found | {name: later[new] for name, new in again.items() if new in later}
