"""The words of the pages for things that the core knows by a code."""

from dataclasses import dataclass
from typing import Final

from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import AssetClass
from fillbook.storage.comparing import FEE_MOVED
from fillbook.trades.completeness import Completeness
from fillbook.trades.reasons import SENTENCES
from fillbook.trades.reconcile import LineKind, Status
from fillbook.trades.records import Basis, Incomplete

BRIDGE: Final = {
    "profit": ("Profit of complete trades", "Net profit of every closed round trip whose openings are all known."),
    "left_out": ("Incomplete trades", "Round trips some of whose openings are unknown; kept out of your figures."),
    "realized_so_far": ("Realized so far, still open", "Parts already closed of positions that are still held."),
    "corporate_actions": ("Corporate actions", "Realized by splits, mergers and the like in our book; the broker lists them apart."),
    "fx": ("Currency trades", "Realized by currency trades in our book; compared apart."),
    "differences": ("Differences by fill", "The broker's figure minus ours, fill by fill; each is listed on the account's page."),
    "rounding": ("Rounding", "Each line is rounded by itself; this is what that loses, so that the lines add up."),
    "broker": ("Your broker's realized figure", "The plain sum of the realized figures on every fill the broker sent."),
}
STATUS: Final = {
    Status.EQUAL: ("equal", "equal", "good", "Equal to the broker's own figure, to the cent."),
    Status.INFERRED: (
        "inferred",
        "approx",
        "warn",
        "The cost comes from the broker's own figure, because the purchase lies before the history.",
    ),
    Status.EXPLAINED: ("explained", "partial", "warn", "Differs from the broker's figure for a known reason."),
    Status.UNSTATED: ("not stated", "silent", "quiet", "The broker gives no figure to compare with."),
    Status.DIFFERENT: ("different", "unequal", "bad", "Differs from the broker's figure, and no known reason applies."),
}
"""Status -> (word, icon, tone, explanation)."""
INCOMPLETE: Final = {
    Incomplete.BEFORE_HISTORY: "It was opened before your history begins, so what it cost is not known from your own fills.",
    Incomplete.DELIVERED: "It was delivered by an exercise or assignment whose option is not in the history.",
    Incomplete.TRANSFERRED: "It was moved into the account without its cost.",
    Incomplete.CORPORATE_ACTION: "A corporate action changed it, and the statement does not say what that did to its cost.",
    Incomplete.CANCELLED_ELSEWHERE: "A cancellation gave back a position whose original fill is not in the history.",
}
BASIS: Final = {
    Basis.EXECUTIONS: "Every figure comes from your own fills.",
    Basis.STATED: "Part of its cost is what you stated as an opening balance.",
    Basis.INFERRED: "Part of its cost was worked out from the broker's own figures.",
    Basis.UNKNOWN: "Part of its cost is unknown.",
}
CLASSES: Final = {
    AssetClass.STOCK: "Stocks",
    AssetClass.OPTION: "Options",
    AssetClass.FUTURE: "Futures",
    AssetClass.FUTURE_OPTION: "Options on futures",
    AssetClass.FOREX: "Currencies",
    AssetClass.CFD: "CFDs",
    AssetClass.BOND: "Bonds",
    AssetClass.BILL: "Bills",
    AssetClass.WARRANT: "Warrants",
    AssetClass.STRUCTURED: "Structured products",
    AssetClass.FUND: "Funds",
    AssetClass.CRYPTO: "Crypto",
    AssetClass.COMMODITY: "Metals",
    AssetClass.OTHER: "Other",
}
HOW: Final = {
    ExecutionKind.EXPIRY: "at expiry",
    ExecutionKind.ASSIGNMENT: "by assignment",
    ExecutionKind.EXERCISE: "by exercise",
    ExecutionKind.FRACTION: "a fraction, paid out",
    ExecutionKind.CANCEL: "a cancellation",
    ExecutionKind.BOOK: "booked by your broker",
}
"""How a fill came about that nobody ordered."""
KINDS: Final = {"real": "Real", "paper": "Paper", "sandbox": "Sandbox"}
LOT_BASIS: Final = {
    Basis.EXECUTIONS: "your fills",
    Basis.STATED: "stated by you",
    Basis.INFERRED: "inferred from your broker's figure",
    Basis.UNKNOWN: "unknown",
}
"""Where the cost of a lot comes from, in a word or two."""
REASONS: Final[dict[str, str]] = {
    **{str(reason): sentence for reason, sentence in SENTENCES.items()},
    FEE_MOVED: "Delivered by an exercise or assignment: the option's charges came along with its premium.",
}
"""Why a figure is not simply equal, by code; those of fees are in `fillbook.trades.fees`."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a kind of comparison is called. equal: what those that agree do; all_equal: a sentence when all do; ours: what is compared."""

    name: str
    title: str
    one: str
    many: str
    equal: str
    all_equal: str
    ours: str


COMPARED: Final = {
    LineKind.FILL: Compared(
        "Fills",
        "Realized by this fill",
        "closing fill",
        "closing fills",
        "equal your broker's realized figure to the cent",
        "All of {} equal your broker's realized figure to the cent.",
        "Realized profit of each fill that closes something.",
    ),
    LineKind.POSITION: Compared(
        "Positions",
        "Units held",
        "position",
        "positions",
        "hold the units your broker states",
        "All of {} hold the units your broker states.",
        "Units held at the end of the latest statement.",
    ),
    LineKind.FEE: Compared(
        "Fees",
        "Charged on this row",
        "charge",
        "charges",
        "are counted once in your trades",
        "All of {} are counted once in your trades.",
        "Commissions, charges and taxes of each row your broker sent, beside what your trades count of them.",
    ),
}


@dataclass(frozen=True, slots=True)
class MarkWords:
    """How a mark of completeness is shown."""

    name: str
    icon: str
    tone: str
    text: str


COMPLETE: Final = {
    Completeness.COMPLETE: MarkWords("All found", "equal", "good", "Every opening and closing was found."),
    Completeness.STATED: MarkWords("Stated by you", "pen", "own", "Some openings lie outside your statements; you stated what they cost."),
    Completeness.INFERRED: MarkWords(
        "Inferred", "approx", "warn", "Some openings lie outside your statements; your broker's own figures tell what they cost."
    ),
    Completeness.MISSING: MarkWords("Missing", "partial", "warn", "Some units have no other side, or no cost."),
}
