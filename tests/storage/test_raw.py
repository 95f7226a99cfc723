"""Documents are kept byte for byte, and every figure leads back to the bytes it came from."""

import random
import zlib

import pytest

from fillbook.ledger.statement import Finding, Severity
from fillbook.storage.models import Origin, RawStatement
from fillbook.storage.raw import DamagedStatement, accept, discard, findings_of, keep_raw, note_parsed, raw_chunks, raw_element
from tests.storage.deliveries import BROKER, link_of, person

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

DOCUMENT = b'<?xml version="1.0"?>\n<All>\n<Trade id="1" note="a > b" quantity="-5" />\n<Trade id="2"/>\n</All>\n'


def test_bytes_come_back_as_they_were() -> None:
    content = random.Random(7).randbytes(700_000) + b"\0" * 900_000
    raw = keep_raw(person(), BROKER, iter([content[:10], content[10:]]), Origin.UPLOADED, file_name="a.xml")
    stored = RawStatement.objects.get(pk=raw.pk)
    assert b"".join(raw_chunks(stored)) == content
    assert (stored.size, stored.file_name, len(stored.sha256)) == (1_600_000, "a.xml", 64)
    assert len(stored.content) < 800_000


def test_the_same_bytes_are_kept_once_per_link_or_owner() -> None:
    ada, eve = person("ada"), person("eve")
    link = link_of(ada)
    first = keep_raw(ada, BROKER, DOCUMENT, Origin.UPLOADED)
    assert keep_raw(ada, BROKER, DOCUMENT, Origin.UPLOADED) == first
    fetched = keep_raw(ada, BROKER, DOCUMENT, Origin.FETCHED, link)
    assert keep_raw(ada, BROKER, DOCUMENT, Origin.FETCHED, link) == fetched
    others = keep_raw(eve, BROKER, DOCUMENT, Origin.UPLOADED)
    assert len({first.pk, fetched.pk, others.pk}) == RawStatement.objects.count() == 3


def test_an_empty_document_is_kept_too() -> None:
    assert b"".join(raw_chunks(keep_raw(person(), BROKER, b"", Origin.UPLOADED))) == b""


@pytest.mark.parametrize("content", [zlib.compress(b"something else"), b"no zlib at all", zlib.compress(DOCUMENT)[:-6]])
def test_damaged_bytes_are_noticed(content: bytes) -> None:
    raw = keep_raw(person(), BROKER, DOCUMENT, Origin.UPLOADED)
    raw.content = content
    with pytest.raises(DamagedStatement):
        list(raw_chunks(raw))


@pytest.mark.parametrize(
    ("mark", "element"),
    [
        (b'<Trade id="1"', b'<Trade id="1" note="a > b" quantity="-5" />'),
        (b'<Trade id="2"', b'<Trade id="2"/>'),
        (b"</All>", b"</All>"),
        (b"Trade id", b'Trade id="1" note="a > b" quantity="-5" />'),
    ],
)
def test_a_rows_bytes_are_found_by_their_place(mark: bytes, element: bytes) -> None:
    raw = keep_raw(person(), BROKER, DOCUMENT, Origin.UPLOADED)
    assert raw_element(raw, DOCUMENT.index(mark)) == element


def test_a_row_far_inside_a_large_document_is_found() -> None:
    content = b"".join(b'<Row n="%d"/>\n' % number for number in range(60_000))
    raw = keep_raw(person(), BROKER, content, Origin.UPLOADED)
    assert raw_element(raw, content.index(b'<Row n="59999"')) == b'<Row n="59999"/>'
    assert raw_element(raw, len(content) + 10) == b""
    assert len(raw_element(keep_raw(person("eve"), BROKER, b"<a " + b"x" * 100_000, Origin.UPLOADED), 0)) == 65_536


def test_findings_come_back_as_they_were() -> None:
    raw = keep_raw(person(), BROKER, DOCUMENT, Origin.UPLOADED)
    findings = (Finding(Severity.WARNING, "no_positions", "There are none.", "Add the section.", {"section": "Positions"}),)
    note_parsed(raw, findings, "print", "My query", "0.1.0")
    stored = RawStatement.objects.get(pk=raw.pk)
    assert findings_of(stored) == findings
    assert (stored.fingerprint, stored.title, stored.parser_version) == ("print", "My query", "0.1.0")


def test_only_what_was_not_accepted_is_discarded() -> None:
    owner = person()
    kept, dropped = keep_raw(owner, BROKER, b"1", Origin.UPLOADED), keep_raw(owner, BROKER, b"2", Origin.UPLOADED)
    accept(kept)
    discard(kept)
    discard(dropped)
    assert RawStatement.objects.get() == kept
