"""Brokers' texts in the reader's language: manifests, findings, and sentences that were kept as a broker's code made them."""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fillbook.brokers.manifests import GuidePart, GuideStep, Manifest, manifest, manifests
from fillbook.brokers.sentences import errors, sentences
from fillbook.journal import sentences as of_words
from fillbook.ledger.retelling import Retelling
from fillbook.ledger.sentences import Sentences, Speaker
from fillbook.ledger.statement import Finding
from fillbook.storage import sentences as of_storage
from fillbook.sync import findings as of_sync
from fillbook.sync import sentences as of_runs
from fillbook.trades import findings as of_trades
from fillbook.web import readable

Say = Callable[[str], str]
OURS: Final = (of_trades.SENTENCES, of_sync.SENTENCES, of_runs.SENTENCES, of_storage.SENTENCES, of_words.SENTENCES)


def said(text: str) -> str:
    """Sentences as they were kept, in the reader's language: as the catalogue has them, else by the texts they were made of."""
    words = _(text) if text else ""
    return words if words != text or not text or _is_english() else _retelling().told(text, _speaker())


def broker_in_words(broker_id: str) -> Manifest:
    """A broker's manifest with its texts in the reader's language; raises `KeyError` for none. Names in portals stay as they are."""
    return in_words(manifest(broker_id), said)


def brokers_in_words() -> list[Manifest]:
    """All brokers, likewise."""
    return [in_words(one, said) for one in manifests().values()]


def in_words(told: Manifest, say: Say) -> Manifest:
    """A manifest with all its prose as `say` has it."""
    return replace(
        told,
        summary=say(told.summary),
        limits=tuple(map(say, told.limits)),
        form=tuple(replace(one, label=say(one.label), help=say(one.help)) for one in told.form),
        guide=tuple(_part(part, say) for part in told.guide),
        promises=tuple(replace(one, text=say(one.text)) for one in told.promises),
        uploads=tuple(replace(one, label=say(one.label), help=say(one.help)) for one in told.uploads),
        settings=tuple(replace(one, label=say(one.label), help=say(one.help)) for one in told.settings),
        steps=MappingProxyType({code: say(text) for code, text in told.steps.items()}),
    )


def _part(part: GuidePart, say: Say) -> GuidePart:
    return replace(
        part, title=say(part.title), intro=say(part.intro), result=say(part.result), steps=tuple(_step(one, say) for one in part.steps)
    )


def _step(step: GuideStep, say: Say) -> GuideStep:
    return replace(step, title=say(step.title), text=say(step.text), tip=say(step.tip), why=say(step.why))


def finding_in_words(finding: Finding, broker: str) -> tuple[str, str, str]:
    """(message, remedy, language): said anew in the reader's language, else as it was kept, in English.

    One kept by an older version may lack a part of its sentence; it is known again by its form then.
    """
    for table in (*([sentences()[broker]] if broker in sentences() else []), *OURS):
        if finding.code in table.of:
            try:
                return (*_anew(table, finding.code, finding.params), "")
            except KeyError:
                break
    known = _is_english() or said(finding.message) != finding.message
    return said(finding.message), said(finding.remedy), "" if known else "en"


def _anew(table: Sentences, code: str, params: Mapping[str, str]) -> tuple[str, str]:
    return table.message(code, params, _speaker()), table.remedy(code, params, _speaker())


def _is_english() -> bool:
    return (get_language() or "en").startswith("en")


def _speaker() -> Speaker:
    return Speaker(_in_catalogue, readable.whole, readable.day, readable.price)


def _in_catalogue(text: str) -> str:
    return _(text) if text else ""


def _tables() -> tuple[Sentences, ...]:
    return (*sentences().values(), *errors().values(), *OURS)


@functools.cache
def _retelling() -> Retelling:
    return Retelling(_tables())


def every_text() -> Iterator[tuple[str, str]]:
    """(module, text) of everything above: what another language needs words for."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    for one in manifests().values():
        in_words(one, note)
    for table in _tables():
        found.extend(table.texts())
    yield from (("brokers", text) for text in dict.fromkeys(found) if text)
