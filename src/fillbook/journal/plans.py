"""Plans: where the trader meant to get out, and results counted in what was at risk by that. Pure.

    initial risk   |first opening price - stop| x quantity opened x price factor + what the trade paid in fees
    R              net P&L / initial risk, both in the instrument's currency

A trade stopped out at its stop is -1 R. The stop is the first one: a stop moved later changes nothing of what was risked. Whoever adds to
a position is taken to have planned its full size, so that adding cannot make a loss look smaller. Without a stop there is no R.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from fillbook.journal.sentences import message
from fillbook.ledger.numbers import EXACT, ZERO, decimals_of, exact

BEST: Final = 5
"""The highest rating."""
_LARGEST: Final = Decimal(10) ** 12
_DIGITS: Final = 10


class BadPlan(ValueError):
    """A plan that no trade may have. The message is a sentence for its writer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planned of a trade, and how well it was done in the trader's own eyes: prices, and 1 (worst) to 5; None for not said."""

    stop: Decimal | None = None
    target: Decimal | None = None
    rating: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return self == Plan()


def read_plan(stop: str, target: str, rating: str, *, long: bool, entry: Decimal | None) -> Plan:
    """A plan as typed, held against the trade: a stop is where it loses, a target where it wins. entry: first opening price.

    Raises:
        BadPlan: something is no price or no rating, or lies on the wrong side of the entry.
    """
    plan = Plan(_price("stop_price", stop), _price("target_price", target), _rating(rating))
    if entry is None:
        return plan
    if plan.stop is not None and not loses(entry, plan.stop, long=long):
        raise BadPlan(message("stop_long" if long else "stop_short", entry=_plain(entry)))
    if plan.target is not None and _toward_gain(entry, plan.target, long=long) <= 0:
        raise BadPlan(message("target_long" if long else "target_short", entry=_plain(entry)))
    return plan


def loses(entry: Decimal, stop: Decimal, *, long: bool) -> bool:
    """Whether a stop lies where the trade loses."""
    return _toward_gain(entry, stop, long=long) < 0


def initial_risk(entry: Decimal, stop: Decimal, quantity: Decimal, factor: Decimal, charges: Decimal) -> Decimal | None:
    """What a trade loses at its stop, positive; None where that is nothing.

    Args:
        entry: price of the first opening fill.
        stop: the planned stop.
        quantity: units opened in all, of either sign.
        factor: `Instrument.price_factor`.
        charges: fees and taxes of the trade, - paid.
    """
    with exact():
        risk = abs(entry - stop) * abs(quantity) * factor - charges
    return risk if risk > 0 else None


def in_r(net: Decimal, risk: Decimal) -> Decimal:
    """A net result in units of its initial risk (positive), to 60 digits."""
    return EXACT.divide(net, risk)


def planned_ratio(entry: Decimal, plan: Plan) -> Decimal | None:
    """Planned gain per planned loss, price against price: "R:R". None without both a stop and a target."""
    if plan.stop is None or plan.target is None or plan.stop == entry:
        return None
    return EXACT.divide(abs(plan.target - entry), abs(entry - plan.stop))


def _toward_gain(entry: Decimal, price: Decimal, *, long: bool) -> Decimal:
    return price - entry if long else entry - price


def _price(code: str, text: str) -> Decimal | None:
    typed = text.strip()
    if not typed:
        return None
    try:
        price = Decimal(typed)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or abs(price) > _LARGEST or decimals_of(price) > _DIGITS:
        raise BadPlan(message(code))
    return price + ZERO


def _rating(text: str) -> int | None:
    typed = text.strip()
    if not typed:
        return None
    if not (len(typed) == 1 and typed.isascii() and typed.isdigit() and 1 <= int(typed) <= BEST):
        raise BadPlan(message("rating", most=BEST))
    return int(typed)


def _plain(price: Decimal) -> str:
    return f"{price.normalize():f}"
