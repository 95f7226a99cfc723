"""How an account's fills are read as trades, and what other settings would make of them, as JSON values; nothing is written."""

from dataclasses import replace
from typing import Any

from fillbook.storage.answers.summaries import brief_answer
from fillbook.storage.derive import settings_of
from fillbook.storage.models import BrokerAccount
from fillbook.storage.trying import Standing, standing, standing_under
from fillbook.trades.settings import AssignmentView, Grouping, MatchingMethod, MatchSettings


def chosen_settings(
    account: BrokerAccount, grouping: str | None, matching: str | None, assignment: str | None, forex: bool | None
) -> MatchSettings:
    """The account's settings with these in the place of its own; None leaves one as it is."""
    kept = settings_of(account)
    return replace(
        kept,
        grouping=Grouping(grouping or kept.grouping),
        method=MatchingMethod(matching or kept.method),
        assignment=AssignmentView(assignment or kept.assignment),
        forex=kept.forex if forex is None else forex,
    )


def trying_answer(account: BrokerAccount, chosen: MatchSettings) -> dict[str, Any]:
    """Figures as they are and as they would be; the same twice where nothing else is chosen."""
    kept, now = settings_of(account), standing(account)
    then = now if chosen == kept else standing_under(account, chosen)
    return {
        "account": account.number,
        "id": account.pk,
        "settings": settings_answer(kept),
        "tried": settings_answer(chosen),
        "now": _standing(now),
        "then": _standing(then),
    }


def settings_answer(settings: MatchSettings) -> dict[str, str]:
    """By the names of the commands."""
    return {
        "grouping": settings.grouping.value,
        "matching": settings.method.value,
        "assignment": settings.assignment.value,
        "forex": "on" if settings.forex else "off",
    }


def _standing(found: Standing) -> dict[str, Any]:
    return {
        "closed": [{"currency": currency} | brief_answer(summary) for currency, summary in sorted(found.summaries.items())],
        "open": found.open,
        "incomplete": found.incomplete,
        "forex": found.forex,
    }
