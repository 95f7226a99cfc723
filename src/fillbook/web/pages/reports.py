"""The reports: what they share, and the overview of every figure with its sample and its interval."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.performance import metrics
from fillbook.performance.filters import Filter, TripStatus
from fillbook.performance.statistics import Absent, Figure, Sample, Unit, statistics
from fillbook.performance.summary import Summary
from fillbook.performance.told import Told
from fillbook.storage import queries, reports
from fillbook.storage.access import links_of
from fillbook.storage.models import User
from fillbook.storage.queries import Group
from fillbook.storage.words import tag_names
from fillbook.web import readable
from fillbook.web.language import gettext_lazy
from fillbook.web.measure import PERCENT, Measure
from fillbook.web.pages.figures import headline, tone_of
from fillbook.web.pages.filterbar import Choice, address
from fillbook.web.pages.freshness import freshness, today_there
from fillbook.web.pages.incomplete import left_out, rests_on_stated
from fillbook.web.pages.report_words import ABSENT, FIGURES, SECTIONS, Names
from fillbook.web.pages.saved import bar_of, begins_elsewhere, kept_of
from fillbook.web.pages.scope import Scope, accounts_of_group, by_weight, money_choices, of_group, pick, scope
from fillbook.web.viewer import viewer

_TABS: Final = (
    ("reports", gettext_lazy("Overview")),
    ("report-by", gettext_lazy("Breakdown")),
    ("report-cross", gettext_lazy("Two keys")),
    ("report-compare", gettext_lazy("Compare")),
    ("report-spread", gettext_lazy("Distribution")),
    ("report-falls", gettext_lazy("Falls and runs")),
    ("report-campaigns", gettext_lazy("Campaigns")),
)
_FIRST_KEY: Final = "symbol"
GROSS: Final = "gross"
OWN: Final = "own"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a report says. kept: what else of it goes to every choice. page: the name of its address, args: of that.

    groups: what its figures come in. list_path: of the list of trades, looked up once, because hundreds of doors lead there.
    """

    user: User
    about: Scope
    kept: dict[str, str]
    page: str
    args: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    list_path: str = field(default_factory=lambda: reverse("trades"))

    @classmethod
    def read(cls, request: HttpRequest, page: str, *args: str, **more: str) -> "Asked":
        """Out of the address; more: what else of it stays with every choice."""
        user, parameters = viewer(request), dict(request.GET.lists())
        about = scope(user, replace(Filter.from_query(parameters), status=TripStatus.CLOSED))
        gross = {"basis": GROSS} if request.GET.get("basis") == GROSS else {}
        own = {"in": OWN} if request.GET.get("in") == OWN else {}
        return cls(user, about, kept_of(parameters) | gross | own | {name: value for name, value in more.items() if value}, page, args)

    @property
    def percent(self) -> bool:
        return self.kept.get("show") == PERCENT

    @property
    def told(self) -> Told:
        """In which money the round trips are summed up; gains in percent are after fees, so percent knows no other."""
        return Told(gross=self.kept.get("basis") == GROSS and not self.percent, own=self.kept.get("in") == OWN)

    @property
    def figures_told(self) -> Told:
        """In what figures are that no sum of money and gains tells."""
        return replace(self.told, percent=self.percent)

    @property
    def path(self) -> str:
        return reverse(self.page, args=self.args)

    @property
    def names(self) -> Names:
        accounts = {str(account.pk): account.alias or account.number for account in self.about.all}
        return Names(accounts, dict(tag_names(self.user)))

    def measure(self, group: Group) -> Measure:
        return Measure(group.currency, percent=self.percent)

    def url(self, path: str = "", chosen: Filter | None = None, **others: str) -> str:
        """Another report, or this one otherwise, with the same filter unless said."""
        return address(path or self.path, self.about.chosen if chosen is None else chosen, **(self.kept | others))

    def among(self, groups: Iterable[Group]) -> "Asked":
        """The same, once it is known in which groups its figures come."""
        return replace(self, groups=tuple(groups))

    def trades(self, chosen: Filter, group: Group | None = None) -> str:
        """The trades that a filter takes; of one group where there are several."""
        kept = {name: value for name, value in self.kept.items() if name in ("show", "money")}
        return address(self.list_path, self.counted(chosen, group), **kept)

    def counted(self, chosen: Filter, group: Group | None) -> Filter:
        """A filter to what a group counts; told in the trades' own currency, that is the one they are made in, not that of results."""
        if group is not None and self.told.own:
            return of_group(replace(chosen, traded=group.currency), group, self.about.accounts, ())
        return of_group(chosen, group, self.about.accounts, self.groups)

    def picked(self, groups: Iterable[Group]) -> Group | None:
        return pick(groups, self.kept.get("money", ""))


def elsewhere(request: HttpRequest, asked: Asked) -> HttpResponse | None:
    """Where somebody without accounts, or with a default view, goes instead."""
    if not asked.about.all:
        return redirect("accounts" if links_of(asked.user).exists() else "welcome")
    return begins_elsewhere(request)


def shared(asked: Asked, summaries: dict[Group, Summary]) -> dict[str, Any]:
    """What every report's page has. summaries: of the groups there are."""
    now, about = timezone.now(), asked.about
    groups = by_weight(summaries)
    group = asked.picked(groups)
    held, counted = accounts_of_group(group, about.accounts), asked.counted(about.chosen, group)
    return {
        "about": about,
        "bar": bar_of(asked.user, asked.path, about, asked.kept, today_there(now)),
        "fresh": freshness(asked.user, about.accounts, now),
        "currencies": money_choices(groups, group, asked.path, about.chosen, asked.kept, own=asked.told.own),
        "tabs": tabs(asked),
        "bases": _bases(asked),
        "monies": _monies(asked),
        "gross": asked.told.gross,
        "group": group,
        "unit": asked.measure(group).unit if group else "",
        "told": _told(asked, group) if group else "",
        "left_out": left_out(held, about.chosen, asked.path, reverse("trades"), asked.kept, counted),
        "stated": rests_on_stated(held, counted),
        "all_url": address(asked.path, Filter()),
    }


def tabs(asked: Asked) -> tuple[Choice, ...]:
    """The reports; each keeps the filter."""
    kept = {name: value for name, value in asked.kept.items() if name in ("show", "money", "basis", "in")}
    found = []
    for page, name in _TABS:
        path = reverse(page, args=[_FIRST_KEY] if page == "report-by" else [])
        found.append(Choice(str(name), address(path, asked.about.chosen, **kept), page == asked.page))
    return tuple(found)


def _bases(asked: Asked) -> tuple[Choice, ...]:
    """After fees or before them; a gain in percent is after them."""
    if asked.percent:
        return ()
    others = {name: value for name, value in asked.kept.items() if name != "basis"}
    return (
        Choice(_("After fees"), address(asked.path, asked.about.chosen, **others), not asked.told.gross),
        Choice(_("Before fees"), address(asked.path, asked.about.chosen, **others, basis=GROSS), asked.told.gross),
    )


def _monies(asked: Asked) -> tuple[Choice, ...]:
    """In the base currency or in that of the trades; only where some are in another one."""
    others = {name: value for name, value in asked.kept.items() if name not in ("in", "money")}
    if not (asked.told.own or queries.trade_abroad(asked.about.accounts)):
        return ()
    return (
        Choice(_("Base currency"), address(asked.path, asked.about.chosen, **others), not asked.told.own),
        Choice(_("Trade currency"), address(asked.path, asked.about.chosen, **(others | {"in": OWN})), asked.told.own),
    )


def _told(asked: Asked, group: Group) -> str:
    """In what the figures of the page are."""
    words = {"currency": group.currency, "base": group.base_currency}
    if asked.percent:
        return _("In percent of what each trade cost to open, after fees and taxes. Trades whose cost is unknown are left out.")
    if asked.told.own and asked.told.gross:
        return _("Before fees and taxes, in %(currency)s, the currency of these trades; nothing is converted.") % words
    if asked.told.own:
        return _("After fees and taxes, in %(currency)s, the currency of these trades; nothing is converted.") % words
    if not group.is_base and group.base_currency:
        return _("In %(currency)s, the trades' own currency, as no rate to %(base)s is known.") % words
    if asked.told.gross:
        return _("Before fees and taxes, in %(currency)s, the base currency; gains in percent and in R after them.") % words
    return _("After fees and taxes, in %(currency)s, the base currency.") % words


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure as a row. within: its interval in words. based: what it rests on. few: too little to say much."""

    name: str
    formula: str
    value: str
    tone: str
    within: str
    based: str
    few: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Some figures under one title."""

    title: str
    rows: tuple[FigureRow, ...]


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """All figures of the trades in the address."""
    asked = Asked.read(request, "reports")
    if other := elsewhere(request, asked):
        return other
    found = reports.reckoned(asked.about.accounts, asked.about.chosen, told=asked.figures_told)
    totals = totals_of(asked, found)
    asked = asked.among(totals)
    context = shared(asked, totals)
    group = context["group"]
    if group:
        measure, sample = asked.measure(group), found.get(group, Sample(Summary()))

        def link(chosen: Filter) -> str:
            return asked.trades(chosen, group)

        context |= {
            "headline": headline(totals[group], None, asked.about.chosen, measure, link, gross=asked.told.gross),
            "sections": sections(sample, measure),
            "drawn": drawn_words(sample),
            "trades": readable.plural(sample.summary.n, "trade"),
            "html": "" if request.user.is_anonymous else asked.url(reverse("report-html")),
            "csv": "" if asked.user.hides_money else asked.url(reverse("report-file", args=["figures", "csv"])),
            "json": "" if asked.user.hides_money else asked.url(reverse("report-file", args=["figures", "json"])),
        }
    return render(request, "pages/reports.html", context)


def totals_of(asked: Asked, found: Mapping[Group, Sample]) -> dict[Group, Summary]:
    """What all trades of each group came to: in percent also those whose cost is unknown, which the samples leave out."""
    if asked.percent:
        return reports.totals(asked.about.accounts, asked.about.chosen, told=asked.told)
    return {group: sample.summary for group, sample in found.items()}


def sections(sample: Sample, measure: Measure) -> tuple[Section, ...]:
    """Every figure, told in groups."""
    found = {figure.name: figure for figure in statistics(sample)}
    return tuple(Section(str(title), tuple(figure_row(found[name], measure) for name in names)) for title, names in SECTIONS)


def figure_row(figure: Figure, measure: Measure) -> FigureRow:
    """One of them."""
    title, formula = FIGURES[figure.name]
    within = ""
    if figure.within and figure.value is not None:
        low, high = (figure_words(figure.unit, bound, measure) for bound in figure.within)
        within = _("%(low)s to %(high)s") % {"low": low, "high": high}
    absent = figure.value is None
    tone = tone_of(figure.value) if figure.unit is Unit.MONEY and figure.name not in ("volume", "fees") else ""
    return FigureRow(
        str(title),
        str(formula),
        str(ABSENT.get(figure.absent, readable.UNKNOWN)) if absent else _with_error(figure, measure),
        "muted" if absent and figure.absent is not Absent.NO_LOSSES else tone,
        within,
        readable.plural(figure.n, "day") if figure.of_days else readable.whole(figure.n),
        figure.few and not absent,
    )


def figure_words(unit: Unit, value: Decimal | None, measure: Measure, *, signed: bool = False) -> str:
    """A value with what it counts."""
    if value is None:
        return readable.UNKNOWN
    match unit:
        case Unit.MONEY:
            return measure.gain(value)
        case Unit.PERCENT:
            return readable.percent(value, signed=signed)
        case Unit.R:
            return f"{readable.number(value, 2, signed=True)} R"
        case Unit.RATIO:
            return readable.number(value, 2, signed=signed)
        case Unit.DAYS:
            return readable.plural(int(value.to_integral_value()), "day")
        case Unit.COUNT:
            return readable.number(value, 0, signed=signed)


def _with_error(figure: Figure, measure: Measure) -> str:
    signed = figure.name in ("average_gain_percent", "weighted_gain_percent", "kelly", "half_kelly", "z_score")
    words = (
        readable.amount(figure.value, measure.currency)
        if figure.name == "volume"
        else figure_words(figure.unit, figure.value, measure, signed=signed)
    )
    return words if figure.error is None else f"{words} ± {measure.size(figure.error)}"


def drawn_words(sample: Sample) -> str:
    """How the intervals came about."""
    drawn = sample.drawn
    if drawn is None:
        return _("Intervals need two days with a closed trade.")
    return _(
        "Intervals hold 95 %%: drawn %(samples)s times from the %(days)s on which a trade closed, whole days at a time; the same trades "
        "give the same interval. Grey: fewer than %(few)s trades, or than the figure needs."
    ) % {"samples": readable.whole(drawn.samples), "days": readable.plural(drawn.days, "day"), "few": metrics.FEW_TRADES}
