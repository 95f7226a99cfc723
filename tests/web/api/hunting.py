"""Requests made out of the API's own description, good ones and bad ones; every answer has to be one that the description has."""

from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

import hypothesis
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

RULED = {"trade-tag", "tag-change", "trade-plan-write", "view-save", "opening-state", "opening-change", "report-comparison", "trade-cut"}
"""Operations whose words obey rules that no pattern tells: which letters are seen, on which side of its entry a stop lies, what an account
has traded.
"""
STRICT = hypothesis.settings(
    deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[hypothesis.Phase.generate]
)


def hunt(token: str, objects: Mapping[str, str], examples: int, *, derandomize: bool = True) -> dict[str, int]:
    """Ask every operation, and raise at the first answer that is not described.

    Args:
        token: that may do everything.
        objects: name of a path's parameter -> one that exists.
        examples: for each operation and each way of asking: values that the description allows, those it does not, things that exist.

    Returns:
        Status -> how many answers had it.
    """
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    counts: dict[str, int] = {}
    settings = hypothesis.settings(STRICT, max_examples=examples, derandomize=derandomize)
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]  # an operation that cannot be read raises here
        for strategy in _ways(operation, objects):

            @settings
            @hypothesis.given(case=strategy)
            def ask(case: Any) -> None:
                response = case.call(headers={"Authorization": f"Bearer {token}"})
                excluded = [positive_data_acceptance] if case.operation.definition.raw["operationId"] in RULED else []
                case.validate_response(response, excluded_checks=excluded, headers={"Authorization": f"Bearer {token}"})
                counts[str(response.status_code)] = counts.get(str(response.status_code), 0) + 1

            with mock.patch("fillbook.web.api.tokens.MOST_TRIES", 10**9):  # the hunter sends tokens that do not work, too
                ask()
    return counts


def _ways(operation: Any, objects: Mapping[str, str]) -> Iterator[Any]:
    yield operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    names = [parameter.name for parameter in operation.path_parameters]
    if operation.body or operation.query or names:
        yield operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    if names and set(names) <= set(objects):
        yield operation.as_strategy(path_parameters={name: objects[name] for name in names})
