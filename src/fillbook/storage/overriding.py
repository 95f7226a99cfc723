"""The trader's cuts and joins as rows: which there are of an account, and what hangs where."""

from fillbook.storage.models import BrokerAccount, TripOverride
from fillbook.trades.overrides import Overrides


def overrides_of(account: BrokerAccount) -> Overrides:
    """Where an account's owner cut trades or joined them."""
    found: dict[str, set[str]] = {kind: set() for kind in TripOverride.Kind.values}
    for kind, name in TripOverride.objects.filter(account=account).values_list("kind", "execution_id"):
        found[kind].add(name)
    return Overrides(frozenset(found[TripOverride.Kind.CUT]), frozenset(found[TripOverride.Kind.JOIN]))
