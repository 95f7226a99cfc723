"""What a page is about: which accounts, all of one kind, and which money. What must not be added up is chosen between."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import Http404
from django.utils.translation import gettext as _

from fillbook.performance.filters import UNSTATED, Filter
from fillbook.performance.summary import Summary
from fillbook.storage.access import Viewer, accounts_of
from fillbook.storage.choosing import accounts_in
from fillbook.storage.models import AccountKind, BrokerAccount
from fillbook.storage.queries import Group
from fillbook.web.pages.filterbar import Choice, address
from fillbook.web.pages.wording import ALL_OF_KIND


@dataclass(frozen=True, slots=True)
class Scope:
    """chosen: the filter. accounts: those counted, all of one kind. all: those the viewer could choose. kind: real, paper or sandbox."""

    chosen: Filter
    accounts: tuple[BrokerAccount, ...]
    all: tuple[BrokerAccount, ...]
    kind: str

    @property
    def sandbox(self) -> bool:
        """Whether what is shown is pretend money."""
        return self.kind == AccountKind.SANDBOX

    @property
    def apart(self) -> tuple["Apart", ...]:
        """The accounts of other kinds that are not shown because nobody chose them, kind by kind."""
        if self.chosen.accounts:
            return ()
        kinds = [kind for kind in AccountKind if kind != self.kind]
        found = {kind: tuple(str(account.pk) for account in self.all if account.kind == kind) for kind in kinds}
        return tuple(Apart(ALL_OF_KIND[kind.value], Filter(accounts=keys).to_query()) for kind, keys in found.items() if keys)

    @property
    def filtered(self) -> bool:
        """Whether anything is chosen."""
        return self.chosen != Filter()


@dataclass(frozen=True, slots=True)
class Apart:
    """Accounts of a kind that a page keeps apart. query: of the address that shows them."""

    name: str
    query: str


def scope(viewer: Viewer, chosen: Filter) -> Scope:
    """The accounts that a filter means, of the first kind there is: real before paper before sandbox. Kinds are never totalled together.

    Ids of accounts that are not the viewer's, and of a second kind, are dropped from the filter.

    Raises:
        Http404: the filter names accounts, and none of them is the viewer's: figures of all would be taken for theirs.
    """
    everything = tuple(accounts_of(viewer).filter(chosen=True))
    own = {str(account.pk) for account in everything}
    known = tuple(name for name in chosen.accounts if name in own)
    if chosen.accounts and not known:
        raise Http404(_("There is no such account."))
    chosen = replace(chosen, accounts=known)
    meant = accounts_in(viewer, chosen)
    kind = default_kind(meant or everything)
    counted = tuple(account for account in meant if account.kind == kind)
    if chosen.accounts:
        chosen = replace(chosen, accounts=tuple(sorted(str(account.pk) for account in counted)))
    return Scope(chosen, counted, everything, kind)


def default_kind(accounts: Iterable[BrokerAccount]) -> str:
    """The kind that is shown unless accounts are chosen."""
    kinds = {account.kind for account in accounts}
    return next((kind.value for kind in AccountKind if kind in kinds), AccountKind.REAL.value)


def pick(groups: Iterable[Group], wanted: str) -> Group | None:
    """The group that `money` in the address names, else the one in a base currency with the most trades."""
    found = list(groups)
    return next((group for group in found if key_of(group) == wanted), found[0] if found else None)


def by_weight(summaries: dict[Group, Summary]) -> list[Group]:
    """Base currencies first, then by number of trades."""
    return sorted(summaries, key=lambda group: (not group.is_base, -summaries[group].n, group))


def money_choices(
    groups: Sequence[Group], picked: Group | None, path: str, chosen: Filter, kept: Mapping[str, str] | None = None, *, own: bool = False
) -> tuple[Choice, ...]:
    """The currencies to choose between. kept: what else of the address stays (`saved.kept_of`). own: money is told as trades have it."""
    others = dict(kept or {})
    return tuple(
        Choice(name_of(group, own=own), address(path, chosen, **(others | {"money": key_of(group)})), group == picked) for group in groups
    )


def key_of(group: Group) -> str:
    """As it stands in an address, no two alike: the currency, with the base (`NONE` for none stated) before it where they differ."""
    return group.currency if group.is_base else f"{group.base_currency or UNSTATED}-{group.currency}"


def name_of(group: Group, *, own: bool = False) -> str:
    """As a reader sees it beside the others. own: the currency is the one in which the trades are made, whether there is a rate or not."""
    words = {"currency": group.currency, "base": group.base_currency}
    if group.is_base:
        return group.currency
    if own and group.base_currency:
        return _("%(currency)s, base %(base)s") % words
    return _("%(currency)s, no rate to %(base)s") % words if group.base_currency else _("%(currency)s, base not stated") % words


def of_group(chosen: Filter, group: Group | None, accounts: Iterable[BrokerAccount], groups: Iterable[Group]) -> Filter:
    """A filter that takes of these accounts what a group counts and nothing else, so that a list holds what a number is made of.

    groups: all that the page knows of. Where there is nothing to tell apart the filter stays as it is.
    """
    if group is None:
        return chosen
    if any(other != group and other.base_currency == group.base_currency for other in groups):
        return replace(chosen, currency=f"{group.base_currency or UNSTATED}-{group.currency}")
    if len({account.base_currency for account in accounts}) > 1:
        return replace(chosen, currency=group.base_currency or UNSTATED)
    return chosen


def accounts_of_group(group: Group | None, accounts: Iterable[BrokerAccount]) -> list[BrokerAccount]:
    """Those whose money a group is; all where there is no group."""
    return [account for account in accounts if group is None or account.base_currency == group.base_currency]
