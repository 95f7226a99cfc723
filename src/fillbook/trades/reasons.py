"""Why a figure of ours may rightly differ from the broker's: a closed list, each reason a condition that can be tested on the row."""

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Code of a reason; the sentence is in `SENTENCES`."""

    CANCEL_CHAIN = "cancel_chain"
    RETURN_OF_CAPITAL = "return_of_capital"
    FOREX = "forex"
    BROKER_METHOD = "broker_method"
    WASH_SALE = "wash_sale"
    STATED_OPENING = "stated_opening"
    NO_OPENING = "no_opening"
    ACTION_UNKNOWN = "action_unknown"
    POSITION_MOVED = "position_moved"
    NO_FIGURE = "no_figure"
    NO_POSITIONS = "no_positions"
    NONE = ""


SENTENCES: Final[dict[Reason, str]] = {
    Reason.CANCEL_CHAIN: "Cancelled and, where replaced, compared with the sum of the whole chain.",
    Reason.RETURN_OF_CAPITAL: "A trust or fund: the broker lowered the cost by returned capital, a part of dividends that no row tells.",
    Reason.FOREX: "A currency trade: the broker's figure is a translation gain, which is not counted as trading profit.",
    Reason.BROKER_METHOD: "The broker closed other lots than the oldest (the row's code or its closed lots say so).",
    Reason.WASH_SALE: "A wash sale: the broker disallowed a loss (the row's code says so), or added a disallowed one to the cost of this.",
    Reason.STATED_OPENING: "Part of what this closed has the cost that you stated as an opening balance; the broker has another.",
    Reason.NO_OPENING: "What this closed was opened before the history, and the statement does not tell its cost.",
    Reason.ACTION_UNKNOWN: "A corporate action changed this position, and the statement does not give its effect on cost.",
    Reason.POSITION_MOVED: "The position changed without a trade in the statement (a transfer, for instance).",
    Reason.NO_FIGURE: "The statement gives no realized P&L for this fill.",
    Reason.NO_POSITIONS: "The statement has no positions to compare with.",
    Reason.NONE: "",
}
