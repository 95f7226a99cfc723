"""The trader's notes and tags: they hang on executions, and are where they belong whatever becomes of the trades."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.http import Http404

from fillbook.journal.notes import LONGEST, BadNote
from fillbook.journal.tags import BadTag, Hue, key_of
from fillbook.ledger.events import CorporateActionKind
from fillbook.ledger.execution import Execution, ExecutionKind
from fillbook.ledger.statement import AccountStatement
from fillbook.performance.filters import Filter
from fillbook.storage import words
from fillbook.storage.access import note_for, tag_for
from fillbook.storage.choices import choose_settings
from fillbook.storage.choosing import trips_in
from fillbook.storage.derive import rebuild_account, settings_of
from fillbook.storage.models import BrokerAccount, Note, RoundTripRow, Tag, TagMark, User
from fillbook.storage.orphans import orphans
from fillbook.storage.plans import planned, write_plan
from fillbook.storage.replay import replay_account
from fillbook.trades.settings import Grouping
from tests.storage.deliveries import day_of, days, deliver, only_account, person, says
from tests.storage.test_replay import Parser, always
from tests.trades.builders import OTHER, action, fill

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

BUY, MORE, SELL, LAST = fill(1, 10, 20, day=15), fill(2, 5, 21, day=16), fill(3, -8, 25, day=20), fill(4, -7, 26, day=22)
ZORG = (fill(11, 5, 9, OTHER, day=16), fill(12, -5, 8, OTHER, day=17))


def take(owner: User, statement: AccountStatement) -> BrokerAccount:
    """Write a statement and read the trades that it changes."""
    for written in deliver(owner, statement).accounts:
        rebuild_account(written.account_id, written.instruments)
    return only_account()


@pytest.fixture
def ada() -> User:
    return person()


@pytest.fixture
def account(ada: User) -> BrokerAccount:
    return take(ada, says(BUY, MORE, SELL, LAST, *ZORG, opened_on=day_of(0)))


def trip(symbol: str = "ACME") -> RoundTripRow:
    return RoundTripRow.objects.get(symbol=symbol)


def tagged(name: str) -> list[str]:
    """Symbols of the trades that a filter by tag takes, in no order of importance."""
    chosen = Filter.from_query({"tag": name})
    return sorted(trips_in([only_account()], chosen).values_list("symbol", flat=True))


def group(account: BrokerAccount, grouping: Grouping) -> None:
    choose_settings(account, replace(settings_of(account), grouping=grouping))


def test_a_note_and_tags_are_on_their_trade_alone(ada: User, account: BrokerAccount) -> None:
    note = words.write_note(ada, trip().key, "  Bought the dip.\r\nToo early? ")
    words.add_tag(ada, trip().key, " Dip  buy ")
    words.add_tag(ada, trip().key, "dip BUY")
    said = words.words_of(trip())
    assert note is not None
    assert [one.text for one in said.notes] == ["Bought the dip.\nToo early?"]
    assert [(tag.name, tag.hue) for tag in said.tags] == [("Dip buy", Hue.BLUE)]
    assert words.words_of(trip("ZORG")) == words.TripWords([], [])
    assert (tagged("dip buy"), tagged("DIP BUY"), tagged("nothing")) == (["ACME"], ["ACME"], [])
    words.add_tag(ada, trip("ZORG").key, "dip buy")
    words.add_tag(ada, trip("ZORG").key, "late")
    assert (tagged("dip buy"), tagged("dip buy,late"), tagged("late")) == (["ACME", "ZORG"], ["ZORG"], ["ZORG"])
    assert [(tag.name, tag.trips) for tag in words.tags_of(ada)] == [("Dip buy", 2), ("late", 1)]  # type: ignore[attr-defined]
    assert {pk: [tag.name for tag in tags] for pk, tags in words.tags_by_trip([trip(), trip("ZORG")]).items()} == {
        trip().pk: ["Dip buy"],
        trip("ZORG").pk: ["Dip buy", "late"],
    }


def test_a_note_is_changed_and_an_empty_one_is_gone(ada: User, account: BrokerAccount) -> None:
    note = words.write_note(ada, trip().key, "One.")
    assert note is not None
    written = note.changed_at
    changed = words.write_note(ada, trip().key, "Two.", note.pk)
    assert changed is not None
    assert (changed.pk, changed.text, changed.created_at, changed.changed_at > written) == (note.pk, "Two.", note.created_at, True)
    with pytest.raises(BadNote, match="20,000 characters; this one has 20,001"):
        words.write_note(ada, trip().key, "x" * (LONGEST + 1), note.pk)
    assert words.write_note(ada, trip().key, " ", note.pk) is None
    assert words.write_note(ada, trip().key, " ") is None
    assert not Note.objects.exists()


def test_somebody_elses_words_are_not_there(ada: User, account: BrokerAccount) -> None:
    note = words.write_note(ada, trip().key, "Mine.")
    tag = words.add_tag(ada, trip().key, "mine")
    assert note is not None
    eve = person("eve")
    for reach in (
        lambda: words.write_note(eve, trip().key, "Hers."),
        lambda: words.write_note(ada, trip("ZORG").key, "Of another trade.", note.pk),
        lambda: words.add_tag(eve, trip().key, "hers"),
        lambda: words.drop_tag(eve, trip().key, tag.pk),
        lambda: note_for(eve, note.pk),
        lambda: tag_for(eve, tag.pk),
    ):
        with pytest.raises(Http404):
            reach()
    assert (words.notes_of(eve).count(), words.tags_of(eve).count(), orphans(eve)) == (0, 0, [])
    assert (note_for(ada, note.pk), tag_for(ada, tag.pk)) == (note, tag)


def test_another_grouping_keeps_every_word(ada: User, account: BrokerAccount) -> None:
    words.write_note(ada, trip().key, "The whole thing.")
    words.add_tag(ada, trip().key, "swing")
    group(account, Grouping.PER_CLOSING)
    first, second = RoundTripRow.objects.filter(symbol="ACME").order_by("closed_on")
    assert [[note.text for note in words.words_of(one).notes] for one in (first, second)] == [["The whole thing."]] * 2
    words.write_note(ada, second.key, "The second exit.")
    words.drop_tag(ada, first.key, Tag.objects.get().pk)
    assert [[tag.name for tag in words.words_of(one).tags] for one in (first, second)] == [[], ["swing"]]
    assert [[note.text for note in words.words_of(one).notes][1:] for one in (first, second)] == [[], ["The second exit."]]
    group(account, Grouping.FLAT_TO_FLAT)
    assert [note.text for note in words.words_of(trip()).notes] == ["The whole thing.", "The second exit."]
    assert tagged("swing") == ["ACME"]


def test_a_reversing_fill_carries_the_words_of_both_its_trades(ada: User) -> None:
    take(ada, says(fill(1, 10, 20, day=15), fill(2, -15, 25, day=16), fill(3, 5, 24, day=17), opened_on=day_of(0)))
    long, short = RoundTripRow.objects.order_by("closed_on")
    words.write_note(ada, long.key, "Long.")
    words.write_note(ada, short.key, "Short.")
    group(only_account(), Grouping.PER_CLOSING)
    group(only_account(), Grouping.FLAT_TO_FLAT)
    long, short = RoundTripRow.objects.order_by("closed_on")
    assert [[note.text for note in words.words_of(one).notes] for one in (long, short)] == [["Long."], ["Short."]]


def cancelled(row: int, what: object) -> object:
    """The broker's cancellation of a fill, as a row of its own."""
    one = BUY if what is BUY else SELL
    return replace(
        one,
        execution_id=str(row),
        quantity=-one.quantity,
        proceeds=-one.proceeds,
        kind=ExecutionKind.CANCEL,
        corrects=one.execution_id,
        ordered_at=one.ordered_at + timedelta(hours=1),
    )


def test_on_cancel_and_rebook_words_move_to_the_replacement_and_back(ada: User, account: BrokerAccount) -> None:
    words.write_note(ada, trip().key, "Mine.")
    words.add_tag(ada, trip().key, "mine")
    rebook = replace(BUY, execution_id="22", price=BUY.price + 1, proceeds=BUY.proceeds - 10, trade_id=BUY.trade_id)
    later = says(BUY, cancelled(21, BUY), rebook, MORE, SELL, LAST, *ZORG, opened_on=day_of(0), written=1)  # type: ignore[arg-type]
    old = trip().key
    take(ada, later)
    assert trip().key != old
    assert [note.text for note in words.words_of(trip()).notes] == ["Mine."]
    assert (tagged("mine"), TagMark.objects.get().execution_id, orphans(ada)) == (["ACME"], "1", [])
    take(ada, says(BUY, MORE, SELL, LAST, *ZORG, opened_on=day_of(0), written=2))
    assert trip().key == old
    assert tagged("mine") == ["ACME"]


def booked_anew(row: int, what: Execution = BUY, **more: object) -> Execution:
    """The same fill under a trade number of its own, a dollar dearer."""
    return replace(what, execution_id=str(row), trade_id=f"t{row}", price=what.price + 1, proceeds=what.proceeds - 10, **more)  # type: ignore[arg-type]


TOLD = replace(BUY, trade_id="t1")


@pytest.mark.parametrize("same_instant", [False, True])
def test_on_a_rebook_under_another_trade_number_words_move_too_and_back(ada: User, same_instant: bool) -> None:
    """The broker names the row that it takes back, or says it by the same terms."""
    take(ada, says(TOLD, MORE, SELL, LAST, *ZORG, opened_on=day_of(0)))
    words.write_note(ada, trip().key, "Mine.")
    back = replace(cancelled(21, BUY), **({"ordered_at": BUY.ordered_at, "corrects": ""} if same_instant else {}))  # type: ignore[type-var]
    take(ada, says(TOLD, back, booked_anew(22), MORE, SELL, LAST, *ZORG, opened_on=day_of(0), written=1))  # type: ignore[arg-type]
    assert [note.text for note in words.words_of(trip()).notes] == ["Mine."]
    assert (Note.objects.get().execution_id, orphans(ada)) == ("1", [])
    words.write_note(ada, trip().key, "On the rebook.")
    take(ada, says(TOLD, MORE, SELL, LAST, *ZORG, opened_on=day_of(0), written=2))
    assert [note.text for note in words.words_of(trip()).notes] == ["Mine.", "On the rebook."]
    assert ({note.execution_id for note in Note.objects.all()}, orphans(ada)) == ({"1", "22"}, [])


TWIN = booked_anew(20)
AMBIGUOUS = {
    "a fill like it that was there before": (TOLD, TWIN, cancelled(21, BUY)),
    "two that could be it": (TOLD, cancelled(21, BUY), booked_anew(22), booked_anew(23)),
    "another instant": (TOLD, cancelled(21, BUY), booked_anew(22, ordered_at=BUY.ordered_at + timedelta(minutes=1))),
    "another quantity": (TOLD, cancelled(21, BUY), booked_anew(22, quantity=BUY.quantity + 1)),
    "not booked after the cancellation": (TOLD, cancelled(23, BUY), booked_anew(22)),
}


@pytest.mark.parametrize("why", AMBIGUOUS)
def test_where_two_rebooks_could_be_meant_words_wait_among_the_orphans(ada: User, why: str) -> None:
    first = (TOLD, TWIN) if TWIN in AMBIGUOUS[why] else (TOLD,)
    take(ada, says(*first, MORE, SELL, LAST, *ZORG, opened_on=day_of(0)))
    Note.objects.create(owner=ada, about="trade", account=only_account(), execution_id="1", role="opens", text="Mine.")
    take(ada, says(*AMBIGUOUS[why], MORE, SELL, LAST, *ZORG, opened_on=day_of(0), written=1))  # type: ignore[arg-type]
    assert [one.word.pk for one in orphans(ada)] == [Note.objects.get().pk]
    take(ada, says(TOLD, MORE, SELL, LAST, *ZORG, opened_on=day_of(0), written=2))
    assert orphans(ada) == []


def test_a_renumbered_fill_keeps_its_words(ada: User, account: BrokerAccount) -> None:
    words.write_note(ada, trip().key, "Mine.")
    take(ada, says(replace(BUY, execution_id="901"), MORE, SELL, LAST, *ZORG, opened_on=day_of(0), written=1))
    assert [note.text for note in words.words_of(trip()).notes] == ["Mine."]


def numbered(first: str, *rows: Execution) -> list[Execution]:
    """Every row with an id and a trade number that begin so."""
    return [replace(row, execution_id=first + row.execution_id, trade_id=f"{first}t{row.execution_id}") for row in rows]


def test_words_follow_fills_that_are_numbered_anew_there_and_back(settings: LazySettings, tmp_path: Path, ada: User) -> None:
    settings.DATA_DIR = tmp_path
    rows = (BUY, MORE, SELL, LAST, *ZORG)
    said = [says(*numbered(first, *rows), opened_on=day_of(0), written=number) for number, first in enumerate(("", "88", "", "99"))]
    account = take(ada, said[0])
    words.write_note(ada, trip().key, "Under the old number.")
    take(ada, said[1])
    words.write_note(ada, trip().key, "Under the new number.")
    words.add_tag(ada, trip("ZORG").key, "late")
    both = ["Under the old number.", "Under the new number."]
    assert [note.text for note in words.words_of(trip()).notes] == both
    for number in (2, 3):
        take(ada, said[number])
        assert [note.text for note in words.words_of(trip()).notes] == both
        assert (tagged("late"), orphans(ada)) == (["ZORG"], [])
    replay_account(account, Parser(*said), always)
    assert [note.text for note in words.words_of(trip()).notes] == both
    assert (tagged("late"), orphans(ada)) == (["ZORG"], [])


def test_a_fill_that_is_numbered_anew_and_then_rebooked_keeps_its_words(ada: User) -> None:
    take(ada, says(*numbered("", BUY, SELL), opened_on=day_of(0)))
    words.write_note(ada, trip().key, "Mine.")
    buy, sell = numbered("88", BUY, SELL)
    cancel = replace(buy, execution_id="21", trade_id="", quantity=-buy.quantity, proceeds=-buy.proceeds, kind=ExecutionKind.CANCEL)
    cancel = replace(cancel, corrects="881", ordered_at=buy.ordered_at + timedelta(hours=1))
    rebook = replace(buy, execution_id="22", price=buy.price + 1, proceeds=buy.proceeds - 10)
    take(ada, says(buy, sell, cancel, rebook, opened_on=day_of(0), written=1))
    assert [note.text for note in words.words_of(trip()).notes] == ["Mine."]
    assert orphans(ada) == []


def test_words_of_a_withdrawn_fill_are_orphans_until_it_comes_back(ada: User, account: BrokerAccount) -> None:
    words.write_note(ada, trip("ZORG").key, "A small loss.")
    words.add_tag(ada, trip("ZORG").key, "tilt")
    take(ada, says(BUY, MORE, SELL, LAST, opened_on=day_of(0), written=1))
    assert not RoundTripRow.objects.filter(symbol="ZORG").exists()
    lost = orphans(ada)
    assert [(type(one.word).__name__, one.row and one.row.instrument.symbol) for one in lost] == [("Note", "ZORG"), ("TagMark", "ZORG")]
    assert (tagged("tilt"), [note.text for note in words.notes_of(ada)]) == ([], ["A small loss."])
    take(ada, says(BUY, MORE, SELL, LAST, *ZORG, opened_on=day_of(0), written=2))
    assert (orphans(ada), tagged("tilt")) == ([], ["ZORG"])
    assert [note.text for note in words.words_of(trip("ZORG")).notes] == ["A small loss."]


def test_a_sale_that_was_a_shorts_opening_takes_its_words_along(ada: User) -> None:
    take(ada, says(SELL, covers=days(18, 60), opened_on=day_of(18)))
    assert trip().side == "short"
    words.write_note(ada, trip().key, "Sold.")
    words.add_tag(ada, trip().key, "exit")
    take(ada, says(BUY, MORE, SELL, covers=days(0, 60), opened_on=day_of(0), written=1))
    assert (trip().side, [note.text for note in words.words_of(trip()).notes]) == ("long", ["Sold."])
    assert [one.symbol for one in trips_in([only_account()], Filter.from_query({"tag": "exit", "status": "open"}))] == ["ACME"]


def test_tags_are_renamed_and_joined(ada: User, account: BrokerAccount) -> None:
    one, two = words.add_tag(ada, trip().key, "breakout"), words.add_tag(ada, trip("ZORG").key, "break-out")
    assert (one.hue, two.hue) == (Hue.BLUE, Hue.TEAL)
    words.add_tag(ada, trip().key, "break-out")
    joined = words.change_tag(two, "Breakout", Hue.ROSE)
    assert [(tag.pk, tag.name, tag.hue) for tag in Tag.objects.all()] == [(joined.pk, "Breakout", Hue.ROSE)]
    assert tagged("breakout") == ["ACME", "ZORG"]
    for name, hue, why in (("", Hue.BLUE, "name"), ("a,b", Hue.BLUE, "commas"), ("x" * 41, Hue.BLUE, "40"), ("fine", "pink", "eight")):
        with pytest.raises(BadTag, match=why):
            words.change_tag(joined, name, hue)


def test_notes_are_found_by_all_their_words(ada: User, account: BrokerAccount) -> None:
    words.write_note(ada, trip().key, "Ärger mit dem Stop, 100% meine Schuld")
    words.write_note(ada, trip("ZORG").key, "Stop held")
    assert [note.text for note in words.notes_of(ada, "STOP held")] == ["Stop held"]
    assert words.notes_of(ada, "stop").count() == 2
    assert (words.notes_of(ada, "ärger 100%").count(), words.notes_of(ada, "100x").count(), words.notes_of(ada, "st_p").count()) == (
        1,
        0,
        0,
    )


def test_everything_goes_with_its_account_and_its_owner(ada: User, account: BrokerAccount) -> None:
    words.write_note(ada, trip().key, "Mine.")
    words.add_tag(ada, trip().key, "mine")
    account.delete()
    assert (Note.objects.count(), TagMark.objects.count(), Tag.objects.count()) == (0, 0, 1)
    ada.delete()
    assert not Tag.objects.exists()


def test_a_filter_writes_tags_as_they_are_kept() -> None:
    for name in ("Dip  Buy", "ÄRGER", "straße", "e\u0301clair"):
        assert Filter.from_query({"tag": name}).tags == (key_of(" ".join(name.split())),)


def test_a_stop_is_a_price_of_the_day_of_the_opening_however_trades_are_cut(ada: User) -> None:
    """10 at 200 with a stop at 190 risk 100. After two for one each half is 5 of them and risks 50: 100 and 200 gained are 2 R and 4 R."""
    split = action(2, 10, CorporateActionKind.SPLIT, day=2, ratio_new=Decimal(2), ratio_old=Decimal(1))
    rows = (fill(1, 10, 200), split, fill(3, -10, 110, day=3), fill(4, -10, 120, day=4))
    account = take(ada, says(*rows, opened_on=day_of(0)))
    write_plan(ada, trip().key, "190", "", "")
    assert [(one.entry, one.risk, one.r) for one in map(planned, RoundTripRow.objects.all())] == [tuple(map(Decimal, (200, 100, 3)))]
    group(account, Grouping.PER_CLOSING)
    parts = RoundTripRow.objects.order_by("closed_on")
    assert [part.entry_price for part in parts] == [100, 100]
    assert [(one.entry, one.risk, one.r) for one in map(planned, parts)] == [(Decimal(200), Decimal(50), Decimal(r)) for r in (2, 4)]
