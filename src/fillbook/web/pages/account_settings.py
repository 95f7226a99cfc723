"""How an account's fills become trades: two choices and two views, each with what it would change, shown before anything is saved."""

from dataclasses import dataclass, replace
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fillbook.performance import metrics
from fillbook.performance.summary import Summary
from fillbook.storage.access import account_for
from fillbook.storage.choices import choose_settings
from fillbook.storage.derive import settings_of
from fillbook.storage.models import BrokerAccount
from fillbook.storage.trying import Standing, never_flat, standing, standing_under
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod, MatchSettings
from fillbook.web import readable
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.accounts import name_of
from fillbook.web.pages.figures import tone_of
from fillbook.web.pages.rows import name_of as instrument_name
from fillbook.web.viewer import is_partial, vary_on_partial, viewer


@dataclass(frozen=True, slots=True)
class Option:
    """One way, in plain words. short: as part of a sentence."""

    value: str
    name: str
    text: str
    short: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to choose. name: of the parameter."""

    name: str
    title: str
    text: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A figure before and after. changed: whether the two read differently."""

    name: str
    before: str
    after: str
    unit: str = ""
    tone: str = ""

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Effect:
    """What a choice does. chosen: as hidden fields of the form that saves it. is_new: it differs from what is saved."""

    rows: tuple[Row, ...]
    chosen: tuple[tuple[str, str], ...]
    is_new: bool

    @property
    def changes(self) -> bool:
        """Whether any figure reads differently."""
        return any(row.changed for row in self.rows)


_QUESTIONS: Final = (
    Question(
        "grouping",
        gettext_lazy("What one trade is"),
        gettext_lazy("Your fills stay the same; this decides where one trade ends and the next begins."),
        (
            Option(
                Grouping.FLAT_TO_FLAT,
                gettext_lazy("Flat to flat"),
                gettext_lazy("From the first opening until nothing is held. Scaling in and out stays one trade."),
                gettext_lazy("from flat to flat"),
            ),
            Option(
                Grouping.PER_CLOSING,
                gettext_lazy("Each closing"),
                gettext_lazy("Every fill that closes something is a trade, with the lots that it closed."),
                gettext_lazy("each closing a trade"),
            ),
            Option(
                Grouping.PER_DAY,
                gettext_lazy("Each day"),
                gettext_lazy("Everything closed in one instrument on one day is a trade."),
                gettext_lazy("each day a trade"),
            ),
        ),
    ),
    Question(
        "matching",
        gettext_lazy("Which lots a sale closes first"),
        gettext_lazy("It moves profit between trades that overlap; once a position is flat, the sum is the same."),
        (
            Option(
                MatchingMethod.FIFO,
                gettext_lazy("Oldest first (FIFO)"),
                gettext_lazy("How your broker counts unless you told it otherwise."),
                gettext_lazy("the oldest lots close first"),
            ),
            Option(
                MatchingMethod.LIFO,
                gettext_lazy("Newest first (LIFO)"),
                gettext_lazy("The last lot opened is the first one closed."),
                gettext_lazy("the newest lots close first"),
            ),
            Option(
                MatchingMethod.HIGHEST_COST,
                gettext_lazy("Highest cost first"),
                gettext_lazy("Takes the smallest gain first."),
                gettext_lazy("the costliest lots close first"),
            ),
            Option(
                MatchingMethod.AVERAGE,
                gettext_lazy("Average cost"),
                gettext_lazy("Every unit of a position costs the same."),
                gettext_lazy("every unit at average cost"),
            ),
        ),
    ),
    Question(
        "assignment",
        gettext_lazy("The premium of an exercised or assigned option"),
        gettext_lazy("Your broker moves it into the shares. Looking at options by themselves may suit you better."),
        (
            Option(
                AssignmentView.INTO_UNDERLYING,
                gettext_lazy("In the shares"),
                gettext_lazy("Your shares cost less or bring more by the premium."),
                gettext_lazy("premiums of exercised options go into the shares"),
            ),
            Option(
                AssignmentView.ON_OPTION,
                gettext_lazy("On the option"),
                gettext_lazy("The option's trade keeps its premium as profit or loss."),
                gettext_lazy("premiums of exercised options stay on the option"),
            ),
        ),
    ),
    Question(
        "forex",
        gettext_lazy("Currency trades that you made"),
        gettext_lazy("Conversions that your broker makes by itself are never trades."),
        (
            Option(
                "0", gettext_lazy("Leave them out"), gettext_lazy("Your book holds none."), gettext_lazy("currency trades are left out")
            ),
            Option(
                "1",
                gettext_lazy("Read them"),
                gettext_lazy("They appear under Trades with the kind Currencies, and stay out of all other totals."),
                gettext_lazy("currency trades are read"),
            ),
        ),
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
def account_settings(request: HttpRequest, account_id: int) -> HttpResponse:
    """The choices, and what those in the address would change; a POST keeps them and makes the trades again."""
    account = account_for(viewer(request), account_id)
    saved = settings_of(account)
    if request.method == "POST":
        change = choose_settings(account, read(request.POST, saved))
        words = (
            _("%(trades_changed)s changed. ") % {"trades_changed": readable.plural(change.trades_changed, "trade")}
            if change.trades_changed
            else ""
        )
        messages.success(request, _("Saved. %(words)sYou can change it back at any time.") % {"words": words})
        return redirect("account-settings", account.pk)
    chosen = read(request.GET, saved)
    effect = effect_of(account, saved, chosen)
    context = {"account": account, "name": name_of(account), "effect": effect, "sandbox_data": account.kind == "sandbox"}
    if is_partial(request):
        return vary_on_partial(render(request, "pages/_effect.html", context))
    hints = [" ".join(instrument_name(trip.instrument)).strip() for trip in never_flat(account)]
    context |= {"questions": questions(chosen), "never_flat": hints if chosen.grouping is Grouping.FLAT_TO_FLAT else []}
    return vary_on_partial(render(request, "pages/account_settings.html", context))


def read(sent: QueryDict, saved: MatchSettings) -> MatchSettings:
    """The choices of an address or a form; what is missing or makes no sense stays as it is saved."""
    grouping, matching, assignment, forex = (sent.get(name, "") for name in ("grouping", "matching", "assignment", "forex"))
    return replace(
        saved,
        grouping=Grouping(grouping) if grouping in list(Grouping) else saved.grouping,
        method=MatchingMethod(matching) if matching in list(MatchingMethod) else saved.method,
        assignment=AssignmentView(assignment) if assignment in list(AssignmentView) else saved.assignment,
        forex=forex == "1" if forex in ("0", "1") else saved.forex,
    )


def _values(chosen: MatchSettings) -> dict[str, str]:
    return {
        "grouping": str(chosen.grouping),
        "matching": str(chosen.method),
        "assignment": str(chosen.assignment),
        "forex": str(int(chosen.forex)),
    }


def questions(chosen: MatchSettings) -> tuple[Question, ...]:
    """The questions with what is chosen."""
    values = _values(chosen)
    return tuple(
        replace(one, options=tuple(replace(option, current=values[one.name] == option.value) for option in one.options))
        for one in _QUESTIONS
    )


def effect_of(account: BrokerAccount, saved: MatchSettings, chosen: MatchSettings) -> Effect:
    """The figures as they are and as they would be."""
    now = standing(account)
    then = now if chosen == saved else standing_under(account, chosen)
    currencies = list(dict.fromkeys([account.base_currency, *sorted({*now.summaries, *then.summaries})]))
    rows: list[Row] = []
    for currency in currencies:
        if currency in now.summaries or currency in then.summaries:
            rows += _rows(currency, now.summaries.get(currency, Summary()), then.summaries.get(currency, Summary()), len(currencies) > 1)
    return Effect((*rows, *_counts(now, then)), tuple(_values(chosen).items()), chosen != saved)


def _rows(currency: str, before: Summary, after: Summary, several: bool) -> list[Row]:
    where = _(" in %(currency)s") % {"currency": currency} if several else ""
    profit = metrics.profit(after)
    return [
        Row(_("Closed trades%(where)s") % {"where": where}, readable.whole(before.n), readable.whole(after.n)),
        Row(
            _("Profit%(where)s") % {"where": where},
            readable.gain(metrics.profit(before), currency),
            readable.gain(profit, currency),
            currency,
            tone_of(profit),
        ),
        Row(
            _("Average gain%(where)s") % {"where": where},
            readable.percent(metrics.average_gain_percent(before), signed=True),
            readable.percent(metrics.average_gain_percent(after), signed=True),
        ),
        Row(
            _("Win rate%(where)s") % {"where": where}, readable.percent(metrics.win_rate(before)), readable.percent(metrics.win_rate(after))
        ),
    ]


def _counts(before: Standing, after: Standing) -> list[Row]:
    rows = [
        Row(_("Open trades"), readable.whole(before.open), readable.whole(after.open)),
        Row(_("Incomplete, left out"), readable.whole(before.incomplete), readable.whole(after.incomplete)),
    ]
    if before.forex or after.forex:
        rows.append(Row(_("Currency trades"), readable.whole(before.forex), readable.whole(after.forex)))
    return rows
