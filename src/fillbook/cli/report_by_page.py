"""What `fillbook report --by` and its like tell a person: plain rows as tables, a table for each group of accounts."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from rich.rule import Rule
from rich.text import Text

from fillbook.cli import words
from fillbook.cli.numbers import DASH, money, percent, ratio
from fillbook.cli.paper import QUIET, figure_table, indented, sheet

Row = dict[str, Any]


def print_breakdown(rows: Sequence[Row], names: dict[str, str]) -> None:
    """A breakdown, or two keys crossed. names: of accounts, by id."""
    console = sheet()
    if not rows:
        console.print("No complete round trip fits, so there is nothing to break down.")
    for title, part in _groups(rows):
        console.print(Rule(Text(title, style="bold"), align="left", style=QUIET))
        table = figure_table(["", "trades", "won", "average", "gain", "R", "of", "fees", "profit"])
        for row in part:
            table.add_row(
                _label(row, names),
                f"{row['trades']:,}",
                percent(_number(row["win_rate"])),
                money(_number(row["average_gain"])),
                percent(_number(row["average_gain_percent"]), signed=True),
                ratio(_number(row.get("average_r"))) if row.get("average_r") else DASH,
                f"{row['r_count']:,}" if row.get("average_r") else "",
                money(_number(row["fees"])),
                money(_number(row["profit"])),
            )
        indented(console, table)


def print_figures(rows: Sequence[Row]) -> None:
    """Every figure with its interval and what it rests on."""
    console = sheet()
    if not rows:
        console.print("No complete round trip fits, so there are no figures yet.")
    for title, part in _groups(rows):
        console.print(Rule(Text(title, style="bold"), align="left", style=QUIET))
        table = figure_table(["", "value", "95 % from", "to", "of", ""])
        for row in part:
            value = _told(row, "value") if row["value"] is not None else words.ABSENT[row["absent"]]
            low, high = (_told(row, name) if row[name] is not None else "" for name in ("low", "high"))
            table.add_row(words.FIGURE[row["name"]], value, low, high, f"{row['n']:,} {row['of']}", "few" if row["few"] else "")
        indented(console, table)


def print_pairs(rows: Sequence[Row], first: str, second: str) -> None:
    """Two choices side by side. first, second: their filters as an address writes them."""
    console = sheet()
    if not rows:
        console.print("No complete round trip fits on either side.")
    for title, part in _groups(rows):
        console.print(Rule(Text(title, style="bold"), align="left", style=QUIET))
        table = figure_table(["", first or "all", second or "all", "difference", ""])
        for row in part:
            texts = [_told(row, name) if row[name] is not None else DASH for name in ("first", "second", "difference")]
            table.add_row(words.FIGURE[row["name"]], *texts, "clear" if row["clear"] else "few" if row["few"] else "")
        indented(console, table)


def print_plain(rows: Sequence[Row]) -> None:
    """Any other report: its rows as they are."""
    console = sheet()
    if not rows:
        console.print("No complete round trip fits.")
    for title, part in _groups(rows):
        console.print(Rule(Text(title, style="bold"), align="left", style=QUIET))
        names = [name for name in part[0] if name not in ("kind", "base_currency", "currency")]
        table = figure_table([name.replace("_", " ") for name in names], left=1)
        for row in part:
            table.add_row(*(DASH if row[name] is None else str(row[name]) for name in names))
        indented(console, table)


def _groups(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    def group(row: Row) -> tuple[str, str, str]:
        return row["kind"], row["base_currency"] or "", row["currency"]

    found = [(key, list(part)) for key, part in groupby(rows, key=group)]
    return [
        (f"{words.KIND[kind]}, money in {currency}" + (", without a rate" if currency != base else ""), part)
        for (kind, base, currency), part in found
    ]


def _label(row: Row, names: dict[str, str]) -> str:
    if row.get("part") == "all":
        return "all, each once"
    if "down" in row:
        return f"{_value(row['down'], row['down_value'], names)}, {_value(row['across'], row['across_value'], names)}"
    if row["from"] is not None or row["before"] is not None:
        return f"{row['from'] if row['from'] is not None else ''} to {row['before'] if row['before'] is not None else ''}".strip()
    return _value(row["key"], row["value"], names)


def _value(key: str, value: Any, names: dict[str, str]) -> str:
    if value is None:
        return {"tag": "no tag", "rating": "not rated"}.get(key, "not known")
    return words.report_value(key, value) if key != "account" else names.get(str(value), str(value))


def _told(row: Row, name: str) -> str:
    value = _number(row[name])
    match row["unit"]:
        case "money":
            return money(value)
        case "percent":
            return percent(value, signed=name == "difference")
        case "count" | "days":
            return f"{value:,.0f}"
        case _:
            return ("−" if value is not None and value < 0 else "") + ratio(None if value is None else abs(value))


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
