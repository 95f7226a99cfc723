"""Tell apart what the Flex Web Service sends back.

Every reply comes as HTTP 200 with an unreliable content type, so the root tag decides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from xml.parsers import expat

from fillbook.brokers.ibkr.errors import error
from fillbook.brokers.interface import BrokerError, Reply
from fillbook.ledger.statement import DateRange

HOSTS: Final = ("ndcdyn.interactivebrokers.com", "gdcdyn.interactivebrokers.com")
"""The only hosts that a token may travel to; the first is the documented one."""

_RESPONSE_LIMIT: Final = 64 * 1024
_SPACE: Final = b" \t\r\n"
_BOM: Final = b"\xef\xbb\xbf"
_PROLOGUE: Final = re.compile(rb"(?:\s+|<\?.{0,500}?\?>|<!--.{0,2000}?-->)*", re.DOTALL)
_ROOT: Final = re.compile(rb"<(!doctype\s+)?([A-Za-z_][\w.:-]{0,63})", re.IGNORECASE)
_CSV: Final = re.compile(rb'"?(?:ClientAccountID|BOF|BOA|BOS|MSG|HEADER|DATA)"?\s*,')
_STATEMENT: Final = re.compile(rb"<FlexStatement\s([^>]{0,4000})>")
_DAY: Final = re.compile(rb"""\s(fromDate|toDate)\s*=\s*["']([^"'<]{0,40})["']""")
_TIMESTAMP: Final = re.compile(r"(\d{1,2}) ([A-Za-z]{3,9}),? (\d{4})\b")
_URL: Final = re.compile(r"https://([a-z]{6}\.interactivebrokers\.com)/AccountManagement/[A-Za-z/]{0,80}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Response:
    """A FlexStatementResponse: accepted, refused, or not ready.

    code: IB's error code, "" when accepted. reference: what the statement is fetched with. host: the one of `HOSTS` that the reply
    points to, "" when it names none of them. day: the server's calendar day.
    """

    code: str = ""
    text: str = ""
    reference: str = ""
    host: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A FlexQueryResponse. span: first to last day of all its statements, None when they cannot be read.

    certain: the dates have one reading only. complete: the document ends with its closing tag.
    """

    span: DateRange | None
    certain: bool
    complete: bool


def judge(reply: Reply) -> Response | Statement:
    """Say what a reply is.

    Raises:
        BrokerError: it is no answer of the service: a web page, an empty body, CSV, an HTTP error; the code says which.
    """
    body = reply.body.removeprefix(_BOM)
    root = _root_of(body)
    if root == "FlexStatementResponse":
        return _response(body)
    if reply.status != 200:
        raise _http_error(reply.status)
    if root == "FlexQueryResponse":
        return _statement(body)
    raise error(_kind_of(body, root))


def _root_of(body: bytes) -> str:
    """Name of the root element, `!` before it when a document type is declared, "" when the body is no document."""
    start = _PROLOGUE.match(body)
    found = _ROOT.match(body, start.end() if start else 0)
    if not found:
        return ""
    name = found[2].decode("ascii")
    return name if not found[1] or name.lower() == "html" else "!" + name


def _kind_of(body: bytes, root: str) -> str:
    head = body[:512].lstrip(_SPACE)
    if not head:
        return "empty_reply"
    if root.lower() in {"html", "head", "body"}:
        return "html_reply"
    if root:
        return "unknown_reply"
    if _CSV.match(head):
        return "csv_reply"
    return "json_reply" if head[:1] in {b"{", b"["} else "text_reply"


def _http_error(status: int) -> BrokerError:
    if status == 429:
        return error("http_429")
    if 300 <= status < 400:
        return error("redirect")
    if status in {404, 410}:
        return error("http_404")
    return error("http_5xx" if status >= 500 else "http_other")


def _response(body: bytes) -> Response:
    fields = _fields(body)
    status = fields.get("status", "").lower()
    code = fields.get("errorcode", "") or fields.get("code", "")
    day = _day_of(fields.get("timestamp", ""))
    if status == "success" and not code:
        reference = fields.get("referencecode", "")
        if not _REFERENCE.fullmatch(reference):
            raise error("broken_reply")
        return Response(reference=reference, host=_host_of(fields.get("url", "")), day=day)
    if not code and status not in {"fail", "warn"}:
        raise error("broken_reply")
    return Response(code=code or status, text=fields.get("errormessage", ""), day=day)


def _fields(body: bytes) -> dict[str, str]:
    """Child elements of the response by lower-case name, and the root's `timestamp`.

    Raises:
        BrokerError: not well-formed, longer than a response ever is, or with a document type declaration.
    """
    fields: dict[str, str] = {}
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name.lower())
        if len(path) == 1:
            fields.update({key.lower(): value for key, value in attributes.items()})

    def text(value: str) -> None:
        if len(path) == 2:
            fields[path[1]] = (fields.get(path[1], "") + value)[:500]

    def refuse(*_: object) -> None:
        raise error("broken_reply")

    def end(_name: str) -> None:
        path.pop()

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = refuse
    if len(body) > _RESPONSE_LIMIT:
        refuse()
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise error("broken_reply") from None
    return {key: value.strip() for key, value in fields.items()}


def _host_of(url: str) -> str:
    """The host of a returned address if it is one of ours; everything else about the address is ignored."""
    found = _URL.fullmatch(url)
    return found[1] if found and found[1] in HOSTS else ""


def _day_of(timestamp: str) -> date | None:
    """`28 August, 2012 10:37 AM EDT` -> 2012-08-28."""
    found = _TIMESTAMP.search(timestamp)
    return _strptime(f"{found[1]} {found[2][:3]} {found[3]}", "%d %b %Y") if found else None


def _statement(body: bytes) -> Statement:
    texts = [(name, value.decode("utf-8", "replace")) for name, value in _days_in(body)]
    readings = {reading for order in ("%m/%d", "%d/%m") if (reading := _span(texts, order)) is not None}
    plausible = [span for span in readings if span.days <= 366] or list(readings)
    span = max(plausible, key=lambda one: one.days, default=None)
    complete = b"</FlexQueryResponse>" in body[-256:] or re.search(rb"<FlexQueryResponse\b[^<>]*/>\s*\Z", body[-4096:]) is not None
    return Statement(span, len(readings) == 1, complete)


def _days_in(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    for tag in _STATEMENT.finditer(body):
        for attribute in _DAY.finditer(b" " + tag[1]):
            yield attribute[1], attribute[2]


def _span(texts: list[tuple[bytes, str]], order: str) -> DateRange | None:
    """First `fromDate` to last `toDate`, slashed dates read in the given order; None when one does not fit or they are reversed."""
    first: date | None = None
    last: date | None = None
    for name, text in texts:
        day = _date(text, order)
        if day is None:
            return None
        if name == b"fromDate":
            first = day if first is None else min(first, day)
        else:
            last = day if last is None else max(last, day)
    return DateRange(first, last) if first is not None and last is not None and first <= last else None


def _date(text: str, order: str) -> date | None:
    for form in ("%Y%m%d", "%Y-%m-%d", f"{order}/%Y", f"{order}/%y", "%d-%b-%y"):
        if (day := _strptime(text.strip(), form)) is not None:
            return day
    return None


def _strptime(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day, no instant
    except ValueError:
        return None
