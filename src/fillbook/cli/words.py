"""The words of the commands for things that the core knows by a code."""

from typing import Final

from fillbook.ledger.statement import Severity
from fillbook.trades.reconcile import LineKind, Status
from fillbook.trades.records import Incomplete

BRIDGE: Final = {
    "profit": "Profit of complete round trips",
    "left_out": "Incomplete round trips",
    "realized_so_far": "Realized so far on open ones",
    "corporate_actions": "Corporate actions, ours",
    "fx": "Currency trades",
    "differences": "Broker minus ours, by fill",
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
UNEXPLAINED: Final = {
    LineKind.FILL: "Our realized P&L differs from the broker's, and no known reason applies.",
    LineKind.POSITION: "Our position differs from the broker's, and no known reason applies.",
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
