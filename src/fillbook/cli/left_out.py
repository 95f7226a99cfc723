"""What of an account the figures leave out, why, and how to bring it in."""

from collections import Counter

from rich.console import Console
from rich.text import Text

from fillbook.cli import words
from fillbook.cli.numbers import counted
from fillbook.cli.paper import QUIET, heading, indented, sentence
from fillbook.trades.records import Incomplete, MatchResult


def print_left_out(console: Console, match: MatchResult) -> None:
    """Incomplete round trips, closings without an opening and instruments that a corporate action has left in doubt; nothing for none."""
    reasons = Counter(reason for trip in match.round_trips for reason in trip.incomplete)
    incomplete = sum(1 for trip in match.round_trips if trip.incomplete)
    undetermined = len({left.execution.execution_id for left in match.unmatched if left.undetermined})
    unmatched = len({left.execution.execution_id for left in match.unmatched if not left.undetermined})
    if not (incomplete or undetermined or unmatched or match.flags):
        return
    heading(console, "Left out of these figures")
    if incomplete:
        alone = len(reasons) == 1
        why = sentence((("" if alone else f"{count:,} ") + words.INCOMPLETE[reason] for reason, count in reasons.most_common()), "; ")
        indented(console, f"{counted(incomplete, 'incomplete round trip')}: {why}.")
    if unmatched:
        indented(console, f"{counted(unmatched, 'closing fill')} whose opening is not in the statement and whose cost is not known.")
    if undetermined:
        indented(console, f"{counted(undetermined, 'sale')} that may open a short or close something older; a later statement decides.")
    for flag in match.flags:
        indented(console, f"{words.FLAGS.get(flag.reason, words.FLAGGED)}: {flag.instrument.symbol}.")
    if unmatched or Incomplete.BEFORE_HISTORY in reasons:
        indented(console, Text("→ An older statement that holds the purchases completes them.", style=QUIET))
