"""Facets: the filters for which totals are kept ready, so that a page sums a row a day and not every round trip.

A facet is what a filter says beside accounts, currency and period, written as in its address: "" for everything, `side=short`,
`class=option&outcome=win`, `symbol=ACME`. Side, asset class and outcome are kept in all their combinations, a symbol alone; everything
else (tags, slots, incomplete round trips, a symbol with more) is worked out from the round trips.
"""

from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.filters import LONGEST_SYMBOL, Filter
from fillbook.performance.summary import Outcome
from fillbook.trades.records import Side


class Traits(NamedTuple):
    """By what the facets of a closed round trip are told; all texts as its row holds them."""

    side: str
    asset_class: str
    outcome: str
    symbol: str
    underlying: str


def facet_of(chosen: Filter, *, coarse: bool = False) -> str | None:
    """The facet that answers a filter; None when no totals are kept for it. coarse: of those alone that `coarse_facets_of` names."""
    kept = Filter(symbol=chosen.symbol, side=chosen.side, asset_class=chosen.asset_class, outcome=chosen.outcome)
    if kept != replace(chosen, accounts=(), currency="", first=None, last=None):
        return None
    several = len(kept.parameters()) > 1
    if (kept.symbol and (several or coarse)) or (several and coarse):
        return None
    return kept.to_query()


@lru_cache(maxsize=50_000)
def facets_of(traits: Traits) -> tuple[str, ...]:
    """Every facet to which a round trip that counts belongs."""
    return _combined(traits, most=3) + _named(traits)


@lru_cache(maxsize=1000)
def coarse_facets_of(traits: Traits) -> tuple[str, ...]:
    """Those of at most one condition and no symbol, for totals that are many already."""
    return _combined(traits, most=1)


def _combined(traits: Traits, most: int) -> tuple[str, ...]:
    """Side, class and outcome, each chosen or not; a currency pair is in none that does not ask for its class."""
    outcomes = (None, Outcome(traits.outcome)) if traits.outcome else (None,)
    choices = product((None, Side(traits.side)), (None, AssetClass(traits.asset_class)), outcomes)
    filters = [Filter(side=side, asset_class=kind, outcome=outcome) for side, kind, outcome in choices]
    forex = traits.asset_class == AssetClass.FOREX
    return tuple(one.to_query() for one in filters if len(one.parameters()) <= most and (one.asset_class or not forex))


def _named(traits: Traits) -> tuple[str, ...]:
    names = {name for name in (traits.symbol, traits.underlying) if name and len(name) <= LONGEST_SYMBOL}
    return () if traits.asset_class == AssetClass.FOREX else tuple(Filter(symbol=name).to_query() for name in sorted(names))
