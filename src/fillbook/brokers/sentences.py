"""What each broker's findings say, as tables. Open to every package, like the manifests.

A broker's folder may have a module `sentences` with a table `SENTENCES`: texts alone, no code of its connector.
"""

import functools
import importlib
import importlib.util
from collections.abc import Mapping
from types import MappingProxyType

from fillbook.brokers.manifests import manifests
from fillbook.ledger.sentences import Sentences


@functools.cache
def sentences() -> Mapping[str, Sentences]:
    """The table of each broker that has one, by the broker's id."""
    names = {broker: f"fillbook.brokers.{broker}.sentences" for broker in manifests()}
    found = {broker: importlib.import_module(name).SENTENCES for broker, name in names.items() if importlib.util.find_spec(name)}
    return MappingProxyType(found)
