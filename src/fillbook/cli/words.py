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
STATUS_MEANS: Final = {
    Status.INFERRED: "inferred: opened before the statement, so the cost was worked out from the broker's own row",
    Status.UNSTATED: "not stated: the statement gives no figure to compare with",
    Status.EXPLAINED: "explained: differs for a known reason, given below",
    Status.DIFFERENT: "different: we do not know why",
}
UNEXPLAINED: Final = {
    LineKind.FILL: "Our realized P&L differs from the broker's, and no known reason applies.",
    LineKind.POSITION: "Our position differs from the broker's, and no known reason applies.",
}
INCOMPLETE: Final = {
    Incomplete.BEFORE_HISTORY: "opened before the statement begins",
    Incomplete.DELIVERED: "delivered by an option that is not in the statement",
    Incomplete.TRANSFERRED: "transferred in without a cost",
    Incomplete.CORPORATE_ACTION: "changed by a corporate action of unknown cost",
    Incomplete.CANCELLED_ELSEWHERE: "a cancelled fill that is not in the statement",
}
SEVERITY_MARK: Final = {Severity.FATAL: "×", Severity.WARNING: "!", Severity.NOTE: "·"}
