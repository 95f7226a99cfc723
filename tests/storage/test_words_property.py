"""Edits in are edits out: whatever is imported again, restated, cancelled, regrouped or made again, no word is lost, doubled or changed."""

import contextlib
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.ledger.statement import AccountStatement
from fillbook.storage import campaign_changes, campaigning, plans, words
from fillbook.storage.campaigns import campaign_of, is_apart
from fillbook.storage.choices import choose_settings
from fillbook.storage.derive import rebuild_account, settings_of
from fillbook.storage.hanging import anchor_in
from fillbook.storage.models import (
    Campaign,
    CampaignChange,
    CampaignLeg,
    CampaignTrip,
    LegApart,
    Note,
    RawStatement,
    RoundTripRow,
    SavedView,
    TagMark,
    TripFillRow,
    TripMark,
    TripNote,
    TripOverride,
    TripPlan,
    TripPlanned,
)
from fillbook.storage.orphans import orphans
from fillbook.storage.regrouping import CannotRegroup, closings, cut, join, take_back
from fillbook.storage.replay import replay_account
from fillbook.storage.viewing import written_view
from fillbook.storage.views import save_view
from fillbook.trades.records import Role
from fillbook.trades.settings import Grouping
from tests.storage.deliveries import day_of, deliver, only_account, person, says
from tests.storage.test_replay import Parser, always
from tests.trades.builders import OTHER, fill

EXAMPLES = max(5, int(os.environ.get("FILLBOOK_TEST_EXAMPLES", "100")) // 20)
# One trade scaled out of, one that a reversing fill ends and begins, one short.
ROWS = (
    fill(1, 10, 20, day=15, trade_id="t1"),
    fill(2, -4, 25, day=20, trade_id="t2"),
    fill(3, -6, 26, day=22, trade_id="t3"),
    fill(11, 5, 9, OTHER, day=16, trade_id="t11"),
    fill(12, -8, 8, OTHER, day=18, trade_id="t12"),
    fill(13, 3, 7, OTHER, day=21, trade_id="t13"),
)
FATES = ("as it was", "dearer", "dropped", "rebooked", "rebooked anew", "renumbered")
NAMES = ("plan", "Late Entry", "tilt")
FIRST: dict[str, tuple[Any, ...]] = {"write": (), "tag": (NAMES[0],), "plan": (1,), "gather": (1,), "cut": (), "view": ()}

small = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("write"), small),
    st.tuples(st.just("edit"), small),
    st.tuples(st.just("delete"), small),
    st.tuples(st.just("tag"), small, st.sampled_from(NAMES)),
    st.tuples(st.just("untag"), small),
    st.tuples(st.just("plan"), small, st.integers(0, 3)),
    st.tuples(st.just("gather"), small, small),
    st.tuples(st.sampled_from(["apart", "back", "keep", "dissolve", "undo"]), small),
    st.tuples(st.sampled_from(["cut", "join", "uncut"]), small),
    st.tuples(st.sampled_from(["view", "drop view"]), small),
    st.tuples(st.just("restate"), st.lists(st.sampled_from(FATES), min_size=len(ROWS), max_size=len(ROWS))),
    st.tuples(st.just("again"), small),
    st.tuples(st.just("group"), st.sampled_from(list(Grouping))),
    st.tuples(st.just("rebuild")),
)


def fated(row: Execution, fate: str) -> list[Execution]:
    """A fill as a later statement has it."""
    dearer = replace(row, price=row.price + 1, proceeds=-row.quantity * (row.price + 1))
    if fate.startswith("rebooked"):
        number = f"{row.execution_id}7"
        later = row.ordered_at + timedelta(hours=1)
        back: dict[str, Any] = {"quantity": -row.quantity, "proceeds": -row.proceeds, "kind": ExecutionKind.CANCEL}
        back["corrects"] = row.execution_id
        name = row.trade_id if fate == "rebooked" else f"8{row.trade_id}"
        again = replace(dearer, execution_id=f"{number}8", trade_id=name)
        return [row, replace(row, execution_id=number, ordered_at=later, **back), again]
    renumbered = replace(row, execution_id=f"9{row.execution_id}", trade_id=f"9{row.trade_id}")
    return {"as it was": [row], "dearer": [dearer], "renumbered": [renumbered]}.get(fate, [])


def holding(trip: RoundTripRow) -> set[int]:
    """The trade itself; and where it is what is still open of a trade that was cut, with no closing fill of its own, its other parts."""
    anchor = anchor_in(trip)
    assert anchor is not None
    shared = set(TripFillRow.objects.filter(execution_id=anchor.execution_id, role=anchor.role).values_list("trip_id", flat=True))
    assert shared == {trip.pk} or not trip.fill_rows.filter(role=Role.CLOSES).exists()
    return shared


class Book:
    """One trader's account, beside what they wrote."""

    def __init__(self) -> None:
        self.owner = person()
        self.said: list[AccountStatement] = []
        self.notes: dict[int, str] = {}
        self.take(says(*ROWS, opened_on=day_of(0)))

    def take(self, statement: AccountStatement) -> None:
        if statement not in self.said:
            self.said.append(statement)
        for written in deliver(self.owner, statement).accounts:
            rebuild_account(written.account_id, written.instruments, RawStatement.objects.latest("pk").pk)

    def trip(self, index: int) -> RoundTripRow | None:
        trips = list(RoundTripRow.objects.order_by("key"))
        return trips[index % len(trips)] if trips else None

    def tags(self) -> dict[str, list[str]]:
        return {trip.key: [tag.name for tag in words.words_of(trip).tags] for trip in RoundTripRow.objects.all()}

    def do(self, step: tuple[Any, ...]) -> None:
        what, *more = step
        if what in ("restate", "again", "group", "rebuild"):
            self.change(what, *more)
            return
        trip = self.trip(more[0])
        note = sorted(self.notes)[more[0] % len(self.notes)] if self.notes else None
        if what == "write" and trip:
            text = f"Note {len(self.notes)} on {trip.symbol}"
            written = words.write_note(self.owner, trip.key, text)
            assert written is not None
            assert written in words.words_of(trip).notes
            self.notes[written.pk] = text
        elif what in ("edit", "delete") and note is not None:
            old = self.notes.pop(note)
            text = f"{old}, again" if what == "edit" else ""
            words.change_note(Note.objects.get(pk=note), text)
            self.notes |= {note: text} if text else {}
        elif what in ("tag", "untag") and trip:
            self.tag(trip, *more[1:])
        elif what == "plan" and trip:
            self.plan(trip, more[1])
        elif what in ("gather", "apart", "back", "keep", "dissolve", "undo") and trip:
            self.campaign(what, trip, self.trip(more[-1]))
        elif what in ("cut", "join", "uncut") and trip:
            self.regroup(what, trip)
        elif what in ("view", "drop view"):
            self.view(what, more[0])

    def tag(self, trip: RoundTripRow, name: str = "") -> None:
        """Put a tag on a trade, or without a name take one off; all other trades keep theirs."""
        before = self.tags()
        own = words.words_of(trip).tags
        if name:
            words.add_tag(self.owner, trip.key, name)
            before[trip.key] = sorted({*before[trip.key], name}, key=str.casefold)
        elif own:
            words.drop_tag(self.owner, trip.key, own[0].pk)
            before[trip.key].remove(own[0].name)
        others = {key: names for key, names in self.tags().items() if key != trip.key}
        assert self.tags()[trip.key] == before[trip.key]
        if not name:
            assert others == {key: names for key, names in before.items() if key != trip.key}

    def plan(self, trip: RoundTripRow, distance: int) -> None:
        """Plan a stop so far from the entry, and a rating; at no distance, take the plan away."""
        entry = plans.planned(trip).entry
        if entry is None:
            return
        away = distance if trip.side == "long" else -distance
        said = (entry - away, entry + 2 * away, distance) if distance else (None, None, None)
        plans.write_plan(self.owner, trip.key, *("" if part is None else str(part) for part in said))
        kept = plans.planned(trip)
        assert (kept.plan.stop, kept.plan.target, kept.plan.rating) == said
        assert (kept.risk is None) == (distance == 0)

    def campaign(self, what: str, trip: RoundTripRow, other: RoundTripRow | None) -> None:
        """Take two trades as one, let one stand alone or be proposed again; name a campaign, take it apart, or take a change back."""
        row = campaign_of(trip)
        if what == "gather":
            if other is not None and other != trip:
                made = campaigning.gather(self.owner, [trip.key, other.key], "Both")
                assert {leg.trip_id for leg in made.trips.all()} == holding(trip) | holding(other)
        elif what == "apart":
            campaigning.take_out(self.owner, trip.key)
            assert (campaign_of(trip), is_apart(trip)) == (None, True)
        elif what == "back":
            campaigning.put_back(self.owner, trip.key)
            assert not is_apart(trip)
        elif what == "keep" and row is not None:
            assert campaigning.keep(self.owner, row.key, "Named").own is not None
        elif what == "dissolve" and row is not None:
            before = self.campaigns()
            campaigning.dissolve(self.owner, row.key)
            assert (campaign_of(trip), is_apart(trip)) == (None, True)
            campaign_changes.undo(self.owner, campaign_changes.changes_of(self.owner)[0].pk)
            assert self.campaigns() == before
            campaigning.dissolve(self.owner, row.key)
        elif what == "undo":
            able = campaign_changes.changes_of(self.owner)
            if able:
                campaign_changes.undo(self.owner, able[-1].pk)
                assert able[-1] not in campaign_changes.changes_of(self.owner)

    def campaigns(self) -> list[Any]:
        """All that is said of campaigns."""
        legs = CampaignLeg.objects.values_list("campaign_id", "execution_id", "role")
        return [
            sorted(Campaign.objects.values_list("pk", "name")),
            sorted(legs),
            sorted(LegApart.objects.values_list("execution_id", "role")),
        ]

    def regroup(self, what: str, trip: RoundTripRow) -> None:
        """Cut a trade at its second closing fill, join it to the one before, or take the latest of these back."""
        before = self.words()[:-1]
        with contextlib.suppress(CannotRegroup):
            if what == "cut":
                fills = closings(trip)
                cut(self.owner, trip.key, fills[1].number if len(fills) > 1 else 0)
            elif what == "join":
                join(self.owner, trip.key)
            elif (last := TripOverride.objects.order_by("-pk").first()) is not None:
                take_back(last)
        assert self.words()[:-1] == before

    def view(self, what: str, index: int) -> None:
        """Keep a page under a name, or delete one."""
        if what == "view":
            page = ("/trades/", "/reports/by/rating/", "")[index % 3]
            save_view(self.owner, f"View {index}", written_view(page, "symbol=ACME&period=this-month"))
        else:
            SavedView.objects.filter(name=f"View {index}").delete()

    def change(self, what: str, *more: Any) -> None:
        account, before = only_account(), self.words()
        if what == "restate":
            rows = [one for row, fate in zip(ROWS, more[0], strict=True) for one in fated(row, fate)]
            self.take(says(*rows, opened_on=day_of(0), written=len(self.said)))
        elif what == "again":
            self.take(self.said[more[0] % len(self.said)])
        elif what == "group":
            choose_settings(account, replace(settings_of(account), grouping=more[0]))
        else:
            hung = self.hung()
            found, _ = replay_account(account, Parser(*self.said), always)
            assert found.identical
            assert self.hung() == hung
        assert self.words() == before

    def words(self) -> list[Any]:
        """Every row that the trader wrote."""
        return [
            list(table._default_manager.order_by("pk").values_list())
            for table in (Note, TagMark, TripPlanned, Campaign, CampaignLeg, LegApart, CampaignChange, SavedView, TripOverride)
        ]

    def hung(self) -> list[Any]:
        """Which word is on which trade."""
        together = sorted(CampaignTrip.objects.values_list("campaign__own_id", "trip__key"))
        return [together, *(sorted(table._default_manager.values_list("word_id", "trip__key")) for table in (TripNote, TripMark, TripPlan))]

    def check(self) -> None:
        assert {note.pk: note.text for note in words.notes_of(self.owner)} == self.notes
        found = [one.word for one in orphans(self.owner)]
        for word in found:
            assert not TripFillRow.objects.filter(execution_id=word.execution_id, role=word.role).exists()
        lost = {(type(word), word.pk) for word in found if not isinstance(word, CampaignLeg | LegApart)}
        held: set[tuple[Any, int]] = {(Note, pk) for pk in TripNote.objects.values_list("word_id", flat=True)}
        held |= {(TagMark, pk) for pk in TripMark.objects.values_list("word_id", flat=True)}
        held |= {(TripPlanned, pk) for pk in TripPlan.objects.values_list("word_id", flat=True)}
        assert not lost & held
        everything: set[tuple[Any, int]] = {(Note, pk) for pk in self.notes}
        everything |= {(TagMark, pk) for pk in TagMark.objects.values_list("pk", flat=True)}
        everything |= {(TripPlanned, pk) for pk in TripPlanned.objects.values_list("pk", flat=True)}
        assert lost | held == everything
        for trip in RoundTripRow.objects.all():
            assert trip.rating == plans.planned(trip).plan.rating


def at_home(word: Note | TagMark | TripPlanned, trips: list[int]) -> bool:
    """Whether a word is on the trades that hold its execution, if any do."""
    fills = TripFillRow.objects.filter(execution_id=word.execution_id)
    same = fills.filter(role=word.role) or fills
    return not same or sorted({fill.trip_id for fill in same}) == sorted(trips)


@pytest.mark.both_databases
@pytest.mark.django_db
@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(first=st.lists(st.tuples(st.sampled_from(list(FIRST)), small), min_size=1, max_size=3), then=st.lists(steps, max_size=9))
def test_edits_in_are_edits_out(settings: LazySettings, tmp_path: Path, first: list[tuple[str, int]], then: list[tuple[Any, ...]]) -> None:
    settings.DATA_DIR = tmp_path
    with transaction.atomic():
        book = Book()
        for step in [*((what, index, *FIRST[what]) for what, index in first), *then]:
            book.do(step)
            book.check()
        # Once everything is as it was at first, every word is at home.
        book.change("restate", ["as it was"] * len(ROWS))
        book.change("group", Grouping.FLAT_TO_FLAT)
        while (override := TripOverride.objects.first()) is not None:
            take_back(override)
        book.check()
        assert orphans(book.owner) == []
        pairs: tuple[tuple[Any, Any], ...] = ((Note, TripNote), (TagMark, TripMark), (TripPlanned, TripPlan))
        for table, link in pairs:
            for word in table._default_manager.all():
                assert at_home(word, list(link._default_manager.filter(word=word).values_list("trip_id", flat=True)))
        transaction.set_rollback(True)
