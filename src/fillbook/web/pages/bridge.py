"""From the profit shown to the broker's realized figure, and how many figures agree with the broker's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.numbers import ZERO
from fillbook.performance.filters import Filter, TripStatus
from fillbook.performance.summary import Summary, from_e8
from fillbook.storage.details import Reconciled, compared
from fillbook.storage.models import BrokerAccount
from fillbook.storage.queries import Group, bridge, stating_profit, summaries
from fillbook.trades.bridge import shown_lines
from fillbook.trades.reconcile import CENT
from fillbook.web import readable
from fillbook.web.pages.filterbar import address
from fillbook.web.pages.wording import BRIDGE, STATUS

_NAMED: Final = 3
"""More accounts than these are counted and not named."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bridge. total: the last one, which the others add up to. url: what makes it, "" where it has no page."""

    name: str
    explanation: str
    amount: str
    total: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Bridge:
    """The bridge in one currency. verdict: equal, or how far the two figures are apart. profit: where it begins."""

    currency: str
    lines: tuple[Line, ...]
    verdict: str
    profit: Decimal


@dataclass(frozen=True, slots=True)
class Count:
    """How many comparisons came out one way."""

    count: int
    name: str
    icon: str
    tone: str
    explanation: str
    url: str


def bridges(accounts: Sequence[BrokerAccount], first: str = "") -> tuple[Bridge, ...]:
    """One for each currency, `first` first, of accounts of one kind. Lines of zero are left out, but for profit and the total.

    A line leads to the trades that make it, of several currencies to those of its own; the comparisons with the broker are listed in all
    currencies together, so that only the lines of a bridge that is alone lead there.
    """
    stating = stating_profit(accounts)
    compared = [account for account in accounts if account.pk in stating]
    parts = [(name, list(part)) for lines in bridge(accounts).values() for name, part in groupby(lines, key=lambda line: line.currency)]
    doors = {currency: _doors(compared, currency if len(parts) > 1 else "") for currency, _ in parts}
    found = [_bridge(currency, {line.line: line.amount for line in part}, doors[currency]) for currency, part in parts]
    return tuple(sorted(found, key=lambda one: (one.currency != first, one.currency)))


def _doors(accounts: Sequence[BrokerAccount], currency: str) -> dict[str, str]:
    """Line -> the trades or comparisons that make it. currency: of one bridge among several, "" for the only one."""
    whole, path = Filter(accounts=tuple(sorted(str(account.pk) for account in accounts)), traded=currency), reverse("trades")
    one = accounts[0] if len(accounts) == 1 else None
    trades = {
        "profit": address(path, whole),
        "left_out": address(path, whole, only="incomplete"),
        "realized_so_far": address(path, replace(whole, status=TripStatus.OPEN)),
        "fx": address(path, replace(whole, asset_class=AssetClass.FOREX)),
    }
    if currency:
        return trades
    return trades | {
        "differences": lines_url(one, "fills", "different") if one else reverse("accounts"),
        "broker": lines_url(one, "fills") if one else reverse("accounts"),
    }


def covering(accounts: Sequence[BrokerAccount], chosen: Filter) -> tuple[str, bool]:
    """(what the bridge of these accounts covers, in words; whether that is more than the filter of the page asks for).

    The words name a day only where all accounts reach to the same.
    """
    stating = stating_profit(accounts)
    compared_to = [account.figures_to for account in accounts if account.figures_to and account.pk in stating]
    to = compared_to[0] if len(set(compared_to)) == 1 else None
    wider = replace(chosen, accounts=(), currency="") != Filter()
    until = {"day": readable.day(to)} if to else {}
    if wider:
        return (
            _("Of the whole history to %(day)s: it follows the accounts of the filter, and nothing else of it.") % until
            if to
            else _("Of the whole history: it follows the accounts of the filter, and nothing else of it.")
        ), True
    return (_("Of the whole history to %(day)s.") % until if to else _("Of the whole history.")), False


def _bridge(currency: str, amounts: dict[str, Decimal], doors: Mapping[str, str]) -> Bridge:
    shown = shown_lines(amounts, readable.cents(currency))
    lines = tuple(
        Line(*BRIDGE[line], readable.gain(amount, currency), total=line == "broker", url=doors.get(line, ""))
        for line, amount in shown.items()
    )
    apart = abs(amounts["differences"])
    verdict = (
        "equal"
        if apart <= CENT
        else _("%(apart)s %(currency)s apart; each fill is listed on the account's page")
        % {"apart": readable.amount(apart, currency), "currency": currency}
    )
    return Bridge(currency, lines, verdict, amounts.get("profit", ZERO))


def beside(accounts: Sequence[BrokerAccount], group: Group, found: Sequence[Bridge]) -> str:
    """Which of these accounts the bridge leaves out, as their brokers state no figure to compare with, what they came to, and where that
    adds up to the profit of all; "" where it leaves none out.
    """
    stating = stating_profit(accounts)
    others = [account for account in accounts if account.pk not in stating]
    if not others:
        return ""
    apart = _profit(others, group)
    whole = apart if len(others) == len(accounts) else _profit(accounts, group)
    words = {
        "accounts": ", ".join(account.alias or account.number for account in others)
        if len(others) <= _NAMED
        else readable.plural(len(others), "account"),
        "apart": readable.gain(apart, group.currency),
        "whole": readable.gain(whole, group.currency),
        "currency": group.currency,
    }
    sentence = _("Not in it, as no realized figure of theirs is stated: %(accounts)s, with a profit of %(apart)s %(currency)s.") % words
    if len(found) == 1 and found[0].currency == group.currency and abs(found[0].profit + apart - whole) <= CENT:
        sentence += " " + _("With it, that is the profit of the whole history: %(whole)s.") % words
    return sentence


def _profit(accounts: Sequence[BrokerAccount], group: Group) -> Decimal:
    return from_e8(summaries(accounts, Filter()).get(group, Summary()).total)


def counts(accounts: Sequence[BrokerAccount], of: str = "fills") -> tuple[Count, ...]:
    """How the comparisons of fills (or positions) came out, leaving out what did not occur."""
    found = [compared(account).get(of.removesuffix("s"), {}) for account in accounts]
    return _counts(found, of, accounts[0] if len(accounts) == 1 else None)


def counts_of(checked: Sequence[Reconciled], of: str, account: BrokerAccount | None) -> tuple[Count, ...]:
    """The same of accounts that were counted already. account: the one whose lines a count leads to, None for several."""
    return _counts([one.fills if of == "fills" else one.positions for one in checked], of, account)


def _counts(checked: Sequence[Mapping[str, int]], of: str, account: BrokerAccount | None) -> tuple[Count, ...]:
    found: Counter[str] = Counter()
    for one in checked:
        found.update(one)
    return tuple(
        Count(found[status], word, symbol, tone, explanation, lines_url(account, of, status) if account else reverse("accounts"))
        for status, (word, symbol, tone, explanation) in STATUS.items()
        if found[status]
    )


def lines_url(account: BrokerAccount, of: str, status: str = "") -> str:
    """Where the lines of an account's fills or positions are, those of one status if one is named."""
    query = urlencode({name: value for name, value in (("kind", "position" if of == "positions" else ""), ("status", status)) if value})
    return reverse("reconciliation", args=[account.pk]) + (f"?{query}" if query else "")
