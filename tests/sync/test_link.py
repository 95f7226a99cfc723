"""A link from form to trades, against a broker that answers by script."""

import pytest

from fillbook.brokers.interface import Endpoint
from fillbook.storage.models import BrokerAccount, ExecutionRow, LinkState, RawStatement, RoundTripRow, RunState, User
from fillbook.sync import service
from fillbook.sync.service import LinkOutcome
from tests.sync.flex import QUERY, TOKEN, Flex
from tests.sync.waiting import ended, fresh

pytestmark = pytest.mark.usefixtures("jobs")


def begin(owner: User, token: str = TOKEN) -> LinkOutcome:
    return service.begin_link(owner, "ibkr", Endpoint.SANDBOX, {"token": token, "query_id": QUERY})


def test_a_form_becomes_a_link_with_accounts_executions_and_trades(owner: User, flex: Flex) -> None:
    outcome = begin(owner)
    assert outcome.link is not None
    assert outcome.link.state == LinkState.VALIDATING
    run = ended(outcome.run)
    assert (run.state, run.error_message, run.rows_new, run.rows_known, run.trades_changed) == (RunState.DONE, "", 2, 0, 1)
    link = fresh(outcome.link)
    assert link.state == LinkState.LINKED
    assert link.linked_at is not None
    account = BrokerAccount.objects.get(link=link)
    assert (account.number, account.kind, account.owner) == ("U7000001", "sandbox", owner)
    assert ExecutionRow.objects.filter(account=account).count() == 2
    assert [trip.realized_pnl for trip in RoundTripRow.objects.filter(account=account)] == [98]
    assert flex.seen == [("SendRequest", TOKEN), ("GetStatement", TOKEN), ("GetStatement", TOKEN)]
    assert RawStatement.objects.get().accepted_at is not None
