"""What the portal's answers mean: whose matter a failure is, told apart by status and body.

401 our session has ended, 403 this login may not read this account, 404 there is no such account (which is never told apart from 403 to
a person: an answer that differs would tell who has an account). A page of HTML in place of data is maintenance or a broken gateway.
"""

import json
from decimal import Decimal
from typing import Any, Final

from fillbook.brokers.interface import BrokerError, NotGranted, OurFault, RateLimited, Reply, Transient

AGENT: Final = ("user-agent", "Mozilla/5.0 (compatible; Fillbook)")
ORIGIN: Final = (
    ("accept", "application/json, text/plain, */*"),
    ("origin", "https://public-apps.apexclearing.com"),
    ("referer", "https://public-apps.apexclearing.com/"),
)
"""What the portal's own pages send along."""
NOT_GRANTED: Final = (
    "Apex Clearing does not let Fillbook read this account yet. In the portal choose Grant Account Access and grant it to Fillbook's user "
    "id; Fillbook looks again by itself."
)
WITHDRAWN: Final = (
    "Apex Clearing no longer lets Fillbook read this account. If that was not meant, grant access again in the portal under Grant "
    "Account Access and sync; what was fetched stays as it is."
)


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
        raise OurFault("answer_unknown", "Apex Clearing answered with something that is no list of activities. Fillbook has to learn it.")
    return found


def problem_of(reply: Reply) -> BrokerError:
    """Why there is no usable answer: time mends it."""
    if reply.status == 0:
        words = {"timeout": "took too long to answer", "redirect": "sent Fillbook elsewhere", "too_large": "answered with too much at once"}
        return Transient(reply.failure or "connect", f"Apex Clearing {words.get(reply.failure, 'could not be reached')}.")
    if reply.status == 429:
        return RateLimited("limited", "Apex Clearing asks Fillbook to slow down.", _pause(reply))
    if reply.status >= 500:
        return Transient("portal_down", "Apex Clearing's portal does not work at present. It is tried again by itself.", 300)
    return OurFault("refused", f"Apex Clearing refused the request (status {reply.status}). The operator of this site has to look at it.")


def _refused(reply: Reply, *, new_link: bool) -> BrokerError:
    if reply.status == 401:
        return OurFault("session_refused", "Apex Clearing ends Fillbook's sessions at once. The operator of this site has to look at it.")
    if reply.status in {403, 404} or (reply.status == 400 and new_link):
        return NotGranted("not_granted", NOT_GRANTED if new_link else WITHDRAWN)
    return problem_of(reply)


def _no_json(reply: Reply) -> BrokerError:
    start = reply.body[:200].lstrip()
    if start[:1] in {b"[", b"{"}:
        return Transient("cut_short", "Apex Clearing's answer broke off in the middle. It is fetched again.")
    if start[:1] == b"<":
        return Transient("page_for_data", "Apex Clearing answered with a page in place of data, as it does during maintenance.", 600)
    return Transient("no_data", "Apex Clearing's answer could not be read. It is fetched again.", 300)


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
