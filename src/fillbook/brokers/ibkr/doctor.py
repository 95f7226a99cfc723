"""The query doctor: what one statement shows of the query that made it, as findings in the portal's own words.

It looks at one document alone. What needs earlier ones (a query that was changed) is told by comparing fingerprints.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import blake2b
from typing import Final

from fillbook.brokers.ibkr import findings, portal
from fillbook.brokers.ibkr.accounts import NAMELESS
from fillbook.brokers.ibkr.columns import KNOWN
from fillbook.brokers.ibkr.formats import NEW_YORK, Dates
from fillbook.brokers.ibkr.header import Header
from fillbook.brokers.ibkr.moved import moved_unseen
from fillbook.brokers.ibkr.observed import Observed
from fillbook.brokers.ibkr.sentences import LEVELS
from fillbook.ledger.events import OptionEventKind
from fillbook.ledger.instrument import AssetClass
from fillbook.ledger.statement import AccountStatement, DateRange, Finding, Severity

_YEAR_DAYS: Final = 360
_FRESH: Final = timedelta(days=4)
_NUMBER: Final = re.compile(r"(?:U|F|I|DU|DF|DI)\d+[A-Z]?", re.ASCII)
_EVIDENCE: Final = "Lot"
"""The level that is read beside the executions."""
_OPTIONS: Final = frozenset({AssetClass.OPTION, AssetClass.FUTURE_OPTION})
_ROLLING: Final = frozenset({"Last365CalendarDays", "LastNCalendarDays", "Last30CalendarDays", "YearToDate", "MonthToDate"})


def examine(accounts: tuple[AccountStatement, ...], header: Header, dates: Dates, observed: Observed) -> tuple[Finding, ...]:
    """Everything worth telling about a document that was read, gravest first."""
    found = [
        *_sections(observed),
        *_fields(accounts, observed),
        *_period(accounts, header),
        *_accounts(accounts, header, observed),
        *_figures(observed, header),
        *_rows(accounts, observed),
        *_formats(dates, observed),
    ]
    order = list(Severity)
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def fingerprint(observed: Observed) -> str:
    """A short text that changes when the query's sections or fields do.

    `T:1f0c33 OP:- …`: one part for each section of the guide by its initials, `-` for a section without rows, whose fields are
    unknown, and nothing for one that is not selected; last a part for all other sections. `ledger.fingerprints` compares two.
    """
    parts = []
    for tag, section in portal.SECTIONS.items():
        if tag in observed.sections:
            names = observed.fields.get(section.row)
            parts.append(f"{initials(tag)}:{_digest(names) if names else '-'}")
    return " ".join([*parts, f"+:{_digest(observed.sections - portal.SECTIONS.keys())}"])


def initials(tag: str) -> str:
    """`OP` of `OpenPositions`."""
    return "".join(letter for letter in tag if letter.isupper())


def _digest(names: set[str]) -> str:
    return blake2b(" ".join(sorted(names)).encode(), digest_size=3).hexdigest()


def _sections(observed: Observed) -> Iterator[Finding]:
    for tag, section in portal.SECTIONS.items():
        if tag not in observed.sections:
            yield findings.section_missing(section)
    shown = {tag: words for tag, words in LEVELS.items() if observed.rows[tag]}
    if shown and not observed.rows["Trade"]:
        yield findings.no_executions(findings.NAMES.join(shown.values()))
    elif shown.keys() - {_EVIDENCE}:
        yield findings.other_levels(findings.NAMES.join(words for tag, words in shown.items() if tag != _EVIDENCE))
    if observed.levels["OpenPosition"] == {"LOT"}:
        yield findings.positions_by_lot()
    others = observed.sections - portal.SECTIONS.keys() - portal.ALSO_READ
    if others:
        yield findings.sections_not_read(others)


def _fields(accounts: tuple[AccountStatement, ...], observed: Observed) -> Iterator[Finding]:
    """Fields that no row of a section has; of a section without rows nothing is known."""
    options = any(fill.instrument.asset_class in _OPTIONS for account in accounts for fill in account.executions)
    for section in portal.SECTIONS.values():
        wanted = portal.FIELDS.get(section.row, {})
        if section.row == "Trade" and options:
            wanted = {**wanted, **portal.OPTION_FIELDS}
        lacking = {name: words for name, words in wanted.items() if name not in observed.fields[section.row]}
        if section.row == "Trade" and "tradeTime" in observed.fields["Trade"]:
            lacking.pop("dateTime", None)
        if lacking and observed.rows[section.row]:
            yield findings.fields_missing(section, lacking)
    unknown = {f"{tag}.{name}" for tag, known in KNOWN.items() for name in observed.fields[tag] - known}
    if unknown:
        yield findings.fields_unknown(unknown)


def _period(accounts: tuple[AccountStatement, ...], header: Header) -> Iterator[Finding]:
    periods = {period for period, _ in header.periods}
    spans = [account.covers for account in accounts if account.covers is not None]
    if not spans:
        return
    whole = DateRange(min(span.first for span in spans), max(span.last for span in spans))
    opened = [account.opened_on for account in accounts if account.opened_on is not None]
    young = bool(opened) and min(opened) >= whole.first
    if whole.days < _YEAR_DAYS and not young:
        if periods == {"Last365CalendarDays"}:
            yield findings.collapsed_period(whole)
        elif periods != {""}:
            yield findings.short_period(whole, ", ".join(sorted(periods)))
    made = [account.generated_at for account in accounts if account.generated_at is not None]
    if made and periods <= _ROLLING and max(made).astimezone(NEW_YORK).date() - whole.last > _FRESH:
        yield findings.stale(str(whole.last), str(max(made).astimezone(NEW_YORK).date()))


def _accounts(accounts: tuple[AccountStatement, ...], header: Header, observed: Observed) -> Iterator[Finding]:
    if observed.count["account_apart"]:
        yield findings.accounts_apart(observed.count["account_apart"], observed.first["account_apart"])
    if len(accounts) > 1:
        yield findings.several_accounts(account.account for account in accounts)
    for account in accounts:
        if account.account == NAMELESS:
            yield findings.account_unnamed()
        elif not _NUMBER.fullmatch(account.account):
            yield findings.alias_for_number(account.account)
        if account.base_currency is None and len({fill.instrument.currency for fill in account.executions}) > 1:
            yield findings.base_currency_unknown(account.account)
    if len(header.periods) > len(accounts) and any(span is not None and span.days == 1 for _, span in header.periods):
        yield findings.broken_up_by_day(len(header.periods))
    if header.query_type != "AF":
        yield findings.query_type(header.query_type or "")


def _figures(observed: Observed, header: Header) -> Iterator[Finding]:
    count, first = observed.count, observed.first
    if count["pnl_off"]:
        yield findings.pnl_off()
    if count["model_zero"]:
        yield findings.model_rows(count["model_zero"])
    if count["fees_currency"]:
        yield findings.fees_currency(count["fees_currency"], first["fees_currency"])
    for words in dict.fromkeys(header.messages):
        yield findings.message(words)


def _rows(accounts: tuple[AccountStatement, ...], observed: Observed) -> Iterator[Finding]:
    count, first = observed.count, observed.first
    for (tag, fields), number in observed.unusable.items():
        yield findings.rows_unusable(portal.NAMES.get(tag, tag), fields, number, first[f"unusable {tag} {fields}"])
    if count["id_reused"]:
        yield findings.ids_reused(count["id_reused"], first["id_reused"])
    if count["row_repeated"]:
        yield findings.rows_repeated(count["row_repeated"])
    if count["sign_contradicts_side"]:
        yield findings.sign_contradicts_side(count["sign_contradicts_side"], first["sign_contradicts_side"])
    if "Trades" in observed.sections and "tradeID" in observed.fields["Trade"]:
        alone = [event for account in accounts for event in _events_without_trade(account)]
        if alone:
            yield findings.option_events_without_trade(len(alone), alone[0])
    if "Transfers" not in observed.sections:
        moved = [symbol for account in accounts for symbol in moved_unseen(account)]
        if moved:
            yield findings.transfers_unseen(len(moved), moved[0])


def _events_without_trade(account: AccountStatement) -> list[str]:
    traded = {fill.trade_id for fill in account.executions}
    return [
        event.instrument.symbol
        for event in account.option_events
        if event.trade_id and event.trade_id not in traded and event.quantity and event.kind is not OptionEventKind.STOCK_LEG
    ]


def _formats(dates: Dates, observed: Observed) -> Iterator[Finding]:
    if dates.unknown_zones:
        yield findings.unknown_zones(dates.unknown_zones)
    if dates.order is not None:
        yield findings.date_order(dates.order)
    if observed.count["days_missing"]:
        yield findings.days_missing(observed.first["days_missing"])
    if observed.count["statements"]:
        yield findings.more_statements(observed.first["statements"], observed.count["statements"])
    for field, values in observed.unknown.items():
        yield findings.values_unknown(field, values)
