"""A link that works, as if it had been linked this morning: by the same functions, but without jobs and a broker, ten times as quick.

`linked(owner)` for tests of what comes later; `test_link` and `test_sandbox` prove the way there.
"""

from datetime import date

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import Link, LinkState, Origin, RunKind, RunState, SyncRun, User
from fillbook.storage.raw import keep_raw
from fillbook.storage.secrets import seal_credential
from fillbook.sync import clock, runs, taking
from tests.sync.flex import QUERY, TOKEN, statement


def linked(owner: User, *accounts: str, token: str = TOKEN) -> Link:
    """One with the year of these accounts (U7000001 without any), whose token and query work."""
    now = clock.now()
    link = Link(owner=owner, broker="ibkr", endpoint=Endpoint.SANDBOX, name="Book", state=LinkState.VALIDATING, created_at=now)
    seal_credential(link, {"token": token, "query_id": QUERY}, "token")
    link.save(force_insert=True)
    run = SyncRun.objects.create(owner=owner, link=link, kind=RunKind.FIRST, state=RunState.RUNNING, created_at=now)
    raw = keep_raw(owner, link.broker, statement(*(accounts or ("U7000001",))), Origin.FETCHED, link)
    assert taking.take_in_here(run.pk, raw.pk) == {"next": "done"}
    memory = {"form": "bare", "days": 365}
    assert runs.finish(run.pk, memory, whole_year=True, figures_to=date(2026, 9, 25), note="", warning=None)
    return Link.objects.get(pk=link.pk)
