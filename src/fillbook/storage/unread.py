"""Instruments whose facts changed and whose trades nobody has read since.

They are noted with the facts, in one transaction, and crossed out with the trades. Whoever ends between the two (killed, out of memory,
stopped by an error) leaves them to the next who reads trades of the account, though the next statement finds no fact that it does not know.
"""

from collections.abc import Collection
from typing import Final

from fillbook.storage.models import AccountTotals, BrokerAccount

UNREAD: Final = "unread"
"""The key in `AccountTotals.checked` under which their contract ids stand, None for all; absent when there are none."""


def note(account: BrokerAccount, keys: Collection[str] | None) -> None:
    """Facts of these instruments changed, of any when None; within the transaction that changes them, which holds the account's lock."""
    totals = AccountTotals.objects.filter(account=account).first()
    known = unread_of(account)
    if totals is None or known is None or (keys is not None and known.issuperset(keys)):
        return
    totals.checked[UNREAD] = None if keys is None else sorted({*known, *keys})
    totals.save(update_fields=["checked"])


def unread_of(account: BrokerAccount | int) -> frozenset[str] | None:
    """Their contract ids; None for all, as of an account that was never read."""
    pk = account if isinstance(account, int) else account.pk
    checked = AccountTotals.objects.filter(account=pk).values_list("checked", flat=True).first()
    if checked is None:
        return None
    keys = checked.get(UNREAD, ())
    return None if keys is None else frozenset(keys)
