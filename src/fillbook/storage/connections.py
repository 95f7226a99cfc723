"""Which instruments of an account must be matched together: trades of one can change those of another."""

from collections import defaultdict
from collections.abc import Collection

from fillbook.storage.models import AccountInstrument, BrokerAccount, CorporateActionRow


def connected(account: BrokerAccount, instruments: Collection[str]) -> frozenset[str]:
    """These contract ids and all that share a corporate action or an underlying with them, directly or through others.

    Facts that no longer hold connect too: what they once joined is still joined in the derived rows.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    legs = CorporateActionRow.objects.filter(account=account).values_list("action_id", "instrument__key")
    for action_id, key in legs:
        groups[f"action {action_id}"].append(key)
    described = AccountInstrument.objects.filter(account=account)
    for key, symbol, underlying_key, underlying in described.values_list(
        "key", "instrument__symbol", "instrument__underlying_key", "instrument__underlying_symbol"
    ):
        groups[f"key {key}"].append(key)
        groups[f"symbol {symbol}"].append(key)
        if underlying_key:
            groups[f"key {underlying_key}"].append(key)
        if underlying:
            groups[f"symbol {underlying}"].append(key)
    return _reach(groups, instruments)


def _reach(groups: dict[str, list[str]], start: Collection[str]) -> frozenset[str]:
    """Everything reached from `start` by going from member to group to member."""
    member_of: dict[str, list[str]] = defaultdict(list)
    for group, keys in groups.items():
        for key in keys:
            member_of[key].append(group)
    reached, done, waiting = set(start), set(), list(start)
    while waiting:
        for group in member_of.get(waiting.pop(), ()):
            if group not in done:
                done.add(group)
                fresh = [key for key in groups[group] if key not in reached]
                reached.update(fresh)
                waiting.extend(fresh)
    return frozenset(reached)
