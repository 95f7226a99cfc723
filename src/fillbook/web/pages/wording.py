"""The words of the pages for things that the core knows by a code."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from fillbook.journal.tags import Hue
from fillbook.ledger.events import CorporateActionKind
from fillbook.ledger.execution import ExecutionKind
from fillbook.ledger.instrument import AssetClass
from fillbook.performance.ratings import BEST
from fillbook.storage.comparing import FEE_MOVED
from fillbook.trades import fees
from fillbook.trades.completeness import Completeness
from fillbook.trades.reasons import SENTENCES, Reason
from fillbook.trades.reconcile import LineKind, Status
from fillbook.trades.records import Basis, Incomplete
from fillbook.web.language import gettext_lazy

BRIDGE: Final = {
    "profit": (
        gettext_lazy("Profit of complete trades"),
        gettext_lazy("Net profit of every closed round trip whose openings are all known."),
    ),
    "left_out": (
        gettext_lazy("Incomplete trades"),
        gettext_lazy("Round trips some of whose openings are unknown; kept out of your figures."),
    ),
    "realized_so_far": (
        gettext_lazy("Realized so far, still open"),
        gettext_lazy("Parts already closed of positions that are still held."),
    ),
    "corporate_actions": (
        gettext_lazy("Corporate actions"),
        gettext_lazy("Realized by splits, mergers and the like in our book; the broker lists them apart."),
    ),
    "fx": (gettext_lazy("Currency trades"), gettext_lazy("Realized by currency trades in our book; compared apart.")),
    "differences": (
        gettext_lazy("Differences by fill"),
        gettext_lazy("The broker's figure minus ours, fill by fill; each is listed on the account's page."),
    ),
    "rounding": (
        gettext_lazy("Rounding"),
        gettext_lazy("Each line is rounded by itself; this is what that loses, so that the lines add up."),
    ),
    "broker": (
        gettext_lazy("Your broker's realized figure"),
        gettext_lazy("The plain sum of the realized figures on every fill the broker sent."),
    ),
}
STATUS: Final = {
    Status.EQUAL: (gettext_lazy("equal"), "equal", "good", gettext_lazy("Equal to the broker's own figure, to the cent.")),
    Status.INFERRED: (
        gettext_lazy("inferred"),
        "approx",
        "warn",
        gettext_lazy("The cost comes from the broker's own figure, because the purchase lies before the history."),
    ),
    Status.EXPLAINED: (gettext_lazy("explained"), "partial", "warn", gettext_lazy("Differs from the broker's figure for a known reason.")),
    Status.UNSTATED: (gettext_lazy("not stated"), "silent", "quiet", gettext_lazy("The broker gives no figure to compare with.")),
    Status.DIFFERENT: (
        gettext_lazy("different"),
        "unequal",
        "bad",
        gettext_lazy("Differs from the broker's figure, and no known reason applies."),
    ),
}
"""Status -> (word, icon, tone, explanation)."""
INCOMPLETE: Final = {
    Incomplete.BEFORE_HISTORY: gettext_lazy("It was opened before your history begins, so what it cost is not known from your own fills."),
    Incomplete.DELIVERED: gettext_lazy("It was delivered by an exercise or assignment whose option is not in the history."),
    Incomplete.TRANSFERRED: gettext_lazy("It was moved into the account without its cost."),
    Incomplete.CORPORATE_ACTION: gettext_lazy("A corporate action changed it, and the statement does not say what that did to its cost."),
    Incomplete.CANCELLED_ELSEWHERE: gettext_lazy("A cancellation gave back a position whose original fill is not in the history."),
}
BASIS: Final = {
    Basis.EXECUTIONS: gettext_lazy("Every figure comes from your own fills."),
    Basis.STATED: gettext_lazy("Part of its cost is what you stated as an opening balance."),
    Basis.INFERRED: gettext_lazy("Part of its cost was worked out from the broker's own figures."),
    Basis.UNKNOWN: gettext_lazy("Part of its cost is unknown."),
}
CLASSES: Final = {
    AssetClass.STOCK: gettext_lazy("Stocks"),
    AssetClass.OPTION: gettext_lazy("Options"),
    AssetClass.FUTURE: gettext_lazy("Futures"),
    AssetClass.FUTURE_OPTION: gettext_lazy("Options on futures"),
    AssetClass.FOREX: gettext_lazy("Currencies"),
    AssetClass.CFD: gettext_lazy("CFDs"),
    AssetClass.BOND: gettext_lazy("Bonds"),
    AssetClass.BILL: gettext_lazy("Bills"),
    AssetClass.WARRANT: gettext_lazy("Warrants"),
    AssetClass.STRUCTURED: gettext_lazy("Structured products"),
    AssetClass.FUND: gettext_lazy("Funds"),
    AssetClass.CRYPTO: gettext_lazy("Crypto"),
    AssetClass.COMMODITY: gettext_lazy("Metals"),
    AssetClass.OTHER: gettext_lazy("Other"),
}
HOW: Final = {
    ExecutionKind.EXPIRY: gettext_lazy("at expiry"),
    ExecutionKind.ASSIGNMENT: gettext_lazy("by assignment"),
    ExecutionKind.EXERCISE: gettext_lazy("by exercise"),
    ExecutionKind.FRACTION: gettext_lazy("a fraction, paid out"),
    ExecutionKind.CANCEL: gettext_lazy("a cancellation"),
    ExecutionKind.BOOK: gettext_lazy("booked by your broker"),
}
"""How a fill came about that nobody ordered."""
ACTIONS: Final = {
    CorporateActionKind.SPLIT: gettext_lazy("split"),
    CorporateActionKind.REVERSE_SPLIT: gettext_lazy("reverse split"),
    CorporateActionKind.IDENTIFIER_CHANGE: gettext_lazy("new name"),
    CorporateActionKind.STOCK_DIVIDEND: gettext_lazy("stock dividend"),
    CorporateActionKind.SPIN_OFF: gettext_lazy("spin-off"),
    CorporateActionKind.MERGER: gettext_lazy("merger"),
    CorporateActionKind.TENDER: gettext_lazy("tender offer"),
    CorporateActionKind.RIGHTS_ISSUE: gettext_lazy("rights issue"),
    CorporateActionKind.SUBSCRIPTION: gettext_lazy("subscription"),
    CorporateActionKind.DELISTING: gettext_lazy("delisting"),
    CorporateActionKind.MATURITY: gettext_lazy("maturity"),
    CorporateActionKind.CASH_DIVIDEND: gettext_lazy("cash dividend"),
    CorporateActionKind.OTHER: gettext_lazy("corporate action"),
}
"""What a company did to its securities."""
HUES: Final = {
    Hue.SLATE: gettext_lazy("slate"),
    Hue.BLUE: gettext_lazy("blue"),
    Hue.TEAL: gettext_lazy("teal"),
    Hue.GREEN: gettext_lazy("green"),
    Hue.OLIVE: gettext_lazy("olive"),
    Hue.AMBER: gettext_lazy("amber"),
    Hue.ROSE: gettext_lazy("rose"),
    Hue.VIOLET: gettext_lazy("violet"),
}
SIDES: Final = {"long": gettext_lazy("long"), "short": gettext_lazy("short")}
KINDS: Final = {"real": gettext_lazy("Real"), "paper": gettext_lazy("Paper"), "sandbox": gettext_lazy("Sandbox")}
ALL_OF_KIND: Final = {
    "real": gettext_lazy("All real accounts"),
    "paper": gettext_lazy("All paper accounts"),
    "sandbox": gettext_lazy("All sandbox accounts"),
}
LOT_BASIS: Final = {
    Basis.EXECUTIONS: gettext_lazy("your fills"),
    Basis.STATED: gettext_lazy("stated by you"),
    Basis.INFERRED: gettext_lazy("inferred from your broker's figure"),
    Basis.UNKNOWN: "unknown",
}
"""Where the cost of a lot comes from, in a word or two."""
REASONS: Final[dict[str, str]] = {
    **{str(reason): gettext_lazy(sentence) for reason, sentence in SENTENCES.items() if sentence},
    str(Reason.NONE): "",
    FEE_MOVED: gettext_lazy("Delivered by an exercise or assignment: the option's charges came along with its premium."),
}
"""Why a figure is not simply equal, by code."""
FEE_REASONS: Final[dict[str, str]] = {str(reason): gettext_lazy(sentence) for reason, sentence in fees.SENTENCES.items()}


@dataclass(frozen=True, slots=True)
class Compared:
    """What a kind of comparison is called.

    one: the noun that `readable.plural` counts. none, equal, all_equal: sentences when there is nothing, some agree, all agree. ours: what
    is compared.
    """

    name: str
    title: str
    one: str
    none: str
    equal: str
    all_equal: str
    ours: str


COMPARED: Final = {
    LineKind.FILL: Compared(
        gettext_lazy("Fills"),
        gettext_lazy("Realized by this fill"),
        "closing fill",
        gettext_lazy("There is no closing fill to compare yet"),
        gettext_lazy("%(equal)s of %(total)s equal your broker's realized figure to the cent; %(rest)s."),
        gettext_lazy("All of %(total)s equal your broker's realized figure to the cent."),
        gettext_lazy("Realized profit of each fill that closes something."),
    ),
    LineKind.POSITION: Compared(
        gettext_lazy("Positions"),
        gettext_lazy("Units held"),
        "position",
        gettext_lazy("There is no position to compare yet"),
        gettext_lazy("%(equal)s of %(total)s hold the units your broker states; %(rest)s."),
        gettext_lazy("All of %(total)s hold the units your broker states."),
        gettext_lazy("Units held at the end of the latest statement."),
    ),
    LineKind.FEE: Compared(
        gettext_lazy("Fees"),
        gettext_lazy("Charged on this row"),
        "charge",
        gettext_lazy("There is no charge to compare yet"),
        gettext_lazy("%(equal)s of %(total)s are counted once in your trades; %(rest)s."),
        gettext_lazy("All of %(total)s are counted once in your trades."),
        gettext_lazy("Commissions, charges and taxes of each row your broker sent, beside what your trades count of them."),
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
    Completeness.COMPLETE: MarkWords(gettext_lazy("All found"), "equal", "good", gettext_lazy("Every opening and closing was found.")),
    Completeness.STATED: MarkWords(
        gettext_lazy("Stated by you"), "pen", "own", gettext_lazy("Some openings lie outside your statements; you stated what they cost.")
    ),
    Completeness.INFERRED: MarkWords(
        gettext_lazy("Inferred"),
        "approx",
        "warn",
        gettext_lazy("Some openings lie outside your statements; your broker's own figures tell what they cost."),
    ),
    Completeness.MISSING: MarkWords(gettext_lazy("Missing"), "partial", "warn", gettext_lazy("Some units have no other side, or no cost.")),
}


def rating_name(rating: int) -> str:
    """A rating in words."""
    return _("%(rating)s of %(best)s") % {"rating": rating, "best": BEST}
