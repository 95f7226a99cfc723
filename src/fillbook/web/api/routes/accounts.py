"""Who asks, and their accounts."""

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

import fillbook
from fillbook.storage.access import account_for, accounts_of
from fillbook.storage.answers.accounts import accounts_answer, comparison_answer, counts_answer, doctor_answer, whole_account_answer
from fillbook.storage.answers.values import iso
from fillbook.storage.comparing import Chosen, Place, comparisons_after
from fillbook.trades.reconcile import LineKind, Status
from fillbook.web.api.asking import Number, Paging, bad_cursor, cursor_of, place_in
from fillbook.web.api.declaring import read
from fillbook.web.api.schemas.accounts import Accounts, ComparisonAnswer, Doctor, Me, ReconciliationCounts, WholeAccount
from fillbook.web.api.schemas.kinds import PageOf
from fillbook.web.api.tokens import asker

router = Router(tags=["accounts"])


class Counted(Schema):
    """Of what."""

    symbol: str = Field("", max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$", description="Of the instrument or of its underlying.")


class Lines(Counted):
    """Which comparisons."""

    kind: Literal["fill", "position", "fee"] = Field("fill", description="What is compared.")
    status: Status | None = Field(None, description="Only those that came out so.")


@read(router, "/me", Me, name="me", twin="users")
def me(request: HttpRequest) -> dict[str, Any]:
    """Who asks, and with which token."""
    user = asker(request)
    token = request.auth  # type: ignore[attr-defined]
    return {
        "email": user.email,
        "display_name": user.display_name or None,
        "operator": user.is_operator,
        "version": fillbook.__version__,
        "token": {"name": token.name, "scopes": token.scopes, "expires_at": iso(token.expires_at)},
    }


@read(router, "/accounts", Accounts, name="accounts", twin="accounts")
def accounts(request: HttpRequest) -> dict[str, Any]:
    """Your accounts, each with its link, how fresh it is, and how its figures stand beside the broker's."""
    return {"items": accounts_answer(list(accounts_of(asker(request))))}


@read(router, "/accounts/{account_id}", WholeAccount, name="account", twin="accounts --account {account_id}")
def account(request: HttpRequest, account_id: Number) -> dict[str, Any]:
    """One account, with what its history holds and lacks."""
    return whole_account_answer(account_for(asker(request), account_id))


@read(router, "/accounts/{account_id}/doctor", Doctor, name="account-doctor", twin="doctor --account {account_id}")
def doctor(request: HttpRequest, account_id: Number) -> dict[str, Any]:
    """What its query lacks, what that costs, and where in the broker's portal to change it."""
    return doctor_answer(account_for(asker(request), account_id))


@read(
    router,
    "/accounts/{account_id}/reconciliation",
    PageOf[ComparisonAnswer],
    name="account-reconciliation",
    twin="reconcile --account {account_id}",
)
def reconciliation(request: HttpRequest, account_id: Number, asked: Query[Lines], paging: Query[Paging]) -> dict[str, Any]:
    """Our figures beside the broker's, line by line, the worst first."""
    found = account_for(asker(request), account_id)
    place = place_in(paging.cursor, str, str, str, str)
    chosen = Chosen(LineKind(asked.kind), asked.status.value if asked.status else "", asked.symbol.strip().upper())
    rows, after = comparisons_after(found, chosen, _place(place) if place else None, paging.limit)
    return {
        "items": [comparison_answer(row) for row in rows],
        "next": cursor_of(after.status, iso(after.day) or "", after.symbol, after.ref) if after else None,
    }


@read(
    router,
    "/accounts/{account_id}/reconciliation/counts",
    ReconciliationCounts,
    name="account-reconciliation-counts",
    twin="reconcile --account {account_id} --counts",
)
def counts(request: HttpRequest, account_id: Number, asked: Query[Counted]) -> dict[str, Any]:
    """How many fills, positions and fees came out which way."""
    return counts_answer(account_for(asker(request), account_id), asked.symbol.strip().upper())


def _place(parts: list[Any]) -> Place:
    status, day, symbol, ref = parts
    try:
        return Place(Status(status).value, date.fromisoformat(day) if day else None, symbol, ref)
    except ValueError:
        raise bad_cursor() from None
