"""What `fillbook reconcile --line` tells: one comparison, the lots behind it, and the rows that it was read from."""

import argparse
from typing import Any

from fillbook.cli.choosing import chosen_account
from fillbook.cli.database import chosen_user
from fillbook.cli.listing import Column, amount, plain_amount, print_json, print_table, units, words
from fillbook.cli.stop import Stop
from fillbook.trades.reconcile import LineKind


def print_line(options: argparse.Namespace) -> int:
    """Print it.

    Raises:
        Stop: there is no such line, or no such row behind it.
    """
    from django.http import Http404

    from fillbook.storage.answers.history import line_answer, line_sent_answer

    if not options.line or options.line[0] not in list(LineKind):
        raise Stop("Name a line with --line KIND ID, where KIND is fill, position or fee.", 2)
    kind, ref = LineKind(options.line[0]), options.line[1]
    account = chosen_account(options.account, chosen_user(options.user))
    try:
        found = line_answer(account, kind, ref) if options.sent is None else line_sent_answer(account, kind, ref, options.sent)
    except Http404:
        raise Stop(f"Account {account.number} has no such line, or no such row behind it: {kind} {ref}.", 2) from None
    if options.json:
        print_json(found)
    elif options.sent is None:
        _print(found)
    else:
        print(found["text"])
    return 0


def _print(found: dict[str, Any]) -> None:
    reason = f" ({found['reason']})" if found["reason"] else ""
    unit = "units" if found["kind"] == LineKind.POSITION else found["currency"]
    ours, broker = words(found["ours"]), words(found["broker"])
    print(f"{found['instrument']} {words(found['day'])}: ours {ours}, your broker's {broker} {unit}: {found['status']}{reason}")
    for key in found["trades"]:
        print(f"Trade {key}")
    lots: list[Column] = [
        ("opened_on", "opened", words),
        ("quantity", "units", units),
        ("cost_basis", "cost", plain_amount),
        *([("realized_pnl", "realized", amount)] if found["closed_lots"] else []),
        ("basis", "cost from", words),
    ]
    print_table(found["closed_lots"] or found["held_lots"], lots, "No lot is behind it.", left=1)
    sources: list[Column] = [
        ("number", "row", words),
        ("kind", "kind", words),
        ("id", "id", words),
        ("day", "day", words),
        ("quantity", "units", units),
    ]
    print_table(found["sources"], sources, "No row is behind it.", left=4)
