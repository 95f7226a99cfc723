"""What the operator of this instance set that is secret: sealed as one row each, opened for the moment of use."""

import json
from collections.abc import Mapping

from django.utils import timezone

from fillbook.storage.logs import keep_out_of_logs
from fillbook.storage.models import OperatorSecret
from fillbook.storage.secrets import vault


def seal_values(name: str, values: Mapping[str, str]) -> None:
    """Keep these values under a name, in place of those it has."""
    row = OperatorSecret(name=name, changed_at=timezone.now())
    row.sealed_values = vault().seal(json.dumps(dict(values), sort_keys=True), row.aad)
    OperatorSecret.objects.update_or_create(name=name, defaults={"sealed_values": row.sealed_values, "changed_at": row.changed_at})


def open_values(name: str, secret: frozenset[str] = frozenset()) -> dict[str, str] | None:
    """The values under a name, None when nothing is set. secret: names of those that are masked in every log from now on.

    Raises:
        CannotOpen: they were tampered with, or their key is gone.
    """
    row = OperatorSecret.objects.filter(name=name).first()
    if row is None:
        return None
    values: dict[str, str] = json.loads(vault().open(row.sealed_values, row.aad))
    for field in secret & values.keys():
        keep_out_of_logs(values[field])
    return values


def forget_values(name: str) -> bool:
    """Delete what is set under a name; whether there was anything."""
    return OperatorSecret.objects.filter(name=name).delete()[0] > 0
