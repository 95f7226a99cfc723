"""A broker's CSV that its user already has: the preview, the yes, and the same file again."""

from datetime import date

import pytest

from fillbook.storage.models import BrokerAccount, Origin, RawStatement, RoundTripRow, RunState, User
from fillbook.storage.planning import Counts
from fillbook.storage.queries import bridge
from fillbook.sync import uploads
from tests.support.golden import STATEMENTS
from tests.sync.waiting import ended

pytestmark = pytest.mark.usefixtures("jobs")

FILE = STATEMENTS / "tastytrade" / "today.csv"


def test_a_history_is_shown_before_it_counts_and_again_changes_nothing(owner: User) -> None:
    preview = uploads.preview_upload(owner, "history.csv", FILE.read_bytes())
    assert preview.error == ""
    (account,) = preview.accounts
    assert (account.number, account.first, account.last) == ("tastytrade", date(2026, 1, 30), date(2026, 2, 24))
    assert (account.executions, account.rows) == (Counts(new=8), Counts(new=11))
    assert [finding["code"] for finding in preview.findings] == ["row_not_understood", "account_unnamed"]
    assert not BrokerAccount.objects.filter(owner=owner).exists()
    assert preview.preview_id is not None
    assert ended(uploads.accept_upload(owner, preview.preview_id)).state == RunState.DONE
    trips = RoundTripRow.objects.filter(account__owner=owner).values_list("instrument__symbol", "realized_pnl")
    assert {symbol: f"{pnl:.2f}" for symbol, pnl in trips if pnl} == {"NOVA 260220C60": "137.97", "NOVA": "93.88"}
    assert bridge(list(BrokerAccount.objects.filter(owner=owner))) == {}
    assert RawStatement.objects.get(owner=owner).origin == Origin.UPLOADED
    assert uploads.preview_upload(owner, "history.csv", FILE.read_bytes()).nothing_new


def test_another_table_is_refused_in_the_brokers_words(owner: User) -> None:
    preview = uploads.preview_upload(owner, "orders.csv", b"Symbol,Quantity,Price,Action\nACME,1,2,BUY\n")
    assert preview.preview_id is None
    assert "no tastytrade history" in preview.error
