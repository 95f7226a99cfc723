"""The report of campaigns: each counted once, by shape, underlying or month, beside their legs and the trades that are in none."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from fillbook.journal.shapes import CampaignKey, Shape
from fillbook.performance import metrics
from fillbook.performance.filters import Filter
from fillbook.performance.summary import Summary, from_e8
from fillbook.storage.campaign_reports import CampaignPart, CampaignReport, campaign_report, totals_of
from fillbook.storage.campaigns import Totals, not_counted
from fillbook.storage.choosing import Accounts
from fillbook.storage.queries import Group
from fillbook.web import readable
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.figures import Stat, tone_of
from fillbook.web.pages.filterbar import Choice, address
from fillbook.web.pages.reports import Asked, elsewhere, shared
from fillbook.web.pages.shapes import SHAPES

_KEYS: Final = {
    CampaignKey.SHAPE: gettext_lazy("Shape"),
    CampaignKey.UNDERLYING: gettext_lazy("Underlying"),
    CampaignKey.MONTH: gettext_lazy("Month"),
}
_KEPT: Final = ("money", "by")
"""What of an address means something here: results are after fees, in the currency that they count in, and in money."""
_MOST_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class CampaignReportRow:
    """One value's campaigns; the same of all. url: lists them."""

    name: str
    url: str
    campaigns: str
    few: bool
    win_rate: str
    average: str
    average_win: str
    average_loss: str
    factor: str
    days: str
    profit: str
    tone: str


@require_safe
def by_campaign(request: HttpRequest) -> HttpResponse:
    """The campaigns of the filter in the address by one key."""
    by = key_asked(request)
    asked = Asked.read(request, "report-campaigns", by="" if by is CampaignKey.SHAPE else by.value)
    asked = replace(asked, kept={name: value for name, value in asked.kept.items() if name in _KEPT})
    if other := elsewhere(request, asked):
        return other
    found = campaign_report(asked.about.accounts, asked.about.chosen, by)
    asked = asked.among(found)
    context = shared(asked, {group: one.decisions for group, one in found.items() if one.decisions.n})
    group = context["group"]
    context |= {"bases": (), "monies": (), "bar": replace(context["bar"], measures=())}
    files = "" if not group or asked.user.hides_money else reverse("report-file", args=["campaigns", "csv"])
    context |= {"csv": files and asked.url(files), "json": files and asked.url(reverse("report-file", args=["campaigns", "json"]))}
    context["campaigns_out"] = incomplete_campaigns(asked.about.accounts, asked.about.chosen)
    if group:
        legs = totals_of(asked.about.accounts, asked.about.chosen).get(group)
        context |= {
            "keys": _keys(asked, by),
            "stats": _stats(asked, group, found[group], legs),
            **table(asked, group, found[group], by),
        }
    return render(request, "pages/report_campaigns.html", context)


def key_asked(request: HttpRequest) -> CampaignKey:
    """By what an address breaks campaigns down."""
    return CampaignKey(request.GET["by"]) if request.GET.get("by", "") in list(CampaignKey) else CampaignKey.SHAPE


def table(asked: Asked, group: Group, found: CampaignReport, by: CampaignKey) -> dict[str, Any]:
    """What the tables of a report of campaigns show."""
    return {
        "title": str(_KEYS[by]),
        "rows": [_row(asked, group, by, part) for part in found.parts[:_MOST_ROWS]],
        "total": _row(asked, group, None, found.whole),
        "alone": _beside(found.alone, group, _("Trades in no campaign")),
        "decisions": _beside(found.decisions, group, _("Each decision once")),
        "rest": {
            "name": _("Legs of campaigns that are not counted here"),
            "profit": readable.gain(from_e8(found.rest), group.currency),
            "tone": tone_of(from_e8(found.rest)),
        }
        if found.rest
        else None,
        "leg_by_leg": _beside(found.trades, group, _("All trades, leg by leg")),
    }


def incomplete_campaigns(accounts: Accounts, chosen: Filter) -> tuple[str, str] | None:
    """(how many closed campaigns do not count, for a leg is incomplete; the list with them); None where there is none."""
    count = not_counted(accounts, chosen)
    if not count:
        return None
    words = ngettext("%(n)s campaign with an incomplete leg is left out.", "%(n)s campaigns with an incomplete leg are left out.", count)
    return words % {"n": readable.whole(count)}, address(reverse("campaigns"), replace(chosen, include_incomplete=True))


def _keys(asked: Asked, by: CampaignKey) -> tuple[Choice, ...]:
    return tuple(Choice(str(name), asked.url(by="" if key is CampaignKey.SHAPE else key.value), key is by) for key, name in _KEYS.items())


def _stats(asked: Asked, group: Group, found: CampaignReport, legs: Totals | None) -> list[Stat]:
    """The three numbers of campaigns, the rate of their legs beside that of the campaigns."""
    whole, url = found.whole.summary, _door(asked, group)
    few, money = whole.n < metrics.FEW_TRADES, group.currency
    ended = legs.leg_wins + legs.leg_losses + legs.leg_evens if legs else 0
    rate = metrics.win_rate(Summary(n=ended, wins=legs.leg_wins)) if legs else None
    of_legs = _("their legs one by one: %(rate)s of %(all)s") % {"rate": readable.percent(rate), "all": readable.plural(ended, "trade")}
    won = _("%(won)s of %(all)s") % {"won": readable.whole(whole.wins), "all": readable.plural(whole.n, "campaign")}
    profit, average = metrics.profit(whole), metrics.average_gain(whole)
    ends = {"win": readable.gain(metrics.average_win(whole), money), "loss": readable.gain(metrics.average_loss(whole), money)}
    return [
        Stat(_("Net profit"), readable.gain(profit, money), url, "", money, tone_of(profit), readable.plural(whole.n, "campaign")),
        Stat(_("Campaigns won"), readable.percent(metrics.win_rate(whole)), url, won, note=f"{won}; {of_legs}", few=few),
        Stat(
            _("Average of a campaign"),
            readable.gain(average, money),
            url,
            "",
            money,
            tone_of(average),
            _("won %(win)s, lost %(loss)s") % ends,
            few=few,
        ),
    ]


def _row(asked: Asked, group: Group, by: CampaignKey | None, part: CampaignPart) -> CampaignReportRow:
    """by: None for all of them."""
    summary, money = part.summary, group.currency
    profit, factor = metrics.profit(summary), metrics.profit_factor(summary)
    return CampaignReportRow(
        name=_("All, each once") if by is None else _name(by, part.value),
        url=_door(asked, group, by, part.value),
        campaigns=readable.whole(summary.n),
        few=summary.n < metrics.FEW_TRADES,
        win_rate=readable.percent(metrics.win_rate(summary)),
        average=readable.gain(metrics.average_gain(summary), money),
        average_win=readable.gain(metrics.average_win(summary), money),
        average_loss=readable.gain(metrics.average_loss(summary), money),
        factor=_("no losses") if isinstance(factor, metrics.NoLosses) else readable.ratio(factor),
        days=readable.UNKNOWN if part.average_days is None else readable.number(part.average_days, 1),
        profit=readable.gain(profit, money),
        tone=tone_of(profit),
    )


def _beside(summary: Summary, group: Group, name: str) -> Mapping[str, str]:
    profit = metrics.profit(summary)
    return {
        "name": name,
        "trades": readable.whole(summary.n),
        "win_rate": readable.percent(metrics.win_rate(summary)),
        "average": readable.gain(metrics.average_gain(summary), group.currency),
        "profit": readable.gain(profit, group.currency),
        "tone": tone_of(profit),
    }


def _name(by: CampaignKey, value: str) -> str:
    if by is CampaignKey.SHAPE:
        return str(SHAPES[Shape(value)])
    return readable.month(_first(value)) if by is CampaignKey.MONTH else value or _("not stated")


def _door(asked: Asked, group: Group, by: CampaignKey | None = None, value: str = "") -> str:
    """The list of the campaigns of a value."""
    chosen, others = asked.counted(asked.about.chosen, group), {}
    if by is CampaignKey.MONTH:
        chosen = _within(chosen, _first(value))
    elif by is not None:
        others = {"shape" if by is CampaignKey.SHAPE else "on": quote(value, safe="")}
    return address(reverse("campaigns"), chosen, **others)


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _within(chosen: Filter, first: date) -> Filter:
    """The days of a month that a filter takes."""
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return replace(chosen, first=max(first, chosen.first or first), last=min(last, chosen.last or last))
