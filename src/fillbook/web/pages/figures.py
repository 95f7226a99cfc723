"""The figures of a page as it shows them: the three numbers, the tiles, win against loss. Each is a link to the trades that make it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from fillbook.performance import metrics
from fillbook.performance.filters import Filter
from fillbook.performance.metrics import NoLosses
from fillbook.performance.results import Result
from fillbook.performance.summary import Outcome, Summary
from fillbook.web import readable

Link = Callable[[Filter], str]
"""The address of the trades that a filter admits."""
_BAR: Final = 99


@dataclass(frozen=True, slots=True)
class Stat:
    """A number. before: the same number of another period, in words with `before_when`; direction: up or down from it."""

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
    """Another summary to show beside, and when it was. compares: it is the period before, so that more or less means something."""

    summary: Summary
    when: str
    compares: bool = False


def headline(summary: Summary, before: Before | None, chosen: Filter, currency: str, link: Link) -> tuple[Stat, Stat, Stat]:
    """Profit, average gain, win rate."""
    return (
        _profit(summary, before, chosen, currency, link),
        _average(summary, before, chosen, currency, link),
        _won(summary, before, chosen, link),
    )


def _profit(summary: Summary, before: Before | None, chosen: Filter, currency: str, link: Link) -> Stat:
    profit = metrics.profit(summary)
    fees = metrics.fees(summary)
    note = f"{readable.gain(metrics.gross_profit(summary), currency)} before {readable.amount(-fees, currency)} of fees"
    previous = metrics.profit(before.summary) if before else None
    return Stat(
        "Profit",
        readable.gain(profit, currency),
        link(chosen),
        "Net P&L of all closed round trips, after fees and taxes.",
        currency,
        tone_of(profit),
        note,
        *_previously(profit, previous, readable.gain(previous, currency), before),
    )


def _average(summary: Summary, before: Before | None, chosen: Filter, currency: str, link: Link) -> Stat:
    percent, money = metrics.average_gain_percent(summary), metrics.average_gain(summary)
    previous = metrics.average_gain_percent(before.summary) if before else None
    known = "" if summary.gain_count == summary.n else f", cost known for {summary.gain_count} of {summary.n}"
    return Stat(
        "Average gain",
        readable.percent(percent, signed=True),
        link(chosen),
        "Mean over round trips of net P&L by opening cost; every trade counts alike.",
        "",
        tone_of(percent),
        f"{readable.gain(money, currency)} {currency} a trade{known}",
        *_previously(percent, previous, readable.percent(previous, signed=True), before),
        few=summary.n < metrics.FEW_TRADES,
    )


def _won(summary: Summary, before: Before | None, chosen: Filter, link: Link) -> Stat:
    rate = metrics.win_rate(summary)
    previous = metrics.win_rate(before.summary) if before else None
    even = f", {readable.whole(summary.zeros)} even" if summary.zeros else ""
    return Stat(
        "Win rate",
        readable.percent(rate),
        link(replace(chosen, outcome=Outcome.WIN)),
        "Winners by all closed round trips, after fees; break-even counts as not won.",
        "",
        "",
        f"{readable.whole(summary.wins)} won, {readable.whole(summary.losses)} lost{even}",
        *_previously(rate, previous, readable.percent(previous), before),
        few=summary.n < metrics.FEW_TRADES,
    )


def _previously(now: Decimal | None, previous: Decimal | None, shown: str, before: Before | None) -> tuple[str, str, str]:
    """(before, before_when, direction); nothing when there is nothing to compare with."""
    if before is None or previous is None or not before.summary.n:
        return "", "", ""
    same = not before.compares or now is None or now == previous
    direction = "" if same else "up" if now is not None and now > previous else "down"
    return shown, before.when, direction


def tiles(summary: Summary, results: Sequence[Result], chosen: Filter, currency: str, link: Link, partly: str = "") -> tuple[Stat, ...]:
    """The further figures. partly: how many incomplete trades they count or leave out, "" for none."""
    expectancy, fall, time = metrics.expectancy(summary), metrics.max_drawdown(results), metrics.holding_time(results)
    factor = metrics.profit_factor(summary)
    error = expectancy.standard_error if expectancy else None
    weighted = metrics.weighted_gain_percent(results)
    return (
        Stat(
            "Closed trades",
            readable.whole(summary.n),
            link(chosen),
            "Closed round trips that these figures count.",
            note=partly or _largest(summary, currency),
        ),
        Stat(
            "Profit factor",
            "no losses" if isinstance(factor, NoLosses) else readable.ratio(factor),
            link(chosen),
            "What winners brought by what losers cost.",
            note="" if weighted is None else f"{readable.percent(weighted, signed=True)} on all money put in",
        ),
        Stat(
            "Expectancy",
            readable.gain(expectancy.mean if expectancy else None, currency),
            link(chosen),
            "Mean net P&L of a round trip, with its standard error.",
            currency,
            note=f"± {readable.amount(error, currency)}" if error is not None else "",
        ),
        Stat(
            "Deepest fall",
            readable.gain(fall.amount, currency),
            link(chosen),
            "Largest distance of the curve of closed trades below its highest point so far.",
            currency,
            note=f"low on {readable.day(fall.trough_on)}" if fall.trough_on else "",
        ),
        Stat(
            "Held",
            readable.duration(time.median if time else None),
            link(chosen),
            "Median time from the first opening to the last closing fill.",
            note=f"{readable.duration(time.mean)} on average" if time else "",
        ),
    )


def _largest(summary: Summary, currency: str) -> str:
    best, worst = metrics.largest_win(summary), metrics.largest_loss(summary)
    parts = [
        f"best {readable.gain(best, currency)}" if best is not None else "",
        f"worst {readable.gain(worst, currency)}" if worst is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def versus(summary: Summary, chosen: Filter, currency: str, link: Link) -> Versus | None:
    """Average win against average loss; None unless there are both."""
    win, loss, payoff = metrics.average_win(summary), metrics.average_loss(summary), metrics.payoff(summary)
    if win is None or loss is None or payoff is None:
        return None
    share = _BAR * win / (win - loss)
    return Versus(
        win=readable.gain(win, currency),
        loss=readable.gain(loss, currency),
        payoff=f"{readable.ratio(payoff)} to 1",
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
