"""`fillbook summary`: the three numbers and what lies behind them, beside the period before."""

import argparse

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import BRIEF, add_reading_arguments, print_group, print_json, print_table, words
from fillbook.cli.numbers import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `summary` takes."""
    add_filter_arguments(parser)
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Sum up what the filter takes."""
    open_database(options.data)
    from fillbook.storage.answers.figures import dashboard_answer, resting_answer
    from fillbook.storage.choosing import accounts_in

    user = chosen_user(options.user)
    chosen = chosen_filter(options, user)
    accounts = accounts_in(user, chosen)
    groups, resting = dashboard_answer(accounts, chosen), resting_answer(accounts, chosen)
    if options.json:
        print_json({"groups": groups, **resting})
        return 0
    for group in groups:
        print_group(group)
        before = [group["previous"] | {"when": "the period before"}] if group["previous"] else []
        print_table([group | {"when": "the period chosen"}, *before], [("when", "", words), *BRIEF], "")
    if not groups:
        print("No closed trade fits.")
    hidden = resting["incomplete"]["round_trips"] - resting["incomplete"]["counted"]
    if hidden:
        print(
            f"{counted(hidden, 'incomplete trade is', 'incomplete trades are')} left out; --incomplete counts those whose result is known."
        )
    if resting["stated"]:
        print(f"{counted(resting['stated'], 'trade rests', 'trades rest')} on an opening balance that you stated.")
    return 0
