"""The findings of a statement: a code with its parameters each, and the sentences of `sentences`, which pages say in other languages."""

from collections.abc import Iterable
from typing import Final

from fillbook.brokers.ibkr.portal import EDIT_QUERY, Section
from fillbook.brokers.ibkr.sentences import SENTENCES
from fillbook.ledger.statement import DateRange, Finding, Severity

NAMES: Final = ", "
COSTS: Final = "; "


def _warning(code: str, **params: str) -> Finding:
    return _finding(Severity.WARNING, code, params)


def _note(code: str, **params: str) -> Finding:
    return _finding(Severity.NOTE, code, params)


def _finding(severity: Severity, code: str, params: dict[str, str]) -> Finding:
    """What is mended by editing the query is of the query."""
    message, remedy = SENTENCES.message(code, params), SENTENCES.remedy(code, params)
    return Finding(severity, code, message, remedy, params, of_query=remedy.startswith(EDIT_QUERY))


def section_missing(section: Section) -> Finding:
    return _warning(section.code, section=section.name, costs=section.costs, path=section.path, option=section.option)


def fields_missing(section: Section, lacking: dict[str, tuple[str, str]]) -> Finding:
    """lacking: attribute -> (name in the portal, what follows)."""
    return _warning(
        "fields_missing",
        section=section.name,
        fields=" ".join(lacking),
        names=NAMES.join(name for name, _ in lacking.values()),
        costs=COSTS.join(cost for _, cost in lacking.values()),
        path=section.path,
        option=section.option,
    )


def no_executions(shown: str) -> Finding:
    return _warning("trades_not_executions", shown=shown)


def other_levels(shown: str) -> Finding:
    return _note("trades_other_levels", shown=shown)


def positions_by_lot() -> Finding:
    return _note("positions_by_lot")


def short_period(span: DateRange, period: str) -> Finding:
    return _warning("period_short", first=str(span.first), last=str(span.last), days=str(span.days), period=period)


def collapsed_period(span: DateRange) -> Finding:
    return _warning("period_collapsed", first=str(span.first), last=str(span.last), days=str(span.days))


def stale(last: str, generated: str) -> Finding:
    return _warning("stale", last=last, generated=generated)


def days_missing(gap: str) -> Finding:
    return _warning("days_missing", gap=gap)


def broken_up_by_day(statements: int) -> Finding:
    return _note("breakout_by_day", statements=str(statements))


def several_accounts(accounts: Iterable[str]) -> Finding:
    return _note("several_accounts", accounts=", ".join(accounts))


def accounts_apart(count: int, example: str) -> Finding:
    return _note("accounts_without_statement", count=str(count), example=example)


def alias_for_number(account: str) -> Finding:
    return _warning("account_is_alias", account=account)


def account_unnamed() -> Finding:
    return _warning("account_unnamed")


def base_currency_unknown(account: str) -> Finding:
    return _warning("base_currency_unknown", account=account)


def model_rows(count: int) -> Finding:
    return _warning("model_rows", count=str(count))


def pnl_off() -> Finding:
    return _warning("pnl_off")


def message(words: str) -> Finding:
    return _warning("broker_message", words=words)


def unknown_zones(zones: Iterable[str]) -> Finding:
    return _warning("time_zone_unknown", zones=", ".join(sorted(zones)))


def date_order(order: str) -> Finding:
    return _note("date_order_inferred", order=order)


def rows_unusable(section: str, fields: str, count: int, place: str) -> Finding:
    return _warning("rows_unusable", section=section, fields=fields, count=str(count), place=place)


def ids_reused(count: int, example: str) -> Finding:
    return _warning("id_reused", count=str(count), example=example)


def rows_repeated(count: int) -> Finding:
    return _note("rows_repeated", count=str(count))


def sign_contradicts_side(count: int, example: str) -> Finding:
    return _warning("sign_contradicts_side", count=str(count), example=example)


def fees_currency(count: int, example: str) -> Finding:
    return _warning("fees_currency", count=str(count), example=example)


def option_events_without_trade(count: int, example: str) -> Finding:
    return _warning("option_events_without_trade", count=str(count), example=example)


def transfers_unseen(count: int, example: str) -> Finding:
    return _note("transfers_unseen", count=str(count), example=example)


def query_type(found: str) -> Finding:
    return _note("query_type", type=found) if found else _note("query_type_unsaid")


def more_statements(announced: str, found: int) -> Finding:
    return _note("statement_count", announced=announced, found=str(found))


def sections_not_read(names: Iterable[str]) -> Finding:
    return _note("sections_not_read", sections=", ".join(sorted(names)))


def fields_unknown(names: Iterable[str]) -> Finding:
    return _note("fields_unknown", fields=", ".join(sorted(names)))


def values_unknown(field: str, values: Iterable[str]) -> Finding:
    return _note("values_unknown", field=field, values=", ".join(repr(value) for value in sorted(values)))
