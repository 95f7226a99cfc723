"""Tell from a file's first bytes what it is."""

from typing import Final

from fillbook.brokers.ibkr import refusals

_MARKS: Final = (b"\xef\xbb\xbf",)
_WIDE_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_CSV_STARTS: Final = (b'"ClientAccountID"', b"ClientAccountID,", b'"BOF"', b"BOF,", b'"MSG"', b"HEADER,", b'"HEADER"')
_ROOTS: Final = (b"<FlexQueryResponse", b"<FlexStatementResponse")


def recognize(head: bytes) -> bool:
    """Whether a file that begins so is one of ours: a Flex statement, the service's reply, or a Flex query saved as CSV."""
    text = _narrow(head)
    return any(root in text[:4096] for root in _ROOTS) or text.startswith(_CSV_STARTS)


def refuse_other_formats(head: bytes) -> None:
    """Raise for what is not XML at all.

    Raises:
        StatementUnreadable: the file is empty, CSV, JSON, a web page whose first word XML does not know, or anything else that does not
            begin with `<`.
    """
    text = _narrow(head)
    if not text:
        raise refusals.empty()
    if text.startswith(_CSV_STARTS):
        raise refusals.csv()
    if text.startswith((b"{", b"[")):
        raise refusals.json()
    if not text.startswith(b"<"):
        raise refusals.not_xml()
    if text[:14].lower() == b"<!doctype html":
        raise refusals.web_page(0)


def _narrow(head: bytes) -> bytes:
    """The first bytes without byte order mark, zero bytes (of UTF-16) and leading white space."""
    for mark in _MARKS:
        head = head.removeprefix(mark)
    if head.startswith(_WIDE_MARKS) or head[:2] in (b"<\x00", b"\x00<"):
        head = head[:8192].lstrip(b"\xff\xfe").replace(b"\x00", b"")
    return head[:8192].lstrip()
