"""Reports that were made once and would come out the same again: kept in this process, as bytes, up to 16 MB of them.

A report is found again by the accounts it is of, by what was asked, and by `state_of` their owner, which changes whenever a figure could.
It is looked up before a report is made: what changes meanwhile has another state, so nothing is ever told that was not so when it was asked
for. Nobody gets another one's: access to the accounts was checked before.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Final, TypeVar, cast

from fillbook.storage.models import BrokerAccount
from fillbook.storage.state import state_of

T = TypeVar("T")
MOST: Final = 16 * 2**20
"""Bytes of all reports together."""


class _Shelf:
    """Reports by what they answer, those asked for last at the end."""

    def __init__(self) -> None:
        self._lock, self._held, self._kept = Lock(), 0, OrderedDict[Hashable, bytes]()

    def find(self, name: Hashable) -> bytes | None:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def put(self, name: Hashable, what: bytes) -> None:
        with self._lock:
            self._held += len(what) - len(self._kept.pop(name, b""))
            self._kept[name] = what
            while self._held > MOST:
                self._held -= len(self._kept.popitem(last=False)[1])

    def clear(self) -> None:
        with self._lock:
            self._held = 0
            self._kept.clear()


_SHELF: Final = _Shelf()
forget = _SHELF.clear


def remembered(make: Callable[..., T], accounts: Sequence[BrokerAccount], *asked: Hashable) -> T:
    """What `make(accounts, *asked)` gives, a copy of its own for everybody who asks.

    Args:
        make: a function of a module, whose answer depends on nothing but the accounts, what is asked and the database.
        accounts: of one owner, checked.
        asked: what else it is given; equal questions have equal answers.
    """
    if not accounts:
        return make(accounts, *asked)
    numbers = tuple(account.pk for account in accounts)
    name = (make.__module__, make.__qualname__, state_of(accounts[0].owner), numbers, *asked)
    found = _SHELF.find(name)
    if found is not None:
        return cast("T", pickle.loads(found))  # noqa: S301 - bytes of this very process
    made = make(accounts, *asked)
    _SHELF.put(name, pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
    return made
