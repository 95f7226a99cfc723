"""What Interactive Brokers' error codes and odd replies mean: who acts, and the sentence that says so.

Codes and messages: the Flex Web Service page of IB's reporting guide (error codes of version 3); 1025 is not in its table and was
seen as a warning that locks a token. Codes of ours, for replies that are no answer at all, are words.
"""

import re
from dataclasses import dataclass
from typing import Final

from fillbook.brokers.interface import BrokerError, NeedsUser, NotReady, OurFault, RateLimited, Transient, Unsupported

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Sentence:
    """One error: its class, what the user is told, and the seconds until another try makes sense (None: no other try)."""

    kind: type[BrokerError]
    message: str
    retry_after: int | None = None


_RETRY = "We try again by ourselves; you need not do anything."
_SETTINGS = "in the portal under Settings > Account Reporting > Flex Web Service"

SENTENCES: Final[dict[str, Sentence]] = {
    "1001": Sentence(Transient, f"Interactive Brokers could not make the statement just now. {_RETRY}", 15 * MINUTE),
    "1003": Sentence(Transient, f"Interactive Brokers has no statement for these days yet. {_RETRY}", HOUR),
    "1004": Sentence(Transient, f"Interactive Brokers says that the statement is still incomplete. {_RETRY}", 10 * MINUTE),
    "1005": Sentence(Transient, f"Interactive Brokers has not finished last night's settlement figures. {_RETRY}", 30 * MINUTE),
    "1006": Sentence(Transient, f"Interactive Brokers has not finished last night's profit figures per lot. {_RETRY}", 30 * MINUTE),
    "1007": Sentence(Transient, f"Interactive Brokers has not finished last night's daily profit figures. {_RETRY}", 30 * MINUTE),
    "1008": Sentence(Transient, f"Interactive Brokers has not finished last night's profit figures. {_RETRY}", 30 * MINUTE),
    "1009": Sentence(Transient, f"The statement service of Interactive Brokers is busy. {_RETRY}", 30 * MINUTE),
    "1010": Sentence(
        NeedsUser,
        "This is a query of an old kind that Interactive Brokers no longer serves. Create it again as an Activity Flex query, "
        "as the guide shows, and enter the new Query ID here.",
    ),
    "1011": Sentence(
        NeedsUser,
        f"The Flex Web Service is switched off for your login. Switch it on {_SETTINGS}, then enter the token shown there.",
    ),
    "1012": Sentence(
        NeedsUser,
        f"Your token has expired. Create a new one {_SETTINGS}, for one year, and enter it here. Your history stays as it is.",
    ),
    "1013": Sentence(
        NeedsUser,
        f"Your token may only be used from certain IP addresses, and this computer's is not one of them. Add its address {_SETTINGS}, "
        "or clear that field. If none was set there, create a new token.",
    ),
    "1014": Sentence(
        NeedsUser,
        "Interactive Brokers knows no query with this Query ID. Compare it with the number in Activity Flex Query Details; if the query "
        "was deleted, create it again and enter the new number here.",
    ),
    "1015": Sentence(
        NeedsUser,
        f"Interactive Brokers does not know this token. Copy the Current Token again, {_SETTINGS}, and enter it here; a token ends when "
        "another one is created.",
    ),
    "1016": Sentence(
        NeedsUser,
        "Interactive Brokers says that the account of this query is closed or restricted. Check in the portal which accounts the query "
        "includes, and ask Interactive Brokers if they are all right.",
    ),
    "1017": Sentence(Transient, f"Interactive Brokers lost the statement it was preparing, several times. {_RETRY}", 15 * MINUTE),
    "1018": Sentence(
        RateLimited,
        "This token was used more often than Interactive Brokers allows. We pause and try again; if another program uses the same token, "
        "let it ask less often.",
        90,
    ),
    "1019": Sentence(NotReady, f"Interactive Brokers is still preparing the statement after ten minutes. {_RETRY}", 15 * MINUTE),
    "1020": Sentence(
        NeedsUser,
        "Interactive Brokers could not validate the request. Check that the token and the Query ID belong to the same login and that the "
        "query still opens in the portal, then enter both again.",
    ),
    "1021": Sentence(Transient, f"Interactive Brokers could not hand over the finished statement. {_RETRY}", 15 * MINUTE),
    "1025": Sentence(
        NeedsUser,
        f"Interactive Brokers has locked this token after too many failed attempts. We stopped asking. Create a new token {_SETTINGS} and "
        "enter it here.",
    ),
    "unreachable": Sentence(Transient, f"We could not reach Interactive Brokers. {_RETRY}", 15 * MINUTE),
    "timeout": Sentence(Transient, f"Interactive Brokers did not answer in time. {_RETRY}", 15 * MINUTE),
    "redirect": Sentence(
        Transient,
        f"Interactive Brokers sent us to another address, where your token must not go, so we did not follow. {_RETRY}",
        HOUR,
    ),
    "http_429": Sentence(RateLimited, f"Interactive Brokers asks us to slow down. {_RETRY}", 90),
    "http_5xx": Sentence(Transient, f"The statement service of Interactive Brokers has a fault. {_RETRY}", 15 * MINUTE),
    "http_404": Sentence(Transient, f"The statement service of Interactive Brokers was not found at its address. {_RETRY}", HOUR),
    "http_other": Sentence(Transient, f"Interactive Brokers refused the request without a reason. {_RETRY}", HOUR),
    "empty_reply": Sentence(Transient, f"Interactive Brokers sent an empty reply. {_RETRY}", 15 * MINUTE),
    "html_reply": Sentence(
        Transient, f"Interactive Brokers sent a web page instead of a statement, as it does during maintenance. {_RETRY}", HOUR
    ),
    "json_reply": Sentence(Transient, f"Interactive Brokers sent something other than a statement. {_RETRY}", HOUR),
    "text_reply": Sentence(Transient, f"Interactive Brokers sent plain text instead of a statement. {_RETRY}", HOUR),
    "unknown_reply": Sentence(Transient, f"Interactive Brokers sent a reply of a kind we do not know. {_RETRY}", HOUR),
    "broken_reply": Sentence(Transient, f"The reply of Interactive Brokers was damaged. {_RETRY}", 15 * MINUTE),
    "cut_reply": Sentence(Transient, f"The statement broke off in the middle, each time. Nothing of it was used. {_RETRY}", 15 * MINUTE),
    "csv_reply": Sentence(
        NeedsUser,
        "Your query delivers CSV. Edit it in the portal: under Delivery Configuration set Format to XML, save, and sync again.",
    ),
    "too_large": Sentence(
        Unsupported,
        "The statement of a single day is larger than 64 MB. In the query keep only the seven sections of the guide, with Executions alone "
        "under Trades, and sync again.",
    ),
    "short_statement": Sentence(
        Transient,
        "Interactive Brokers sent a single day instead of the days we asked for; it was not used, and we try again. If this stays, set "
        "the Period of the query to Last 365 Days.",
        HOUR,
    ),
    "window_ignored": Sentence(
        Unsupported,
        "Interactive Brokers sent other days than we asked for, so these days cannot be fetched with this query. Create the query again, "
        "as the guide shows, and enter the new Query ID here.",
    ),
}
"""Code -> what it means on a link that has worked before."""

NEW_LINK: Final[dict[str, Sentence]] = {
    code: Sentence(
        NotReady,
        "Interactive Brokers is still validating the new token or query, which can take some hours. We keep trying for 24 hours; you need "
        "not do anything.",
        20 * MINUTE,
    )
    for code in ("1003", "1020")
}
"""What the same code means while nothing has ever been fetched with this token and query."""

PASSING: Final = f"Interactive Brokers answered with error %(number)s (%(said)s). {_RETRY}"
UNKNOWN: Final = (
    "Interactive Brokers answered with error %(number)s, which Fillbook does not know (%(said)s). Please tell the operator of this site."
)
"""Any other code, with what Interactive Brokers says about it."""

_PROMISES_RETRY: Final = re.compile(r"try again|shortly", re.IGNORECASE)
_LONG_DIGITS: Final = re.compile(r"\d{5,}")
_UNPRINTABLE: Final = re.compile(r"[^ -~]+")


def error(code: str, new_link: bool = False, text: str = "") -> BrokerError:
    """The error to raise for a code.

    Args:
        code: IB's number or one of our words.
        new_link: whether nothing was ever fetched with this token and query.
        text: IB's own words, used for a code that is not in the table. Long numbers in it are hidden, because it could repeat a token.
    """
    known = (NEW_LINK.get(code) if new_link else None) or SENTENCES.get(code)
    if known is not None:
        return known.kind(code, known.message, known.retry_after)
    said = _LONG_DIGITS.sub("(number)", _UNPRINTABLE.sub(" ", text[:300])).strip(" .")[:160] or "nothing more"
    name = _LONG_DIGITS.sub("(number)", _UNPRINTABLE.sub("", code[:40]))[:20] or "without a number"
    told = {"number": name, "said": said}
    return Transient(name, PASSING % told, HOUR) if _PROMISES_RETRY.search(text) else OurFault(name, UNKNOWN % told)
