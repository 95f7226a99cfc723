"""The words of the commands for things that the core knows by a code."""

from typing import Final, NamedTuple

from fillbook.ledger.statement import Severity
from fillbook.trades import fees, reasons
from fillbook.trades.completeness import Completeness
from fillbook.trades.reconcile import LineKind, ReconciliationLine, Status
from fillbook.trades.records import Incomplete
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod

BRIDGE: Final = {
    "profit": "Profit of complete round trips",
    "left_out": "Incomplete round trips",
    "realized_so_far": "Realized so far on open ones",
    "corporate_actions": "Corporate actions, ours",
    "fx": "Currency trades",
    "differences": "Broker minus ours, by fill",
    "rounding": "Rounding of the lines",
    "broker": "Broker's realized P&L",
}
STATUS: Final = {
    Status.EQUAL: "equal",
    Status.INFERRED: "inferred",
    Status.UNSTATED: "not stated",
    Status.EXPLAINED: "explained",
    Status.DIFFERENT: "different",
}
INFERRED_MEANS: Final = "Inferred: opened before the statement begins, so the cost was worked out from the broker's own row."


class Compared(NamedTuple):
    """What a kind of comparison is called, and what is said of one that differs without a known reason."""

    title: str
    one: str
    unexplained: str


COMPARED: Final = {
    LineKind.FILL: Compared("Closing fills", "closing fill", "Our realized P&L differs from the broker's, and no known reason applies."),
    LineKind.POSITION: Compared("Positions", "position", "Our position differs from the broker's, and no known reason applies."),
    LineKind.FEE: Compared("Fees", "fee", "The fee is not counted exactly once in the round trips, and no known reason applies."),
}
INCOMPLETE: Final = {
    Incomplete.BEFORE_HISTORY: "opened before the statement begins",
    Incomplete.DELIVERED: "delivered by an option that is not in the statement",
    Incomplete.TRANSFERRED: "transferred in without a cost",
    Incomplete.CORPORATE_ACTION: "changed by a corporate action whose effect on cost is not stated",
    Incomplete.CANCELLED_ELSEWHERE: "cancelled fill that is not in the statement",
}
FLAGS: Final = {
    "corporate_action_unknown": "A corporate action of a kind that Fillbook does not apply",
    "split_without_position": "A split of something that the statement does not show as held",
    "split_ratio_disagrees": "A split whose ratio does not give the units that were booked",
    "action_disagrees_with_lots": "A corporate action for more or other units than the statement shows as held",
}
FLAGGED: Final = "A corporate action that could not be applied"
KIND: Final = {"real": "Real accounts", "paper": "Paper accounts", "sandbox": "Sandbox accounts"}
SEVERITY_MARK: Final = {Severity.FATAL: "×", Severity.WARNING: "!", Severity.NOTE: "·"}
COMPLETENESS: Final = {
    Completeness.COMPLETE: "Complete",
    Completeness.STATED: "Stated by you",
    Completeness.INFERRED: "Inferred",
    Completeness.MISSING: "Missing",
}
SETTINGS: Final[dict[Grouping | MatchingMethod | AssignmentView, str]] = {
    Grouping.FLAT_TO_FLAT: "a trade lasts until nothing is held any more",
    Grouping.PER_CLOSING: "each closing fill is a trade of its own",
    Grouping.PER_DAY: "what was closed of one instrument on one day is a trade",
    MatchingMethod.FIFO: "the oldest lot is closed first",
    MatchingMethod.LIFO: "the newest lot is closed first",
    MatchingMethod.HIGHEST_COST: "the dearest lot is closed first",
    MatchingMethod.AVERAGE: "every unit costs the average",
    AssignmentView.INTO_UNDERLYING: "an exercised option's premium goes into what it delivered, as brokers book it",
    AssignmentView.ON_OPTION: "an exercised option keeps its premium",
}
FOREX: Final = {
    True: "currency conversions that you ordered are trades, in a class of their own",
    False: "currency conversions are no trades",
}


def sentence_of(line: ReconciliationLine) -> str:
    """Why a line is not simply equal; "" where there is no known reason."""
    return (fees.SENTENCES if line.kind is LineKind.FEE else reasons.SENTENCES).get(line.reason, "")


FIGURE: Final = {
    "trades": "Round trips",
    "profit": "Profit",
    "gross_profit": "Profit before fees",
    "fees": "Fees",
    "win_rate": "Win rate",
    "expectancy": "Expectancy",
    "average_gain_percent": "Average gain, unweighted",
    "weighted_gain_percent": "Gain on all money put in",
    "average_win": "Average win",
    "average_loss": "Average loss",
    "payoff": "Payoff",
    "profit_factor": "Profit factor",
    "kelly": "Kelly",
    "half_kelly": "Half Kelly",
    "expectancy_r": "Average R",
    "sqn": "System quality (SQN)",
    "sqn_uncapped": "System quality, uncapped",
    "longest_wins": "Most wins in a row",
    "longest_losses": "Most losses in a row",
    "z_score": "z-score of runs",
    "k_ratio": "K-ratio (Kestner 1996)",
    "random_chance": "Chance, t-test",
    "random_chance_by_day": "Chance, days drawn",
    "average_day": "Average day",
    "green_days": "Green days",
    "minimum_track_record": "Shortest track record, days",
    "volume": "Money put in",
    "fee_share": "Fee share",
    "sharpe": "Sharpe",
    "sortino": "Sortino",
}
ABSENT: Final = {
    "no_trades": "no trades",
    "no_wins": "no winner yet",
    "no_losses": "no losses",
    "no_cost": "no cost known",
    "no_r": "no trade has a stop",
    "too_few": "too few",
    "all_alike": "all alike",
    "no_nav": "no daily NAV from the broker",
    "not_positive": "only with a profit",
}
_WEEKDAYS: Final = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_SESSIONS: Final = ("before the open", "first hour", "midday", "last hour", "after the close", "round the clock")
_AFTERS: Final = ("first of the day", "after a win", "after a loss", "after break-even")


def report_value(key: str, value: int | str) -> str:
    """A value of a report's key that has no bounds of its own."""
    if isinstance(value, str):
        return value
    match key:
        case "hour":
            return f"{value:02}:00"
        case "weekday":
            return _WEEKDAYS[value]
        case "session":
            return _SESSIONS[value]
        case "after":
            return _AFTERS[value]
        case "number":
            return f"number {value}"
        case "rating":
            return f"{value} of 5"
        case _:
            return str(value)
