"""Ratios of return to risk on the account's own capital, which exist only where the broker states its net asset value day by day."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

from fillbook.performance.summary import to_e8

TRADING_DAYS: Final = 252
_SATURDAY: Final = 5
ENOUGH_RETURNS: Final = 60
"""With fewer days such a ratio says nothing and is not shown."""


@dataclass(frozen=True, slots=True)
class Returns:
    """Daily returns as fractions, of the days from `first` to `last` for which the broker states what the accounts were worth."""

    first: date
    last: date
    daily: tuple[float, ...]


def daily_returns(gains: Mapping[date, Decimal], worth: Mapping[date, Decimal]) -> Returns | None:
    """r of each day with a net asset value that has an earlier one: net P&L closed since that earlier day / value on it.

    Days without a trade count, with 0: the calendar is that of the broker's values, without a Saturday or Sunday on which nothing closed,
    as a statement tells the value at its beginning. A day before which the account was worth nothing is left out. None without two values.

    Args:
        gains: net P&L by the day that owns it, in the base currency.
        worth: net asset value at the end of a day, all accounts together.
    """
    stated = sorted(worth)
    days = stated[:1] + [day for day in stated[1:] if day.weekday() < _SATURDAY or day in gains]
    if len(days) < 2:
        return None
    closed = sorted(gains)
    found, index = [], 0
    while index < len(closed) and closed[index] <= days[0]:
        index += 1
    for before, day in pairwise(days):
        gain = Decimal(0)
        while index < len(closed) and closed[index] <= day:
            gain += gains[closed[index]]
            index += 1
        if to_e8(worth[before]) > 0:
            found.append(to_e8(gain) / to_e8(worth[before]))
    return Returns(days[0], days[-1], tuple(found))


def sharpe(returns: Sequence[float]) -> float | None:
    """mean(r) / sd(r) x sqrt(252), sd with n - 1, no interest taken off; None below two returns or where all are alike.

    Source: Sharpe, "The Sharpe Ratio" (1994), with a riskless rate of 0.
    """
    n = len(returns)
    if n < 2:
        return None
    mean = sum(returns) / n
    spread = sum((one - mean) ** 2 for one in returns) / (n - 1)
    return mean / math.sqrt(spread) * math.sqrt(TRADING_DAYS) if spread > 0 else None


def sortino(returns: Sequence[float]) -> float | None:
    """mean(r) / sqrt(sum(min(r, 0)^2) / T) x sqrt(252), T all days and not the losing ones alone; None without a losing day.

    Source: Sortino and Price, "Performance Measurement in a Downside Risk Framework" (1994), with a target of 0.
    """
    down = sum(min(one, 0.0) ** 2 for one in returns)
    return sum(returns) / len(returns) / math.sqrt(down / len(returns)) * math.sqrt(TRADING_DAYS) if down else None
