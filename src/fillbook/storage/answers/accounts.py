"""Accounts as JSON values: how they stand, what the broker agrees with, what their history lacks."""

from collections.abc import Sequence
from typing import Any

from fillbook.ledger.statement import Finding, Severity
from fillbook.storage.answers.values import iso, number
from fillbook.storage.comparing import Comparison, counts_of
from fillbook.storage.coverage import covered_days
from fillbook.storage.details import compared, freshness, reconciled
from fillbook.storage.doctor import Diagnosis, diagnose
from fillbook.storage.marks import account_mark
from fillbook.storage.models import BrokerAccount
from fillbook.storage.trying import never_flat
from fillbook.storage.twins import TWIN
from fillbook.trades.reconcile import LineKind, Status
from fillbook.trades.settings import Grouping


def accounts_answer(accounts: Sequence[BrokerAccount]) -> list[dict[str, Any]]:
    """Accounts as a list has them."""
    return [account_answer(account) for account in accounts]


def account_answer(account: BrokerAccount) -> dict[str, Any]:
    """One account, with its link, how fresh it is, and how many comparisons came out which way."""
    link, checked = account.link, compared(account)
    return {
        "id": account.pk,
        "account": account.number,
        "alias": account.alias or None,
        "kind": str(account.kind),
        "broker": account.broker,
        "currency": account.base_currency or None,
        "counted": account.chosen,
        "link": str(link.pk) if link else None,
        "link_state": str(link.state) if link else None,
        "error": (link.error_message or None) if link else None,
        "last_success_at": iso(link.last_success_at) if link else None,
        "from": iso(account.tracked_since),
        "to": iso(account.figures_to),
        "grouping": account.grouping,
        "matching": account.matching,
        "assignment": account.assignment,
        "counts_forex": account.counts_forex,
        "reconciliation": {"fills": _counts(checked.get("fill", {})), "positions": _counts(checked.get("position", {}))},
    }


def whole_account_answer(account: BrokerAccount) -> dict[str, Any]:
    """One account with what its history holds and lacks."""
    mark, checked, fresh = account_mark(account), reconciled(account), freshness([account])[0]
    return account_answer(account) | {
        "covered": [{"from": iso(days.first), "to": iso(days.last)} for days in covered_days(account)],
        "gaps": [{"from": iso(days.first), "to": iso(days.last)} for days in fresh.gaps],
        "open": checked.open,
        "incomplete": checked.incomplete,
        "unmatched": checked.unmatched,
        "flagged": checked.flagged,
        "never_flat": [trip.symbol for trip in never_flat(account)] if account.grouping == Grouping.FLAT_TO_FLAT else [],
        "twins": sorted(map(int, compared(account).get(TWIN, {}))),
        "completeness": {
            "status": mark.status.value,
            "confirmed": mark.confirmed,
            "complete": mark.complete,
            "stated": mark.stated,
            "inferred": mark.inferred,
            "missing": mark.missing,
        },
    }


def doctor_answer(account: BrokerAccount) -> dict[str, Any]:
    """What the account's query lacks, what that costs, and where to click; ok is false where the link does not work."""
    told = diagnose(account)
    facts = doctor_facts(account, told)
    error = account.link.error_message if account.link else ""
    lacking = facts["incomplete"] > 0 or any(finding.severity is not Severity.NOTE for finding in told.findings)
    return facts | {
        "ok": not error,
        "error": error or None,
        "title": (told.statement.title or None) if told.statement else None,
        "lacking": lacking,
        "findings": [_finding(finding) | {"new": finding.message in told.new} for finding in told.findings],
    }


def doctor_facts(account: BrokerAccount, told: Diagnosis) -> dict[str, Any]:
    """Which account a diagnosis is of, and of how many of its instruments an opening or a closing is in no statement (incomplete)."""
    return {
        "account": account.number,
        "id": account.pk,
        "kind": str(account.kind),
        "link": str(account.link_id) if account.link_id else None,
        "statement": iso(told.statement.received_at) if told.statement else None,
        "changed_at": iso(told.changed_at),
        "incomplete": account_mark(account).missing,
    }


def counts_answer(account: BrokerAccount, symbol: str = "") -> dict[str, Any]:
    """How many fills, positions and fees came out which way. symbol: only of this one."""
    found = counts_of(account, symbol)
    return {
        "fills": _counts(found[LineKind.FILL]),
        "positions": _counts(found[LineKind.POSITION]),
        "fees": _counts(found[LineKind.FEE]),
    }


def comparison_answer(one: Comparison) -> dict[str, Any]:
    """One line of the reconciliation. Money in the instrument's currency; of a position, units."""
    return {
        "kind": one.kind.value,
        "id": one.ref,
        "instrument": one.instrument.symbol,
        "day": iso(one.day),
        "currency": one.instrument.currency,
        "ours": number(one.ours),
        "broker": number(one.broker),
        "difference": number(one.difference),
        "status": one.status,
        "reason": one.reason or None,
    }


def _counts(found: dict[str, int]) -> dict[str, int]:
    return {status.value: found.get(status.value, 0) for status in Status}


def _finding(finding: Finding) -> dict[str, Any]:
    return {"severity": finding.severity.value, "code": finding.code, "message": finding.message, "remedy": finding.remedy or None}
