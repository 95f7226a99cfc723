"""The API's reference, made of its own description: nothing is written twice, and no other site is asked for anything."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fillbook.web.api.app import description
from fillbook.web.api.asking import Chosen

PARTS: Final = ("accounts", "links", "trades", "figures", "reports", "words")


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a field. kind: of its value, in words."""

    name: str
    kind: str
    words: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    cli: the command that gives the same, "" for what changes something. filtered: it takes the conditions of the filter as well, which are
    told once. answer: name of its shape, "" for none.
    """

    id: str
    method: str
    path: str
    words: str
    scope: str
    cli: str
    fields: tuple[Field, ...]
    filtered: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of an answer."""

    name: str
    words: str
    fields: tuple[Field, ...]


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """Every operation."""
    about = [_one_line(paragraph) for paragraph in description()["info"]["description"].split("\n\n")]
    return render(request, "pages/reference.html", {"about": about, "parts": parts(), "conditions": conditions()})


@require_safe
def reference_shapes(request: HttpRequest) -> HttpResponse:
    """Every shape of an answer or a body, on a page of its own: there are as many as operations, and a page has its weight."""
    return render(request, "pages/reference_shapes.html", {"shapes": shapes()})


@lru_cache(maxsize=1)
def conditions() -> tuple[Field, ...]:
    """The conditions of the filter, which most operations take."""
    schema = Chosen.json_schema()
    return tuple(_field(name, part, required=False) for name, part in schema["properties"].items())


@lru_cache(maxsize=1)
def parts() -> tuple[tuple[str, tuple[Operation, ...]], ...]:
    """(name of a part, its operations), in order."""
    every = [(path, method, found) for path, methods in description()["paths"].items() for method, found in methods.items()]
    return tuple((part, tuple(_operation(*one) for one in every if one[2]["tags"] == [part])) for part in PARTS)


@lru_cache(maxsize=1)
def shapes() -> tuple[Shape, ...]:
    """The shapes of answers and of what is sent, by name; those of parameters are told where they are asked for."""
    found: list[Shape] = []
    for name, schema in sorted(description()["components"]["schemas"].items()):
        if "properties" in schema and not name.startswith("PageOf") and name in _named():
            required = set(schema.get("required", []))
            fields = tuple(_field(one, part, one in required) for one, part in schema["properties"].items())
            found.append(Shape(name, _one_line(schema.get("description", "")), fields))
    return tuple(found)


@lru_cache(maxsize=1)
def _named() -> frozenset[str]:
    """Shapes that an answer or a body is made of."""
    schemas = description()["components"]["schemas"]
    todo = [operation for methods in description()["paths"].values() for operation in methods.values()]
    waiting = [name for operation in todo for name in _references([operation["responses"], operation.get("requestBody", {})])]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += _references(schemas[name])
    return frozenset(seen)


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"].rpartition("/")[2]] if "$ref" in part else []
        return own + [name for value in part.values() for name in _references(value)]
    return [name for value in part for name in _references(value)] if isinstance(part, list) else []


def _operation(path: str, method: str, found: dict[str, Any]) -> Operation:
    sent = _references(found.get("requestBody", {}))
    named = {one["name"] for one in found["parameters"]}
    filtered = named >= (every := {condition.name for condition in conditions()})
    own = [one for one in found["parameters"] if not (filtered and one["name"] in every)]
    fields = [_field(one["name"], one["schema"], one["required"]) for one in own]
    fields += [
        _field(name, part, name in description()["components"]["schemas"][body].get("required", []))
        for body in sent
        for name, part in description()["components"]["schemas"][body]["properties"].items()
    ]
    good = next(part for status, part in found["responses"].items() if status.startswith("2"))
    return Operation(
        id=found["operationId"],
        method=method.upper(),
        path=path,
        words=_one_line(found["description"]),
        scope=found["x-scope"],
        cli=found.get("x-cli", ""),
        fields=tuple(fields),
        filtered=filtered,
        answer=_readable((_references(good) or [""])[0]),
    )


def _field(name: str, schema: dict[str, Any], required: bool) -> Field:
    return Field(name, _kind(schema), _one_line(schema.get("description", "")), required)


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        values = description()["components"]["schemas"][name].get("enum")
        return ", ".join(map(str, values)) if values else _readable(name)
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("format") or schema.get("type", ""))


def _readable(name: str) -> str:
    """`PageOf_Trip_` is a page of Trip."""
    return f"page of {name.removeprefix('PageOf_').removesuffix('_')}" if name.startswith("PageOf_") else name


def _one_line(text: str) -> str:
    """Without the marks of Markdown, which a page does not need."""
    return " ".join(text.replace("`", "").split())
