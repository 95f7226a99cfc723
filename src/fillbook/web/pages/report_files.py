"""Reports as files: CSV and JSON of each, and one HTML file that opens without a connection."""

import json
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fillbook.journal.shapes import CampaignKey
from fillbook.performance.curves import Period
from fillbook.performance.distributions import Spread, histogram
from fillbook.performance.drawdowns import falls
from fillbook.performance.keys import Key
from fillbook.performance.statistics import Sample
from fillbook.performance.summary import Summary
from fillbook.performance.told import USUAL
from fillbook.storage import reports
from fillbook.storage.campaign_reports import campaign_report
from fillbook.storage.queries import Group
from fillbook.storage.report_files import PLAIN, rows_by, rows_compared, rows_crossed, rows_of_campaigns, rows_of_spread
from fillbook.storage.report_sheet import Row, csv_lines
from fillbook.web import readable
from fillbook.web.measure import Measure
from fillbook.web.pages.campaign_report import key_asked
from fillbook.web.pages.campaign_report import table as campaign_table
from fillbook.web.pages.figures import headline
from fillbook.web.pages.report_spread import fall_table, filter_words, picture, second_side, spread_asked
from fillbook.web.pages.report_tables import GRID, grid, table
from fillbook.web.pages.reports import Asked, drawn_words, sections, shared, totals_of
from fillbook.web.pages.scope import accounts_of_group, name_of
from fillbook.web.pages.wording import KINDS
from fillbook.web.privacy import hidden_for

_KEYS: Final = (
    *(Key.MONTH, Key.UNDERLYING, Key.SIDE, Key.CLASS, Key.HELD, Key.PRICE, Key.SIZE, Key.COST, Key.FEES),
    *(Key.WEEKDAY, Key.TAG, Key.RATING, Key.ACCOUNT, Key.CURRENCY),
)
_ROWS: Final = 30
_FORMS: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@require_safe
def download(request: HttpRequest, what: str, form: str) -> HttpResponse:
    """A report as CSV or JSON: `figures`, `falls`, `runs`, `spread`, `cross`, `compare`, `campaigns`, a key; not while money is hidden."""
    asked = Asked.read(request, "reports")
    if form not in _FORMS or asked.user.hides_money:
        raise Http404(_("There is no such report."))
    rows = _rows(request, asked, what)
    body = (
        "".join(csv_lines(rows))
        if form == "csv"
        else json.dumps({"filter": asked.about.chosen.parameters(), "gross": asked.told.gross, "own": asked.told.own, "rows": rows})
    )
    name = f'attachment; filename="fillbook-{what}.{form}"'
    return HttpResponse(body, content_type=_FORMS[form], headers={"Content-Disposition": name, "Cache-Control": "private, no-store"})


def _rows(request: HttpRequest, asked: Asked, what: str) -> list[Row]:
    accounts, chosen = asked.about.accounts, asked.about.chosen
    if what in PLAIN:
        return PLAIN[what](accounts, chosen, told=asked.told)
    if what == "spread":
        return rows_of_spread(accounts, chosen, spread_asked(request)[0], told=asked.told)
    if what == "cross":
        keys = [request.GET.get(name, "") for name in ("down", "across")]
        down, across = (Key(key) if key in list(Key) else usual for key, usual in zip(keys, (Key.HOUR, Key.WEEKDAY), strict=True))
        return rows_crossed(accounts, chosen, down, across, told=asked.told)
    if what == "campaigns":
        return rows_of_campaigns(accounts, chosen, key_asked(request))
    if what == "compare":
        return rows_compared(accounts, chosen, *second_side(request, asked), told=asked.told)
    if what not in list(Key):
        raise Http404(_("There is no such report."))
    return rows_by(accounts, chosen, Key(what), told=asked.told)


@require_safe
def html_report(request: HttpRequest) -> HttpResponse:
    """One file with everything in it and no address outside; `private=1` leaves amounts out, as the privacy switch does."""
    asked = Asked.read(request, "reports")
    with hidden_for(asked.user.hides_money or request.GET.get("private") == "1"):
        page = offline_page(asked)
    name = 'attachment; filename="fillbook-report.html"'
    return HttpResponse(page, headers={"Content-Disposition": name, "Cache-Control": "private, no-store"})


def offline_page(asked: Asked) -> str:
    """The file."""
    accounts, chosen = asked.about.accounts, asked.about.chosen
    found = reports.samples(accounts, chosen, told=asked.figures_told)
    totals = totals_of(asked, found)
    context = shared(asked, totals)
    group = context["group"]
    context |= {
        "made": timezone.now(),
        "chosen_words": filter_words(asked, chosen),
        **_inside(asked, group, {one: summary.n for one, summary in totals.items()}),
    }
    if group:
        measure, sample = asked.measure(group), found.get(group, Sample(Summary()))
        what = Spread.PERCENT if asked.percent else Spread.PROFIT
        spread = histogram(reports.spread(accounts, chosen, what, told=asked.told).get(group, []))
        crossing = reports.crossing(accounts, chosen, Key.HOUR, Key.WEEKDAY, told=asked.told, most=GRID).get(group)
        periods = [Period(day, one) for day, one in zip(dict.fromkeys(sample.closings.days), sample.days, strict=False)]
        context |= {
            "headline": headline(totals[group], None, chosen, measure, lambda _chosen: "", gross=asked.told.gross),
            "sections": sections(sample, measure),
            "drawn": drawn_words(sample),
            "curve": _curve(periods, measure),
            "tables": [
                table(asked, group, one[group], {}, _ROWS)
                for key in _KEYS
                if group in (one := reports.breakdown(accounts, chosen, key, told=asked.told))
            ],
            "picture": picture(spread, what, asked, group) if spread else None,
            "grid": grid(asked, group, crossing) if crossing else None,
            "falls": fall_table(falls(sample.closings), asked, group, _ROWS),
            "campaigns": _campaigns(asked, group),
        }
    return render_to_string("offline/report.html", context)


def _inside(asked: Asked, group: Group | None, counts: dict[Group, int]) -> dict[str, Any]:
    """What is in the file, of what is never added up, and what else there is: a file has no choice to make, as the page has.

    counts: how many trades there are of each group.
    """
    about = asked.about
    money = name_of(group, own=asked.told.own) if group else ""
    others = [f"{name_of(one, own=asked.told.own)} ({readable.plural(n, 'trade')})" for one, n in counts.items() if one != group]
    return {
        "numbers": [account.alias or account.number for account in accounts_of_group(group, about.accounts)],
        "money": money,
        "what": ", ".join(part for part in (str(KINDS[about.kind]), money) if part),
        "others": ", ".join([*others, *(str(one.name) for one in about.apart)]),
    }


def _campaigns(asked: Asked, group: Group) -> dict[str, Any] | None:
    """Campaigns by shape; they are told after fees, in the currency that they count in, and in money alone."""
    if asked.told != USUAL or asked.percent:
        return None
    found = campaign_report(asked.about.accounts, asked.about.chosen, CampaignKey.SHAPE).get(group)
    return campaign_table(asked, group, found, CampaignKey.SHAPE) if found and found.parts else None


def _curve(periods: list[Period], measure: Measure) -> dict[str, str] | None:
    """The curve of closed trades as points of a line in a box of 1000 by 240, with its ends; None of fewer than two days."""
    heights = [0]
    for period in periods:
        heights.append(heights[-1] + measure.units(period.summary))
    if len(heights) < 3:
        return None
    low, high = min(heights), max(heights)
    across, up = 1000 / (len(heights) - 1), 232 / ((high - low) or 1)
    return {
        "points": " ".join(f"{index * across:.1f},{236 - (height - low) * up:.1f}" for index, height in enumerate(heights)),
        "zero": f"{236 + low * up:.1f}",
        "high": measure.gain(measure.value(high)),
        "low": measure.gain(measure.value(low)),
        "first": readable.day(periods[0].first),
        "last": readable.day(periods[-1].first),
    }
