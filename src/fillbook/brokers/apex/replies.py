"""What the portal's answers mean: whose matter a failure is, told apart by status and body.

401 our session has ended, 403 this login may not read this account, 404 there is no such account (which is never told apart from 403 to
a person: an answer that differs would tell who has an account). A page of HTML in place of data is maintenance or a broken gateway.
"""

import json
from decimal import Decimal
from typing import Any, Final

from fillbook.brokers.apex.sentences import ERRORS
from fillbook.brokers.interface import BrokerError, NotGranted, OurFault, RateLimited, Reply, Transient

AGENT: Final = ("user-agent", "Mozilla/5.0 (compatible; Fillbook)")
ORIGIN: Final = (
    ("accept", "application/json, text/plain, */*"),
    ("origin", "https://public-apps.apexclearing.com"),
    ("referer", "https://public-apps.apexclearing.com/"),
)
"""What the portal's own pages send along."""


class _Number(str):
    """A number of the document in the very characters that came."""

    __slots__ = ()


def rows_of(reply: Reply, *, new_link: bool) -> list[dict[str, Any]]:
    """The rows of a good answer, numbers as the text that came.

    Raises:
        BrokerError: anything else; its class says who acts.
    """
    if reply.status != 200:
        raise _refused(reply, new_link=new_link)
    try:
        found = json.loads(reply.body, parse_float=_Number, parse_int=_Number, parse_constant=_Number)
    except (ValueError, RecursionError):
        raise _no_json(reply) from None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise OurFault.of(ERRORS, "answer_unknown")
    return found


def problem_of(reply: Reply) -> BrokerError:
    """Why there is no usable answer: time mends it."""
    if reply.status == 0:
        return Transient.of(ERRORS, reply.failure or "connect")
    if reply.status == 429:
        return RateLimited.of(ERRORS, "limited", _pause(reply))
    if reply.status >= 500:
        return Transient.of(ERRORS, "portal_down", 300)
    return OurFault.of(ERRORS, "refused", status=reply.status)


def _refused(reply: Reply, *, new_link: bool) -> BrokerError:
    if reply.status == 401:
        return OurFault.of(ERRORS, "session_refused")
    if reply.status in {403, 404} or (reply.status == 400 and new_link):
        return NotGranted("not_granted", ERRORS.message("not_granted" if new_link else "withdrawn"))
    return problem_of(reply)


def _no_json(reply: Reply) -> BrokerError:
    start = reply.body[:200].lstrip()
    if start[:1] in {b"[", b"{"}:
        return Transient.of(ERRORS, "cut_short")
    if start[:1] == b"<":
        return Transient.of(ERRORS, "page_for_data", 600)
    return Transient.of(ERRORS, "no_data", 300)


def _pause(reply: Reply) -> int:
    given = reply.headers.get("retry-after", "")
    return min(int(given), 3600) if given.isascii() and given.isdigit() else 300


def written(value: Any) -> str:
    """JSON of what `rows_of` read, every number in the characters that came."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{written(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)
