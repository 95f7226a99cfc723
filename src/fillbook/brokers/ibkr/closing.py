"""The end of a document: what only the whole of it can tell is settled, and each account's draft becomes a statement."""

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from fillbook.brokers.ibkr.accounts import AccountDraft, Drafts
from fillbook.brokers.ibkr.cash import stated_balances
from fillbook.brokers.ibkr.lots import stated_lots
from fillbook.brokers.ibkr.observed import Observed
from fillbook.brokers.ibkr.positions import stated_positions
from fillbook.brokers.ibkr.rates import Rates
from fillbook.ledger.cash import CashMovement
from fillbook.ledger.events import OptionEventKind
from fillbook.ledger.execution import Effect, Execution, ExecutionKind
from fillbook.ledger.figures import BrokerFigure
from fillbook.ledger.instrument import AssetClass, Instrument
from fillbook.ledger.money import proceeds_of
from fillbook.ledger.numbers import stored
from fillbook.ledger.statement import AccountStatement, DateRange

_PAPER: Final = re.compile(r"D[UFI]\d+", re.ASCII)
_ONE: Final = Decimal(1)
_COMPLETED: Final = frozenset({"multiplier", "assetCategory", "currency"})
"""Fields of trades that other sections can stand in for."""
_DELIVERIES: Final = frozenset({ExecutionKind.ASSIGNMENT, ExecutionKind.EXERCISE})
_BOOK: Final = ExecutionKind.BOOK
_EVENT_KINDS: Final = {
    OptionEventKind.EXPIRATION: ExecutionKind.EXPIRY,
    OptionEventKind.ASSIGNMENT: ExecutionKind.ASSIGNMENT,
    OptionEventKind.EXERCISE: ExecutionKind.EXERCISE,
}
_CLOSES: Final = frozenset({Effect.CLOSES, Effect.REVERSES})


def close_statements(drafts: Drafts, described: dict[str, Instrument], rates: Rates, observed: Observed) -> tuple[AccountStatement, ...]:
    """Every account's statement, by account number.

    described: instruments of the section Financial Instrument Information, by key.
    """
    for name in drafts.apart:
        observed.odd("account_apart", name)
    accounts = list(drafts.by_account.values())
    lacking = _COMPLETED - observed.fields["Trade"]
    for draft in accounts:
        _take_option_events_kinds(draft)
    states_pnl = _settle_realized_pnl(accounts, observed)
    for draft in accounts:
        draft.base_currency = draft.base_currency or _base_currency(draft.fills.values()) or rates.only_base
        if lacking:
            _complete(draft, described, lacking, derived="proceeds" not in observed.fields["Trade"])
        rates.complete(draft)
        _settle_fees(draft, rates, observed)
    return tuple(_close(draft, described, states_pnl, rates, observed) for draft in sorted(accounts, key=lambda each: each.account))


def _close(draft: AccountDraft, described: dict[str, Instrument], states_pnl: bool, rates: Rates, observed: Observed) -> AccountStatement:
    actions = {**draft.actions} if draft.actions else {**draft.summaries}
    positions = stated_positions(draft.positions, max((span.last for span in draft.ranges), default=None))
    rows: tuple[Iterable[object], ...] = (draft.fills.values(), actions.values(), draft.transfers.values(), positions)
    instruments = {row.instrument.key: row.instrument for kind in rows for row in kind}  # type: ignore[attr-defined]
    instruments = {key: _described(own, described.get(key, own)) for key, own in instruments.items()}
    movements = [_of_account(each, draft, instruments, described) for each in (draft.movements or draft.movement_sums).values()]
    covers = _covered(draft.ranges, observed)
    states_cash = draft.has_statement and "CashTransactions" in observed.sections
    return AccountStatement(
        account=draft.account,
        base_currency=draft.base_currency,
        covers=covers,
        executions=tuple(draft.fills.values()),
        corporate_actions=tuple(actions.values()),
        transfers=tuple(draft.transfers.values()),
        option_events=tuple(draft.option_events.values()),
        positions=positions,
        instruments=tuple(instruments.values()),
        alias=draft.alias,
        generated_at=draft.generated_at,
        states_executions=_states_executions(draft, observed),
        states_positions=draft.has_statement and "OpenPositions" in observed.sections,
        states_realized_pnl=states_pnl,
        states_transfers=draft.has_statement and "Transfers" in observed.sections,
        opened_on=draft.opened_on,
        paper=_PAPER.fullmatch(draft.account) is not None,
        unusable_rows=draft.unusable_rows,
        cash_movements=tuple(movements),
        cash_since=covers.first if covers is not None and states_cash else None,
        balances=stated_balances(draft),
        rates=rates.of(draft, _currencies(draft, movements, positions)) if rates.stated else (),
        broker_lots=tuple(replace(lot, instrument=instruments.get(lot.instrument.key, lot.instrument)) for lot in stated_lots(draft)),
    )


def _of_account(
    movement: CashMovement, draft: AccountDraft, instruments: dict[str, Instrument], described: dict[str, Instrument]
) -> CashMovement:
    """A movement in terms of the account: its row tells little of the instrument, rows of other sections more."""
    own = movement.instrument
    if own is not None:
        own = instruments.get(own.key) or _described(own, described.get(own.key, own))
    return replace(movement, instrument=own, currency=movement.currency or draft.base_currency or "")


def _currencies(draft: AccountDraft, movements: Iterable[CashMovement], positions: Iterable[BrokerFigure]) -> set[str]:
    """The currencies in which the account has rows."""
    instruments = [*(fill.instrument for fill in draft.fills.values()), *(figure.instrument for figure in positions)]
    traded = {instrument.currency for instrument in instruments} | {fill.fees_currency for fill in draft.fills.values()}
    return traded | {movement.currency for movement in movements} | {currency for _, currency, _ in draft.balances}


def _settle_realized_pnl(accounts: list[AccountDraft], observed: Observed) -> bool:
    """Tell figures from zeros that mean none. Whether the document states the broker's realized P&L at all.

    A query without the field has the option events' figures instead; one whose option "Profit and Loss" is off has zeros on every row,
    closing ones included.
    """
    fills = [fill for draft in accounts for fill in draft.fills.values()]
    stated = [fill for fill in fills if fill.broker_realized_pnl is not None]
    if not stated:
        for draft in accounts:
            _take_option_events_pnl(draft)
        return any(fill.broker_realized_pnl is not None for draft in accounts for fill in draft.fills.values())
    if any(fill.broker_realized_pnl for fill in stated) or not any(_realizes(fill) for fill in stated):
        return True
    observed.odd("pnl_off", "")
    for draft in accounts:
        draft.fills.update({key: replace(fill, broker_realized_pnl=None) for key, fill in draft.fills.items()})
    return False


def _realizes(fill: Execution) -> bool:
    """Whether a fill has a P&L other than 0 unless by chance: it closes, and is no exercise or assignment, whose premium moves on."""
    return fill.effect in _CLOSES and fill.kind not in _DELIVERIES


def _take_option_events_pnl(draft: AccountDraft) -> None:
    figures = {event.trade_id: event.broker_realized_pnl for event in draft.option_events.values() if event.trade_id}
    for key, fill in draft.fills.items():
        figure = figures.get(fill.trade_id)
        if figure is not None:
            draft.fills[key] = replace(fill, broker_realized_pnl=figure)


def _take_option_events_kinds(draft: AccountDraft) -> None:
    """What was booked without saying why (a query without Notes/Codes) by what the option events say of the same trade number."""
    kinds = {event.trade_id: event.kind for event in draft.option_events.values() if event.trade_id}
    if not kinds:
        return
    exercised = {
        (event.trade_date, event.instrument.underlying_key)
        for event in draft.option_events.values()
        if event.kind is OptionEventKind.EXERCISE
    }
    for key, fill in draft.fills.items():
        kind = kinds.get(fill.trade_id) if fill.kind is _BOOK else None
        if kind is OptionEventKind.STOCK_LEG:
            by_exercise = (fill.trade_date, fill.instrument.key) in exercised
            draft.fills[key] = replace(fill, kind=ExecutionKind.EXERCISE if by_exercise else ExecutionKind.ASSIGNMENT)
        elif kind in _EVENT_KINDS:
            draft.fills[key] = replace(fill, kind=_EVENT_KINDS[kind])


def _base_currency(fills: Iterable[Execution]) -> str | None:
    """The one currency whose rate to base is 1 on the rows, for a query without Account Information; None where two have it."""
    ones = {fill.instrument.currency for fill in fills if fill.rate_to_base == 1 and fill.instrument.currency}
    return ones.pop() if len(ones) == 1 else None


def _settle_fees(draft: AccountDraft, rates: Rates, observed: Observed) -> None:
    """Give fees in another currency than the instrument's the rate that turns them into it.

    Known when that is the base currency, and where the section Conversion Rates tells it.
    """
    for key, fill in draft.fills.items():
        if fill.fees_currency == fill.instrument.currency or not fill.fees:
            continue
        if fill.fees_currency == draft.base_currency and fill.rate_to_base:
            draft.fills[key] = replace(fill, fees_rate=stored(_ONE / fill.rate_to_base))
        elif (rate := rates.fees_rate(fill, draft.base_currency)) is not None:
            draft.fills[key] = replace(fill, fees_rate=rate)
        elif fill.instrument.asset_class is not AssetClass.FOREX:
            observed.odd("fees_currency", f"{fill.instrument.symbol} {fill.fees_currency}")


def _complete(draft: AccountDraft, described: dict[str, Instrument], lacking: frozenset[str], *, derived: bool) -> None:
    """Give fills what their query lacks: from the section Financial Instrument Information, a currency else from the account.

    derived: proceeds were made of the price, so they follow the multiplier.
    """
    for key, fill in draft.fills.items():
        own = fill.instrument
        told = described.get(own.key, own)
        currency = own.currency or told.currency or draft.base_currency or ""
        instrument = replace(
            own,
            currency=currency,
            multiplier=told.multiplier if "multiplier" in lacking else own.multiplier,
            asset_class=told.asset_class if "assetCategory" in lacking else own.asset_class,
        )
        if instrument != own:
            proceeds = proceeds_of(instrument, fill.quantity, fill.price) if derived else fill.proceeds
            draft.fills[key] = replace(fill, instrument=instrument, proceeds=proceeds, fees_currency=fill.fees_currency or currency)


def _described(own: Instrument, told: Instrument) -> Instrument:
    """An instrument by its newest names, with each detail from wherever it stands."""
    return replace(
        own,
        symbol=told.symbol or own.symbol,
        description=told.description or own.description,
        exchange=own.exchange or told.exchange,
        sub_class=own.sub_class or told.sub_class,
        isin=own.isin or told.isin,
        underlying_key=own.underlying_key or told.underlying_key,
        underlying_symbol=own.underlying_symbol or told.underlying_symbol,
        strike=told.strike if own.strike is None else own.strike,
        expiry=told.expiry if own.expiry is None else own.expiry,
        right=told.right if own.right is None else own.right,
    )


def _covered(ranges: list[DateRange], observed: Observed) -> DateRange | None:
    """The days that the account's statements cover without a hole; of several such stretches the last.

    One statement a day leaves out weekends alone, holidays have theirs. A day that is taken for covered and is not would take back
    what other statements say of it.
    """
    covered: DateRange | None = None
    for each in sorted(ranges, key=lambda span: (span.first, span.last)):
        if covered is None or not covered.reaches(each):
            if covered is not None:
                observed.odd("days_missing", f"{covered.last} to {each.first}")
            covered = each
        else:
            covered = DateRange(covered.first, max(covered.last, each.last))
    return covered


def _states_executions(draft: AccountDraft, observed: Observed) -> bool:
    """Whether a fill that is not here is denied: the section Trades was there, told fills and not orders alone, and each could be read."""
    told = observed.rows["Trade"] > 0 or not any(observed.rows[tag] for tag in ("Order", "Lot", "SymbolSummary", "AssetSummary"))
    return draft.has_statement and "Trades" in observed.sections and told and not draft.unusable_rows
