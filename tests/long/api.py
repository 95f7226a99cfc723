"""Requests made out of the API's own description, thousands of them: schemathesis asks each operation what is allowed and what is not.

Each operation is asked with values that the description allows, with values that it does not, and for things that exist; every answer has
to be one that the description has: status, shape, headers, 401 without a token. The book is a small one in a database of its own.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Hunt; the status is 1 at the first answer that is not described."""
    parser = argparse.ArgumentParser(prog="python3 run.py long api", description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="requests of each kind to each operation (default 100)")
    count = parser.parse_args(arguments).count
    folder = Path(tempfile.mkdtemp(prefix="fillbook-api-"))
    try:
        return hunted(folder, count)
    finally:
        shutil.rmtree(folder)


def hunted(folder: Path, count: int) -> int:
    """With a database in a folder; prints how many answers had which status."""
    from fillbook.storage import start

    start.prepare(folder)
    start.upgrade()
    start.collect()
    from django.conf import settings

    from fillbook.storage import words
    from fillbook.storage.models import RoundTripRow, RunKind, SavedView, SyncRun, User
    from fillbook.storage.tokens import make_token
    from tests.web.api.hunting import hunt
    from tests.web.book import link_of, write_book

    settings.ALLOWED_HOSTS = ["localhost"]
    owner = User.objects.create_user("owner@example.com", "a row of fills, kept well")
    account = write_book(owner, link=link_of(owner))
    key = RoundTripRow.objects.filter(account=account, is_open=False).earliest("closed_on").key
    note = words.write_note(owner, key, "noted")
    assert note is not None
    objects = {
        "account_id": str(account.pk),
        "link_id": str(account.link_id),
        "run_id": str(SyncRun.objects.create(owner=owner, link=account.link, kind=RunKind.MANUAL, state="done").pk),
        "note_id": str(note.pk),
        "tag_id": str(words.add_tag(owner, key, "late").pk),
        "view_id": str(SavedView.objects.create(owner=owner, name="all", query="").pk),
        "key": key,
        "number": "1",
        "day": "2026-02-10",
    }
    counts = hunt(make_token(owner, "hunter", ["read", "words", "sync"])[1], objects, count, derandomize=False)
    told = ", ".join(f"{status}: {counts[status]:,}" for status in sorted(counts))
    print(f"api: {sum(counts.values()):,} answers, each as described ({told})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
