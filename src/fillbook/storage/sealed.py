"""Every sealed text in the database, wherever it is kept.

A column of ours that holds one is called `sealed_…` and bound to "<model>:<primary key>:<column>"; second factors are kept by the sign-in
library, as strings in a JSON value. A column named so is found here by itself, so that no secret is left behind when keys change.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.apps import apps
from django.db import models, transaction

SECOND_FACTOR: Final = "mfa:authenticator:secret"
"""What the seeds of one-time and recovery codes are bound to."""
_PREFIX: Final = "sealed_"
_FORM: Final = re.compile(r"v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed text in its place. put: writes another text there, unless it has changed meanwhile; returns whether it did."""

    where: str
    text: str
    aad: str
    put: Callable[[str], bool]

    @property
    def key(self) -> str:
        """Id of the key that sealed it; "" when it does not look sealed."""
        return self.text.split(".")[1] if _FORM.fullmatch(self.text) else ""


def sealed_texts() -> Iterator[Sealed]:
    """All of them, read as they come, so that one that was just changed is seen changed."""
    for model in apps.get_app_config("storage").get_models():
        for field in model._meta.concrete_fields:  # noqa: SLF001 - Django's public door
            if _is_sealed(field):
                yield from _in_column(model, field.name)
    yield from _second_factors()


def sealed_tables() -> list[str]:
    """Names of the tables that hold them."""
    ours = [model for model in apps.get_app_config("storage").get_models() if any(map(_is_sealed, model._meta.concrete_fields))]  # noqa: SLF001 - Django's public door
    return sorted(model._meta.db_table for model in [*ours, apps.get_model("mfa", "Authenticator")])  # noqa: SLF001 - as above


def _is_sealed(field: "models.Field[Any, Any]") -> bool:
    return field.name.startswith(_PREFIX)


def _in_column(model: type[models.Model], column: str) -> Iterator[Sealed]:
    rows = model._default_manager.exclude(**{column: ""}).order_by("pk")  # noqa: SLF001 - Django's door to a model chosen at run time
    name = str(model._meta.model_name)  # noqa: SLF001 - as above
    for pk, text in list(rows.values_list("pk", column)):
        yield Sealed(f"{name} {pk}", text, f"{name}:{pk}:{column}", partial(_put_column, model, pk, column, text))


def _put_column(model: type[models.Model], pk: Any, column: str, old: str, new: str) -> bool:
    rows = model._default_manager.filter(**{"pk": pk, column: old})  # noqa: SLF001 - as above
    return bool(rows.update(**{column: new}))


def _second_factors() -> Iterator[Sealed]:
    model = apps.get_model("mfa", "Authenticator")
    for pk, data in list(model._default_manager.order_by("pk").values_list("pk", "data")):  # noqa: SLF001 - as above
        for text in _strings(data):
            if _FORM.fullmatch(text):
                yield Sealed(f"second factor {pk}", text, SECOND_FACTOR, partial(_put_string, model, pk, text))


def _put_string(model: type[models.Model], pk: Any, old: str, new: str) -> bool:
    with transaction.atomic():
        row: Any = model._default_manager.select_for_update().filter(pk=pk).first()  # noqa: SLF001 - as above
        if row is None or old not in _strings(row.data):
            return False
        row.data = _replaced(row.data, old, new)
        row.save(update_fields=["data"])
    return True


def _strings(value: Any) -> list[str]:
    """All strings in a JSON value."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _strings(part)]


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(part, old, new) for name, part in value.items()}
    if isinstance(value, list):
        return [_replaced(part, old, new) for part in value]
    return new if value == old else value
