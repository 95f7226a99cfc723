"""Claims to accounts as rows; `sync.proving` decides about them."""

import zlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from fillbook.storage.models import AccountClaim, AccountKind, BrokerAccount, Link, LinkState, ProofTry, User

ENDED: Final = "ended"
OWNER: Final = "owner"
_LOCKS: Final = 1_597_463_008
"""Of the advisory locks on PostgreSQL: one for each account that is claimed."""


def lock_account(broker: str, endpoint: str, number: str) -> None:
    """Let nobody else decide about links and claims to this account until the transaction ends.

    A decision changes several links and claims, whoever began it. Locked one after the other, from different ends, two decisions would
    wait for each other; so this comes before them all. SQLite has one writer at a time anyway.
    """
    if connection.vendor == "postgresql":
        account = zlib.crc32(f"{broker}/{endpoint}/{number}".encode()) - 2**31
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCKS, account])


def claim_of(link: Link) -> AccountClaim | None:
    """The link's claim that has not ended."""
    return AccountClaim.objects.filter(link=link).exclude(standing=ENDED).first()


def claims_to(claim: AccountClaim) -> list[AccountClaim]:
    """All claims to the same account that have not ended, locked until the transaction ends; after `lock_account`."""
    same = AccountClaim.objects.filter(broker=claim.broker, endpoint=claim.endpoint, number=claim.number)
    return list(same.exclude(standing=ENDED).select_for_update(of=("self",)).select_related("link", "owner").order_by("pk"))


def owned(link: Link) -> bool:
    """Whether the link's user has shown that its account is theirs."""
    return AccountClaim.objects.filter(link=link, standing=OWNER).exists()


def is_shared() -> bool:
    """Whether anybody else than one person uses this instance."""
    return User.objects.filter(is_active=True)[:2].count() > 1


def claims_since(owner: User, moment: datetime) -> int:
    """Claims that a person began since a moment."""
    return AccountClaim.objects.filter(owner=owner, began_at__gt=moment).count()


def wrong_tries_since(moment: datetime) -> int:
    """Wrong answers on this instance since a moment."""
    return ProofTry.objects.filter(right=False, happened_at__gt=moment).count()


def tries_at(claim: AccountClaim) -> QuerySet[ProofTry]:
    """Every answer that anybody ever gave about an account."""
    return ProofTry.objects.filter(broker=claim.broker, endpoint=claim.endpoint, number=claim.number)


def accounts_claimed(claim: AccountClaim) -> QuerySet[BrokerAccount]:
    """What is kept of the account for the person who claims it."""
    kinds = [AccountKind.SANDBOX] if claim.endpoint == "sandbox" else [AccountKind.REAL, AccountKind.PAPER]
    return BrokerAccount.objects.filter(owner=claim.owner_id, broker=claim.broker, number=claim.number, kind__in=kinds)


def not_fetched(fetched: Collection[str]) -> QuerySet[AccountClaim]:
    """Proven claims whose links are in none of these states: paused, or stopped until somebody acts."""
    proven = AccountClaim.objects.filter(standing__in=[OWNER, "frozen", "disputing"], link__isnull=False)
    return proven.exclude(link__state__in=[*fetched, LinkState.UNLINKED]).select_related("link").order_by("pk")


def open_disputes() -> list[AccountClaim]:
    """Claims that stand against each other, account by account: for the operator, who sees who and when, and nothing of the account."""
    return list(
        AccountClaim.objects.filter(standing__in=["frozen", "disputing"])
        .select_related("owner")
        .order_by("broker", "endpoint", "number", "proven_at")
    )


def hour_before(moment: datetime) -> datetime:
    """An hour earlier."""
    return moment - timedelta(hours=1)
