"""What a link's owner is told, and when: each occasion once, on pages; `mail` sends it on."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from fillbook.brokers.manifests import Manifest, manifest, manifests
from fillbook.storage.models import EndpointKind, Link, LinkState, NoticeKind, SyncRun
from fillbook.storage.notices import key_of, renew, settle, tell, told_before
from fillbook.storage.restated import restated_in
from fillbook.sync import clock
from fillbook.sync.policy import Trouble

REMIND: Final = (30, 14, 7, 1)
"""Days before a credential ends at which its owner is told."""
_LIVING: Final = (LinkState.LINKED, LinkState.VALIDATING, LinkState.PAUSED)


def ends_on(link: Link, broker: Manifest) -> date | None:
    """The day on which the link's credential ends at the latest, counted from when it was entered; None when it does not end by itself."""
    days = broker.capabilities.renewal_days
    if days is None or link.credential_changed_at is None or link.is_sandbox:
        return None
    return link.credential_changed_at.date() + timedelta(days=days)


def remind() -> int:
    """Tell of credentials that end soon; returns how many were told. Of several reminders that are due only the latest is given."""
    now = clock.now()
    found = [(link, last, occasion) for link, last in _ageing(now) if (occasion := _occasion(link, last, now))]
    keys = {key_of(link, NoticeKind.CREDENTIAL_AGES, occasion): (link, last, occasion) for link, last, occasion in found}
    fresh = [keys[key] for key in keys.keys() - told_before(keys)]
    return sum(tell(link, NoticeKind.CREDENTIAL_AGES, occasion, now, {"on": last.isoformat()}) for link, last, occasion in fresh)


def _ageing(now: datetime) -> Iterator[tuple[Link, date]]:
    """Links whose credential ends within a month, with its last day."""
    for broker in manifests().values():
        days = broker.capabilities.renewal_days
        if days is None:
            continue
        entered = now - timedelta(days=days - REMIND[0] - 1)
        links = Link.objects.filter(broker=broker.id, endpoint=EndpointKind.LIVE, state__in=_LIVING, credential_changed_at__lte=entered)
        for link in links.exclude(sealed_credential=""):
            if last := ends_on(link, broker):
                yield link, last


def _occasion(link: Link, last: date, now: datetime) -> str:
    """Which reminder of this credential is due, "" for none."""
    left = (last - now.date()).days
    before = min((days for days in REMIND if left <= days), default=None)
    return f"{link.credential_changed_at:%Y-%m-%dT%H:%M:%S}/{before}" if before is not None else ""


def stopped(link: Link, trouble: Trouble, since: datetime) -> None:
    """Only the owner can make the link work again. since: when this trouble began, which is told once; its reason may become another."""
    parameters = {"code": trouble.code, "message": trouble.message}
    if not tell(link, NoticeKind.LINK_STOPPED, since.isoformat(), clock.now(), parameters):
        renew(link, NoticeKind.LINK_STOPPED, since.isoformat(), parameters)


def works(link: Link, renewed: bool, late: bool) -> None:
    """The link fetched everything: what was told of its troubles is over. renewed: with a new credential. late: but for its last days."""
    now = clock.now()
    over = {NoticeKind.LINK_STOPPED, NoticeKind.CREDENTIAL_AGES} if renewed else {NoticeKind.LINK_STOPPED}
    settle(link, over if late else over | {NoticeKind.STATEMENT_LATE}, now)
    if late and link.figures_to:
        parameters = {"figures_to": link.figures_to.isoformat()}
        tell(link, NoticeKind.STATEMENT_LATE, link.figures_to.isoformat(), now, parameters)


def ended(link: Link) -> None:
    """The link is no more, and nothing about it matters."""
    settle(link, list(NoticeKind), clock.now())


def history(link: Link, run_id: int) -> None:
    """Tell when the statements of a run changed, cancelled or dropped rows that were there before, or added to days told before."""
    counts = ("rows_changed", "rows_withdrawn", "rows_returned", "trades_changed", "trades_restated")
    found = SyncRun.objects.filter(pk=run_id).values_list(*counts).first()
    restated = list(restated_in(run_id))
    if found is None or not (any(found[:3]) or restated):
        return
    told = dict(zip(("changed", "withdrawn", "returned", "trades", "restated"), found, strict=True))
    if not restated:
        del told["restated"]
    if len(restated) == 1:
        told |= {"account": restated[0].account_id, "restatement": restated[0].pk}
    tell(link, NoticeKind.HISTORY_CHANGED, f"run {run_id}", clock.now(), {**told, "run": run_id})


def broker_name(link: Link) -> str:
    """What the link's broker is called."""
    return manifest(link.broker).name if link.broker in manifests() else link.name
