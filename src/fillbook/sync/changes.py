"""A query that its owner changed in the broker's portal, noticed at the first statement that shows it, and told once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fillbook.ledger.fingerprints import learned, query_changed
from fillbook.ledger.statement import Severity
from fillbook.storage.models import BrokerAccount, NoticeKind, RawStatement, StatementCoverage, SyncRun
from fillbook.storage.notices import mend, tell
from fillbook.sync import clock
from fillbook.sync.sentences import message

_LOOKED_AT: Final = 40
"""Statements of a link that are asked what its query was: more than a month of nights."""
_TOLD: Final = 3
"""Findings that a note has room for."""


@dataclass(frozen=True, slots=True)
class QueryChange:
    """lacks: what the statement lacks and those before it did not, in sentences. mended: what they lacked and it does not."""

    lacks: tuple[str, ...]
    mended: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """For a person."""
        if not self.lacks:
            return f"{message('query_other')} {message('query_mended' if self.mended else 'query_whole')}"
        more = [message("query_lacks_more", count=len(self.lacks) - _TOLD)] if len(self.lacks) > _TOLD else []
        return " ".join([message("query_lacks"), *self.lacks[:_TOLD], *more, message("query_where")])


def query_change(raw: RawStatement) -> QueryChange | None:
    """What is other about the query than in the link's statements before this one; None when it is the same, or the first."""
    if raw.link_id is None or not raw.fingerprint:
        return None
    before = RawStatement.objects.filter(link_id=raw.link_id, accepted_at__isnull=False).exclude(pk=raw.pk).exclude(fingerprint="")
    rows = list(before.order_by("-received_at", "-pk").values_list("fingerprint", "findings")[:_LOOKED_AT])
    known, count = learned(fingerprint for fingerprint, _ in rows)
    if not rows or not query_changed(known, raw.fingerprint):
        return None
    old = {message for _, findings in rows[:count] for message in _of_query(findings)}
    new = tuple(_of_query(raw.findings))
    return QueryChange(tuple(message for message in new if message not in old), tuple(sorted(old - {*new})))


def note_change(run: SyncRun, raw: RawStatement) -> None:
    """Tell the owner, if this statement is the first of another query: in the run's note, and by a notice of what it lacks now.

    A notice of what is there again says it no more, and goes when nothing of it is left.
    """
    change = query_change(raw)
    if change is None:
        return
    run.note = f"{run.note} {change.sentence}".strip()
    run.save(update_fields=["note"])
    if raw.link is not None:
        mend(raw.link, change.mended, clock.now())
    if change.lacks and raw.link is not None:
        covered = BrokerAccount.objects.filter(pk__in=StatementCoverage.objects.filter(raw=raw).values("account"))[:2]
        about = covered[0] if len(covered) == 1 else None
        lacks = {"lacks": list(change.lacks[:_TOLD])}
        tell(raw.link, NoticeKind.QUERY_CHANGED, f"statement {raw.pk}", clock.now(), lacks, about)


def _of_query(findings: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Sentences about the query itself; what the days or the trades cause comes and goes by itself."""
    return (found["message"] for found in findings if found.get("of_query") and found["severity"] != Severity.NOTE)
