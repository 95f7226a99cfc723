"""Find a broker's code: the folder with a `manifest.toml` is the registration, its `connector.py` the code.

Only `sync` and `cli` come here; everybody else reads `manifests`.
"""

import functools
import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

from fillbook.brokers.interface import Connector
from fillbook.brokers.manifests import manifests


@functools.cache
def connectors() -> Mapping[str, Connector]:
    """Every connector by broker id, in the order of `manifests()`."""
    return MappingProxyType({broker_id: _load(broker_id) for broker_id in manifests()})


def connector(broker_id: str) -> Connector:
    """One broker's connector.

    Raises:
        KeyError: there is no such broker.
    """
    return connectors()[broker_id]


def recognize(head: bytes) -> Connector | None:
    """The connector whose statements begin so, or None. `head`: the first kilobytes of a file."""
    return next((one for one in connectors().values() if one.recognize(head)), None)


def _load(broker_id: str) -> Connector:
    return cast("Connector", importlib.import_module(f"fillbook.brokers.{broker_id}.connector").CONNECTOR)
