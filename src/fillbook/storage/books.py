"""An account's book, made again from its ledger: for what asks for more than the tables keep of it."""

from fillbook.storage.derive import settings_of
from fillbook.storage.loading import load_statement
from fillbook.storage.models import BrokerAccount
from fillbook.trades.account import AccountBook, read_account
from fillbook.trades.settings import MatchSettings


def load_book(account: BrokerAccount, settings: MatchSettings | None = None) -> AccountBook:
    """Read an account from its stored facts, under its own settings unless others are given; nothing is written.

    A position that no statement states, because rows came after the latest positions, stands in it as if the broker had stated it.
    """
    return read_account(load_statement(account).statement, settings or settings_of(account))
