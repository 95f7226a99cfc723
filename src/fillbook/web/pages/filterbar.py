"""The filter as chips: what is chosen, and for every other choice the address that makes it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.filters import Filter
from fillbook.performance.summary import Outcome
from fillbook.storage.models import AccountKind, BrokerAccount
from fillbook.trades.records import Side
from fillbook.web import readable
from fillbook.web.pages.slots import slot_name
from fillbook.web.pages.wording import CLASSES, KINDS

_SIDES: Final = ((None, "Long and short"), (Side.LONG, "Long"), (Side.SHORT, "Short"))
_OUTCOMES: Final = ((None, "However they ended"), (Outcome.WIN, "Winners"), (Outcome.LOSS, "Losers"), (Outcome.EVEN, "Break-even"))


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a chip. note: small, at its end."""

    name: str
    url: str
    current: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Choices that exclude each other."""

    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class FilterBar:
    """All chips. kept_for_*: what a form must carry along, as hidden fields. path: the page without any filter."""

    path: str
    account_words: str
    account_set: bool
    accounts: tuple[Choice, ...]
    period_words: str
    period_set: bool
    periods: tuple[Choice, ...]
    first: date | None
    last: date | None
    symbol: str
    without_symbol: str
    more: tuple[Group, ...]
    more_words: str
    kept_for_period: tuple[tuple[str, str], ...]
    kept_for_symbol: tuple[tuple[str, str], ...]

    @property
    def more_set(self) -> bool:
        """Whether anything under "More" is chosen."""
        return bool(self.more_words)

    @property
    def any_set(self) -> bool:
        """Whether anything at all is chosen."""
        return self.account_set or self.period_set or bool(self.symbol) or self.more_set


def filter_bar(path: str, chosen: Filter, accounts: Sequence[BrokerAccount], classes: Collection[str], today: date) -> FilterBar:
    """The chips of a page.

    Args:
        path: of the page.
        chosen: its filter.
        accounts: those the viewer may choose among.
        classes: asset classes that occur, to offer.
        today: in the time zone that days of trading are told in.
    """
    return FilterBar(
        path=path,
        account_words=_account_words(chosen, accounts),
        account_set=bool(chosen.accounts),
        accounts=_accounts(path, chosen, accounts) if len(accounts) > 1 else (),
        period_words=readable.days(chosen.first, chosen.last),
        period_set=bool(chosen.first or chosen.last),
        periods=tuple(_period(path, chosen, name, first, last) for name, first, last in periods(today)),
        first=chosen.first,
        last=chosen.last,
        symbol=chosen.symbol,
        without_symbol=address(path, replace(chosen, symbol="")),
        more=_more(path, chosen, classes),
        more_words=_more_words(chosen),
        kept_for_period=tuple(replace(chosen, first=None, last=None).parameters().items()),
        kept_for_symbol=tuple(replace(chosen, symbol="").parameters().items()),
    )


def address(path: str, chosen: Filter, **others: str) -> str:
    """A page with a filter, and further parameters that are not empty."""
    query = "&".join(part for part in (chosen.to_query(), *(f"{name}={value}" for name, value in others.items() if value)) if part)
    return f"{path}?{query}" if query else path


def periods(today: date) -> tuple[tuple[str, date | None, date | None], ...]:
    """(name, first, last) of the periods that are offered, the longest first."""
    month = today.replace(day=1)
    last_month = month - timedelta(days=1)
    return (
        ("All time", None, None),
        ("This year", date(today.year, 1, 1), date(today.year, 12, 31)),
        ("Last year", date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        ("Last 365 days", today - timedelta(days=364), today),
        ("Last 90 days", today - timedelta(days=89), today),
        ("Last 30 days", today - timedelta(days=29), today),
        ("This month", month, _month_end(month)),
        ("Last month", last_month.replace(day=1), last_month),
    )


def _month_end(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _period(path: str, chosen: Filter, name: str, first: date | None, last: date | None) -> Choice:
    return Choice(name, address(path, replace(chosen, first=first, last=last)), (chosen.first, chosen.last) == (first, last))


def _accounts(path: str, chosen: Filter, accounts: Sequence[BrokerAccount]) -> tuple[Choice, ...]:
    kinds = {account.kind for account in accounts}
    shown = next((kind.value for kind in AccountKind if kind in kinds), AccountKind.REAL.value)
    everything = "All accounts" if len(kinds) == 1 else f"All {KINDS[shown].lower()} accounts"
    first = Choice(everything, address(path, replace(chosen, accounts=())), not chosen.accounts)
    return (
        first,
        *(
            Choice(
                account.alias or account.number,
                address(path, replace(chosen, accounts=(str(account.pk),))),
                chosen.accounts == (str(account.pk),),
                KINDS[account.kind] if account.kind != AccountKind.REAL else account.base_currency,
            )
            for account in accounts
        ),
    )


def _account_words(chosen: Filter, accounts: Sequence[BrokerAccount]) -> str:
    named = [account for account in accounts if str(account.pk) in chosen.accounts]
    if not named:
        return "all"
    return named[0].alias or named[0].number if len(named) == 1 else f"{len(named)} of {len(accounts)}"


def _more(path: str, chosen: Filter, classes: Collection[str]) -> tuple[Group, ...]:
    kinds = [(None, "Every kind"), *((one, CLASSES[one]) for one in AssetClass if one in classes or one is chosen.asset_class)]
    incomplete = ((False, "Leave incomplete trades out"), (True, "Count incomplete trades too"))
    groups = [
        Group("Side", tuple(Choice(name, address(path, replace(chosen, side=one)), chosen.side is one) for one, name in _SIDES)),
        Group("Result", tuple(Choice(name, address(path, replace(chosen, outcome=one)), chosen.outcome is one) for one, name in _OUTCOMES)),
        Group(
            "Kind", tuple(Choice(name, address(path, replace(chosen, asset_class=one)), chosen.asset_class is one) for one, name in kinds)
        ),
        Group(
            "Incomplete",
            tuple(
                Choice(name, address(path, replace(chosen, include_incomplete=one)), chosen.include_incomplete is one)
                for one, name in incomplete
            ),
        ),
    ]
    if chosen.slot is not None:
        anywhere = Choice(_("Whenever they were opened"), address(path, replace(chosen, slot=None)), current=False)
        groups.append(Group(_("Opened"), (anywhere, Choice(slot_name(chosen.slot), address(path, chosen), current=True))))
    return tuple(group for group in groups if len(group.choices) > 1)


def _more_words(chosen: Filter) -> str:
    words = [dict(_SIDES)[chosen.side] if chosen.side else "", dict(_OUTCOMES)[chosen.outcome] if chosen.outcome else ""]
    words += [CLASSES[chosen.asset_class] if chosen.asset_class else "", "Incomplete too" if chosen.include_incomplete else ""]
    words += [slot_name(chosen.slot)] if chosen.slot else []
    return ", ".join(word for word in words if word)
