"""The words of the reports: keys, their values, and every figure with its formula."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.bands import Band, Banded, bounds_of
from fillbook.performance.breakdowns import Dimension, Slot
from fillbook.performance.crossing import OTHERS
from fillbook.performance.distributions import Spread
from fillbook.performance.keys import TIMED, Key, Value, banded
from fillbook.performance.statistics import Absent
from fillbook.trades.records import Side
from fillbook.web import readable
from fillbook.web.language import gettext_lazy
from fillbook.web.pages.slots import slot_name, weekday_name
from fillbook.web.pages.wording import CLASSES, rating_name
from fillbook.web.privacy import amounts_hidden

KEYS: Final = {
    Key.SYMBOL: gettext_lazy("Symbol"),
    Key.UNDERLYING: gettext_lazy("Underlying"),
    Key.CLASS: gettext_lazy("Kind"),
    Key.SIDE: gettext_lazy("Side"),
    Key.TAG: gettext_lazy("Tag"),
    Key.RATING: gettext_lazy("Rating"),
    Key.ACCOUNT: gettext_lazy("Account"),
    Key.CURRENCY: gettext_lazy("Trade currency"),
    Key.MONTH: gettext_lazy("Month"),
    Key.WEEKDAY: gettext_lazy("Weekday"),
    Key.HOUR: gettext_lazy("Hour"),
    Key.SESSION: gettext_lazy("Part of the session"),
    Key.NUMBER: gettext_lazy("Trade of the day"),
    Key.AFTER: gettext_lazy("What came before"),
    Key.HELD: gettext_lazy("Holding time"),
    Key.PRICE: gettext_lazy("Entry price"),
    Key.SIZE: gettext_lazy("Size"),
    Key.COST: gettext_lazy("Opening cost"),
    Key.FEES: gettext_lazy("Fees"),
}
GROUPS: Final = (
    (gettext_lazy("What"), (Key.SYMBOL, Key.UNDERLYING, Key.CLASS, Key.TAG, Key.ACCOUNT, Key.CURRENCY)),
    (gettext_lazy("How"), (Key.SIDE, Key.HELD, Key.PRICE, Key.SIZE, Key.COST, Key.FEES, Key.RATING)),
    (gettext_lazy("When"), (Key.MONTH, Key.WEEKDAY, Key.HOUR, Key.SESSION, Key.NUMBER, Key.AFTER)),
)
MEANS: Final = {
    Key.SYMBOL: gettext_lazy("By the instrument itself; an option counts under its own symbol."),
    Key.UNDERLYING: gettext_lazy("By what it is about; options and futures count under their underlying."),
    Key.CURRENCY: gettext_lazy("By the currency in which the instrument is traded."),
    Key.MONTH: gettext_lazy("By the month of the last closing fill, which owns the whole result."),
    Key.PRICE: gettext_lazy("By the average entry price, in the instrument's currency."),
    Key.SIZE: gettext_lazy("By the units opened: shares, or contracts."),
    Key.COST: gettext_lazy("By the money put in at the opening, fees included."),
    Key.FEES: gettext_lazy("By the fees and taxes of the whole trade."),
    Key.HELD: gettext_lazy("From the first opening to the last closing fill, nights included."),
    Key.RATING: gettext_lazy("By how well you say you traded it, from 1 to 5; what you did not rate stands by itself."),
    Key.TAG: gettext_lazy("A trade with several tags counts under each, and once in the total."),
}
_SIDES: Final = {Side.LONG: gettext_lazy("Long"), Side.SHORT: gettext_lazy("Short")}

FIGURES: Final = {
    "trades": (gettext_lazy("Trades"), gettext_lazy("Closed round trips.")),
    "profit": (gettext_lazy("Profit"), gettext_lazy("Sum of the results.")),
    "gross_profit": (gettext_lazy("Profit before fees"), gettext_lazy("Profit without what fees and taxes took.")),
    "fees": (gettext_lazy("Fees"), gettext_lazy("Commissions, charges and taxes of opening and closing fills.")),
    "win_rate": (gettext_lazy("Win rate"), gettext_lazy("Winners by all trades; break-even counts as not won. Wilson's interval.")),
    "expectancy": (gettext_lazy("Expectancy"), gettext_lazy("Mean result of a trade, ± its standard error.")),
    "average_gain_percent": (
        gettext_lazy("Average gain, unweighted"),
        gettext_lazy("Mean of each trade's result by its opening cost: a small trade counts as much as a large one."),
    ),
    "weighted_gain_percent": (
        gettext_lazy("Gain on all money put in"),
        gettext_lazy(
            "Sum of results by sum of opening costs: large trades weigh more. It differs from the unweighted one when they fare otherwise."
        ),
    ),
    "average_win": (gettext_lazy("Average win"), gettext_lazy("Mean result of the winners.")),
    "average_loss": (gettext_lazy("Average loss"), gettext_lazy("Mean result of the losers.")),
    "payoff": (gettext_lazy("Payoff"), gettext_lazy("Average win by the size of the average loss.")),
    "profit_factor": (gettext_lazy("Profit factor"), gettext_lazy("What winners brought by what losers cost.")),
    "kelly": (
        gettext_lazy("Kelly"),
        gettext_lazy("p − (1 − p) / payoff, p the share won of those decided: the stake that would have grown fastest. Below 0: no bet."),
    ),
    "half_kelly": (gettext_lazy("Half Kelly"), gettext_lazy("Half of it, as p and payoff are only estimates.")),
    "expectancy_r": (
        gettext_lazy("Average R"),
        gettext_lazy("Mean result by what was at risk at the planned stop; trades without a stop are left out."),
    ),
    "sqn": (
        gettext_lazy("System quality (SQN)"),
        gettext_lazy("√min(N, 100) × mean R / standard deviation of R, from 30 trades with a stop on."),
    ),
    "sqn_uncapped": (gettext_lazy("System quality, uncapped"), gettext_lazy("The same with √N.")),
    "longest_wins": (gettext_lazy("Most wins in a row"), gettext_lazy("Longest run of winners by closing time; break-even is skipped.")),
    "longest_losses": (gettext_lazy("Most losses in a row"), gettext_lazy("Longest run of losers by closing time; break-even is skipped.")),
    "z_score": (
        gettext_lazy("z-score of runs"),
        gettext_lazy("Whether wins follow wins: below −1.96 they come in streaks, above 1.96 they alternate. It says nothing about skill."),
    ),
    "k_ratio": (
        gettext_lazy("K-ratio (Kestner 1996, by trade)"),
        gettext_lazy("Slope of the curve of closed trades by the standard error of that slope: how straight it rises."),
    ),
    "random_chance": (
        gettext_lazy("Probability of chance, t-test"),
        gettext_lazy("How likely so good a mean is if the true one is nothing, one-sided. It takes results to be about normal."),
    ),
    "random_chance_by_day": (
        gettext_lazy("Probability of chance, by days drawn"),
        gettext_lazy("Share of random draws of whole days, with replacement, that come to nothing or less."),
    ),
    "average_day": (gettext_lazy("Average day"), gettext_lazy("Profit by days on which a trade closed.")),
    "green_days": (gettext_lazy("Green days"), gettext_lazy("Days with a profit by days on which a trade closed. Wilson's interval.")),
    "minimum_track_record": (
        gettext_lazy("Shortest track record"),
        gettext_lazy("Days with a closed trade that are needed until the mean is above nothing with 95 %."),
    ),
    "volume": (gettext_lazy("Money put in"), gettext_lazy("Sum of the opening costs that are known.")),
    "fee_share": (gettext_lazy("Fee share"), gettext_lazy("Fees by profit before fees.")),
    "sharpe": (
        gettext_lazy("Sharpe"),
        gettext_lazy(
            "Mean by standard deviation of daily returns × √252: results closed since the day before by the account's value on it."
        ),
    ),
    "sortino": (gettext_lazy("Sortino"), gettext_lazy("As Sharpe, by the deviation below nothing over all days.")),
}
"""Name -> (title, formula)."""
SECTIONS: Final = (
    (
        gettext_lazy("Results"),
        (
            "win_rate",
            "expectancy",
            "average_gain_percent",
            "weighted_gain_percent",
            "average_win",
            "average_loss",
            "payoff",
            "profit_factor",
        ),
    ),
    (gettext_lazy("By risk taken"), ("expectancy_r", "sqn", "sqn_uncapped", "kelly", "half_kelly")),
    (gettext_lazy("Skill or chance"), ("random_chance", "random_chance_by_day", "minimum_track_record", "z_score", "k_ratio")),
    (gettext_lazy("Days and runs"), ("average_day", "green_days", "longest_wins", "longest_losses")),
    (gettext_lazy("Costs and capital"), ("volume", "fee_share", "sharpe", "sortino")),
)
ABSENT: Final = {
    Absent.NO_TRADES: gettext_lazy("no trades"),
    Absent.NO_WINS: gettext_lazy("no winner yet"),
    Absent.NO_LOSSES: gettext_lazy("no losses"),
    Absent.NO_COST: gettext_lazy("no opening cost is known"),
    Absent.NO_R: gettext_lazy("no trade has a stop"),
    Absent.TOO_FEW: gettext_lazy("too few to say"),
    Absent.ALL_ALIKE: gettext_lazy("all alike"),
    Absent.NO_NAV: gettext_lazy("your broker's statements hold no daily account value (NAV)"),
    Absent.NOT_IN_BASE: gettext_lazy("only in the base currency, in which the account is valued"),
    Absent.NOT_POSITIVE: gettext_lazy("only with a profit"),
    Absent.IN_MONEY: gettext_lazy("an amount: only in money"),
}
SPREADS: Final = {
    Spread.PROFIT: gettext_lazy("Profit"),
    Spread.PERCENT: gettext_lazy("Percent"),
    Spread.R: gettext_lazy("R"),
    Spread.HELD: gettext_lazy("Holding time"),
}


_OPTION_SYMBOL: Final = re.compile(r"([A-Z0-9.]{1,6}) *(\d{6})([CP])(\d{8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Names:
    """What people call things that the core knows by a number. accounts: by id as a text; tags: by key."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def value(self, key: Key, value: Value) -> str:
        """A value of a key in a few words."""
        if value == OTHERS:
            return _("All others")
        if value is None:
            return _none(key)
        if key.value in list(Dimension):
            return slot_name(Slot(Dimension(key.value), int(value)))
        kind = banded(key)
        return band_name(Band(kind, int(value))) if kind is not None else self._named(key, str(value))

    def across(self, key: Key, value: Value) -> str:
        """The same as the heading of a narrow column."""
        if key is Key.WEEKDAY and value not in (None, OTHERS):
            return weekday_name(int(value), short=True)
        return self.value(key, value)

    def _named(self, key: Key, value: str) -> str:
        match key:
            case Key.ACCOUNT:
                return self.accounts.get(value, value)
            case Key.TAG:
                return self.tags.get(value, value)
            case Key.RATING:
                return rating_name(int(value))
            case Key.SIDE:
                return str(_SIDES[Side(value)])
            case Key.CLASS:
                return str(CLASSES[AssetClass(value)])
            case Key.MONTH:
                return readable.month(date.fromisoformat(f"{value}-01"))
            case _:
                return _option_name(value) or value or _("No symbol")


def _option_name(symbol: str) -> str:
    """An option's symbol of the usual form (root, expiry, right, strike in thousandths) as a list of trades names it; "" for any other."""
    found = _OPTION_SYMBOL.fullmatch(symbol)
    if found is None:
        return ""
    root, expiry, right, strike = found.groups()
    try:
        day = date.fromisoformat(f"20{expiry[:2]}-{expiry[2:4]}-{expiry[4:]}")
    except ValueError:
        return ""
    price = readable.price(Decimal(strike).scaleb(-3), least=0)
    return f"{root} {readable.day(day)} {price} {'call' if right == 'C' else 'put'}"


def band_name(band: Band) -> str:
    """A band of amounts by its edges; by its number while amounts are hidden."""
    if band.number is None:
        return _none(Key(band.banded.value))
    if band.banded.value in list(Dimension):
        return slot_name(Slot(Dimension(band.banded.value), band.number))
    if band.banded is Banded.FEES and band.number < 2:
        return _("No fees") if band.number else _("A rebate")
    if amounts_hidden() and band.banded is not Banded.PRICE:
        return _("Class %(number)s") % {"number": band.number + 1}
    factor = 10**8 if band.banded is Banded.FEES else 1
    least, most = (None if edge is None else readable.whole(edge // factor) for edge in bounds_of(band))
    if least in (None, "0"):
        return _("Under %(most)s") % {"most": most}
    return _("%(least)s and more") % {"least": least} if most is None else _("%(least)s to %(most)s") % {"least": least, "most": most}


def _none(key: Key) -> str:
    if key is Key.TAG:
        return _("No tag")
    if key is Key.RATING:
        return _("Not rated")
    return _("Time not known, or delivered by an exercise") if key in TIMED else _("Not known")
