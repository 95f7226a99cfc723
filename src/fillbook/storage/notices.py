"""Notices as rows: told once, put away, and which of them still have to be mailed."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from fillbook.storage.models import BrokerAccount, EndpointKind, Link, Notice, NoticeKind, User
from fillbook.storage.records import batches

MAIL_FOR: Final = timedelta(days=3)
"""A notice so old is no news any more."""
MAIL_TRIES: Final = 6
MAIL_PAUSE: Final = timedelta(minutes=15)


def tell(
    link: Link,
    kind: NoticeKind,
    occasion: str,
    now: datetime,
    parameters: Mapping[str, Any] | None = None,
    account: BrokerAccount | None = None,
) -> bool:
    """Tell the link's owner, once for each occasion; what was told before of the same kind is over. Whether it is new.

    Args:
        link: what it is about.
        kind: what happened.
        occasion: tells this time from another, such as a day or the number of a run.
        now: the moment.
        parameters: as the kind says.
        account: one of the link's, where only that is meant.
    """
    with transaction.atomic():
        found = {"link": link, "account": account, "kind": kind, "parameters": dict(parameters or {}), "created_at": now}
        key = key_of(link, kind, occasion, account)
        notice, made = Notice.objects.get_or_create(owner_id=link.owner_id, key=key, defaults=found)
        if made:
            before = Notice.objects.filter(link=link, account=account, kind=kind, read_at=None)
            before.exclude(pk=notice.pk).update(read_at=now)
    return made


def key_of(link: Link, kind: NoticeKind, occasion: str, account: BrokerAccount | None = None) -> str:
    """What makes one notice."""
    return f"{kind}:{account.pk if account else link.pk}:{occasion}"


def told_before(keys: Collection[str]) -> set[str]:
    """Those of these keys that were told."""
    return {key for part in batches(list(keys)) for key in Notice.objects.filter(key__in=part).values_list("key", flat=True)}


def settle(link: Link, kinds: Collection[NoticeKind], now: datetime) -> None:
    """What these notices of a link told is over."""
    Notice.objects.filter(link=link, kind__in=kinds, read_at=None).update(read_at=now)


def renew(link: Link, kind: NoticeKind, occasion: str, parameters: Mapping[str, Any]) -> None:
    """What was told of an occasion is something else by now; it is no news for that."""
    Notice.objects.filter(owner_id=link.owner_id, key=key_of(link, kind, occasion)).update(parameters=dict(parameters))


def mend(link: Link, there: Collection[str], now: datetime) -> None:
    """A query has again what notices say it lacks. there: the sentences that are true no more."""
    for notice in Notice.objects.filter(link=link, kind=NoticeKind.QUERY_CHANGED, read_at=None):
        lacks = notice.parameters.get("lacks", [])
        left = [sentence for sentence in lacks if sentence not in there]
        if left and left != lacks:
            Notice.objects.filter(pk=notice.pk).update(parameters={**notice.parameters, "lacks": left})
        elif not left:
            Notice.objects.filter(pk=notice.pk).update(read_at=now)


def put_away(notices: QuerySet[Notice], now: datetime) -> int:
    """Their owner has read them."""
    return notices.filter(read_at=None).update(read_at=now)


def to_mail(now: datetime) -> list[Notice]:
    """Notices to be mailed now, by owner. A mail that failed or whose sender was killed is tried again, later and later."""
    waiting = Notice.objects.filter(mailed_at=None, read_at=None, created_at__gt=now - MAIL_FOR, mail_tries__lt=MAIL_TRIES)
    wanted = waiting.filter(owner__wants_mail=True, owner__is_active=True).exclude(link__endpoint=EndpointKind.SANDBOX)
    pauses = [Q(mail_tries=tries, mail_tried_at__lte=now - MAIL_PAUSE * 2 ** (tries - 1)) for tries in range(1, MAIL_TRIES)]
    ripe = Q(mail_tries=0)
    for pause in pauses:
        ripe |= pause
    return list(wanted.filter(ripe).select_related("owner", "link", "account").order_by("owner_id", "created_at", "pk")[:500])


def claim(notices: Collection[Notice], now: datetime) -> list[Notice]:
    """Those that nobody else sends at this moment; they count as tried."""
    claimed = []
    for notice in notices:
        untouched = Notice.objects.filter(pk=notice.pk, mailed_at=None, mail_tries=notice.mail_tries)
        if untouched.update(mail_tries=F("mail_tries") + 1, mail_tried_at=now):
            claimed.append(notice)
    return claimed


def mailed(notices: Collection[Notice], now: datetime) -> None:
    """They went out."""
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=now)


def operators() -> QuerySet[User]:
    """Who runs this instance."""
    return User.objects.filter(is_operator=True, is_active=True).order_by("pk")
