"""The filter as chips: what is chosen, and for every other choice the address that makes it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from django.utils.translation import gettext as _

from fillbook.ledger.exchanges import DEFAULT_ZONE
from fillbook.ledger.instrument import AssetClass
from fillbook.performance.filters import UNSTATED, Filter, TripStatus, turned
from fillbook.performance.keys import Key
from fillbook.performance.periods import Rolling, days_of
from fillbook.performance.ratings import BEST, WORST, Rated
from fillbook.performance.summary import Outcome
from fillbook.storage.models import AccountKind, BrokerAccount
from fillbook.storage.viewing import viewed
from fillbook.trades.records import Side
from fillbook.web import readable
from fillbook.web.language import gettext_lazy
from fillbook.web.measure import PERCENT
from fillbook.web.pages.report_words import KEYS, band_name
from fillbook.web.pages.slots import slot_name
from fillbook.web.pages.wording import ALL_OF_KIND, CLASSES, KINDS, rating_name

if TYPE_CHECKING:
    from fillbook.web.pages.saved import View

EVERYTHING: Final = "all"
"""`view=all` in an address: no filter, and not the default view either."""
_CONDITIONS: Final = frozenset(
    "from to closed_from closed_to symbol side class outcome status currency slot ticker underlying traded band rating".split()
)
"""Parameters of an address of which a reader is told when they mean nothing; accounts are looked up, and tags may be gone."""
_SHOWN: Final = 40
To = Callable[[Filter], str]
"""The address of the page under another filter, everything else kept."""

_SIDES: Final = ((None, gettext_lazy("Long and short")), (Side.LONG, gettext_lazy("Long")), (Side.SHORT, gettext_lazy("Short")))
_OUTCOMES: Final = (
    (None, gettext_lazy("However they ended")),
    (Outcome.WIN, gettext_lazy("Winners")),
    (Outcome.LOSS, gettext_lazy("Losers")),
    (Outcome.EVEN, gettext_lazy("Break-even")),
)


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
class Box:
    """One account to tick."""

    value: str
    name: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of moments. since, until: by the clock of `zone`, "" for no limit; *_iso: the instants, "" where only a day is known.

    any_url: the page without it.
    """

    since: str
    since_iso: str
    until: str
    until_iso: str
    zone: str
    any_url: str


@dataclass(frozen=True, slots=True)
class FilterBar:
    """All chips. kept_for_*: what a form must carry along, as hidden fields. clear_url: the page without any filter.

    query: of the page, for saving it as a view. measures: money or percent.
    """

    path: str
    clear_url: str
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
    kept_for_accounts: tuple[tuple[str, str], ...] = ()
    boxes: tuple[Box, ...] = ()
    measures: tuple[Choice, ...] = ()
    query: str = ""
    views: "tuple[View, ...]" = field(default=())
    interval: Interval | None = None

    @property
    def view_words(self) -> str:
        """The name of the view that is shown, rather one of this very page than of a filter alone; "" for none."""
        shown = sorted((view for view in self.views if view.current), key=lambda view: not view.opens)
        return shown[0].name if shown else ""

    @property
    def is_saved(self) -> bool:
        """Whether a view opens just this page as it is."""
        return any(view.current and view.opens for view in self.views)

    @property
    def more_set(self) -> bool:
        """Whether anything under "More" is chosen."""
        return bool(self.more_words)

    @property
    def any_set(self) -> bool:
        """Whether anything at all is chosen."""
        return self.account_set or self.period_set or self.interval is not None or bool(self.symbol) or self.more_set


def filter_bar(
    path: str,
    chosen: Filter,
    accounts: Sequence[BrokerAccount],
    classes: Collection[str],
    today: date,
    kept: Mapping[str, str] | None = None,
    views: "tuple[View, ...]" = (),
    tags: Sequence[tuple[str, str]] = (),
    query: str | None = None,
    zone: str = DEFAULT_ZONE,
) -> FilterBar:
    """The chips of a page.

    Args:
        path: of the page.
        chosen: its filter.
        accounts: those the viewer may choose among.
        classes: asset classes that occur, to offer.
        today: in the time zone that days of trading are told in.
        kept: what else of the address stays with every choice (`saved.kept_of`).
        views: the viewer's saved ones.
        tags: (key, name) of the viewer's tags.
        query: of the page as a view keeps it, where more stands in it than `kept`.
        zone: whose clock tells an interval of moments.
    """
    kept = dict(kept or {})
    begins = EVERYTHING if any(view.is_default for view in views) else ""

    def to(other: Filter) -> str:
        return address(path, other, **kept, view="" if other != Filter() else begins)

    def carried(other: Filter) -> tuple[tuple[str, str], ...]:
        return tuple((other.parameters() | kept | ({"view": begins} if begins else {})).items())

    return FilterBar(
        path=path,
        clear_url=to(Filter()),
        account_words=_account_words(chosen, accounts),
        account_set=bool(chosen.accounts),
        accounts=_accounts(to, chosen, accounts) if len(accounts) > 1 else (),
        period_words=readable.days(chosen.first, chosen.last),
        period_set=bool(chosen.first or chosen.last),
        periods=tuple(_period(to, chosen, name, first, last) for _key, name, first, last in periods(today)),
        first=chosen.first,
        last=chosen.last,
        symbol=chosen.symbol,
        without_symbol=to(replace(chosen, symbol="")),
        more=(*_more(to, chosen, classes), *_tags(to, chosen, tags), _ratings(to, chosen)),
        more_words=", ".join(part for part in (_more_words(chosen), *_tag_words(chosen, tags)) if part),
        kept_for_period=carried(_whenever(chosen)),
        kept_for_symbol=carried(replace(chosen, symbol="")),
        kept_for_accounts=carried(replace(chosen, accounts=())),
        boxes=_boxes(chosen, accounts),
        measures=measures(path, chosen, kept),
        query=as_view(chosen, kept, today, path) if query is None else query,
        views=views,
        interval=_interval(to, chosen, zone) if chosen.is_interval else None,
    )


def _interval(to: To, chosen: Filter, zone: str) -> Interval:
    ends = (chosen.closed_from, chosen.closed_to)
    words = ("" if end is None else readable.moment_of_day(end.day, end.at, zone) for end in ends)
    isos = (end.at.isoformat() if end and end.at else "" for end in ends)
    since, until = zip(words, isos, strict=True)
    return Interval(*since, *until, zone=zone, any_url=to(replace(chosen, closed_from=None, closed_to=None)))


def interval_words(chosen: Filter, zone: str = DEFAULT_ZONE) -> str:
    """An interval of moments in words; "" for none."""
    since, until = (end and readable.moment_of_day(end.day, end.at, zone) for end in (chosen.closed_from, chosen.closed_to))
    words = {"since": since, "until": until, "zone": readable.zone_name(zone)}
    if since and until:
        return _("closed %(since)s – %(until)s %(zone)s") % words
    if since:
        return _("closed since %(since)s %(zone)s") % words
    return _("closed until %(until)s %(zone)s") % words if until else ""


def _whenever(chosen: Filter) -> Filter:
    """Less its days and its interval: another period is chosen in their place."""
    return replace(chosen, first=None, last=None, closed_from=None, closed_to=None)


def misread(parameters: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Conditions of an address that mean nothing, as they are written: a page leaves them out, and says so."""
    understood = Filter.from_query(parameters).parameters()
    usual = {"status": TripStatus.CLOSED.value, "incomplete": "0", "untagged": "0"}
    written = ((name, values[-1].strip()) for name, values in parameters.items() if name in _CONDITIONS and values)
    return tuple(f"{name}={value[:_SHOWN]}" for name, value in written if value and name not in understood and usual.get(name) != value)


def turned_words(parameters: Mapping[str, Sequence[str]]) -> str:
    """What a page says of a period whose ends are the wrong way round; "" for any other."""
    ends = turned(parameters)
    if ends is None:
        return ""
    words = {"first": readable.day(ends[0]), "last": readable.day(ends[1]), "shown": readable.days(ends[1], ends[0])}
    return _("%(first)s comes after %(last)s, so the two were changed round: you see %(shown)s.") % words


def measures(path: str, chosen: Filter, kept: Mapping[str, str]) -> tuple[Choice, ...]:
    """A page told in money, and in percent. kept: what else of its address stays."""
    others = {name: value for name, value in kept.items() if name != "show"}
    shown = kept.get("show") == PERCENT
    return (
        Choice(_("Money"), address(path, chosen, **others), not shown),
        Choice(_("Percent"), address(path, chosen, **others, show=PERCENT), shown),
    )


def _boxes(chosen: Filter, accounts: Sequence[BrokerAccount]) -> tuple[Box, ...]:
    """Accounts of the kind that is shown, to tick several of; only where there are three or more."""
    kinds = {account.kind for account in accounts if not chosen.accounts or str(account.pk) in chosen.accounts}
    kind = next((kind.value for kind in AccountKind if kind in kinds), AccountKind.REAL.value)
    same = [account for account in accounts if account.kind == kind]
    if len(same) < 3:
        return ()
    return tuple(Box(str(one.pk), one.alias or one.number, not chosen.accounts or str(one.pk) in chosen.accounts) for one in same)


def address(path: str, chosen: Filter, **others: str) -> str:
    """A page with a filter, and further parameters that are not empty."""
    query = "&".join(part for part in (chosen.to_query(), *(f"{name}={value}" for name, value in others.items() if value)) if part)
    return f"{path}?{query}" if query else path


def addresses(path: str, chosen: Filter, **others: str) -> Callable[[date, date], str]:
    """The same for one period after another: written once, because a curve or a calendar has hundreds."""
    period = f"from={date.min}&to={date.max}"
    before, _, after = address(path, replace(chosen, first=date.min, last=date.max), **others).partition(period)
    return lambda first, last: f"{before}from={first}&to={last}{after}"


def period_named(first: date | None, last: date | None, today: date) -> str:
    """The name of a period as an address writes it, such as `this-month`; "" for one of no name, and for all time."""
    return next((key for key, _name, *days in periods(today) if days == [first, last] and (first or last)), "")


def as_view(chosen: Filter, kept: Mapping[str, str], today: date, path: str = "") -> str:
    """A filter, and what else of the address of the page at `path` stays, as a view keeps it: a period that has a name moves with the
    calendar. Without a path: as every page understands it.
    """
    period = period_named(chosen.first, chosen.last, today)
    besides = viewed(path, {name: [unquote(value)] for name, value in kept.items()})
    return replace(besides, chosen=chosen, period=Rolling(period) if period else None).query


def period_of(name: str, today: date) -> tuple[date | None, date | None] | None:
    """(first, last) of the period of that name; None when there is none. Views kept once had it in their reader's language."""
    found = ((first, last) for key, one, first, last in periods(today) if name and name in (key, one.lower().replace(" ", "-")))
    return next(found, None)


def periods(today: date) -> tuple[tuple[str, str, date | None, date | None], ...]:
    """(key, name, first, last) of the periods that are offered; the key stands in addresses, whatever language the name is in."""
    names = {
        Rolling.ALL_TIME: _("All time"),
        Rolling.TODAY: _("Today"),
        Rolling.THIS_WEEK: _("This week"),
        Rolling.THIS_MONTH: _("This month"),
        Rolling.LAST_MONTH: _("Last month"),
        Rolling.THIS_YEAR: _("This year"),
        Rolling.LAST_YEAR: _("Last year"),
        Rolling.LAST_30_DAYS: _("Last 30 days"),
        Rolling.LAST_90_DAYS: _("Last 90 days"),
        Rolling.LAST_365_DAYS: _("Last 365 days"),
    }
    return tuple((period.value, name, *days_of(period, today)) for period, name in names.items())


def _period(to: To, chosen: Filter, name: str, first: date | None, last: date | None) -> Choice:
    current = (chosen.first, chosen.last) == (first, last) and not chosen.is_interval
    return Choice(name, to(replace(_whenever(chosen), first=first, last=last)), current)


def _accounts(to: To, chosen: Filter, accounts: Sequence[BrokerAccount]) -> tuple[Choice, ...]:
    kinds = {account.kind for account in accounts}
    shown = next((kind.value for kind in AccountKind if kind in kinds), AccountKind.REAL.value)
    everything = _("All accounts") if len(kinds) == 1 else ALL_OF_KIND[shown]
    first = Choice(everything, to(replace(chosen, accounts=())), not chosen.accounts)
    return (
        first,
        *(
            Choice(
                account.alias or account.number,
                to(replace(chosen, accounts=(str(account.pk),))),
                chosen.accounts == (str(account.pk),),
                KINDS[account.kind] if account.kind != AccountKind.REAL else account.base_currency,
            )
            for account in accounts
        ),
    )


def _account_words(chosen: Filter, accounts: Sequence[BrokerAccount]) -> str:
    named = [account for account in accounts if str(account.pk) in chosen.accounts]
    if not named:
        return _("all")
    return (
        named[0].alias or named[0].number
        if len(named) == 1
        else _("%(named)s of %(accounts)s") % {"named": len(named), "accounts": len(accounts)}
    )


def _more(to: To, chosen: Filter, classes: Collection[str]) -> tuple[Group, ...]:
    kinds = [(None, _("Every kind")), *((one, CLASSES[one]) for one in AssetClass if one in classes or one is chosen.asset_class)]
    incomplete = ((False, _("Leave incomplete trades out")), (True, _("Count incomplete trades too")))
    groups = [
        Group(_("Side"), tuple(Choice(name, to(replace(chosen, side=one)), chosen.side is one) for one, name in _SIDES)),
        Group(_("Result"), tuple(Choice(name, to(replace(chosen, outcome=one)), chosen.outcome is one) for one, name in _OUTCOMES)),
        Group(_("Kind"), tuple(Choice(name, to(replace(chosen, asset_class=one)), chosen.asset_class is one) for one, name in kinds)),
        Group(
            _("Incomplete"),
            tuple(Choice(name, to(replace(chosen, include_incomplete=one)), chosen.include_incomplete is one) for one, name in incomplete),
        ),
    ]
    if chosen.currency:
        every = Choice(_("Accounts of every currency"), to(replace(chosen, currency="")), current=False)
        groups.append(Group(_("Currency"), (every, Choice(currency_words(chosen), to(chosen), current=True))))
    if chosen.slot is not None:
        anywhere = Choice(_("Whenever they were opened"), to(replace(chosen, slot=None)), current=False)
        groups.append(Group(_("Opened"), (anywhere, Choice(slot_name(chosen.slot), to(chosen), current=True))))
    if rows := _row_conditions(chosen):
        without = replace(chosen, ticker="", underlying="", traded="", untagged=False, bands=())
        groups.append(
            Group(
                _("From a report"),
                (Choice(_("Drop these"), to(without), current=False), *(Choice(name, to(less), True) for name, less in rows)),
            )
        )
    return tuple(group for group in groups if len(group.choices) > 1)


def _tags(to: To, chosen: Filter, tags: Sequence[tuple[str, str]]) -> tuple[Group, ...]:
    """A tag more or less with each choice; a trade has to have all that are chosen."""
    if not tags and not chosen.tags:
        return ()
    choices = [Choice(_("With any tag or none"), to(replace(chosen, tags=())), not chosen.tags)]
    for key, name in tags:
        others = tuple(tag for tag in chosen.tags if tag != key)
        current = key in chosen.tags
        choices.append(Choice(name, to(replace(chosen, tags=others if current else tuple(sorted((*others, key))))), current))
    return (Group(_("Tags"), tuple(choices)),)


def _ratings(to: To, chosen: Filter) -> Group:
    """Each rating, from one of them on, and what was not rated."""
    ranges = [None, *(Rated(least, BEST) for least in range(BEST, WORST - 1, -1)), Rated(None, None)]
    ranges += [chosen.rating] if chosen.rating not in ranges else []
    choices = (
        Choice(rated_words(one) if one else _("Rated or not"), to(replace(chosen, rating=one)), chosen.rating == one) for one in ranges
    )
    return Group(_("Rating"), tuple(choices))


def rated_words(rated: Rated) -> str:
    """Which ratings are meant."""
    if rated.least is None or rated.most is None:
        return _("Not rated")
    if rated.least == rated.most:
        return rating_name(rated.least)
    if rated == Rated(WORST, BEST):
        return _("Rated")
    if rated.most == BEST:
        return _("Rated %(least)s and more") % {"least": rated.least}
    return _("Rated %(least)s to %(most)s") % {"least": rated.least, "most": rated.most}


def _tag_words(chosen: Filter, tags: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    names = dict(tags)
    return tuple(names.get(key, key) for key in chosen.tags)


def _more_words(chosen: Filter) -> str:
    return ", ".join(condition_words(chosen))


def condition_words(chosen: Filter) -> list[str]:
    """What a filter says beside accounts, period, symbol and tags, each in words."""
    words = [dict(_SIDES)[chosen.side] if chosen.side else "", dict(_OUTCOMES)[chosen.outcome] if chosen.outcome else ""]
    words += [CLASSES[chosen.asset_class] if chosen.asset_class else "", _("Incomplete too") if chosen.include_incomplete else ""]
    words += [currency_words(chosen)] if chosen.currency else []
    words += [slot_name(chosen.slot)] if chosen.slot else []
    words += [rated_words(chosen.rating)] if chosen.rating else []
    return [str(word) for word in (*words, *(name for name, _without in _row_conditions(chosen))) if word]


def currency_words(chosen: Filter) -> str:
    """Which accounts a currency means, and which of their results."""
    base = _("Base currency not stated") if chosen.base == UNSTATED else _("Base currency %(base)s") % {"base": chosen.base}
    counted = chosen.counted_in
    return base if counted in ("", chosen.base) else _("%(base)s, results in %(currency)s") % {"base": base, "currency": counted}


def _row_conditions(chosen: Filter) -> list[tuple[str, Filter]]:
    """What a row of a report says: each condition in words, and the filter without it."""
    found = [(chosen.ticker, replace(chosen, ticker=""))] if chosen.ticker else []
    if chosen.underlying:
        found.append((_("Underlying %(symbol)s") % {"symbol": chosen.underlying}, replace(chosen, underlying="")))
    if chosen.traded:
        found.append((_("Traded in %(currency)s") % {"currency": chosen.traded}, replace(chosen, traded="")))
    if chosen.untagged:
        found.append((_("No tag"), replace(chosen, untagged=False)))
    for band in chosen.bands:
        words = f"{KEYS[Key(band.banded.value)]}: {band_name(band)}"
        found.append((words, replace(chosen, bands=tuple(one for one in chosen.bands if one != band))))
    return found
