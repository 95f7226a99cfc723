"""The figures of a page as it shows them: the three numbers, the tiles, win against loss. Each is a link to the trades that make it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from fillbook.performance import metrics
from fillbook.performance.filters import Filter
from fillbook.performance.metrics import NoLosses, Sides
from fillbook.performance.summary import Outcome, Summary, from_e8
from fillbook.web import readable
from fillbook.web.measure import Measure

Link = Callable[[Filter], str]
"""The address of the trades that a filter admits."""
_BAR: Final = 99


@dataclass(frozen=True, slots=True)
class Stat:
    """A number. before: the same number of another period, in words with `before_when`; direction: up or down from it; before_url: its
    trades.
    """

    name: str
    value: str
    url: str
    formula: str
    unit: str = ""
    tone: str = ""
    note: str = ""
    before: str = ""
    before_when: str = ""
    direction: str = ""
    before_url: str = ""
    few: bool = False


@dataclass(frozen=True, slots=True)
class Versus:
    """The average win beside the average loss, as widths of one bar of 100."""

    win: str
    loss: str
    payoff: str
    win_url: str
    loss_url: str
    win_share: str
    loss_start: str
    loss_share: str


@dataclass(frozen=True, slots=True)
class Before:
    """Another summary to show beside, when it was, and its trades, those won
    of them. compares: it is the period before, so more or less says something.
    """

    summary: Summary
    when: str
    url: str
    won_url: str
    compares: bool = False


def headline(
    summary: Summary, before: Before | None, chosen: Filter, measure: Measure, link: Link, *, gross: bool = False
) -> tuple[Stat, Stat, Stat]:
    """Profit, average gain, win rate. gross: the summary is of results before fees and taxes."""
    return (
        _profit(summary, before, chosen, measure, link, gross=gross),
        _average(summary, before, chosen, measure, link),
        _won(summary, before, chosen, link),
    )


def _profit(summary: Summary, before: Before | None, chosen: Filter, measure: Measure, link: Link, *, gross: bool) -> Stat:
    profit, currency = measure.total(summary), measure.currency
    fees = metrics.fees(summary)
    note = _("%(gross)s before %(fees)s of fees") % {
        "gross": readable.gain(metrics.gross_profit(summary), currency),
        "fees": readable.amount(-fees, currency),
    }
    formula = _("Net P&L of all closed round trips, after fees and taxes.")
    if gross:
        note = _("%(net)s after %(fees)s of fees") % {
            "net": readable.gain(metrics.profit(summary) + fees, currency),
            "fees": readable.amount(-fees, currency),
        }
        formula = _("P&L of all closed round trips, before fees and taxes.")
    if measure.percent:
        note = _("gains of all trades added up, each with the same stake")
        formula = _("Sum over round trips of net P&L by opening cost, as if each had had the same stake.")
    previous = measure.total(before.summary) if before else None
    return Stat(
        _("Profit"),
        measure.gain(profit),
        link(chosen),
        _sized(formula, summary),
        _("of one stake") if measure.percent else currency,
        tone_of(profit),
        note,
        *_previously(profit, previous, measure.gain(previous), before),
    )


def _average(summary: Summary, before: Before | None, chosen: Filter, measure: Measure, link: Link) -> Stat:
    percent, money = metrics.average_gain_percent(summary), metrics.average_gain(summary)
    previous = metrics.average_gain_percent(before.summary) if before else None
    known = (
        ""
        if summary.gain_count == summary.n
        else _(", cost known for %(gain_count)s of %(n)s") % {"gain_count": summary.gain_count, "n": summary.n}
    )
    weighted = _("%(weighted_gain)s on all money put in") % {"weighted_gain": readable.percent(summary.weighted_gain, signed=True)}
    each = (
        ""
        if measure.percent
        else _("%(money)s %(currency)s a trade, ") % {"money": readable.gain(money, measure.currency), "currency": measure.currency}
    )
    return Stat(
        _("Average gain"),
        readable.percent(percent, signed=True),
        link(chosen),
        _sized(_("Mean over round trips of net P&L by opening cost; every trade counts alike."), summary),
        "",
        tone_of(percent),
        f"{each}{weighted}{known}{'' if measure.percent else _against(percent, summary)}",
        *_previously(percent, previous, readable.percent(previous, signed=True), before),
        few=summary.n < metrics.FEW_TRADES,
    )


def _against(percent: Decimal | None, summary: Summary) -> str:
    """Why the mean of percents has another sign than the profit, where it has."""
    if not percent or not summary.total or (percent > 0) == (summary.total > 0):
        return ""
    return _("; it has another sign than the profit, as small and large trades count alike in it")


def _won(summary: Summary, before: Before | None, chosen: Filter, link: Link) -> Stat:
    rate = metrics.win_rate(summary)
    previous = metrics.win_rate(before.summary) if before else None
    decided = metrics.win_rate_decided(summary)
    aside = (
        _("%(decided)s leaving break-even aside") % {"decided": readable.percent(decided)} if summary.zeros and decided is not None else ""
    )
    return Stat(
        _("Win rate"),
        readable.percent(rate),
        link(replace(chosen, outcome=Outcome.WIN)),
        _sized(_("Winners by all closed round trips, after fees; break-even counts as not won."), summary),
        "",
        "",
        aside or _("%(wins)s of %(n)s") % {"wins": readable.whole(summary.wins), "n": readable.plural(summary.n, "trade")},
        *_previously(rate, previous, readable.percent(previous), before and replace(before, url=before.won_url)),
        few=summary.n < metrics.FEW_TRADES,
    )


def _sized(formula: str, summary: Summary) -> str:
    """A formula with how many round trips it is over."""
    return _("%(formula)s Over %(n)s.") % {"formula": formula, "n": readable.plural(summary.n, "round trip")}


def _previously(now: Decimal | None, previous: Decimal | None, shown: str, before: Before | None) -> tuple[str, str, str, str]:
    """(before, before_when, direction, before_url); nothing when there is nothing to compare with."""
    if before is None or previous is None or not before.summary.n:
        return "", "", "", ""
    same = not before.compares or now is None or now == previous
    direction = "" if same else "up" if now is not None and now > previous else "down"
    return shown, before.when, direction, before.url


@dataclass(frozen=True, slots=True)
class Fall:
    """The deepest fall of a curve: its size (0 or negative), the day of its low, and what closed from its high to that."""

    amount: Decimal
    low_on: date | None = None
    during: Filter | None = None


def tiles(summary: Summary, fall: Fall, chosen: Filter, measure: Measure, link: Link, sides: Sides | None = None) -> tuple[Stat, ...]:
    """The further figures. sides: winners and losers apart, which percent asks for."""
    factor = _factor(summary, chosen, measure, link) if sides is None else _factor_percent(summary, sides, chosen, link)
    return (factor, _expectancy(summary, chosen, measure, link), _fall(fall, chosen, measure, link))


def _factor(summary: Summary, chosen: Filter, measure: Measure, link: Link) -> Stat:
    won, lost = (readable.gain(from_e8(total), measure.currency) for total in (summary.total_wins, summary.total_losses))
    formula = _sized(_("What winners brought by what losers cost."), summary)
    return _factor_stat(metrics.profit_factor(summary), won, lost, link(chosen), formula)


def _factor_percent(summary: Summary, sides: Sides, chosen: Filter, link: Link) -> Stat:
    won, lost = (readable.percent(from_e8(100 * side.gain_total), signed=True) for side in (sides.won, sides.lost))
    formula = _sized(_("The gains of winners in percent of their cost, by the losses of losers in percent of theirs."), summary)
    return _factor_stat(metrics.profit_factor_percent(sides), won, lost, link(chosen), formula)


def _factor_stat(factor: Decimal | NoLosses | None, won: str, lost: str, url: str, formula: str) -> Stat:
    if isinstance(factor, NoLosses):
        return Stat(_("Profit factor"), _("no losses"), url, formula)
    note = "" if factor is None else _("%(won)s by %(lost)s") % {"won": won, "lost": lost}
    return Stat(_("Profit factor"), readable.ratio(factor), url, formula, note=note)


def _expectancy(summary: Summary, chosen: Filter, measure: Measure, link: Link) -> Stat:
    if measure.percent:
        percent = readable.percent(metrics.average_gain_percent(summary), signed=True)
        return Stat(
            _("Expectancy"),
            percent,
            link(chosen),
            _sized(_("Mean gain of a round trip in percent of its cost."), summary),
            note=_("a trade"),
        )
    found, currency = metrics.expectancy(summary), measure.currency
    error = found.standard_error if found else None
    return Stat(
        _("Expectancy"),
        readable.gain(found.mean if found else None, currency),
        link(chosen),
        _sized(_("Mean net P&L of a round trip, with its standard error."), summary),
        currency,
        note=_("± %(error)s a trade") % {"error": readable.amount(error, currency)} if error is not None else _("a trade"),
    )


def _fall(fall: Fall, chosen: Filter, measure: Measure, link: Link) -> Stat:
    formula = _("Largest distance of the curve of closed trades below its highest point so far; a loss still open does not show.")
    steps = _("In percent a day is one step of it; the report of falls goes trade by trade.") if measure.percent else ""
    return Stat(
        _("Deepest fall"),
        measure.gain(fall.amount),
        link(fall.during or chosen),
        f"{formula} {steps}".rstrip(),
        "" if measure.percent else measure.currency,
        note=_("low on %(last)s") % {"last": readable.day(fall.low_on)} if fall.low_on else "",
    )


@dataclass(frozen=True, slots=True)
class Share:
    """One outcome: how many, its part of a bar of 100, and its trades. mark: its letter and class."""

    name: str
    count: str
    mark: str
    start: str
    width: str
    url: str


def outcomes(summary: Summary, chosen: Filter, link: Link) -> tuple[Share, ...]:
    """Won, lost and break-even as parts of one bar; break-even only where there is some."""
    found, start = [], Decimal(0)
    for name, count, outcome in (
        (_("won"), summary.wins, Outcome.WIN),
        (_("lost"), summary.losses, Outcome.LOSS),
        (_("even"), summary.zeros, Outcome.EVEN),
    ):
        if not count and outcome is Outcome.EVEN:
            continue
        width = 100 * Decimal(count) / summary.n if summary.n else Decimal(0)
        found.append(Share(name, readable.whole(count), outcome, f"{start:.2f}", f"{width:.2f}", link(replace(chosen, outcome=outcome))))
        start += width
    return tuple(found)


def versus(summary: Summary, chosen: Filter, measure: Measure, link: Link, sides: Sides | None = None) -> Versus | None:
    """Average win against average loss; None unless there are both. sides: winners and losers apart, which percent asks for."""
    if sides is None:
        win, loss, payoff = metrics.average_win(summary), metrics.average_loss(summary), metrics.payoff(summary)
    else:
        win, loss, payoff = metrics.average_win_percent(sides), metrics.average_loss_percent(sides), metrics.payoff_percent(sides)
    if win is None or loss is None or payoff is None or win <= 0 or loss >= 0:
        return None
    share = _BAR * win / (win - loss)
    return Versus(
        win=measure.gain(win),
        loss=measure.gain(loss),
        payoff=_("%(payoff)s to 1") % {"payoff": readable.ratio(payoff)},
        win_url=link(replace(chosen, outcome=Outcome.WIN)),
        loss_url=link(replace(chosen, outcome=Outcome.LOSS)),
        win_share=f"{share:.2f}",
        loss_start=f"{share + 1:.2f}",
        loss_share=f"{_BAR - share:.2f}",
    )


def tone_of(value: Decimal | None) -> str:
    """The class that colours a profit or loss; nothing for zero and unknown."""
    if not value:
        return ""
    return "pnl-gain" if value > 0 else "pnl-loss"
