"""Accounts, links, runs, and who asks."""

from ninja import Field

from fillbook.web.api.schemas.kinds import Answer, Currency, Day, Moment, Money, Period


class TokenAnswer(Answer):
    """The token that asks."""

    name: str
    scopes: list[str]
    expires_at: Moment


class Me(Answer):
    """Who asks."""

    email: str
    display_name: str | None
    operator: bool = Field(description="Whether they run this Fillbook.")
    version: str = Field(description="Of this Fillbook.")
    token: TokenAnswer


class Statuses(Answer):
    """How many comparisons came out which way."""

    equal: int
    inferred: int
    unstated: int
    explained: int
    different: int


class Reconciliation(Answer):
    """Ours beside the broker's."""

    fills: Statuses
    positions: Statuses


class ReconciliationCounts(Reconciliation):
    """Ours beside the broker's, fees included: each charge beside what the round trips count of it."""

    fees: Statuses


class Account(Answer):
    """An account held at a broker."""

    id: int = Field(description="As filters name it.")
    account: str = Field(description="The broker's number.")
    alias: str | None
    kind: str = Field(description="real, paper or sandbox; never totalled together.")
    broker: str
    currency: Currency | None = Field(description="Base currency.")
    counted: bool = Field(description="Whether its owner wants it fetched and counted.")
    link: str | None = Field(description="Id of its link; null for one known from files alone.")
    link_state: str | None = Field(description="validating, awaiting, linked, paused or needs_user.")
    error: str | None = Field(description="Why the link does not work, in words.")
    last_success_at: Moment | None
    from_: Day | None = Field(alias="from", description="First day covered without a gap.")
    to: Day | None = Field(description="Last day covered: how fresh the figures are.")
    grouping: str
    matching: str
    assignment: str
    counts_forex: bool
    reconciliation: Reconciliation


class Accounts(Answer):
    """All accounts."""

    items: list[Account]


class Completeness(Answer):
    """How complete the account's history is. The counts are of instruments."""

    status: str
    confirmed: bool = Field(description="Whether the broker's positions confirm it.")
    complete: int
    stated: int
    inferred: int
    missing: int


class WholeAccount(Account):
    """An account with what its history holds and lacks."""

    covered: list[Period]
    gaps: list[Period]
    open: int = Field(description="Round trips not yet flat.")
    incomplete: int = Field(description="Closed round trips some of whose openings are unknown.")
    unmatched: int = Field(description="Closing fills without their other side.")
    flagged: int = Field(description="Instruments that a corporate action left in doubt.")
    never_flat: list[str] = Field(
        description="Symbols that are closed often and never go flat: each closing as a trade (see /settings) would say more."
    )
    twins: list[int] = Field(description="Ids of accounts that hold nearly all of the same fills: it may count twice.")
    completeness: Completeness


class Finding(Answer):
    """Something that a statement lacks or says oddly."""

    severity: str = Field(description="fatal, warning or note.")
    code: str
    message: str
    remedy: str | None
    new: bool = Field(description="Only since the query was last changed; of a file that waits, always false.")


class Doctor(Answer):
    """What an account's query lacks."""

    account: str
    id: int
    kind: str
    link: str | None
    statement: Moment | None = Field(description="When the statement that it is told from was received.")
    changed_at: Moment | None
    incomplete: int = Field(description="Instruments of which an opening or a closing is in no statement.")
    ok: bool = Field(description="Whether the link works.")
    error: str | None
    title: str | None = Field(description="Of the query.")
    lacking: bool = Field(description="Whether something is lacking, notes aside.")
    findings: list[Finding]


class ComparisonAnswer(Answer):
    """One of our figures beside the broker's. Money in `currency`; of a position, units."""

    kind: str = Field(description="fill, position or fee.")
    id: str = Field(description="Execution id; of a position the contract id.")
    instrument: str
    day: Day | None
    currency: Currency
    ours: Money | None
    broker: Money | None
    difference: Money | None = Field(description="Ours minus the broker's.")
    status: str = Field(description="equal, inferred, unstated, explained or different.")
    reason: str | None


class Rows(Answer):
    """Rows that a run brought."""

    new: int
    known: int
    changed: int
    withdrawn: int
    returned: int = Field(description="There again after they were withdrawn.")


class RunError(Answer):
    """What stopped a run, or made it wait."""

    kind: str
    code: str
    message: str


class Run(Answer):
    """One sync run of a link, or of an uploaded file."""

    id: int
    link: str | None
    kind: str = Field(description="scheduled, manual, first, trial (of what replaces a token), history or upload.")
    state: str = Field(description="queued, running, waiting, done or failed.")
    step: str | None
    began_at: Moment
    ended_at: Moment | None
    tries_again_at: Moment | None
    rows: Rows
    trades_changed: int = Field(description="Round trips that are new, gone or different, those made of new fills among them.")
    trades_restated: int = Field(description="Those of them that a later statement changed in the past, as its restatements have them.")
    note: str | None
    error: RunError | None


class Upload(Answer):
    """A file that was chosen on the pages and looked into; nothing of it is in the book before its owner says so."""

    id: int
    file_name: str
    broker: str
    title: str | None = Field(description="Of the query that it came from.")
    size: int = Field(description="Bytes.")
    received_at: Moment


class Uploads(Answer):
    """All that wait."""

    items: list[Upload]


class UploadedAccount(Answer):
    """What accepting a file would do to one account."""

    account: str
    kind: str
    account_id: int | None = Field(description="Null for one that would be new.")
    from_: Day | None = Field(alias="from")
    to: Day | None
    left_out: bool = Field(description="Its owner does not follow it, so nothing of it would be taken.")
    rows: Rows = Field(description="Of every kind.")
    executions: Rows


class WholeUpload(Upload):
    """A file, and what accepting it would change."""

    error: str | None = Field(description="Why it cannot be accepted.")
    nothing_new: bool = Field(description="Every row of it is in the book already.")
    accounts: list[UploadedAccount]
    findings: list[Finding]


class LinkAnswer(Answer):
    """A read-only connection to a broker. No part of a credential is ever answered."""

    link: str = Field(description="Its id.")
    broker: str
    name: str
    sandbox: bool
    accounts: list[str]
    state: str
    error: str | None
    figures_to: Day | None
    last_success_at: Moment | None
    next_run_at: Moment | None
    credential_ends_on: Day | None
    nothing_before: Day | None = Field(description="The broker has nothing before this day; null while nobody fetched so far back.")
    refused: str | None = Field(description="Why no run was begun; null here.")
    run: Run | None = Field(description="The latest one.")


class Broker(Answer):
    """A broker that can be linked or whose files can be read, and what it can give."""

    id: str
    name: str
    summary: str
    link: str = Field(description="form, redirect or upload (files alone).")
    level: str = Field(description="How far it is proven: parses, reconciles or complete.")
    exemptions: list[str] = Field(description="What it is excused from on that level, and why.")
    asset_classes: list[str]
    limits: list[str] = Field(description="What to know beforehand.")
    history_days: int | None = Field(description="How far back a first fetch goes; null for all there is.")
    goes_back: bool = Field(description="Earlier days can be asked for.")
    time: str = Field(description="What its times are worth: exact, date or mixed.")
    positions: bool = Field(description="It states open positions, to check against.")
    same_day: bool = Field(description="Fills of today come today.")
    several_accounts: bool = Field(description="In one link.")
    renewal_days: int | None = Field(description="After how many days at most a link ends by itself; null for never.")
    uploads: list[str] = Field(description="Kinds of files that it reads.")


class Brokers(Answer):
    """All brokers."""

    items: list[Broker]


class Links(Answer):
    """All links."""

    items: list[LinkAnswer]
