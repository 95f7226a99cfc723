"""docs/metrics/README.md says what the code does: every figure is described, and every example computes from the table on that page."""

import inspect
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fillbook.performance import metrics
from fillbook.performance.curves import by_day, by_month, equity_curve
from fillbook.performance.results import Result, summarize

PAGE = (Path(__file__).parent.parent.parent / "docs" / "metrics" / "README.md").read_text()
CENT = Decimal("0.01")
FIGURES: dict[str, Callable[..., Any]] = {
    name: function
    for name, function in inspect.getmembers(metrics, inspect.isfunction)
    if function.__module__ == metrics.__name__ and not name.startswith("_")
}


def moment(text: str) -> datetime | None:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC) if ":" in text else None


def example_trips() -> tuple[Result, ...]:
    rows = re.findall(r"^\| (\d) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
    results = []
    for key, opened, closed, cost, gross, charges, net in rows:
        assert Decimal(gross) + Decimal(charges) == Decimal(net)
        known = None if cost == "unknown" else Decimal(cost)
        gain = None if known is None else Decimal(net) / known
        day = date.fromisoformat(closed[:10])
        results.append(Result(key, Decimal(net), Decimal(charges), known, gain, day, moment(opened), moment(closed)))
    return tuple(results)


TRIPS = example_trips()


def shown(value: object, unit: str) -> str:
    match value:
        case metrics.Expectancy(mean=mean, standard_error=Decimal() as error):
            return f"{mean.quantize(CENT)} ± {error.quantize(CENT)}"
        case metrics.HoldingTime(mean=mean_time, median=median_time):
            return f"{mean_time} and {median_time}"
        case metrics.Streaks(wins=wins, losses=losses):
            return f"{wins} and {losses}"
        case metrics.Drawdown(amount=amount):
            return str(amount.quantize(CENT))
        case Decimal() if unit == "percent":
            return f"{value.quantize(Decimal('0.1'))} %"
        case Decimal():
            return str(value.quantize(CENT))
        case _:
            return str(value)


SIDES = metrics.Sides(*(summarize([trip for trip in TRIPS if sign * trip.net > 0]) for sign in (1, -1)))
DESCRIBED = re.findall(r"^### .+\n`(\w+)` · (.+)\n\n((?:.+\n)+)", PAGE, re.MULTILINE)


def test_the_example_has_six_trips_in_closing_order() -> None:
    assert [trip.key for trip in TRIPS] == ["1", "2", "3", "4", "5", "6"]


def test_every_figure_is_described_once() -> None:
    assert sorted(name for name, _, _ in DESCRIBED) == sorted(FIGURES)


@pytest.mark.parametrize(("name", "unit", "text"), DESCRIBED, ids=[name for name, _, _ in DESCRIBED])
def test_the_example_computes(name: str, unit: str, text: str) -> None:
    (expected,) = re.findall(r"\*\*(.+)\*\*", text)
    figure = FIGURES[name]
    (parameter,) = inspect.signature(figure).parameters
    takes = {"summary": summarize(TRIPS), "sides": SIDES}
    assert shown(figure(takes.get(parameter, TRIPS)), unit) == expected


@pytest.mark.parametrize("function", [equity_curve, by_day, by_month])
def test_the_curves_are_described(function: Callable[..., Any]) -> None:
    assert f"`{function.__name__}`" in PAGE


def test_the_calendar_of_the_example() -> None:
    fifth = next(day for day in by_day(TRIPS) if day.first == date(2026, 3, 5)).summary
    assert (metrics.profit(fifth), metrics.win_rate(fifth), fifth.n) == (Decimal(150), Decimal(50), 2)
    assert [(month.first.month, metrics.profit(month.summary), month.summary.n) for month in by_month(TRIPS)] == [
        (3, Decimal(160), 4),
        (4, Decimal(-80), 2),
    ]
    assert equity_curve(TRIPS)[-1].equity == 80
