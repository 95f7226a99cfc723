"""The trader's cuts and joins as rows: which there are of an account, and on which fills they are now."""

from collections.abc import Sequence

from fillbook.ledger.execution import Execution
from fillbook.ledger.order import total_order
from fillbook.storage.hanging import replacements
from fillbook.storage.models import BrokerAccount, TripOverride
from fillbook.trades.corrections import resolve_cancels
from fillbook.trades.overrides import Overrides


def overrides_of(account: BrokerAccount, executions: Sequence[Execution]) -> Overrides:
    """Where an account's owner cut trades or joined them.

    A fill that was rebooked, or has a new id, is meant by its old one as well (`journal.anchors`), though no trade has been made of it yet.

    Args:
        account: whose they are.
        executions: what trades are about to be made of; of some instruments, or of all.
    """
    said = list(TripOverride.objects.filter(account=account).values_list("kind", "execution_id", "instrument_key"))
    if not said:
        return Overrides()
    counted = {row.execution_id for row in resolve_cancels(sorted(executions, key=total_order))[0]}
    read = {row.instrument.key for row in executions}
    lost = {name for _, name, key in said if key in read and name not in counted}
    instead = replacements(account, lost, counted.intersection) if lost else {}
    found: dict[str, set[str]] = {kind: set() for kind in TripOverride.Kind.values}
    for kind, name, _ in said:
        found[kind].add(instead.get(name, name))
    return Overrides(frozenset(found[TripOverride.Kind.CUT]), frozenset(found[TripOverride.Kind.JOIN]))
