"""Instruments of statements as rows: each description once, and for each account the latest one of every contract."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from fillbook.ledger.instrument import Instrument
from fillbook.storage.models import AccountInstrument, BrokerAccount, InstrumentRow
from fillbook.storage.records import batches, instrument_columns, instrument_digest

_MENTIONED: Final = 0
"""Weaker than any origin."""


class Describer:
    """Writes the instruments of one statement of one account.

    renamed: contract ids that pages call otherwise from now on.
    """

    def __init__(self, account: BrokerAccount, origin: int, stated_at: datetime) -> None:
        """Take the account and how much its statement is believed."""
        self.renamed: set[str] = set()
        self._account = account
        self._origin = origin
        self._stated_at = stated_at
        self._digests: dict[Instrument, str] = {}
        self._rows: dict[str, int] = {}

    def describe(self, instruments: Iterable[Instrument], mentioned: Iterable[Instrument] = ()) -> None:
        """Make rows for all of these; of several descriptions of one contract the last counts as the statement's.

        mentioned: sparse descriptions, which name a contract only as long as no other does.
        """
        latest = {instrument.key: instrument for instrument in self._digested(mentioned)}
        origins = dict.fromkeys(latest, _MENTIONED)
        for instrument in self._digested(instruments):
            latest[instrument.key], origins[instrument.key] = instrument, self._origin
        self._find()
        missing = {digest: instrument for instrument, digest in self._digests.items() if digest not in self._rows}
        # in one order: two accounts with the same new instruments would wait for each other
        broker = self._account.broker
        rows = [InstrumentRow(broker=broker, digest=digest, **instrument_columns(missing[digest])) for digest in sorted(missing)]
        InstrumentRow.objects.bulk_create(rows, batch_size=300, ignore_conflicts=True)  # another account may just have described it
        self._find()
        self._name(latest, origins)

    def row_of(self, instrument: Instrument) -> int:
        """Primary key of a description."""
        return self._rows[self._digests[instrument]]

    def _digested(self, instruments: Iterable[Instrument]) -> Iterator[Instrument]:
        for instrument in instruments:
            if instrument not in self._digests:
                self._digests[instrument] = instrument_digest(instrument)
            yield instrument

    def _find(self) -> None:
        wanted = [digest for digest in self._digests.values() if digest not in self._rows]
        for part in batches(wanted):
            found = InstrumentRow.objects.filter(broker=self._account.broker, digest__in=part)
            self._rows.update(found.values_list("digest", "pk"))

    def _name(self, latest: dict[str, Instrument], origins: dict[str, int]) -> None:
        """Take over the statement's descriptions where no stronger statement has given one."""
        known = {row.key: row for row in AccountInstrument.objects.filter(account=self._account)}
        new, changed = [], []
        for key, instrument in latest.items():
            row, pk, origin = known.get(key), self.row_of(instrument), origins[key]
            if row is None:
                new.append(AccountInstrument(account=self._account, key=key, instrument_id=pk, origin=origin, stated_at=self._stated_at))
            elif (row.origin, row.stated_at) < (origin, self._stated_at):
                if row.instrument_id != pk:
                    self.renamed.add(key)
                row.instrument_id, row.origin, row.stated_at = pk, origin, self._stated_at
                changed.append(row)
        AccountInstrument.objects.bulk_create(new, batch_size=300)
        AccountInstrument.objects.bulk_update(changed, ["instrument", "origin", "stated_at"], batch_size=300)


def latest_descriptions(account: BrokerAccount, keys: Iterable[str]) -> dict[str, InstrumentRow]:
    """Contract id -> the row that describes it best in this account, for those ids that it knows."""
    found: dict[str, InstrumentRow] = {}
    described = AccountInstrument.objects.filter(account=account).select_related("instrument")
    for part in batches(sorted(keys)):
        found.update((row.key, row.instrument) for row in described.filter(key__in=part))
    return found
