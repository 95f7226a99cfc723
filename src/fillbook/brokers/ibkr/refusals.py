"""Why a document cannot be used, each with its own sentence: what is wrong, where, and what to do about it."""

from typing import Final
from xml.parsers.expat import ErrorString, ExpatError

from fillbook.brokers.ibkr.portal import EDIT_QUERY, SECTIONS
from fillbook.brokers.ibkr.sentences import SENTENCES
from fillbook.brokers.interface import StatementUnreadable

_AGAIN: Final = "Fetch or download the statement again; if it was edited, take the original."


def empty() -> StatementUnreadable:
    return StatementUnreadable("empty", "The file is empty.", _AGAIN, 0)


def csv() -> StatementUnreadable:
    return StatementUnreadable(
        "csv",
        "This is a Flex query in CSV form; Fillbook reads the XML form.",
        f"{EDIT_QUERY} and, under Delivery Configuration, set Format to XML.",
        0,
    )


def json() -> StatementUnreadable:
    return StatementUnreadable(
        "json", "This is a JSON document, not a Flex statement.", "Choose the XML file of an Activity Flex query.", 0
    )


def not_xml() -> StatementUnreadable:
    return StatementUnreadable(
        "not_xml",
        "This is not a Flex statement: it does not begin like an XML document.",
        "Choose the XML file of an Activity Flex query.",
        0,
    )


def web_page(place: int) -> StatementUnreadable:
    return StatementUnreadable(
        "web_page",
        "This is a web page (perhaps an error page), not a Flex statement.",
        "Try again later; if it stays, fetch it anew.",
        place,
    )


def other_root(tag: str) -> StatementUnreadable:
    if tag.lower() == "html":
        return web_page(0)
    return StatementUnreadable(
        "other_xml",
        f"This XML document is not a Flex statement: its root is <{tag[:60]}>, expected <FlexQueryResponse>.",
        "Choose the XML file of an Activity Flex query.",
        0,
    )


def service_reply(reply: dict[str, str]) -> StatementUnreadable:
    """The Flex Web Service answered with a status document where a statement was expected."""
    number, words = reply.get("ErrorCode", "").strip(), reply.get("ErrorMessage", "").strip()
    said = f"error {number[:10]}: {words[:200].rstrip('.')}" if number else reply.get("Status", "").strip()[:40] or "nothing"
    return StatementUnreadable(
        "service_reply",
        f"This is an answer of the Flex Web Service, not a statement; it says {said}.",
        "Ask for the statement again after a while; if the answer stays, see what its error number asks for.",
        0,
    )


def trade_confirmations() -> StatementUnreadable:
    return StatementUnreadable(
        "trade_confirmations",
        "This is a Trade Confirmation Flex query, which lacks what performance is made of.",
        "In the portal open Performance & Statements > Flex Queries, create an Activity Flex Query and use its Query ID.",
    )


def doctype(name: str, place: int) -> StatementUnreadable:
    if name.lower() == "html":
        return web_page(place)
    return StatementUnreadable(
        "doctype",
        f"The document declares a document type (byte {place}), which no Flex statement does; it is refused unread.",
        _AGAIN,
        place,
    )


def unknown_encoding(name: str) -> StatementUnreadable:
    return StatementUnreadable(
        "encoding", f"The document says its encoding is {name[:40]!r}, which no Flex statement uses; expected UTF-8.", _AGAIN, 0
    )


def not_well_formed(error: ExpatError, place: int, *, at_end: bool) -> StatementUnreadable:
    where = f"line {error.lineno}, column {error.offset + 1}"
    if at_end:
        return StatementUnreadable(
            "truncated", f"The document is cut off: it ends at {where} before its last element is closed.", _AGAIN, place
        )
    return StatementUnreadable(
        "not_well_formed", f"The document is not well-formed XML at {where}: {ErrorString(error.code)}.", _AGAIN, place
    )


def too_deep(limit: int, place: int) -> StatementUnreadable:
    return StatementUnreadable("too_deep", f"Elements are nested deeper than {limit} at byte {place}; no Flex statement is.", _AGAIN, place)


def too_many_attributes(tag: str, limit: int, place: int) -> StatementUnreadable:
    return StatementUnreadable(
        "too_many_attributes", f"Element <{tag[:60]}> at byte {place} has more than {limit} attributes.", _AGAIN, place
    )


def value_too_long(tag: str, limit: int, place: int) -> StatementUnreadable:
    return StatementUnreadable(
        "value_too_long", f"Element <{tag[:60]}> at byte {place} has a value longer than {limit} characters.", _AGAIN, place
    )


def id_too_long(text: str) -> StatementUnreadable:
    return StatementUnreadable("id_too_long", f"{text[:40]!r}… is longer than any id of the broker.", _AGAIN)


def amount_too_large(place: int) -> StatementUnreadable:
    return StatementUnreadable("amount_too_large", f"The row at byte {place} is worth more than any account can hold.", _AGAIN, place)


def element_too_long(place: int) -> StatementUnreadable:
    return StatementUnreadable(
        "element_too_long", f"The element at byte {place} does not end within a mebibyte; no Flex row is so long.", _AGAIN, place
    )


def too_many_elements(limit: int) -> StatementUnreadable:
    return StatementUnreadable(
        "too_many_elements", f"The document has more than {limit:,} elements.", "Split its period into several statements."
    )


def statement_count(stated: str, found: int) -> StatementUnreadable:
    return StatementUnreadable(
        "statement_count", f"The document announces {stated[:20]} statements and holds {found}; it is not whole.", _AGAIN
    )


def no_statement() -> StatementUnreadable:
    return StatementUnreadable("no_statement", "The document holds no statement of any account.", _AGAIN)


def bad_number(text: str, tag: str, attribute: str, place: int) -> StatementUnreadable:
    return StatementUnreadable(
        "bad_number", f"{attribute}={text[:40]!r} of <{tag}> at byte {place} is not a decimal number.", _AGAIN, place
    )


def bad_date(text: str, tag: str, attribute: str, place: int) -> StatementUnreadable:
    return StatementUnreadable(
        "bad_date",
        f"{attribute}={text[:40]!r} of <{tag}> at byte {place} is no date that a Flex query writes.",
        f"{EDIT_QUERY} and, under General Configuration, set Date Format to yyyyMMdd.",
        place,
    )


def dates_undecidable() -> StatementUnreadable:
    return StatementUnreadable(
        "dates_undecidable",
        "The dates of this statement can be read as month/day and as day/month, and nothing in it decides which.",
        f"{EDIT_QUERY} and, under General Configuration, set Date Format to yyyyMMdd.",
    )


def dates_contradict(text: str) -> StatementUnreadable:
    return StatementUnreadable(
        "dates_contradict",
        f"The date {text[:20]!r} contradicts the order of day and month that the rest of the statement uses.",
        f"{EDIT_QUERY} and, under General Configuration, set Date Format to yyyyMMdd.",
    )


def trades_without(fields: str) -> StatementUnreadable:
    section = SECTIONS["Trades"]
    remedy = SENTENCES.remedy(section.code, {"path": section.path, "section": section.name, "option": section.option})
    return StatementUnreadable("trades_unusable", f"The section Trades lacks {fields}, without which no row of it means anything.", remedy)
