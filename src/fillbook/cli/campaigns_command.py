"""`fillbook campaigns`: round trips that belong together, each once; and put together, named or let alone by hand."""

import argparse
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fillbook.cli.choosing import add_filter_arguments, chosen_filter
from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import (
    BRIEF,
    Column,
    add_limit_argument,
    add_reading_arguments,
    amount,
    moment,
    plain_amount,
    print_group,
    print_json,
    print_list,
    print_table,
    share,
    units,
    words,
)
from fillbook.cli.numbers import DASH, counted
from fillbook.cli.paper import sheet
from fillbook.cli.saying import saying
from fillbook.cli.stop import Stop
from fillbook.journal.shapes import TERMS, CampaignKey, Shape

if TYPE_CHECKING:
    from fillbook.storage.models import User

_FIGURES: Final[tuple[Column, ...]] = (
    ("campaigns", "campaigns", words),
    ("winners", "won", words),
    ("losers", "lost", words),
    ("win_rate", "win rate", share),
    ("average", "average", amount),
    ("average_days", "days", lambda value: DASH if value is None else f"{Decimal(value):.1f}"),
    ("fees", "fees", plain_amount),
    ("net", "profit", amount),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `campaigns` takes."""
    parser.add_argument("--key", metavar="KEY", help="only this one, by the key of any of its legs")
    parser.add_argument("--totals", action="store_true", help="what those that are closed came to, and how their legs ended one by one")
    parser.add_argument("--csv", action="store_true", help="with --totals: as rows with all digits")
    parser.add_argument("--by", choices=[key.value for key in CampaignKey], help="with --totals: by this (shape unless said)")
    parser.add_argument("--shape", choices=[shape.value for shape in Shape], help="only those of this shape")
    parser.add_argument("--on", metavar="SYMBOL", help="only those whose own underlying this is")
    parser.add_argument("--candidates", metavar="TRADE", help="what this round trip, or its campaign, could be taken together with")
    parser.add_argument("--changes", action="store_true", help="what you changed and can take back now, the latest first")
    add_filter_arguments(parser)
    add_limit_argument(parser)
    add_reading_arguments(parser)
    change = parser.add_argument_group("change, then list").add_mutually_exclusive_group()
    change.add_argument("--together", nargs="+", metavar="TRADE", help="take these round trips, by their keys, as one campaign of yours")
    change.add_argument("--add", metavar="TRADE", help="put one more round trip into the campaign that --key names")
    change.add_argument("--name", metavar="NAME", help="call the campaign that --key names so, and keep it as it is")
    change.add_argument("--apart", action="store_true", help="let each round trip of the campaign that --key names stand by itself")
    change.add_argument("--alone", metavar="TRADE", help="let this round trip stand by itself, whatever is proposed")
    change.add_argument("--undo", metavar="ID", help="take a change back, by its id; of several about the same the last first")
    change.add_argument("--proposed", metavar="TRADE", help="let a round trip that stands by itself be proposed again")


def run(options: argparse.Namespace) -> int:
    """List them."""
    open_database(options.data)
    from django.http import Http404

    from fillbook.storage.access import campaign_for
    from fillbook.storage.answers.campaigns import campaigns_page, whole_campaign_answer
    from fillbook.storage.campaigns import not_counted
    from fillbook.storage.choosing import accounts_in

    if options.by and not options.totals:
        raise Stop("--by goes with --totals.", 2)
    if options.csv and not options.totals:
        raise Stop("--csv goes with --totals.", 2)
    if options.totals and (options.shape or options.on):
        raise Stop("--shape and --on narrow the list; --totals tells of every shape and, with --by underlying, of every underlying.", 2)
    user, waiting = chosen_user(options.user), 0
    with saying():
        options.key = _changed(options, user)
    if (options.undo or options.apart) and not options.json:
        sheet().print("It is taken back." if options.undo else "Each of them stands by itself.")
        return 0
    if options.candidates:
        return _candidates(options, user)
    if options.key:
        try:
            found = [whole_campaign_answer(campaign_for(user, options.key))]
        except Http404:
            raise Stop(f"There is no campaign {options.key} in this book.", 2) from None
    elif options.totals:
        return _totals(options, user)
    elif options.changes:
        return _changes(options, user)
    else:
        chosen = chosen_filter(options, user)
        size, on = options.limit or sys.maxsize, (options.on or "").strip().upper()
        page = campaigns_page(accounts_in(user, chosen), chosen, size=size, shape=options.shape or "", on=on)
        found, waiting = page[0] if page else [], not_counted(accounts_in(user, chosen), chosen)
    if options.json:
        print_json(found[0] if options.key else {"items": found})
    else:
        _print(found)
        if waiting:
            sheet().print(f"{counted(waiting, 'campaign')} with an incomplete leg left out; --incomplete lists them too.")
    return 0


def _print(found: list[dict[str, Any]]) -> None:
    for one in found:
        one["count"] = len(one["legs"])
    columns: list[Column] = [
        ("title", "campaign", words),
        ("opened_on", "opened", words),
        ("closed_on", "closed", words),
        ("count", "legs", words),
        ("rolls", "rolls", words),
        ("net", "profit", amount),
        ("currency", "in", words),
    ]
    print_table(found, columns, "No campaign fits.", left=3)


def _candidates(options: argparse.Namespace, user: "User") -> int:
    from django.http import Http404

    from fillbook.storage.access import trip_for
    from fillbook.storage.answers.campaigns import candidates_answer

    try:
        found = candidates_answer(trip_for(user, options.candidates))
    except Http404:
        raise Stop(f"There is no round trip {options.candidates} in this book; `fillbook trades --json` has the keys.", 2) from None
    columns: list[Column] = [
        ("trade", "trade", words),
        ("instrument", "instrument", words),
        ("side", "side", words),
        ("opened_on", "opened", words),
        ("closed_on", "closed", words),
        ("campaign", "leaves campaign", words),
        ("quantity", "units", units),
    ]
    return print_list(
        found, columns, "Nothing of its account and underlying could be taken together with it.", as_json=options.json, left=6
    )


def _totals(options: argparse.Namespace, user: "User") -> int:
    from fillbook.storage.answers.campaigns import totals_answer
    from fillbook.storage.choosing import accounts_in
    from fillbook.storage.report_files import rows_of_campaigns
    from fillbook.storage.report_sheet import csv_lines

    chosen, by = chosen_filter(options, user), CampaignKey(options.by or CampaignKey.SHAPE)
    if options.csv:
        sys.stdout.writelines(csv_lines(rows_of_campaigns(accounts_in(user, chosen), chosen, by)))
        return 0
    found = totals_answer(accounts_in(user, chosen), chosen, by)
    if options.json:
        print_json({"groups": found})
        return 0
    if not found:
        sheet().print("No campaign fits.")
    for group in found:
        print_group(group)
        legs = ", ".join(f"{group[name]} {word}" for name, word in (("leg_winners", "won"), ("leg_losers", "lost"), ("leg_even", "even")))
        parts = [{**part, "value": TERMS[Shape(part["value"])]} if group["by"] == CampaignKey.SHAPE else part for part in group["parts"]]
        print_table([*parts, {**group, "value": "all, each once"}], [("value", group["by"], words), *_FIGURES], "", left=1)
        sheet().print(f"Their legs one by one: {legs}")
        names = (("alone", "trades in none"), ("decisions", "each decision once"), ("trades", "all, leg by leg"))
        lines = [{"what": name, **group[key]} for key, name in names]
        print_table(lines, [("what", "beside them", words), *BRIEF], "", left=1)
    return 0


def _changes(options: argparse.Namespace, user: "User") -> int:
    from fillbook.storage.answers.campaigns import changes_answer
    from fillbook.storage.campaign_changes import changes_of

    found = changes_answer(changes_of(user))
    columns: list[Column] = [("id", "change", str), ("what", "what", words), ("trade", "trade", words), ("made_at", "at", moment)]
    return print_list(found, columns, "There is nothing to take back.", as_json=options.json, left=4)


def _changed(options: argparse.Namespace, user: "User") -> str | None:
    """Do what is asked for; the key of the one campaign to show, None for the list."""
    from fillbook.storage import campaigning

    key: str | None = options.key
    if key is None and (options.add or options.name is not None or options.apart):
        raise Stop("Name the campaign with --key KEY; `fillbook campaigns --json` has the keys.", 2)
    if options.together:
        return campaigning.gather(user, options.together).key
    if key and options.add:
        return campaigning.add(user, key, options.add).key
    if key and options.name is not None:
        return campaigning.keep(user, key, options.name).key
    if key and options.apart:
        campaigning.dissolve(user, key)
        return None
    if options.alone:
        campaigning.take_out(user, options.alone)
    if options.proposed:
        campaigning.put_back(user, options.proposed)
    if options.undo:
        _undo(options.undo, user)
    return key


def _undo(change: str, user: "User") -> None:
    from django.http import Http404

    from fillbook.storage.campaign_changes import undo

    try:
        undo(user, change)
    except Http404:
        raise Stop(f"There is no change {change} that can be taken back now; `fillbook campaigns --changes` lists those.", 2) from None
