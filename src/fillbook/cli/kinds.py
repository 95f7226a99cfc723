"""What a file is that no connector recognizes, said from its first bytes, so that its owner knows which one they picked."""

import re
from typing import Final

_SIGNATURES: Final = (
    (b"PK\x03\x04", "a ZIP archive or Excel workbook", "Unpack it, or save the statement as it comes from your broker."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first."),
    (b"BZh", "a bzip2 archive", "Unpack it first."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it first."),
    (b"%PDF", "a PDF document", "Ask your broker for the statement as XML or CSV."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Ask your broker for the statement as XML or CSV."),
    (b"\x89PNG", "a picture", "Choose the statement itself."),
    (b"\xff\xd8\xff", "a picture", "Choose the statement itself."),
    (b"SQLite format 3", "a database", "Choose a statement from your broker."),
)
_ROOT: Final = re.compile(rb"<([A-Za-z_][\w.:-]{0,60})")
_SUPPORTED: Final = "See docs/brokers for the statements that Fillbook reads."


def describe(head: bytes) -> str:
    """One or two sentences: what the file seems to be, and what to do."""
    if not head:
        return "This file is empty; download the statement again."
    for signature, what, remedy in _SIGNATURES:
        if head.startswith(signature):
            return f"This is {what}, not a statement. {remedy}"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return "This file holds nothing but white space; download the statement again."
    if text.startswith(b"<"):
        return _describe_markup(text)
    if text.startswith((b"{", b"[")):
        return f"This looks like JSON, which is no statement that Fillbook knows. {_SUPPORTED}"
    if b"\x00" in head:
        return f"This is no text, so no statement that Fillbook knows. {_SUPPORTED}"
    first = text.splitlines()[0]
    if max(first.count(mark) for mark in (b",", b";", b"\t")) >= 2:
        return f"This is a table (CSV) of a kind that Fillbook does not know; if your broker offers XML, choose that. {_SUPPORTED}"
    return f"This is a text of a kind that Fillbook does not know. {_SUPPORTED}"


def _describe_markup(text: bytes) -> str:
    if re.match(rb"(?i)<!doctype html|<html", text):
        return "This is a web page, perhaps a sign-in page saved by mistake; download the statement again."
    root = _ROOT.search(text)
    if root is None:
        return f"This begins like XML but holds no element, so it is no statement. {_SUPPORTED}"
    return f"This is XML whose outermost element is <{root.group(1).decode()}>, which is no statement that Fillbook knows. {_SUPPORTED}"
