"""What each broker's findings and errors say, as tables. Open to every package, like the manifests.

A broker's folder may have a module `sentences` with a table `SENTENCES` of its findings and a table `ERRORS` of why a document cannot be
used or a sync cannot go on: texts alone, no code of its connector.
"""

import functools
import importlib
import importlib.util
from collections.abc import Mapping
from types import MappingProxyType, ModuleType

from fillbook.brokers.manifests import manifests
from fillbook.ledger.sentences import Sentences


@functools.cache
def sentences() -> Mapping[str, Sentences]:
    """The table of findings of each broker that has one, by the broker's id."""
    return MappingProxyType({broker: module.SENTENCES for broker, module in _modules().items()})


@functools.cache
def errors() -> Mapping[str, Sentences]:
    """The table of errors, likewise."""
    return MappingProxyType({broker: module.ERRORS for broker, module in _modules().items()})


@functools.cache
def _modules() -> Mapping[str, ModuleType]:
    names = {broker: f"fillbook.brokers.{broker}.sentences" for broker in manifests()}
    return {broker: importlib.import_module(name) for broker, name in names.items() if importlib.util.find_spec(name)}
