"""Opening balances that an account's owner stated, as they are read; `stating` changes them."""

from collections.abc import Iterator, Mapping

from django.db.models import QuerySet
from django.http import Http404

from fillbook.ledger.instrument import Instrument
from fillbook.ledger.opening import OpeningBalance
from fillbook.storage.models import BrokerAccount, StatedOpening


def openings_of(account: BrokerAccount) -> QuerySet[StatedOpening]:
    """What is stated of an account whose access was checked, oldest day first."""
    return StatedOpening.objects.filter(account=account).order_by("opened_on", "pk")


def opening_for(account: BrokerAccount, opening_id: int) -> StatedOpening:
    """One of them.

    Raises:
        Http404: the account has none with this id.
    """
    found = openings_of(account).filter(pk=opening_id).first()
    if found is None:
        raise Http404("There is no such page.")
    return found


def load_openings(account: BrokerAccount, instruments: Mapping[str, Instrument]) -> tuple[OpeningBalance, ...]:
    """As records; those of an instrument that the account no longer has say nothing."""
    return tuple(
        OpeningBalance(account.number, instruments[row.instrument_key], row.quantity, row.cost_basis, row.opened_on)
        for row in openings_of(account)
        if row.instrument_key in instruments
    )


def opening_lines(account: BrokerAccount) -> Iterator[str]:
    """One line for each, for the ledger's hash."""
    for row in openings_of(account):
        yield f"stated {row.instrument_key} {row.opened_on} {row.quantity:f} {row.cost_basis:f}"
