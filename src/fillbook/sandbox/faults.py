"""Replies gone wrong, as data: a script says what happens to the requests of a token, one after the other.

What is wrong with the document itself, a foreign account or a changed price, is in `changes`.

A script is chosen by its token: `token_of("html")` answers like the real service in maintenance. Once a script is used up the ordinary
service goes on.
"""

import zlib
from dataclasses import dataclass, replace
from typing import Final

from fillbook.sandbox.changes import CHANGES
from fillbook.sandbox.messages import Answer

SEND, GET = "SendRequest", "GetStatement"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the next `times` requests of one kind.

    step: SEND, GET or "" for either. times: 0 for every one. code, text, word: an error reply of the service instead of the ordinary
    one. status, headers, body: parts of the reply to replace, None to keep. redirect: Location of a 302. url: the Url element of an
    accepted SendRequest. swap: bytes to replace in the reply. change: name of what is done to the statement. delay: seconds (scaled)
    before it comes. cut, tail: as in `Answer`.
    """

    step: str = ""
    times: int = 1
    code: int = 0
    text: str = ""
    word: str = "Fail"
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    redirect: str = ""
    url: str = ""
    swap: tuple[tuple[bytes, bytes], ...] = ()
    change: str = ""
    delay: float = 0.0
    cut: int | None = None
    tail: str = ""


Script = tuple[Fault, ...]


def worsen(answer: Answer, fault: Fault, time_scale: float) -> Answer:
    """The ordinary answer with the fault applied; error codes and the Url element are the service's own affair."""
    body = answer.body if fault.body is None else fault.body
    for old, new in fault.swap:
        body = body.replace(old, new)
    if fault.change and b"<FlexQueryResponse" in body:
        body = CHANGES[fault.change](body)
    delay = fault.delay * time_scale
    answer = replace(answer, body=body, headers=fault.headers or answer.headers, delay=delay, cut=fault.cut, tail=fault.tail)
    if fault.redirect:
        return replace(answer, status=302, body=b"", headers=(("Location", fault.redirect),))
    return answer if fault.status is None else replace(answer, status=fault.status)


MESSAGES: Final = {
    1001: "Statement could not be generated at this time. Please try again shortly.",
    1003: "Statement is not available.",
    1004: "Statement is incomplete at this time. Please try again shortly.",
    1005: "Settlement data is not ready at this time. Please try again shortly.",
    1006: "FIFO P/L data is not ready at this time. Please try again shortly.",
    1007: "MTM P/L data is not ready at this time. Please try again shortly.",
    1008: "MTM and FIFO P/L data is not ready at this time. Please try again shortly.",
    1009: "The server is under heavy load. Statement could not be generated at this time. Please try again shortly.",
    1010: "Legacy Flex Queries are no longer supported. Please convert over to Activity Flex.",
    1011: "Service account is inactive.",
    1012: "Token has expired.",
    1013: "IP restriction.",
    1014: "Query is invalid.",
    1015: "Token is invalid.",
    1016: "Account in invalid.",
    1017: "Reference code is invalid.",
    1018: "Too many requests have been made from this token. Please try again shortly.",
    1019: "Statement generation in progress. Please try again shortly.",
    1020: "Invalid request or unable to validate request.",
    1021: "Statement could not be retrieved at this time. Please try again shortly.",
    1025: "Token is locked after too many failed attempts.",
}
"""What the real service says with each code."""

_PAGE: Final = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>"
_HTML: Final = (("Content-Type", "text/html"),)

SCRIPTS: Final[dict[str, Script]] = {
    **{f"code-{code}": (Fault(SEND, 0, code),) for code in MESSAGES if code not in {1017, 1019, 1021}},
    **{f"late-{code}": (Fault(GET, 0, code),) for code in MESSAGES if code != 1019},
    "generating-for-ever": (Fault(GET, 0, 1019, word="Warn"),),
    "lost-once": (Fault(GET, 1, 1017),),
    "validated-later": (Fault(SEND, 2, 1020),),
    "unknown-code": (Fault(SEND, 0, 1099, "Something new. Please try again shortly."),),
    "html": (Fault("", 0, body=_PAGE, headers=_HTML),),
    "html-late": (Fault(GET, 0, body=_PAGE, headers=_HTML),),
    "http-404": (Fault("", 0, status=404, body=_PAGE, headers=_HTML),),
    "http-429": (Fault("", 0, status=429, body=b""),),
    **{f"http-{status}": (Fault("", 0, status=status, body=_PAGE, headers=_HTML),) for status in (500, 502, 503, 504)},
    "empty": (Fault(GET, 0, body=b""),),
    "empty-at-once": (Fault(SEND, 0, body=b""),),
    "json": (Fault(GET, 0, body=b'{"status": "ok"}', headers=(("Content-Type", "application/json"),)),),
    "csv": (Fault(GET, 0, body=b'"ClientAccountID","AccountAlias"\n"U9900001",""\n', headers=(("Content-Type", "text/csv"),)),),
    "cut-once": (Fault(GET, 1, cut=50_000),),
    "cut": (Fault(GET, 0, cut=50_000),),
    "truncated": (Fault(GET, 0, swap=((b"</FlexQueryResponse>", b""),)),),
    "redirect": (Fault("", 0, redirect="http://203.0.113.7/AccountManagement/FlexWebService/SendRequest"),),
    "foreign-url": (Fault(SEND, 0, url="https://evil.example/AccountManagement/FlexWebService/GetStatement"),),
    "foreign-url-behind-ours": (Fault(SEND, 0, url="https://ndcdyn.interactivebrokers.com@evil.example/AccountManagement/x"),),
    "foreign-url-like-ours": (Fault(SEND, 0, url="https://gdcdyn.interactivebrokers.com.evil.example/AccountManagement/x"),),
    "foreign-url-inside": (Fault(SEND, 0, url="http://127.0.0.1:5432/AccountManagement/FlexWebService/GetStatement"),),
    "slow": (Fault("", 0, delay=20.0),),
    "stalled-once": (Fault(GET, 1, cut=50_000, tail="silence"),),
    "stalled": (Fault(GET, 0, cut=50_000, tail="silence"),),
    "silent": (Fault(SEND, 0, cut=0, tail="silence"),),
    "dripping": (Fault(GET, 0, cut=50_000, tail="drip"),),
    "endless": (Fault(GET, 0, cut=50_000, tail="flood"),),
    "endless-at-once": (Fault(SEND, 0, cut=0, tail="flood"),),
    **{name: (Fault(GET, 0, change=name),) for name in CHANGES},
}
"""Name -> script; later faults join here."""


def token_of(name: str) -> str:
    """The token that plays a script: digits only, like any token, and the same for ever."""
    assert name in SCRIPTS, name
    return f"98{zlib.crc32(name.encode()):010d}"


BY_TOKEN: Final = {token_of(name): script for name, script in SCRIPTS.items()}
