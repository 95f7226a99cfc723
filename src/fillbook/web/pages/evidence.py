"""Something looks wrong: the rows, lots and both figures in question as one file without names or secrets, for whoever looks into it."""

import json
from collections.abc import Iterable

from django.conf import settings as instance_settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from fillbook.storage.access import account_for, trip_for
from fillbook.storage.evidence import evidence_of
from fillbook.storage.models import BrokerAccount, User
from fillbook.web.viewer import viewer


@require_safe
def of_account(request: HttpRequest, account_id: int) -> HttpResponse:
    """Everything of an account."""
    return _file(account_for(viewer(request), account_id), None, "account")


@require_safe
def of_trade(request: HttpRequest, key: str) -> HttpResponse:
    """A trade's instrument, and what its lots came from or went to."""
    trip = trip_for(viewer(request), key)
    return _file(trip.account, [trip.instrument_key], trip.key[:12])


def contact() -> str:
    """Whom to send it to: what the operator set, else the operator's e-mail address."""
    if instance_settings.OPERATOR_CONTACT:
        return str(instance_settings.OPERATOR_CONTACT)
    operator = User.objects.filter(is_operator=True, is_active=True).order_by("pk").first()
    return operator.email if operator else ""


def _file(account: BrokerAccount, instruments: Iterable[str] | None, name: str) -> HttpResponse:
    text = json.dumps(evidence_of(account, instruments), indent=1, ensure_ascii=False)
    headers = {"Content-Disposition": f'attachment; filename="fillbook-evidence-{name}.json"'}
    return HttpResponse(text, content_type="application/json", headers=headers)
