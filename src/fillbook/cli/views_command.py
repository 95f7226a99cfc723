"""`fillbook views`: your saved views by name; and one saved or deleted."""

import argparse
from typing import TYPE_CHECKING

from fillbook.cli.database import chosen_user, open_database
from fillbook.cli.listing import Column, add_reading_arguments, print_list, words
from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.models import User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `views` takes."""
    add_reading_arguments(parser)
    change = parser.add_argument_group("change, then list")
    one = change.add_mutually_exclusive_group()
    one.add_argument("--save", metavar="NAME", help="keep a page or a filter under this name; one of that name is replaced")
    one.add_argument("--delete", metavar="NAME", help="delete the view of this name; trades stay as they are")
    change.add_argument("--path", metavar="PATH", default="", help="the page that --save opens, such as /reports/by/symbol/; else any page")
    change.add_argument("--query", metavar="QUERY", default="", help="what its address says: symbol=AAPL&period=this-month&basis=gross")
    change.add_argument("--default", action="store_true", help="let pages begin with what --save keeps")


def run(options: argparse.Namespace) -> int:
    """List them."""
    open_database(options.data)
    from fillbook.storage.access import views_of
    from fillbook.storage.answers.words import view_answer

    user = chosen_user(options.user)
    _change(options, user)
    found = [view_answer(view) for view in views_of(user)]
    columns: list[Column] = [
        ("name", "view", words),
        ("path", "opens", lambda path: path or "any page"),
        ("query", "with", words),
        ("is_default", "pages begin with it", lambda on: "yes" if on else ""),
    ]
    return print_list(found, columns, "There is no saved view yet.", as_json=options.json, left=4)


def _change(options: argparse.Namespace, user: "User") -> None:
    from fillbook.storage.access import views_of
    from fillbook.storage.viewing import BadView, written_view
    from fillbook.storage.views import CannotSave, save_view

    if options.save is None and (options.path or options.query or options.default):
        raise Stop("--path, --query and --default say what --save NAME keeps.", 2)
    if options.save is not None:
        try:
            save_view(user, options.save, written_view(options.path, options.query), is_default=options.default)
        except BadView as problem:
            raise Stop(f"--{problem.field}: {problem}", 2) from None
        except CannotSave as problem:
            raise Stop(str(problem), 2) from None
    if options.delete is not None and not views_of(user).filter(name__iexact=" ".join(options.delete.split())).delete()[0]:
        raise Stop(f"There is no view {options.delete} in this book; `fillbook views` lists them.", 2)
