"""docs/metrics/reports.md names every figure and every key of the reports, and its examples are those of the tests."""

from pathlib import Path

from fillbook.performance.bands import BOUNDS, UNIT_E8, Banded
from fillbook.performance.keys import Key
from fillbook.performance.statistics import Sample, statistics
from fillbook.performance.summary import Summary

PAGE = (Path(__file__).parents[2] / "docs/metrics/reports.md").read_text(encoding="utf-8")


def test_every_figure_is_described() -> None:
    assert [one.name for one in statistics(Sample(Summary())) if f"`{one.name}`" not in PAGE] == []


def test_every_key_is_described() -> None:
    assert [key.value for key in Key if f"`{key.value}`" not in PAGE] == []


def test_the_edges_of_bands_are_those_of_the_code() -> None:
    for kind, bounds in BOUNDS.items():
        (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{kind}` |")]
        factor = UNIT_E8 if kind is Banded.FEES else 1
        for edge in (bound // factor for bound in bounds if bound >= factor):
            assert f"{edge:,}" in line or str(edge) in line, (kind, edge)
