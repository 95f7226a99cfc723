"""The words of the pages for things that the core knows by a code."""

from typing import Final

from fillbook.ledger.instrument import AssetClass
from fillbook.trades.reconcile import Status
from fillbook.trades.records import Basis, Incomplete

BRIDGE: Final = {
    "profit": ("Profit of complete trades", "Net profit of every closed round trip whose openings are all known."),
    "left_out": ("Incomplete trades", "Round trips some of whose openings are unknown; kept out of your figures."),
    "realized_so_far": ("Realized so far, still open", "Parts already closed of positions that are still held."),
    "corporate_actions": ("Corporate actions", "Realized by splits, mergers and the like in our book; the broker lists them apart."),
    "fx": ("Currency trades", "Realized by currency trades in our book; compared apart."),
    "differences": ("Differences by fill", "The broker's figure minus ours, fill by fill; each is listed on the account's page."),
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
KINDS: Final = {"real": "Real", "paper": "Paper", "sandbox": "Sandbox"}
