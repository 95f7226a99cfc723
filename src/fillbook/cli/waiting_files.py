"""Files that were chosen on the page and wait for their owner's yes, and what accepting one would change."""

from typing import TYPE_CHECKING, Any

from fillbook.cli.listing import Column, moment, print_json, print_list, words
from fillbook.cli.stop import Stop

if TYPE_CHECKING:
    from fillbook.storage.models import User


def print_waiting(user: "User", number: str, *, as_json: bool) -> int:
    """All of them, or the one of this number.

    Raises:
        Stop: no file of this number waits.
    """
    from django.http import Http404

    from fillbook.sync.answers import upload_answer, whole_upload_answer
    from fillbook.sync.uploads import waiting

    if number:
        try:
            whole = whole_upload_answer(user, number)
        except Http404:
            raise Stop(f"No file {number} waits; `fillbook import --waiting` lists those that do.", 2) from None
        print_json(whole) if as_json else _print(whole)
        return 0
    found = [upload_answer(raw) for raw in waiting(user)]
    columns: list[Column] = [
        ("id", "number", words),
        ("file_name", "file", words),
        ("broker", "broker", words),
        ("received_at", "received", moment),
        ("size", "bytes", words),
    ]
    return print_list(found, columns, "No file waits to be accepted.", as_json=as_json, left=4)


def _print(whole: dict[str, Any]) -> None:
    print(whole["file_name"])
    if whole["error"]:
        print(f"  × {whole['error']}")
    for account in whole["accounts"]:
        print(
            f"  Account {account['account']}{'' if account['account_id'] else ', which would be new'}, {account['from']} to {account['to']}"
        )
        told = " · ".join(f"{count:,} {name}" for name, count in account["rows"].items() if count) or "no rows"
        print("    left out, because you do not follow this account" if account["left_out"] else f"    {told}")
    for finding in whole["findings"]:
        print(f"  {finding['message']} {finding['remedy'] or ''}".rstrip())
    print("  Every row is in your book already." if whole["nothing_new"] else "  Accept or discard it on its page.")
