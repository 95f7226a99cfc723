"""What a list can be asked: the filter of the pages by the same names, how many lines, and where to go on."""

import base64
import binascii
import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qs

from ninja import Field, Schema

from fillbook.ledger.instrument import AssetClass
from fillbook.performance.bands import UNKNOWN, Band, Banded
from fillbook.performance.breakdowns import Dimension, Slot
from fillbook.performance.filters import INTERVAL, PERIOD, Filter, Parameters, TripStatus, turned, turned_interval
from fillbook.performance.moments import PATTERN
from fillbook.performance.summary import Outcome
from fillbook.storage.access import accounts_of
from fillbook.storage.choosing import accounts_in
from fillbook.storage.models import BrokerAccount, User
from fillbook.storage.words import tag_names
from fillbook.trades.records import Side
from fillbook.web.api.problems import Problem, gone, refuse
from fillbook.web.api.wording import means_nothing

_SYMBOL: Final = r"^([!-~]([ -~]{0,38}[!-~])?)?$"
_SLOTS: Final = [f"{name}-{part}" for name in Dimension for part in range(200) if Slot.read(f"{name}-{part}")]
_BANDS: Final = [f"{name}-{part}" for name in Banded for part in (*range(200), UNKNOWN) if Band.read(f"{name}-{part}")]
_SLOT: Final[dict[str, Any]] = {"pattern": f"^({'|'.join(_SLOTS)})?$"}
_BAND: Final[dict[str, Any]] = {"pattern": f"^(({'|'.join(_BANDS)})(,({'|'.join(_BANDS)})){{0,4}})?$"}
_RATING: Final = "^([1-5](-[1-5])?|none)?$"
_MOMENT: Final = "2026-03-12T10:30:00-04:00, or as doors write it: 2026-03-12~2026-03-12T14:30:00Z, the day it counts for first."
_USUAL: Final = (("incomplete", "0"), ("untagged", "0"), ("status", TripStatus.CLOSED.value))
USUAL: Final = 50
MOST: Final = 500
_LONGEST_CURSOR: Final = 2000
_MOST_CONDITIONS: Final = 100

Day = Annotated[str, Field(pattern=r"^(19|20|21)[0-9][0-9]-[0-9][0-9]-[0-9][0-9]$", json_schema_extra={"format": "date"})]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Public id of a round trip.")]
Number = Annotated[int, Field(ge=1, le=2**53, description="Its id.")]


class Paging(Schema):
    """A page of a list."""

    limit: int = Field(USUAL, ge=1, le=MOST, description="As many lines at most.")
    cursor: str = Field(
        "", max_length=_LONGEST_CURSOR, pattern=r"^[A-Za-z0-9_=-]*$", description="`next` of the page before; without it the first page."
    )


class Chosen(Schema):
    """Which round trips: the conditions of the pages' addresses. All must hold; without any, all closed and complete ones are meant."""

    account: str = Field(
        "",
        pattern=r"^([0-9]{1,18}(,[0-9]{1,18}){0,99})?$",
        description="Ids of accounts, with commas between them; without it, all of yours.",
    )
    from_: Day | None = Field(None, alias="from", description="Closed on or after this day; of open ones, opened. Not after `to`.")
    to: Day | None = Field(None, description="Closed on or before this day; of open ones, opened.")
    closed_from: str = Field(
        "", max_length=160, pattern=PATTERN, description=f"Closed at this moment or later, in the order of curves: {_MOMENT}"
    )
    closed_to: str = Field(
        "",
        max_length=160,
        pattern=PATTERN,
        description="Closed at this moment or earlier; not before `closed_from`. Open ones are in no interval.",
    )
    symbol: str = Field("", max_length=40, pattern=_SYMBOL, description="Of the instrument or of its underlying, whatever its capitals.")
    side: Side | None = Field(None, description="Direction.")
    class_: AssetClass | None = Field(None, alias="class", description="Asset class. Currency pairs count only when asked for.")
    outcome: Outcome | None = Field(None, description="How they ended, after fees.")
    status: TripStatus = Field(TripStatus.CLOSED, description="Closed ones, or those that still hold something.")
    currency: str = Field(
        "",
        pattern=r"^(([A-Z]{3}|NONE)(-[A-Z0-9.]{1,12})?)?$",
        description="Base currency of the account, `NONE` where none is stated; after a dash the currency in which results count.",
    )
    incomplete: Literal["0", "1"] = Field("0", description="1: count those too some of whose openings are unknown.")
    tag: str = Field("", max_length=1000, description="Names of tags of yours, with commas between them; a round trip has to have all.")
    slot: str = Field(
        "",
        max_length=12,
        description="Part of the day in which they were opened, such as `hour-9`: see /intraday.",
        json_schema_extra=_SLOT,
    )
    ticker: str = Field("", max_length=40, pattern=_SYMBOL, description="Symbol of the instrument itself.")
    underlying: str = Field("", max_length=40, pattern=_SYMBOL, description="Symbol of the underlying; of what has none, its own.")
    traded: str = Field("", pattern=r"^([A-Za-z0-9.]{1,12})?$", description="Currency of the instrument.")
    untagged: Literal["0", "1"] = Field("0", description="1: only those without any tag.")
    rating: str = Field(
        "",
        pattern=_RATING,
        description="How the trader rated them: `4`, `4-5` for at least 4, `1-5` for any rating, `none` for those that are not rated.",
    )
    band: str = Field(
        "",
        max_length=200,
        description="Classes of figures, such as `price-3`, with commas between them: see /reports.",
        json_schema_extra=_BAND,
    )


class OfAccounts(Schema):
    """Which accounts."""

    account: str = Field(
        "",
        pattern=r"^([0-9]{1,18}(,[0-9]{1,18}){0,99})?$",
        description="Ids of accounts, with commas between them; without it, all of yours.",
    )


class OfLedger(OfAccounts):
    """Which fills."""

    from_: Day | None = Field(None, alias="from", description="Traded on or after this day.")
    to: Day | None = Field(None, description="Traded on or before this day.")
    symbol: str = Field("", max_length=40, pattern=_SYMBOL, description="Of the instrument or of its underlying, whatever its capitals.")
    class_: AssetClass | None = Field(None, alias="class", description="Asset class.")


class OfPositions(OfAccounts):
    """Which positions. One has the tags and the rating of its open round trip."""

    symbol: str = Field("", max_length=40, pattern=_SYMBOL, description="Of the instrument or of its underlying, whatever its capitals.")
    side: Side | None = Field(None, description="Direction.")
    class_: AssetClass | None = Field(None, alias="class", description="Asset class.")
    tag: str = Field("", max_length=1000, description="Names of tags of yours, with commas between them; a round trip has to have all.")
    untagged: Literal["0", "1"] = Field("0", description="1: only those without any tag.")
    rating: str = Field("", pattern=_RATING, description="As of /trades.")


class OfDay(OfPositions):
    """Which round trips of a day; of its fills, only account, symbol and asset class narrow them."""

    outcome: Outcome | None = Field(None, description="How they ended, after fees.")
    incomplete: Literal["0", "1"] = Field("0", description="1: count those too some of whose openings are unknown.")


Asked = Chosen | OfAccounts | OfLedger | OfPositions


def meant(user: User, asked: Asked) -> tuple[list[BrokerAccount], Filter]:
    """The accounts and the filter that are asked for.

    Raises:
        Problem: an account is named that is not the user's, or a value means nothing. A page leaves such a condition out; whoever writes a
            program wants to hear of it.
    """
    given = {name.rstrip("_"): str(value) for name, value in asked.model_dump(by_alias=False).items() if value not in (None, "")}
    given = {name: value for name, value in given.items() if (name, value) not in _USUAL}
    _refuse_turned(given)
    chosen = Filter.from_query(given)
    understood = chosen.parameters()
    for name in given:
        if name not in understood:
            raise _no_tag() if name == "tag" else refuse(name, means_nothing(name))
    return _own(user, chosen), chosen


def meant_beside(user: User, text: str) -> tuple[list[BrokerAccount], Filter]:
    """The same of a second filter, written as an address has it. Raises as `meant`."""
    chosen = written_filter("beside", text)
    return _own(user, chosen), chosen


def written_filter(field: str, text: str, also: Collection[str] = ()) -> Filter:
    """A filter that is sent as an address has it. field: what it is sent as. also: names that may stand beside its conditions.

    Raises:
        Problem: there is too much in it, or a name or a value that means nothing.
    """
    try:
        given = parse_qs(text, max_num_fields=_MOST_CONDITIONS)
    except ValueError:
        raise refuse(field, f"A filter has at most {_MOST_CONDITIONS} conditions.") from None
    _refuse_turned(given, within=field)
    chosen = Filter.from_query(given)
    known = {*also, *chosen.parameters(), *(name for name, usual in _USUAL if given.get(name) == [usual])}
    if unknown := sorted(set(given) - known):
        raise refuse(field, f"{unknown[0][:60]} means nothing here.")
    return chosen


def _refuse_turned(given: Parameters, within: str = "") -> None:
    """Raises `Problem` for a period, or an interval of moments, whose ends are the wrong way round.

    within: the parameter that the filter is sent as.
    """
    for (begins, ends), found, what in ((PERIOD, turned(given), "day"), (INTERVAL, turned_interval(given), "moment")):
        if found:
            first, last = found
            told = f"{begins}={first} is after {ends}={last}, so no {what} lies between them."
            where = [(within, told)] if within else [(begins, f"It is after {ends}={last}."), (ends, f"It is before {begins}={first}.")]
            raise Problem("invalid", told, f"Send {begins}={last} and {ends}={first} if you mean that, else others.", where)


def _own(user: User, chosen: Filter) -> list[BrokerAccount]:
    _refuse_unknown_tags(user, chosen)
    if chosen.accounts:
        own = {str(pk) for pk in accounts_of(user).values_list("pk", flat=True)}
        if set(chosen.accounts) - own:
            raise gone("account", "There is no such account of yours.", "GET /accounts lists them; a filter takes their `id`.")
    return accounts_in(user, chosen)


def _refuse_unknown_tags(user: User, chosen: Filter) -> None:
    missing = sorted(set(chosen.tags) - {key for key, _ in tag_names(user)}) if chosen.tags else []
    if missing:
        raise _no_tag()


def _no_tag() -> Problem:
    return gone("tag", "There is no such tag in this book.", "GET /tags lists them.")


def cursor_of(*parts: Any) -> str:
    """Where a page begins, as a text that only we read."""
    return base64.urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")


def place_in(cursor: str, *kinds: type) -> list[Any] | None:
    """What `cursor_of` was given; None for no cursor.

    Raises:
        Problem: it is none of ours.
    """
    if not cursor:
        return None
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise bad_cursor() from None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(kinds):
        raise bad_cursor()
    if not all(map(_fits, parts)):
        raise bad_cursor()
    return parts


def _fits(part: str | int) -> bool:
    """Whether a database takes it: there is no text with a zero or half a character in it."""
    if isinstance(part, int):
        return 0 <= part < 2**53
    return "\0" not in part and part.encode(errors="ignore").decode() == part


def moment_in(text: str) -> datetime:
    """A moment out of a cursor.

    Raises:
        Problem: it is none, or lies outside the calendar.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise bad_cursor()


def after_moment(cursor: str) -> tuple[datetime, int] | None:
    """Moment and number after which a page begins, of a list in such an order; None for no cursor. Raises as `place_in`."""
    place = place_in(cursor, str, int)
    return (moment_in(place[0]), place[1]) if place else None


def bad_cursor() -> Exception:
    """For a cursor that leads nowhere (any more)."""
    return gone("cursor", "It leads nowhere: it is not one of ours, or what it began after is gone.", "Begin again without a cursor.")
