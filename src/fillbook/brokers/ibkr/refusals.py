"""Why a document cannot be used: the error with its code and place, and what its sentence in the table `ERRORS` is about."""

from collections.abc import Sequence
from xml.parsers.expat import ErrorString, ExpatError

from fillbook.brokers.ibkr.portal import SECTIONS
from fillbook.brokers.ibkr.sentences import ERRORS
from fillbook.brokers.interface import StatementUnreadable


def empty() -> StatementUnreadable:
    return _refused("empty", 0)


def csv() -> StatementUnreadable:
    return _refused("csv", 0)


def json() -> StatementUnreadable:
    return _refused("json", 0)


def not_xml() -> StatementUnreadable:
    return _refused("not_xml", 0)


def web_page(place: int) -> StatementUnreadable:
    return _refused("web_page", place)


def other_root(tag: str) -> StatementUnreadable:
    if tag.lower() == "html":
        return web_page(0)
    return _refused("other_xml", 0, tag=tag[:60])


def service_reply(reply: dict[str, str]) -> StatementUnreadable:
    """The Flex Web Service answered with a status document where a statement was expected."""
    number, words = reply.get("ErrorCode", "").strip(), reply.get("ErrorMessage", "").strip()
    if number:
        told = _refused("service_error", 0, number=number[:10], words=words[:200].rstrip("."))
    elif status := reply.get("Status", "").strip()[:40]:
        told = _refused("service_status", 0, status=status)
    else:
        told = _refused("service_silent", 0)
    told.code = "service_reply"
    return told


def trade_confirmations() -> StatementUnreadable:
    return _refused("trade_confirmations")


def doctype(name: str, place: int) -> StatementUnreadable:
    if name.lower() == "html":
        return web_page(place)
    return _refused("doctype", place)


def unknown_encoding(name: str) -> StatementUnreadable:
    return _refused("encoding", 0, encoding=repr(name[:40]))


def not_well_formed(error: ExpatError, place: int, *, at_end: bool) -> StatementUnreadable:
    where = {"line": error.lineno, "column": error.offset + 1}
    return _refused("truncated", place, **where) if at_end else _refused("not_well_formed", place, **where, fault=ErrorString(error.code))


def too_deep(limit: int, place: int) -> StatementUnreadable:
    return _refused("too_deep", place, limit=limit)


def too_many_attributes(tag: str, limit: int, place: int) -> StatementUnreadable:
    return _refused("too_many_attributes", place, tag=tag[:60], limit=limit)


def value_too_long(tag: str, limit: int, place: int) -> StatementUnreadable:
    return _refused("value_too_long", place, tag=tag[:60], limit=limit)


def id_too_long(text: str) -> StatementUnreadable:
    return _refused("id_too_long", id=repr(text[:40]))


def amount_too_large(place: int) -> StatementUnreadable:
    return _refused("amount_too_large", place)


def element_too_long(place: int) -> StatementUnreadable:
    return _refused("element_too_long", place)


def too_many_elements(limit: int) -> StatementUnreadable:
    return _refused("too_many_elements", count=limit)


def statement_count(stated: str, found: int) -> StatementUnreadable:
    return _refused("statement_count", announced=stated[:20], found=found)


def no_statement() -> StatementUnreadable:
    return _refused("no_statement")


def bad_number(text: str, tag: str, attribute: str, place: int) -> StatementUnreadable:
    return _refused("bad_number", place, attribute=attribute, value=repr(text[:40]), tag=tag)


def bad_date(text: str, tag: str, attribute: str, place: int) -> StatementUnreadable:
    return _refused("bad_date", place, attribute=attribute, value=repr(text[:40]), tag=tag)


def dates_undecidable() -> StatementUnreadable:
    return _refused("dates_undecidable")


def dates_contradict(text: str) -> StatementUnreadable:
    return _refused("dates_contradict", value=repr(text[:20]))


def trades_without(fields: Sequence[str]) -> StatementUnreadable:
    """fields: one to three names."""
    how_many = ("one", "two", "three")[len(fields) - 1]
    names = dict(zip(("first", "second", "third"), fields, strict=False))
    section = SECTIONS["Trades"]
    told = _refused(f"trades_without_{how_many}", None, **names, section=section.name, option=section.option)
    told.code = "trades_unusable"
    return told


def _refused(code: str, place: int | None = None, **params: object) -> StatementUnreadable:
    return StatementUnreadable.of(ERRORS, code, place, **params)
