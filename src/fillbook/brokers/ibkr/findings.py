"""Findings with their sentences: what is so, what it costs, what to do. Codes are stable; pages translate them by code and parameters."""

from collections.abc import Iterable
from typing import Final

from fillbook.brokers.ibkr.portal import AGAIN, EDIT_QUERY, Section, path_to
from fillbook.ledger.statement import DateRange, Finding, Severity

_DELIVERY: Final = f"{EDIT_QUERY}. Under Delivery Configuration"
_GENERAL: Final = f"{EDIT_QUERY}. Under General Configuration"
_REPORT: Final = "Nothing to do; if a figure looks wrong, report it with this statement."


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _warning(code: str, message: str, remedy: str = "", **params: str) -> Finding:
    return _finding(Severity.WARNING, code, message, remedy, params)


def _note(code: str, message: str, remedy: str = "", **params: str) -> Finding:
    return _finding(Severity.NOTE, code, message, remedy, params)


def _finding(severity: Severity, code: str, message: str, remedy: str, params: dict[str, str]) -> Finding:
    """What is mended by editing the query is of the query."""
    return Finding(severity, code, message, remedy, params, of_query=remedy.startswith(EDIT_QUERY))


def section_missing(section: Section) -> Finding:
    return _warning(section.code, f"The query lacks the section {section.name}: {section.costs}.", section.path, section=section.name)


def fields_missing(section: Section, lacking: dict[str, tuple[str, str]]) -> Finding:
    """lacking: attribute -> (name in the portal, what follows)."""
    names = ", ".join(name for name, _ in lacking.values())
    costs = "; ".join(cost for _, cost in lacking.values())
    return _warning(
        "fields_missing",
        f"The section {section.name} lacks {names}: {costs}.",
        section.path,
        section=section.name,
        fields=" ".join(lacking),
    )


def no_executions(section: Section, shown: str) -> Finding:
    return _warning(
        "trades_not_executions",
        f"The section Trades holds {shown} and no executions: {section.costs}.",
        f"{EDIT_QUERY}, click the section Trades, under Options tick Executions and nothing else, and click Save. {AGAIN}",
        shown=shown,
    )


def other_levels(shown: str) -> Finding:
    return _note(
        "trades_other_levels",
        f"The section Trades holds {shown} beside the executions; Fillbook does not read them.",
        f"{EDIT_QUERY}, click the section Trades and leave only Executions ticked under Options. The statement gets smaller.",
        shown=shown,
    )


def positions_by_lot() -> Finding:
    return _note(
        "positions_by_lot",
        "The section Open Positions lists lots without their sums; Fillbook adds them up.",
        f"{EDIT_QUERY}, click the section Open Positions and tick Summary under Options.",
    )


def short_period(span: DateRange, period: str) -> Finding:
    return _warning(
        "period_short",
        f"The statement covers {_counted(span.days, 'day')} ({span.first} to {span.last}); older trades of the last 365 days are missing.",
        f"{_DELIVERY} set Period to Last 365 Days. {AGAIN}",
        first=str(span.first), last=str(span.last), days=str(span.days), period=period,
    )  # fmt: skip


def collapsed_period(span: DateRange) -> Finding:
    return _warning(
        "period_collapsed",
        f"The query asks for the last 365 days, but the statement covers {_counted(span.days, 'day')} ({span.first} to {span.last}).",
        "Sync again tomorrow. If it stays so, create the query anew: saved queries are known to lose their period.",
        first=str(span.first), last=str(span.last), days=str(span.days),
    )  # fmt: skip


def stale(last: str, generated: str) -> Finding:
    return _warning(
        "stale",
        f"The statement was made on {generated} and ends on {last}: days are missing at its end.",
        "Nothing to do now; the next sync brings them. If it stays so, check the query's Period.",
        last=last, generated=generated,
    )  # fmt: skip


def days_missing(gap: str) -> Finding:
    return _warning(
        "days_missing", f"The document's statements leave days uncovered: {gap}.", "Fetch a statement that covers them.", gap=gap
    )


def broken_up_by_day(statements: int) -> Finding:
    return _note(
        "breakout_by_day",
        f"The query is broken up by day ({_counted(statements, 'statement')}); Fillbook puts them together.",
        f"{_GENERAL} set Breakout by Day to No. The statement gets much smaller.",
        statements=str(statements),
    )


def several_accounts(accounts: Iterable[str]) -> Finding:
    listed = ", ".join(accounts)
    return _note(
        "several_accounts",
        f"The statement covers several accounts: {listed}. Each is kept by itself.",
        "Choose on the account page which of them to follow.",
        accounts=listed,
    )


def accounts_apart(count: int, example: str) -> Finding:
    return _note(
        "accounts_without_statement",
        f"Rows about money name {_counted(count, 'account')} of which the document says nothing else (the first: {example}); left out.",
        _REPORT,
        count=str(count), example=example,
    )  # fmt: skip


def alias_for_number(account: str) -> Finding:
    return _warning(
        "account_is_alias",
        f"The statement names the account {account!r}, which looks like an alias: when the alias changes, its history starts anew.",
        f"{_GENERAL} set Display Account Alias in Place of Account ID to No. {AGAIN}",
        account=account,
    )


def account_unnamed() -> Finding:
    return _warning(
        "account_unnamed",
        "No row and no statement of the document names its account, so all rows are taken to be of one.",
        f"{EDIT_QUERY}, click each section, click Select All and save. {AGAIN}",
    )


def base_currency_unknown(account: str) -> Finding:
    return _warning(
        "base_currency_unknown",
        f"The base currency of {account} is not stated: profits in several currencies cannot be added up.",
        f"{EDIT_QUERY}, click the section Account Information, tick Currency and click Save. {AGAIN}",
        account=account,
    )


def model_rows(count: int) -> Finding:
    return _warning(
        "model_rows",
        f"{_counted(count, 'row')} of a model carry no realized P/L; Fillbook works it out, with nothing to check it against.",
        f"{_GENERAL} set Include Account Models (Models) to No, if you do not need them. {AGAIN}",
        count=str(count),
    )


def pnl_off() -> Finding:
    return _warning(
        "pnl_off",
        "The broker's realized P/L is 0 on every row, closing ones included: it was left out, so nothing can be checked against it.",
        f"{_GENERAL} set Profit and Loss to Default. If it is, wait a day: the figures were not ready. {AGAIN}",
    )


def message(words: str) -> Finding:
    return _warning("broker_message", f"The statement carries a message: {words!r}.", "Sync again in a few hours.", words=words)


def unknown_zones(zones: Iterable[str]) -> Finding:
    listed = ", ".join(sorted(zones))
    return _warning(
        "time_zone_unknown",
        f"Times name a zone that Fillbook does not know ({listed}); they are read as New York's.",
        f"{_GENERAL} set Time Format to HHmmss, without a zone. {AGAIN}",
        zones=listed,
    )


def date_order(order: str) -> Finding:
    return _note(
        "date_order_inferred",
        f"Dates are written with slashes; they were read with the {order}, which their values prove.",
        f"{_GENERAL} set Date Format to yyyyMMdd: a statement without such a proof cannot be read.",
        order=order,
    )


def rows_unusable(section: str, fields: str, count: int, place: str) -> Finding:
    return _warning(
        "rows_unusable",
        f"Left out {_counted(count, 'row')} of the section {section} without {fields} (the first at byte {place}).",
        f"{EDIT_QUERY}, click the section {section}, click Select All and save. {AGAIN}",
        section=section, fields=fields, count=str(count), place=place,
    )  # fmt: skip


def ids_reused(count: int, example: str) -> Finding:
    return _warning(
        "id_reused",
        f"{_counted(count, 'row')} came with the id of another row that differs (the first: {example}); each is kept by itself.",
        "Interactive Brokers never does this: use the original statement, not an edited one.",
        count=str(count), example=example,
    )  # fmt: skip


def rows_repeated(count: int) -> Finding:
    return _note("rows_repeated", f"{_counted(count, 'row')} came a second time and counted once.", count=str(count))


def sign_contradicts_side(count: int, example: str) -> Finding:
    return _warning(
        "sign_contradicts_side",
        f"On {_counted(count, 'row')} the sign of the quantity contradicts Buy/Sell (the first: {example}); the sign is believed.",
        "Interactive Brokers never does this: use the original statement, not an edited one.",
        count=str(count), example=example,
    )  # fmt: skip


def fees_currency(count: int, example: str) -> Finding:
    return _warning(
        "fees_currency",
        f"The fees of {_counted(count, 'row')} are in a currency whose rate is not stated (the first: {example}); they are taken at par.",
        path_to("ConversionRates"),
        count=str(count), example=example,
    )  # fmt: skip


def option_events_without_trade(count: int, example: str) -> Finding:
    return _warning(
        "option_events_without_trade",
        f"The section Trades lacks the rows of {_counted(count, 'option event')} (the first: {example}).",
        f"{EDIT_QUERY}, click the section Trades, under Options tick Executions and click Save. {AGAIN}",
        count=str(count), example=example,
    )  # fmt: skip


def transfers_unseen(count: int, example: str) -> Finding:
    return _note(
        "transfers_unseen",
        f"Units of {_counted(count, 'instrument')} (the first: {example}) came or went without a trade; no section Transfers tells how.",
        path_to("Transfers"),
        count=str(count), example=example,
    )  # fmt: skip


def query_type(found: str) -> Finding:
    said = f"says its type is {found!r}" if found else "does not say its type"
    return _note("query_type", f"The document {said}; it was read as an Activity statement.", type=found)


def more_statements(announced: str, found: int) -> Finding:
    return _note(
        "statement_count", f"The document announces {announced} statements and holds {found}; all were read.",
        announced=announced, found=str(found),
    )  # fmt: skip


def sections_not_read(names: Iterable[str]) -> Finding:
    listed = ", ".join(sorted(names))
    return _note("sections_not_read", f"The statement holds sections that Fillbook does not need: {listed}.", sections=listed)


def fields_unknown(names: Iterable[str]) -> Finding:
    listed = ", ".join(sorted(names))
    return _note("fields_unknown", f"The statement holds fields that Fillbook does not know: {listed}.", _REPORT, fields=listed)


def values_unknown(field: str, values: Iterable[str]) -> Finding:
    listed = ", ".join(repr(value) for value in sorted(values))
    return _note("values_unknown", f"{field} has values that Fillbook does not know: {listed}.", _REPORT, field=field, values=listed)
