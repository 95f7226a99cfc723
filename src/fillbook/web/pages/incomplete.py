"""What the figures of a page say of incomplete trades, and of those that rest on what their owner stated."""

from dataclasses import dataclass, replace
from typing import Final

from fillbook.performance.filters import Filter, TripStatus
from fillbook.storage import queries
from fillbook.storage.choosing import Accounts
from fillbook.web import readable
from fillbook.web.pages.filterbar import address

ONLY: Final = "only"
"""Parameter of the list of trades: `only=incomplete` shows those alone."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """words: how many, and whether they count. note: the same, shorter. counted: they are in the figures. list_url: those trades alone.

    switch_*: counts them, or leaves them out again; "" for neither.
    """

    words: str
    note: str
    counted: bool
    list_url: str
    switch_words: str = ""
    switch_url: str = ""


def left_out(accounts: Accounts, chosen: Filter, path: str, trades_path: str, money: str = "") -> LeftOut | None:
    """For the figures under a filter; None when every trade is complete. money: which of several currencies the page at `path` shows."""
    if chosen.status is TripStatus.OPEN:
        return None
    every, known = queries.incomplete_count(accounts, chosen)
    if not every:
        return None
    unknown = every - known
    lists = address(trades_path, chosen, only="incomplete")
    if chosen.include_incomplete and known:
        rest = f"; {readable.whole(unknown)} more cannot count, because what they came to is unknown" if unknown else ""
        words, switch = f"With {_trades(known)}{rest}.", replace(chosen, include_incomplete=False)
        return LeftOut(words, f"with {readable.whole(known)} incomplete", True, lists, "Leave them out", address(path, switch, money=money))
    words = f"{_trades(every)} {'is' if every == 1 else 'are'} left out of these figures."
    note = f"{readable.whole(every)} incomplete left out"
    if not known:
        return LeftOut(words, note, False, lists)
    offer = "Count them too" if known == every else f"Count the {readable.whole(known)} that can"
    counting = address(path, replace(chosen, include_incomplete=True), money=money)
    return LeftOut(words, note, False, lists, offer, counting)


def rests_on_stated(accounts: Accounts, chosen: Filter) -> str:
    """What the figures under a filter say of opening balances that their owner stated; "" when none of them rests on one."""
    count = queries.stated_count(accounts, chosen)
    if not count:
        return ""
    return f"{readable.plural(count, 'trade')} {'rests' if count == 1 else 'rest'} on an opening balance that you stated."


def _trades(count: int) -> str:
    return readable.plural(count, "incomplete trade")
