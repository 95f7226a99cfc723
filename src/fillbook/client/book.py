"""The client: one method for each thing that the API answers with."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from fillbook.client.asking import Condition
from fillbook.client.history import BridgeLine, Comparison, Mark, Notice, Opening, Orphan, Restatement, Run, Statement, Upload
from fillbook.client.records import (
    Account,
    Campaign,
    CampaignPart,
    Candidate,
    Cell,
    Compared,
    CurvePoint,
    Day,
    Distribution,
    Execution,
    Fall,
    Figure,
    Fill,
    Note,
    Part,
    Plan,
    Position,
    Slice,
    Streak,
    Summary,
    Tag,
    Trade,
    View,
)
from fillbook.client.tables import Listing
from fillbook.client.writing import Writing


class Fillbook(Writing):
    """A book, read and written by the API in the name of whoever made the token.

    Filters are those of the pages by the same names: account, from_, to, closed_from, closed_to, symbol, side, class_, outcome, status,
    currency, incomplete, tag, slot, ticker, underlying, traded, untagged, rating, band; of a list of trades also only="incomplete". An
    answer that did not change since it was last asked for is not sent again.
    """

    def me(self) -> dict[str, Any]:
        """Who asks, with which token."""
        found: dict[str, Any] = self._get("/me")
        return found

    def accounts(self) -> Listing[Account]:
        """Your accounts."""
        return self._whole(Account, "/accounts")

    def account(self, account: int) -> Account:
        """One account by its id; `raw` has what its history holds and lacks."""
        return Account.read(self._get(f"/accounts/{account}"))

    def doctor(self, account: int) -> dict[str, Any]:
        """What the query of an account lacks, what that costs, and where to change it."""
        found: dict[str, Any] = self._get(f"/accounts/{account}/doctor")
        return found

    def reconciliation(self, account: int, *, kind: str = "fill", **chosen: Condition) -> Listing[Comparison]:
        """Our figures beside the broker's, the worst first. kind: fill, position or fee; also status and symbol."""
        return self._paged(Comparison, f"/accounts/{account}/reconciliation", {"kind": kind, **chosen})

    def reconciliation_counts(self, account: int, symbol: str = "") -> dict[str, dict[str, int]]:
        """fills, positions and fees -> status -> how many."""
        found: dict[str, dict[str, int]] = self._get(f"/accounts/{account}/reconciliation/counts", {"symbol": symbol})
        return found

    def completeness(self, account: int) -> Listing[Mark]:
        """How complete the history of each instrument of an account (by its id) is, the least complete first."""
        return self._paged(Mark, f"/accounts/{account}/completeness", {})

    def statements(self, account: int) -> Listing[Statement]:
        """The documents that an account rests on, the latest first."""
        return self._paged(Statement, f"/accounts/{account}/statements", {})

    def restatements(self, account: int) -> Listing[Restatement]:
        """What later statements changed in an account's past, the latest first."""
        return self._paged(Restatement, f"/accounts/{account}/restatements", {})

    def restatement(self, account: int, number: int) -> Restatement:
        """One restatement; `raw` has its facts and trades, before and after."""
        return Restatement.read(self._get(f"/accounts/{account}/restatements/{number}"))

    def comparison(self, account: int, kind: str, number: str) -> dict[str, Any]:
        """What stands behind one line of the reconciliation. kind: fill, position or fee; number: the line's `id`."""
        found: dict[str, Any] = self._get(f"/accounts/{account}/comparison", {"kind": kind, "id": number})
        return found

    def comparison_sent(self, account: int, kind: str, number: str, row: int = 1) -> dict[str, Any]:
        """What the broker sent of one of the rows (by its number in `sources`) behind a line of the reconciliation, byte for byte."""
        found: dict[str, Any] = self._get(f"/accounts/{account}/comparison/sent", {"kind": kind, "id": number, "number": row})
        return found

    def try_settings(self, account: int, **tried: Condition) -> dict[str, Any]:
        """How an account's fills are read as trades, and what others of grouping, matching, assignment, forex would make of them."""
        found: dict[str, Any] = self._get(f"/accounts/{account}/settings", tried)
        return found

    def openings(self, account: int) -> Listing[Opening]:
        """What you stated of what an account held before its history."""
        return Listing(Opening, lambda: iter(self._get(f"/accounts/{account}/openings")["stated"]))

    def unmatched(self, account: int) -> list[dict[str, Any]]:
        """What was closed without an opening, which you could state."""
        found: list[dict[str, Any]] = self._get(f"/accounts/{account}/openings")["unmatched"]
        return found

    def trades(self, *, sort: str = "day", ascending: bool = False, **chosen: Condition) -> Listing[Trade]:
        """Round trips, the latest first."""
        return self._paged(Trade, "/trades", {"sort": sort, "ascending": ascending, **chosen})

    def trade(self, key: str) -> Trade:
        """One round trip; `raw` has its fills, lots and words."""
        return Trade.read(self._get(f"/trades/{key}"))

    def trade_sent(self, key: str, number: int) -> dict[str, Any]:
        """What the broker sent of one fill (by its number) of a round trip, byte for byte."""
        found: dict[str, Any] = self._get(f"/trades/{key}/sent/{number}")
        return found

    def candidates(self, key: str) -> Listing[Candidate]:
        """What a round trip, or the campaign that it is in, could be taken together with, the nearest in time first."""
        return self._whole(Candidate, f"/trades/{key}/candidates")

    def fills(self, key: str) -> Listing[Fill]:
        """The fills of one round trip."""
        return Listing(Fill, lambda: iter(self._get(f"/trades/{key}")["fill_rows"]))

    def executions(self, **chosen: Condition) -> Listing[Execution]:
        """Fills as the broker reported them, the latest first."""
        return self._paged(Execution, "/executions", chosen)

    def positions(self, **chosen: Condition) -> Listing[Position]:
        """What is held."""
        return self._whole(Position, "/positions", chosen)

    def summary(self, **chosen: Condition) -> Listing[Summary]:
        """The figures of the dashboard, one record for each kind of account and currency."""
        return Listing(Summary, lambda: iter(self._get("/summary", chosen)["groups"]))

    def bridge(self, account: int | list[int] | None = None) -> Listing[BridgeLine]:
        """From the profit shown to the broker's realized figure, line by line, of each kind of account."""

        def rows() -> Iterator[dict[str, Any]]:
            for group in self._get("/bridge", {"account": account})["groups"]:
                yield from ({"kind": group["kind"], **line} for line in group["lines"])

        return Listing(BridgeLine, rows)

    def curve(self, **chosen: Condition) -> Listing[CurvePoint]:
        """The running sum of closed round trips, a point a day."""
        return self._parts(CurvePoint, "/curve", "points", chosen)

    def calendar(self, **chosen: Condition) -> Listing[Day]:
        """The days on which something closed."""
        return self._parts(Day, "/calendar", "days", chosen)

    def intraday(self, **chosen: Condition) -> Listing[Part]:
        """Results by where in the day round trips were opened."""
        return self._parts(Part, "/intraday", "parts", chosen)

    def breakdown(self, by: str, **chosen: Condition) -> Listing[Slice]:
        """Results broken down by symbol, tag, month, hour, size or any other key of the reports."""
        return self._parts(Slice, "/reports/breakdown", "parts", {"by": by, **chosen})

    def crossing(self, down: str, across: str, **chosen: Condition) -> Listing[Cell]:
        """Results by two keys of the reports crossed."""
        return self._parts(Cell, "/reports/crossing", "cells", {"down": down, "across": across, **chosen})

    def distribution(self, of: str = "profit", **chosen: Condition) -> Listing[Distribution]:
        """How results are spread, one record for each kind of account and currency. of: profit, percent, r or held (in seconds)."""
        return Listing(Distribution, lambda: iter(self._get("/reports/distribution", {"of": of, **chosen})["groups"]))

    def compare(self, beside: str, **chosen: Condition) -> Listing[Compared]:
        """Every figure of two choices of round trips side by side. beside: the second one, as an address has it: "side=short"."""
        return self._parts(Compared, "/reports/comparison", "figures", {"beside": beside, **chosen})

    def statistics(self, **chosen: Condition) -> Listing[Figure]:
        """Every further figure, each with how much it rests on."""
        return self._parts(Figure, "/reports/statistics", "figures", chosen)

    def falls(self, **chosen: Condition) -> Listing[Fall]:
        """Falls of the curve below its highest point so far, the deepest first, at most fifty of each kind of account and currency."""
        return self._parts(Fall, "/reports/statistics", "drawdowns", chosen)

    def streaks(self, **chosen: Condition) -> Listing[Streak]:
        """The longest runs of winners and of losers, and the run that lasts (which: wins, losses, current); `length` counts round trips."""

        def rows() -> Iterator[dict[str, Any]]:
            for group in self._get("/reports/statistics", chosen)["groups"]:
                for which in ("wins", "losses", "current"):
                    if run := group["streaks"][which]:
                        yield {"kind": group["kind"], "currency": group["currency"], "which": which, **run}

        return Listing(Streak, rows)

    def day(self, day: date | str, **chosen: Condition) -> dict[str, Any]:
        """One trading day, fill by fill. chosen: which of its trades count, such as `tag`."""
        found: dict[str, Any] = self._get(f"/days/{day}", chosen)
        return found

    def campaigns(self, **chosen: Condition) -> Listing[Campaign]:
        """Spreads, rolls and what was delivered, each as one, the latest first."""
        return self._paged(Campaign, "/campaigns", chosen)

    def campaign(self, key: str) -> Campaign:
        """One campaign, by the key of any of its legs; `raw` has its legs and fills."""
        return Campaign.read(self._get(f"/campaigns/{key}"))

    def campaign_report(self, by: str = "shape", **chosen: Condition) -> Listing[CampaignPart]:
        """What campaigns came to, each once, by shape, underlying or month. `campaign_totals` has all of them, and the trades in none."""
        return self._parts(CampaignPart, "/reports/campaigns", "parts", {"by": by, **chosen})

    def campaign_totals(self, **chosen: Condition) -> list[dict[str, Any]]:
        """What campaigns that are closed came to, and how their legs ended one by one: one for each kind of account and currency."""
        found: list[dict[str, Any]] = self._get("/reports/campaigns", chosen)["groups"]
        return found

    def campaign_changes(self) -> list[dict[str, Any]]:
        """What you changed of campaigns and can take back now, the latest first."""
        found: list[dict[str, Any]] = self._get("/campaign-changes")["items"]
        return found

    def notes(self, search: str = "") -> Listing[Note]:
        """Your notes, those changed last first."""
        return self._paged(Note, "/notes", {"search": search})

    def note(self, note: int) -> Note:
        """One note by its id."""
        return Note.read(self._get(f"/notes/{note}"))

    def day_note(self, day: date | str) -> Note:
        """The note on a day; an `ApiError` with status 404 where there is none."""
        return Note.read(self._get(f"/days/{day}/note"))

    def month_note(self, day: date | str) -> Note:
        """The note on the month that a day is in; as `day_note`."""
        return Note.read(self._get(f"/months/{day}/note"))

    def orphans(self) -> Listing[Orphan]:
        """Your words whose fill is in no trade at present."""
        return self._whole(Orphan, "/orphans")

    def tags(self) -> Listing[Tag]:
        """Your tags."""
        return self._whole(Tag, "/tags")

    def views(self) -> Listing[View]:
        """Your saved views by name."""
        return self._whole(View, "/views")

    def plan(self, key: str) -> Plan:
        """What was planned of a round trip."""
        return Plan.read(self._get(f"/trades/{key}/plan"))

    def evidence(self, account: int | None = None, *, trade: str | None = None) -> dict[str, Any]:
        """What an account, or a round trip, rests on, without names, for whoever looks into a figure that seems wrong."""
        found: dict[str, Any] = self._get(f"/trades/{trade}/evidence" if trade else f"/accounts/{account}/evidence")
        return found

    def brokers(self) -> list[dict[str, Any]]:
        """The brokers there are, and what each can give."""
        found: list[dict[str, Any]] = self._get("/brokers")["items"]
        return found

    def links(self) -> list[dict[str, Any]]:
        """Your links, with how each stands."""
        found: list[dict[str, Any]] = self._get("/links")["items"]
        return found

    def link(self, link: str) -> dict[str, Any]:
        """One link by its id."""
        found: dict[str, Any] = self._get(f"/links/{link}")
        return found

    def uploads(self) -> Listing[Upload]:
        """Files that were chosen on the pages and wait to be accepted or discarded there."""
        return self._whole(Upload, "/uploads")

    def upload(self, number: int) -> Upload:
        """One of them; `raw` has what accepting it would change, account by account."""
        return Upload.read(self._get(f"/uploads/{number}"))

    def run(self, run: int) -> Run:
        """One sync run."""
        return Run.read(self._get(f"/runs/{run}"))

    def run_restatements(self, run: int) -> Listing[Restatement]:
        """What the statements of a run changed in the past, in whichever account."""
        return self._whole(Restatement, f"/runs/{run}/restatements")

    def runs(self, **chosen: Condition) -> Listing[Run]:
        """Sync runs, the latest first."""
        return self._paged(Run, "/runs", chosen)

    def notices(self, *, unread: bool = False) -> Listing[Notice]:
        """What you were told of your links, the latest first."""
        return self._paged(Notice, "/notices", {"unread": unread})
