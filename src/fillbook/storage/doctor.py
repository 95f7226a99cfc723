"""What the query doctor found in an account's latest statement, and since when: the same for pages and for the command line."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fillbook.ledger.fingerprints import learned
from fillbook.ledger.statement import Finding, Severity
from fillbook.storage.coverage import FURTHEST_FIRST, furthest_statements
from fillbook.storage.models import BrokerAccount, FindingRow, RawStatement, StatementCoverage
from fillbook.storage.raw import findings_of


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """findings: of the statement, then of rows that contradict themselves; the costliest first. statement: the one that reaches furthest,
    None while there is none. new: messages of what the query lacks only since it was last changed. changed_at: when the first statement of
    the query as it is now came, None while nothing is new.
    """

    findings: tuple[Finding, ...] = ()
    statement: RawStatement | None = None
    new: frozenset[str] = frozenset()
    changed_at: datetime | None = None


def diagnose(account: BrokerAccount) -> Diagnosis:
    """What an account's latest statement lacks or says oddly.

    An older year fetched later tells nothing of the query today, so the statement that reaches furthest is looked at. What the query was
    before it was changed is told by the statements of the same link before.
    """
    statements = furthest_statements(account)
    of_rows = _of_rows(account)
    if not statements:
        return Diagnosis(_costliest_first(of_rows))
    latest = statements[0]
    found = findings_of(latest)
    same_link = [raw for raw in statements if raw.link_id == latest.link_id and raw.fingerprint]
    _, count = learned(raw.fingerprint for raw in same_link)
    before = {finding.message for raw in same_link[count:] for finding in findings_of(raw)}
    new = frozenset(finding.message for finding in found if finding.of_query) - before if same_link[count:] else frozenset()
    changed_at = same_link[count - 1].received_at if new else None
    return Diagnosis(_costliest_first([*found, *of_rows]), latest, new, changed_at)


GRAVE: Final = (Severity.FATAL, Severity.WARNING)


def grave_findings(accounts: Sequence[BrokerAccount]) -> Mapping[int, tuple[Finding, ...]]:
    """What `diagnose` finds of each of these accounts that costs something, in three queries; who lacks nothing is absent."""
    numbers = [account.pk for account in accounts]
    covered = StatementCoverage.objects.filter(account_id__in=numbers).order_by("account", *FURTHEST_FIRST)
    latest: dict[int, int] = {}
    for account_id, raw_id in covered.values_list("account_id", "raw_id"):
        latest.setdefault(account_id, raw_id)
    told = RawStatement.objects.defer("content").in_bulk(set(latest.values()))
    found: dict[int, list[Finding]] = defaultdict(list)
    for account_id, raw_id in latest.items():
        said = findings_of(told[raw_id]) if raw_id in told else ()  # it may have been deleted just now
        found[account_id] += [one for one in said if one.severity in GRAVE]
    rows = FindingRow.objects.filter(account_id__in=numbers, severity__in=GRAVE).order_by("pk")
    for account_id, severity, *words in rows.values_list("account_id", "severity", "code", "message", "remedy", "params"):
        found[account_id].append(Finding(Severity(severity), *words))
    return {account_id: _costliest_first(part) for account_id, part in found.items() if part}


def _of_rows(account: BrokerAccount) -> list[Finding]:
    rows = FindingRow.objects.filter(account=account).order_by("pk").values_list("severity", "code", "message", "remedy", "params")
    return [Finding(Severity(severity), *words) for severity, *words in rows]


def _costliest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    order = list(Severity)
    return tuple(sorted(findings, key=lambda finding: order.index(finding.severity)))
