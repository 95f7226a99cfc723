"""What is wrong with a value, in words: what the framework found becomes a sentence that says what would be right."""

import re
from collections.abc import Mapping
from typing import Any, Final

_DAY: Final = "a day of the calendar as year, month and day, such as 2026-01-31"
_MOMENT: Final = "a moment with its zone, such as 2026-03-12T14:30:00Z, or as a `filter` of this API writes it"
_SYMBOL: Final = "a symbol of up to 40 plain characters, such as ACME"
_TEXT: Final = "a text without line breaks and other control characters"
_NUMBER: Final = 'a number as a text, without exponent or thousands separators, such as "95.5"'
_TRADE: Final = "the key of a round trip, as GET /trades lists them"
RIGHT: Final = {
    "account": "ids of accounts, as GET /accounts lists them, with commas between them, such as 1,2",
    "from": _DAY,
    "to": _DAY,
    "day": _DAY,
    "closed_from": _MOMENT,
    "closed_to": _MOMENT,
    "symbol": _SYMBOL,
    "ticker": _SYMBOL,
    "underlying": _SYMBOL,
    "on": _SYMBOL,
    "traded": "the code of a currency, such as USD",
    "currency": "the code of a base currency, such as USD, or NONE; after a dash that of the results, such as EUR-USD",
    "tag": "names of your tags, as GET /tags lists them, with commas between them",
    "rating": "a rating such as 4, from one on such as 4-5, or none for what is not rated",
    "slot": "a part of the day, as GET /intraday names them, such as hour-9",
    "band": "classes of figures, as `filter` of GET /reports/breakdown names them, such as price-3, one of each kind",
    "cursor": "what a page answered with as `next`",
    "key": _TRADE,
    "trade": _TRADE,
    "trades": _TRADE,
    "quantity": _NUMBER,
    "cost": f"{_NUMBER}, and not negative",
    "stop": _NUMBER,
    "target": _NUMBER,
    "path": "the address of a page that views are of, such as /trades/ or /reports/by/symbol/",
    "query": "a filter as the address of a page has it, such as side=long&from=2026-01-01",
    "beside": "a filter as the address of a page has it, such as side=long&from=2026-01-01",
}
"""Name of a parameter or field -> what it has to be."""
_LISTS: Final = {
    "account_id": "/accounts",
    "link_id": "/links",
    "run_id": "/runs",
    "upload_id": "/uploads",
    "restatement_id": "/accounts/{account_id}/restatements",
    "opening_id": "/accounts/{account_id}/openings",
    "notice_id": "/notices",
    "key": "/trades",
    "note_id": "/notes",
    "tag_id": "/tags",
    "view_id": "/views",
    "change_id": "/campaign-changes",
    "override_id": "/trades/{key}, as `regroupings`,",
}
"""Name of a part of an address -> where what it may be is listed."""
_WORDS: Final = {
    "missing": "It is needed.",
    "extra_forbidden": "There is no such field.",
    "string_type": "It has to be a text, in quotation marks.",
    "list_type": "It has to be a list.",
    "uuid": "It has to be the id of a link, as GET /links lists them.",
    "bool": "It has to be true or false.",
    "int": "It has to be a whole number.",
    "model": "It has to be a JSON object.",
    "dict": "It has to be a JSON object.",
}
"""Beginning of what the framework calls an error -> what it means."""
_BOUNDS: Final = {
    "greater_than_equal": "It has to be {ge} or more.",
    "less_than_equal": "It has to be {le} or less.",
    "string_too_long": "It may have at most {max_length} characters.",
    "too_short": "It has to have at least {min_length}.",
    "too_long": "It may have at most {max_length}.",
    "enum": "It has to be {expected}.",
    "literal_error": "It has to be {expected}.",
}


def refusal_of(field: str, error: Mapping[str, Any]) -> str:
    """Why a value cannot be used and what would be right. Never what was sent: it may be a secret in the wrong place.

    Args:
        field: what the value is called, such as `from` or `trades.0`.
        error: as the framework tells it.
    """
    kind, bounds = str(error["type"]), error.get("ctx", {})
    if kind == "string_too_short":
        return "It may not be empty."
    if kind == "string_pattern_mismatch":
        return means_nothing(field)
    if kind in _BOUNDS:
        return _BOUNDS[kind].format(**bounds)
    found = next((words for begins, words in _WORDS.items() if kind.startswith(begins)), "")
    return found or str(error["msg"]).removeprefix("Value error, ")


def means_nothing(field: str) -> str:
    """For a value that is not written as its field has to be."""
    return f"It has to be {RIGHT.get(re.sub(r'[.][0-9]+$', '', field), _TEXT)}."


def nothing_at(parts: Mapping[str, Any]) -> tuple[str, str]:
    """(detail, remedy) for an address that leads to nothing of the reader's. parts: name -> value of what varies in it."""
    names = [name for name in parts if name in _LISTS]
    if not names:
        return "Nothing of yours is at this address.", "The reference lists the addresses there are."
    told = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"Nothing of yours has this {told}.", " ".join(f"GET {_LISTS[name]} lists what is there." for name in names)
