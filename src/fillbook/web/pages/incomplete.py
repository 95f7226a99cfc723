"""What the figures of a page say of incomplete trades, and of those that rest on what their owner stated."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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


def left_out(
    accounts: Accounts, chosen: Filter, path: str, trades_path: str, kept: Mapping[str, str] | None = None, counted: Filter | None = None
) -> LeftOut | None:
    """For the figures under a filter; None when every trade is complete.

    kept: what else of its address the page at `path` keeps (`saved.kept_of`). counted: the filter that takes what its figures count, where
    that is less than `chosen` (`scope.of_group`).
    """
    if chosen.status is TripStatus.OPEN:
        return None
    counted, kept = counted or chosen, kept or {}
    every, known = queries.incomplete_count(accounts, counted)
    if not every:
        return None
    unknown = every - known
    lists = address(trades_path, counted, only="incomplete", **{name: kept[name] for name in ("show", "money") if name in kept})
    if chosen.include_incomplete and known:
        rest = (
            _("; %(unknown)s more cannot count, because what they came to is unknown") % {"unknown": readable.whole(unknown)}
            if unknown
            else ""
        )
        words, switch = _("With %(known)s%(rest)s.") % {"known": _trades(known), "rest": rest}, replace(chosen, include_incomplete=False)
        return LeftOut(
            words,
            _("with %(known)s incomplete") % {"known": readable.whole(known)},
            True,
            lists,
            _("Leave them out"),
            address(path, switch, **kept),
        )
    words = ngettext("%(trades)s is left out of these figures.", "%(trades)s are left out of these figures.", every) % {
        "trades": _trades(every)
    }
    note = _("%(every)s incomplete left out") % {"every": readable.whole(every)}
    if not known:
        return LeftOut(words, note, False, lists)
    offer = _("Count them too") if known == every else _("Count the %(known)s that can") % {"known": readable.whole(known)}
    counting = address(path, replace(chosen, include_incomplete=True), **kept)
    return LeftOut(words, note, False, lists, offer, counting)


def rests_on_stated(accounts: Accounts, chosen: Filter) -> str:
    """What the figures under a filter say of opening balances that their owner stated; "" when none of them rests on one."""
    count = queries.stated_count(accounts, chosen)
    if not count:
        return ""
    return ngettext(
        "%(trades)s rests on an opening balance that you stated.", "%(trades)s rest on an opening balance that you stated.", count
    ) % {"trades": readable.plural(count, "trade")}


def _trades(count: int) -> str:
    return readable.plural(count, "incomplete trade")
