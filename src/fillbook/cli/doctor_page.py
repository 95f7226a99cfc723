"""What `fillbook doctor` and `fillbook check` tell a person about what a statement lacks."""

from collections.abc import Collection, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fillbook.cli import words
from fillbook.cli.paper import LOSS, QUIET, indented
from fillbook.ledger.statement import Finding, Severity

WARNING = "yellow"


def print_examined(
    console: Console, name: str, title: str, error: str, findings: Sequence[Finding], new: Collection[str], incomplete: int = 0
) -> None:
    """One file, account or link with what was found, and why it does not work if it does not. incomplete: instruments with a gap."""
    console.print(Text(name, style="bold") + Text(f"  {title}" if title else "", style=QUIET))
    if error:
        indented(console, Text("× ", style=LOSS) + Text(error))
    if findings:
        print_findings(console, findings, new)
    elif not error and not incomplete:
        indented(console, "Nothing is lacking.")
    if incomplete:
        known = "" if findings else "The statements lack nothing that could be asked for, but of "
        what = f"{known}{incomplete:,} instrument{'s' if incomplete > 1 else ''}"
        gap = " something is missing." if known else ": something is missing of what was held before, or moved."
        indented(console, Text(what + gap))
        indented(
            console, Text("→ `fillbook reconcile` lists each; what you held before can be stated with `fillbook opening`.", style=QUIET)
        )
    console.print()


def print_findings(console: Console, findings: Sequence[Finding], new: Collection[str] = ()) -> None:
    """Each with its remedy, the costliest first. new: messages of those that the query lacks only since it was changed."""
    order = list(Severity)
    for finding in sorted(findings, key=lambda one: order.index(one.severity)):
        grid = Table.grid(padding=(0, 1))
        style = "" if finding.severity is Severity.NOTE else WARNING
        since = " (new since the query was changed)" if finding.message in new else ""
        grid.add_row(Text(words.SEVERITY_MARK[finding.severity], style=style), Text(finding.message + since))
        if finding.remedy:
            grid.add_row("", Text(f"→ {finding.remedy}", style=QUIET))
        indented(console, grid)
