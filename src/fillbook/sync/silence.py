"""A broker whose hosts answer none of many links is asked by one link at a time, once a minute, until it answers.

Each link goes on trying by its own pauses meanwhile; those whose turn it is not make no request.
"""

from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from fillbook.brokers.interface import Reply, Transient
from fillbook.brokers.manifests import manifest
from fillbook.storage.models import BrokerSilence, EndpointKind
from fillbook.sync import clock, engine
from fillbook.sync.runs import Plan
from fillbook.sync.sentences import message

MANY: Final = 5
"""Links in a row without an answer to any of them."""
PAUSE: Final = 60
"""Seconds between two of those who ask for all."""
LEASE: Final = timedelta(minutes=20)
"""Longer than any request takes: whoever asks and is killed blocks nobody longer."""
_UNANSWERED: Final = frozenset({"connect", "timeout"})
_FAILING: Final = 500


def admit(plan: Plan) -> None:
    """Let a link ask.

    Raises:
        Transient: the broker is silent, and another link asks it at present.
    """
    row = BrokerSilence.objects.filter(broker=plan.broker, endpoint=_endpoint(plan)).first()
    if row is None or len(row.links) < MANY:
        return
    now = clock.now()
    free = Q(asked_until=None) | Q(asked_until__lte=now) | Q(asked_by=plan.link_id)
    if not BrokerSilence.objects.filter(free, pk=row.pk).update(asked_by=plan.link_id, asked_until=now + LEASE):
        raise Transient("broker_silent", message("broker_silent", broker=manifest(plan.broker).name))


def note(plan: Plan, reply: Reply) -> None:
    """Remember whether the broker answered."""
    rows = BrokerSilence.objects.filter(broker=plan.broker, endpoint=_endpoint(plan))
    if reply.status >= _FAILING or (reply.status == 0 and reply.failure in _UNANSWERED):
        _count(plan)
    elif rows.exists():
        rows.delete()


def _count(plan: Plan) -> None:
    now = clock.now()
    try:
        with transaction.atomic():
            BrokerSilence.objects.get_or_create(broker=plan.broker, endpoint=_endpoint(plan), defaults={"since": now})
            row = BrokerSilence.objects.select_for_update().filter(broker=plan.broker, endpoint=_endpoint(plan)).first()
            if row is None:
                return
            if plan.link_id not in row.links and len(row.links) < MANY:
                row.links = [*row.links, plan.link_id]
            if len(row.links) == MANY:
                row.asked_by = ""
                row.asked_until = now + timedelta(seconds=engine.pace().seconds(PAUSE, sandbox=plan.sandbox))
            row.save()
    except IntegrityError:  # it answered another link in this moment
        return


def _endpoint(plan: Plan) -> str:
    return EndpointKind.SANDBOX if plan.sandbox else EndpointKind.LIVE
