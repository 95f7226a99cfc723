"""`fillbook trade KEY`: one round trip with its fills, the lots that they closed, and your words about it; cut, joined or planned."""

import argparse
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, amount, moment, plain_amount, print_json, print_table, units, words
from fillbook.cli.numbers import quantity
from fillbook.cli.saying import saying
from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.models import RoundTripRow, User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `trade` takes."""
    parser.add_argument("key", metavar="KEY", help="its key, as `fillbook trades --json` and a page's address have it")
    parser.add_argument("--sent", type=int, metavar="N", help="what the broker sent of its fill number N, byte for byte")
    change = parser.add_argument_group("change, then tell").add_mutually_exclusive_group()
    change.add_argument("--cut", type=int, metavar="N", help="let a new round trip begin with what its closing fill number N closes")
    change.add_argument("--join", action="store_true", help="let the round trip before it in the same instrument go on with it")
    change.add_argument("--undo", metavar="ID", help="take a cut or join of its instrument back, by its id")
    plan = parser.add_argument_group("plan, then tell; what is not said stays, and '' takes it away")
    plan.add_argument("--stop", metavar="PRICE", help="where you would have given it up, as first planned")
    plan.add_argument("--target", metavar="PRICE", help="where you would have closed it with a gain")
    plan.add_argument("--rating", metavar="N", help="how well you traded it, from 1 (worst) to 5")
    add_reading_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Tell of it."""
    open_database(options.data)
    from django.http import Http404

    from fillbook.storage.access import trip_for
    from fillbook.storage.answers.trips import fill_sent_answer, whole_trip_answer

    user = chosen_user(options.user)
    try:
        trip = trip_for(user, _changed(options, user))
        _plan(options, user, trip)
    except Http404:
        raise Stop(f"There is no round trip {options.key} in this book.", 2) from None
    if options.sent is not None:
        found = fill_sent_answer(trip, options.sent)
        if found is None:
            raise Stop(f"This round trip has no fill number {options.sent} with a row of its own.", 2)
        print_json(found) if options.json else print(found["text"])
        return 0
    found = whole_trip_answer(trip)
    print_json(found) if options.json else _print(found)
    return 0


def _changed(options: argparse.Namespace, user: "User") -> str:
    """Do what is asked for; the key of the round trip to tell of."""
    from fillbook.storage.access import trip_for
    from fillbook.storage.regrouping import CannotRegroup, cut, join, overrides_beside, take_back, trip_of

    try:
        if options.cut is not None:
            return cut(user, options.key, options.cut)
        if options.join:
            return join(user, options.key)
    except CannotRegroup as problem:
        raise Stop(f"{problem} Nothing was changed.", 2) from None
    if options.undo:
        made = next((one for one in overrides_beside(trip_for(user, options.key)) if str(one.pk) == options.undo), None)
        if made is None:
            raise Stop(f"There is no cut or join {options.undo} in its instrument; --json lists them as `regroupings`.", 2)
        take_back(made)
        held = trip_of(made)
        return held.key if held else options.key
    key: str = options.key
    return key


def _plan(options: argparse.Namespace, user: "User", trip: "RoundTripRow") -> None:
    from fillbook.storage.plans import planned, write_plan

    said = (options.stop, options.target, options.rating)
    if all(one is None for one in said):
        return
    plan = planned(trip).plan
    before = ("" if one is None else str(one) for one in (plan.stop, plan.target, plan.rating))
    with saying():
        write_plan(user, trip.key, *(old if new is None else new for new, old in zip(said, before, strict=True)))


def _print(found: dict[str, Any]) -> None:
    when = f"{found['opened_on'] or 'before the history'} to {found['closed_on']}" if found["closed_on"] else f"since {found['opened_on']}"
    net = plain_amount(found["realized_pnl"])
    print(f"{found['instrument']} {found['side']}, {found['status']}, {when}: {net} {found['currency']} after fees")
    if found["tags"]:
        print(f"Tags: {', '.join(found['tags'])}")
    plan = found["plan"]
    said = [f"{name} {plan[name]}" for name in ("stop", "target") if plan[name] is not None]
    said += [f"{quantity(Decimal(plan['r']))} R"] if plan["r"] is not None else []
    said += [f"rated {plan['rating']} of 5"] if plan["rating"] is not None else []
    if said:
        print(f"Plan: {', '.join(said)}")
    columns: list[Column] = [
        ("number", "fill", words),
        ("executed_at", "at", moment),
        ("role", "role", words),
        ("quantity", "quantity", units),
        ("price", "price", units),
        ("fees", "fees", plain_amount),
        ("realized_pnl", "realized", amount),
        ("broker_realized_pnl", "broker", amount),
    ]
    print_table(found["fill_rows"], columns, "It has no fill.", left=3)
    for note in found["notes"]:
        print(f"\n{note['text']}")
