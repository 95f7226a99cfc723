"""Sentences that were kept in English are said in the reader's language, wherever a page shows one."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from fillbook.brokers.apex.replies import problem_of
from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.errors import error
from fillbook.brokers.ibkr.sentences import SENTENCES as BROKER
from fillbook.brokers.interface import Reply
from fillbook.journal.plans import BadPlan, read_plan
from fillbook.ledger.sentences import PLACE, Sentences
from fillbook.storage.models import BrokerAccount, LinkState, Notice, NoticeKind, RunKind, RunState, SyncRun, User
from fillbook.storage.services import BadSetting, checked
from fillbook.sync.changes import QueryChange
from fillbook.sync.sentences import message
from fillbook.sync.taking import sentence_of
from fillbook.web.brokerwords import _speaker, _tables, said
from tests.web.conftest import text_of

GERMAN = {"accept-language": "de"}


def filled(table: Sentences, text: str) -> dict[str, str]:
    """Something plausible for each place of a text, phrases apart."""
    params: dict[str, str] = {}
    for name in PLACE.findall(text):
        if name in table.phrases:
            params |= filled(table, table.phrases[name])
        elif name in table.worded:
            params[name] = next((one for one in table.words if not one.endswith(".") and not PLACE.search(one)), "nothing more")
        else:
            params[name] = "1200" if name in table.numbers else f"'{name}' of 12:30"
    return params


def whole_sentences() -> Iterator[tuple[Sentences, str]]:
    for table in _tables():
        for one in table.of.values():
            yield from ((table, text) for text in (one.message, one.remedy, one.one) if PLACE.sub("", text))
        yield from ((table, text) for text in table.words if text.endswith("."))


def test_every_sentence_of_every_table_is_known_again() -> None:
    with translation.override("de"):
        for table, text in whole_sentences():
            params = filled(table, text)
            kept, anew = table.said(text, params), table.said(text, params, _speaker())
            assert said(kept) == anew != kept, text
            if not kept.endswith("."):
                continue  # it ends with what it quotes
            assert said(f"{kept} The file is empty.") == f"{anew} Die Datei ist leer.", text


def test_what_is_wrong_and_what_to_do_are_said_together() -> None:
    kept = sentence_of(refusals.bad_date("13.5.", "Trade", "tradeDate", 4711))
    assert kept.startswith("tradeDate='13.5.' of <Trade> at byte 4711 is no date that a Flex query writes. In the portal open")
    broken = error("9999", text="Account is in state X. Contact us.").message
    with translation.override("de"):
        assert said(kept) == (
            "tradeDate='13.5.' von <Trade> bei Byte 4711 ist kein Datum, wie es eine Flex-Abfrage schreibt. Öffnen Sie im Portal "
            "Performance & Statements > Flex Queries und klicken Sie auf den Stift neben Ihrer Abfrage; stellen Sie dann unter General "
            "Configuration Date Format auf yyyyMMdd."
        )
        assert said(broken) == (
            "Interactive Brokers hat mit Fehler 9999 geantwortet, den Fillbook nicht kennt (Account is in state X. Contact us). Bitte "
            "sagen Sie es dem Betreiber dieser Seite."
        )
        assert said("What an older version kept.") == "What an older version kept."
    with translation.override("en"):
        assert said(kept) == kept


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("year.xml", b"<!doctype html><html></html>", "Das ist eine Webseite (vielleicht eine Fehlerseite), kein Flex-Auszug."),
        ("year.csv", b"Date,Type\n", "Das ist kein Verlauf von tastytrade: Die erste Zeile nennt andere Spalten."),
    ],
)
def test_why_a_file_cannot_be_read_is_said_in_the_readers_language(browser_of_owner: Client, name: str, content: bytes, words: str) -> None:
    answer = browser_of_owner.post("/accounts/upload/", {"file": SimpleUploadedFile(name, content)}, headers=GERMAN)
    assert answer.status_code == 422
    assert words in text_of(answer.content)


def test_a_note_of_a_run_is_said_with_what_it_quotes() -> None:
    """Days that are missing quote why; a query that changed quotes what it lacks now."""
    missing = error("1003").message
    lacks = BROKER.message("open_positions_missing", {"section": "Open Positions", "costs": "positions have no value"})
    day = message("ends_and_asks_tomorrow", day="Fri 20 Nov 2026")
    note = f"{day} {message('days_missing', first='Mon 2 Mar 2026', last='Tue 3 Mar 2026', missed=missing)}"
    with translation.override("de"):
        assert said(note) == (
            "Der Auszug endet am 20.11.2026; Neueres war noch nicht da. Fillbook fragt morgen wieder. Die Tage vom 02.03.2026 bis "
            "03.03.2026 fehlen noch: Interactive Brokers hat für diese Tage noch keinen Auszug. Wir versuchen es von selbst wieder; Sie "
            "müssen nichts tun."
        )
        assert said(QueryChange((lacks,) * 5, ()).sentence) == (
            "Ihre Abfrage hat sich seit dem letzten Auszug geändert."
            + " Der Abfrage fehlt der Abschnitt Open Positions: Positionen haben keinen Wert." * 3
            + " Und 2 weitere. Die Seite des Kontos sagt, was zu tun ist."
        )


def test_what_an_operator_typed_wrongly_is_named_in_their_language() -> None:
    with pytest.raises(BadSetting) as found:
        checked("apex", {"years": "two"})
    assert str(found.value) == "Years of history is a whole number."
    with translation.override("de"):
        assert said(str(found.value)) == "Jahre des Verlaufs: Das ist eine ganze Zahl."


def test_why_a_plan_cannot_be_is_said_with_prices_as_its_reader_writes_them() -> None:
    with pytest.raises(BadPlan) as found:
        read_plan("1300", "", "", long=True, entry=Decimal("1250.50"))
    assert str(found.value) == "The stop of a long trade lies below its entry at 1250.5."
    with translation.override("de"):
        assert said(str(found.value)) == "Der Stop eines Long-Trades liegt unter seinem Einstieg bei 1.250,50."


def test_what_a_link_waits_for_is_said_wherever_it_is_shown(browser_of_owner: Client, owner: User, account: BrokerAccount) -> None:
    link, kept = account.link, problem_of(Reply(418)).message
    assert link is not None
    link.state, link.error_message = LinkState.NEEDS_USER, kept
    link.save()
    SyncRun.objects.create(owner=owner, link=link, kind=RunKind.MANUAL, state=RunState.FAILED, workflow_id="1", error_message=kept)
    told = {"code": "refused", "message": kept}
    now = timezone.now()
    Notice.objects.create(owner=owner, link=link, kind=NoticeKind.LINK_STOPPED, key="stopped", parameters=told, created_at=now)
    words = "Apex Clearing hat die Anfrage abgelehnt (Status 418). Der Betreiber dieser Seite muss sich das ansehen."
    for page in ("/", "/accounts/", f"/accounts/links/{link.pk}/", f"/accounts/links/{link.pk}/runs/", "/notices/"):
        shown = text_of(browser_of_owner.get(page, headers=GERMAN).content)
        assert words in shown, page
        assert kept not in shown, page
