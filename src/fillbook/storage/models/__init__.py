"""All tables. Other packages reach private rows through `storage.access`, never through these classes' managers."""

from fillbook.storage.models.derived import (
    AccountTotals,
    BridgeRow,
    ClosedLotRow,
    DayTotals,
    FindingRow,
    FlagRow,
    OpenLotRow,
    ReconciliationRow,
    RoundTripRow,
    TripFillRow,
    UnmatchedRow,
)
from fillbook.storage.models.ledger import (
    AccountInstrument,
    CorporateActionRow,
    ExecutionRow,
    InstrumentRow,
    OptionEventRow,
    PositionRow,
    RowState,
    StatedRow,
    TransferRow,
)
from fillbook.storage.models.links import AccountKind, BrokerAccount, EndpointKind, Link, LinkState
from fillbook.storage.models.people import Instance, SecurityEvent, User
from fillbook.storage.models.raw import Origin, RawStatement, StatementCoverage
from fillbook.storage.models.runs import RunKind, RunState, SyncRun

__all__ = [
    "AccountInstrument",
    "AccountKind",
    "AccountTotals",
    "BridgeRow",
    "BrokerAccount",
    "ClosedLotRow",
    "CorporateActionRow",
    "DayTotals",
    "EndpointKind",
    "ExecutionRow",
    "FindingRow",
    "FlagRow",
    "Instance",
    "InstrumentRow",
    "Link",
    "LinkState",
    "OpenLotRow",
    "OptionEventRow",
    "Origin",
    "PositionRow",
    "RawStatement",
    "ReconciliationRow",
    "RoundTripRow",
    "RowState",
    "RunKind",
    "RunState",
    "SecurityEvent",
    "StatedRow",
    "StatementCoverage",
    "SyncRun",
    "TransferRow",
    "TripFillRow",
    "UnmatchedRow",
    "User",
]
