"""A file that is no statement is named for what it is."""

import pytest

from fillbook.cli.kinds import describe


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"", "empty"),
        (b" \r\n\t", "white space"),
        (b"PK\x03\x04\x14\x00", "ZIP archive or Excel"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel"),
        (b"<!DOCTYPE HTML><html>", "web page"),
        (b"  <html lang='en'>", "web page"),
        (b'<?xml version="1.0"?><Document xmlns="urn:iso">', "<Document>"),
        (b"<?xml version='1.0'?>", "no element"),
        (b'{"accounts": []}', "JSON"),
        (b"\xef\xbb\xbfDate,Symbol,Quantity\n", "CSV"),
        (b"Date;Symbol;Quantity\n", "CSV"),
        (b"Dear customer, hello\n", "text of a kind"),
        (b"ab\x00\x01\x02", "no text"),
    ],
)
def test_what_it_is_and_what_to_do(head: bytes, what: str) -> None:
    sentence = describe(head)
    assert what in sentence
    assert sentence.endswith(".")
    assert len(sentence.split()) >= 8
