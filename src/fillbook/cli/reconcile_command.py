"""`fillbook reconcile`: stored accounts beside the broker's figures: per fill, per position, per fee, and what the history lacks."""

import argparse
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fillbook.cli import words
from fillbook.cli.answer import count_statuses
from fillbook.cli.choosing import chosen_account, chosen_accounts
from fillbook.cli.database import add_book_arguments, chosen_user, open_database
from fillbook.cli.listing import Column, print_json, print_table
from fillbook.cli.listing import words as words_of
from fillbook.cli.stop import Stop
from fillbook.ledger.numbers import plain
from fillbook.trades.reconcile import LineKind, ReconciliationLine, Status

if TYPE_CHECKING:
    from fillbook.storage.models import BrokerAccount
    from fillbook.trades.bridge import BridgeLine
    from fillbook.trades.completeness import AccountMark, Mark
    from fillbook.trades.fees import FeeTotals

NOTHING_DIFFERENT, SOMETHING_DIFFERENT = 0, 1


@dataclass(frozen=True, slots=True)
class Compared:
    """One account. symbols: contract id -> what the instrument is called; marks: contract id -> mark."""

    account: "BrokerAccount"
    lines: list[ReconciliationLine]
    fees: "tuple[FeeTotals, ...]"
    mark: "AccountMark"
    marks: "dict[str, Mark]"
    symbols: dict[str, str]
    bridge: "tuple[BridgeLine, ...]"

    @property
    def differs(self) -> bool:
        return any(line.status is Status.DIFFERENT for line in self.lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `reconcile` takes."""
    parser.add_argument("--account", metavar="ID[,ID…]", help="only these accounts, by number or by id")
    parser.add_argument("--all", action="store_true", help="list every difference, not only the first few for each reason")
    parser.add_argument("--line", nargs=2, metavar=("KIND", "ID"), help="what stands behind one line: fill, position or fee, and its id")
    parser.add_argument("--sent", type=int, metavar="N", help="with --line: what the broker sent of row number N behind it, byte for byte")
    parser.add_argument("--counts", action="store_true", help="only how many fills, positions and fees of one account came out which way")
    parser.add_argument("--symbol", metavar="SYMBOL", help="with --counts: only of this one")
    add_book_arguments(parser)
    parser.epilog = "Exit status: 0 nothing differs, 1 something differs."


def run(options: argparse.Namespace) -> int:
    """Compare each account in turn."""
    open_database(options.data)
    if options.line or options.sent is not None:
        from fillbook.cli.comparison_page import print_line

        return print_line(options)
    if options.counts:
        return _print_counts(options)
    if options.symbol:
        raise Stop("--symbol goes with --counts.", 2)
    compared = [_compare(account) for account in chosen_accounts(options.account, chosen_user(options.user))]
    if options.json:
        json.dump({"accounts": [_account(one) for one in compared]}, sys.stdout, ensure_ascii=False)
        print()
    else:
        from fillbook.cli.reconcile_page import print_compared

        print_compared(compared, every=options.all)
    return SOMETHING_DIFFERENT if any(one.differs for one in compared) else NOTHING_DIFFERENT


def _print_counts(options: argparse.Namespace) -> int:
    from fillbook.storage.answers.accounts import counts_answer

    account = chosen_account(options.account, chosen_user(options.user))
    found = counts_answer(account, (options.symbol or "").strip().upper())
    if options.json:
        print_json(found)
    else:
        columns: list[Column] = [("what", "compared", words_of), *((str(status), str(status), words_of) for status in Status)]
        print_table([{"what": kind, **counts} for kind, counts in found.items()], columns, "Nothing is compared.")
    return SOMETHING_DIFFERENT if any(counts["different"] for counts in found.values()) else NOTHING_DIFFERENT


def _compare(account: "BrokerAccount") -> Compared:
    from fillbook.storage import queries
    from fillbook.storage.books import stored_lines
    from fillbook.storage.loading import load_statement
    from fillbook.storage.marks import instrument_marks
    from fillbook.trades.completeness import judge_account
    from fillbook.trades.fees import check_fees, fee_totals

    statement = load_statement(account).statement
    fees, marks = check_fees(statement), instrument_marks(account)
    return Compared(
        account=account,
        lines=[*stored_lines(account), *fees],
        fees=fee_totals(fees),
        mark=judge_account(marks.values()),
        marks=marks,
        symbols={instrument.key: instrument.symbol for instrument in statement.instruments},
        bridge=queries.bridge([account]).get(account.kind, ()),
    )


def _account(one: Compared) -> dict[str, Any]:
    account, counts = one.account, {kind: count_statuses(one.lines, kind) for kind in LineKind}
    return {
        "account": account.number,
        "id": account.pk,
        "kind": str(account.kind),
        "currency": account.base_currency or None,
        "from": account.tracked_since and account.tracked_since.isoformat(),
        "to": account.figures_to and account.figures_to.isoformat(),
        "completeness": {
            "status": one.mark.status.value,
            "confirmed": one.mark.confirmed,
            "complete": one.mark.complete,
            "stated": one.mark.stated,
            "inferred": one.mark.inferred,
            "missing": one.mark.missing,
            "instruments": [_mark(key, one) for key, mark in one.marks.items() if mark.cause or not mark.confirmed],
        },
        "reconciliation": {"fills": counts[LineKind.FILL], "positions": counts[LineKind.POSITION], "fees": counts[LineKind.FEE]},
        "fees": [
            {"currency": total.currency} | {name: plain(getattr(total, name)) for name in ("stated", "counted", "left_out", "different")}
            for total in one.fees
        ],
        "bridge": [{"line": step.line, "currency": step.currency, "amount": plain(step.amount)} for step in one.bridge],
        "differences": [_line(line) for line in one.lines if line.status is not Status.EQUAL],
    }


def _mark(key: str, one: Compared) -> dict[str, Any]:
    mark = one.marks[key]
    return {
        "id": key,
        "instrument": one.symbols.get(key, key),
        "status": mark.status.value,
        "confirmed": mark.confirmed,
        "quantity": plain(mark.quantity),
        "cause": mark.cause.value if mark.cause else None,
        "sentence": mark.sentence,
    }


def _line(line: ReconciliationLine) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "id": line.id,
        "instrument": line.instrument.symbol,
        "day": line.trade_date.isoformat() if line.trade_date else None,
        "currency": line.instrument.currency,
        "ours": None if line.ours is None else plain(line.ours),
        "broker": None if line.broker is None else plain(line.broker),
        "status": line.status.value,
        "reason": line.reason.value,
        "sentence": words.sentence_of(line),
    }
