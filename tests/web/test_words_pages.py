"""Notes and tags on the page: written, changed, taken off, found again; the same with and without scripts."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from fillbook.storage import campaigning, words
from fillbook.storage.answers.words import day_words_answer
from fillbook.storage.models import BrokerAccount, EndpointKind, Note, RoundTripRow, Tag, TagMark, User
from tests.web.book import FILLS, link_of, says, write_book
from tests.web.conftest import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(account: BrokerAccount) -> str:
    return RoundTripRow.objects.filter(account=account, is_open=False).earliest("closed_on").key


def test_a_note_is_written_changed_and_deleted(browser_of_owner: Client, key: str) -> None:
    url, page = reverse("trade-note", args=[key]), reverse("trade", args=[key])
    assert browser_of_owner.post(url, {"text": "Sold **too** early"})["Location"] == f"{page}#words"
    content = browser_of_owner.get(page).content
    assert b"<p>Sold <strong>too</strong> early</p>" in content
    note = Note.objects.get()
    browser_of_owner.post(url, {"note": note.pk, "text": "Sold in time", "what": "save"})
    assert "Sold in time" in text_of(browser_of_owner.get(page).content)
    browser_of_owner.post(url, {"note": note.pk, "text": "Sold in time", "what": "delete"})
    assert not Note.objects.exists()


def test_with_scripts_only_the_region_is_sent(browser_of_owner: Client, key: str) -> None:
    answer = browser_of_owner.post(reverse("trade-tags", args=[key]), {"name": "Dip buy"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.content.lstrip().startswith(b'<section class="card words" id="words"')
    assert b'href="/trades/?tag=dip%20buy">Dip buy</a>' in answer.content
    refused = browser_of_owner.post(reverse("trade-tags", args=[key]), {"name": "a,b"}, headers={"HX-Request": "true"})
    assert "plain text without commas" in text_of(refused.content)
    long = browser_of_owner.post(reverse("trade-note", args=[key]), {"text": "x" * 20_001}, headers={"HX-Request": "true"})
    assert "at most 20,000 characters" in text_of(long.content)
    assert b"x" * 20_001 in long.content


def test_tags_filter_the_list_and_are_taken_off(browser_of_owner: Client, key: str) -> None:
    browser_of_owner.post(reverse("trade-tags", args=[key]), {"name": "Dip buy"})
    found = text_of(browser_of_owner.get("/trades/?tag=dip%20buy").content)
    assert "1 trade" in found
    assert "BOLT" not in found
    listed = text_of(browser_of_owner.get("/tags/").content).replace("\u202f", " ")
    assert "Dip buy 1 trade +98.00 USD 1 closed trade, average gain +9.8 %, win rate 100.0 %" in listed
    browser_of_owner.post(reverse("trade-tags", args=[key]), {"off": Tag.objects.get().pk})
    assert not TagMark.objects.exists()
    assert "No trade fits this filter" in text_of(browser_of_owner.get("/trades/?tag=dip%20buy").content)


def test_a_day_has_the_notes_on_trades_of_its_own_accounts(browser_of_owner: Client, owner: User, account: BrokerAccount, key: str) -> None:
    pretend = write_book(owner, says(*FILLS[:2], number="U9"), link_of(owner, endpoint=EndpointKind.SANDBOX))
    words.write_note(owner, key, "Sold too early")
    words.write_note(owner, RoundTripRow.objects.get(account=pretend).key, "Only practice")
    for query, told, other in (("", "Sold too early", "Only practice"), (f"?account={pretend.pk}", "Only practice", "Sold too early")):
        shown = text_of(browser_of_owner.get(f"/days/2026-02-10/{query}").content)
        assert told in shown
        assert other not in shown
        region = text_of(browser_of_owner.post(f"/notes/day/2026-02-10/{query}", {"text": "Calm"}, headers={"HX-Request": "true"}).content)
        assert "Calm" in region
        assert told in region
        assert other not in region
    answer = day_words_answer(owner, date(2026, 2, 10), [account])
    assert [note["text"] for note in answer["notes"]] == ["Sold too early"]


def test_all_notes_are_listed_and_searched(browser_of_owner: Client, owner: User, key: str) -> None:
    assert "No note yet" in text_of(browser_of_owner.get("/notes/").content)
    words.write_note(owner, key, "Sold too early")
    assert "ACME, 10 Feb 2026" in text_of(browser_of_owner.get("/notes/?q=EARLY+sold").content)
    assert "No note has all these words" in text_of(browser_of_owner.get("/notes/?q=late").content)
    browser_of_owner.post(reverse("note", args=[Note.objects.get().pk]), {"text": "Sold in time"})
    assert "Sold in time" in text_of(browser_of_owner.get("/notes/?page=99").content)


def test_what_lost_its_fill_is_listed_first(browser_of_owner: Client, owner: User, account: BrokerAccount, key: str) -> None:
    words.write_note(owner, key, "Sold too early")
    words.add_tag(owner, key, "dip")
    campaigning.gather(owner, [key, RoundTripRow.objects.get(symbol="BOLT").key], "Hedge")
    RoundTripRow.objects.filter(account=account).delete()
    page = text_of(browser_of_owner.get("/notes/").content)
    assert "Without a trade" in page
    assert "ACME: 10 bought on 5 Jan 2026" in page
    assert "dip (ACME" in page
    assert "Part of your campaign Hedge (ACME: 10 bought on 5 Jan 2026)" in page
    assert "Part of your campaign Hedge (BOLT: 5 sold on 2 Mar 2026)" in page


def test_a_tag_is_renamed_coloured_and_deleted(browser_of_owner: Client, owner: User, key: str) -> None:
    tag = words.add_tag(owner, key, "dip")
    browser_of_owner.post(reverse("tag", args=[tag.pk]), {"name": "Dip buy", "hue": "rose"})
    tag.refresh_from_db()
    assert (tag.name, tag.key, tag.hue) == ("Dip buy", "dip buy", "rose")
    assert b'data-hue="rose"' in browser_of_owner.get("/tags/").content
    browser_of_owner.post(reverse("tag", args=[tag.pk]), {"what": "delete"})
    assert not Tag.objects.exists()


def test_a_day_and_a_month_have_one_note_each(browser_of_owner: Client, owner: User, key: str) -> None:
    words.write_note(owner, key, "Sold too early")
    url = reverse("day-note", args=["day", "2026-02-10"])
    part = browser_of_owner.post(url, {"text": "A *slow* day"}, headers={"HX-Request": "true"})
    assert part.content.lstrip().startswith(b'<section class="card words" id="day-words"')
    assert "Notes on 10 Feb 2026 All notes A slow day" in text_of(part.content)
    assert "Sold too early ACME, 10 Feb 2026" in text_of(part.content)
    assert browser_of_owner.post(url, {"text": "A quick day"})["Location"] == reverse("day", args=["2026-02-10"])
    assert "A quick day" in text_of(browser_of_owner.get(reverse("day", args=["2026-02-10"])).content)
    browser_of_owner.post(reverse("day-note", args=["month", "2026-02-17"]), {"text": "Patience"})
    assert [(note.about, str(note.day), note.text) for note in Note.objects.exclude(about="trade").order_by("pk")] == [
        ("day", "2026-02-10", "A quick day"),
        ("month", "2026-02-01", "Patience"),
    ]
    assert "Notes on Feb 2026 All notes Patience" in text_of(browser_of_owner.get("/calendar/?month=2026-02").content)
    assert "Patience Feb 2026" in text_of(browser_of_owner.get("/notes/?q=patience").content)
    browser_of_owner.post(url, {"text": "x", "what": "delete"})
    assert Note.objects.filter(about="day").count() == 0
    for wrong in ("/notes/year/2026-02-10/", "/notes/day/2026-02-30/"):
        assert browser_of_owner.get(wrong).status_code == 404
