"""Accounts without a link, known from files or kept when their link ended: counted, left out of the figures, or deleted.

What is fetched and counted of a link is chosen for the link (`sync.service.choose_accounts`), which also fetches again.
"""

from django.db import transaction
from django.db.models import QuerySet

from fillbook.storage.access import account_for
from fillbook.storage.models import BrokerAccount, RawStatement, SecurityEvent, User


class StillLinked(ValueError):
    """The account belongs to a link; the text says what to do instead."""

    def __init__(self, account: BrokerAccount) -> None:
        super().__init__(f"Account {account.number} belongs to a link: choose its accounts, or unlink it.")


def count_account(owner: User, account_id: int | str, *, counts: bool) -> BrokerAccount:
    """Count an account in every figure, or leave it out of all; either way it keeps what it has.

    Raises:
        Http404: the owner has no such account.
        StillLinked: it belongs to a link.
    """
    with transaction.atomic():
        account = _locked(owner, account_id)
        account.chosen = counts
        account.save(update_fields=["chosen"])
        return account


def delete_account(owner: User, account_id: int | str) -> None:
    """Delete an account with its trades, words and the documents that tell of no other account. Raises as `count_account`."""
    with transaction.atomic():
        account = _locked(owner, account_id)
        SecurityEvent.objects.create(user=owner, what="account_deleted", detail={"broker": account.broker, "kind": account.kind})
        delete_accounts(BrokerAccount.objects.filter(pk=account.pk))


def delete_accounts(which: QuerySet[BrokerAccount]) -> None:
    """Accounts with all that hangs on them, and the documents that tell of no other account, whichever link or upload brought them."""
    # trades that are being made again are waited for; in the order in which a statement of several accounts takes them
    accounts = list(which.select_for_update().order_by("number", "pk").values_list("pk", flat=True))
    documents = list(RawStatement.objects.filter(coverages__account__in=accounts).values_list("pk", flat=True).distinct())
    BrokerAccount.objects.filter(pk__in=accounts).delete()
    RawStatement.objects.filter(pk__in=documents, coverages=None).delete()


def _locked(owner: User, account_id: int | str) -> BrokerAccount:
    """The account, and nothing is written into it meanwhile."""
    account = BrokerAccount.objects.select_for_update().get(pk=account_for(owner, account_id).pk)
    if account.link_id is not None:
        raise StillLinked(account)
    return account
