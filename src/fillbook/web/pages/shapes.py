"""What a campaign is called on pages and why its legs are together: the words for `journal.shapes` and `journal.campaigns`."""

from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from fillbook.journal.campaigns import Why
from fillbook.journal.shapes import Shape
from fillbook.storage.models import CampaignRow
from fillbook.web import readable
from fillbook.web.language import gettext_lazy

SHAPES: Final = {
    Shape.BULL_CALL: gettext_lazy("Bull call spread"),
    Shape.BEAR_CALL: gettext_lazy("Bear call spread"),
    Shape.BULL_PUT: gettext_lazy("Bull put spread"),
    Shape.BEAR_PUT: gettext_lazy("Bear put spread"),
    Shape.CALENDAR: gettext_lazy("Calendar spread"),
    Shape.DIAGONAL: gettext_lazy("Diagonal spread"),
    Shape.LONG_STRADDLE: gettext_lazy("Long straddle"),
    Shape.SHORT_STRADDLE: gettext_lazy("Short straddle"),
    Shape.LONG_STRANGLE: gettext_lazy("Long strangle"),
    Shape.SHORT_STRANGLE: gettext_lazy("Short strangle"),
    Shape.SYNTHETIC: gettext_lazy("Synthetic stock"),
    Shape.RISK_REVERSAL: gettext_lazy("Risk reversal"),
    Shape.IRON_CONDOR: gettext_lazy("Iron condor"),
    Shape.IRON_BUTTERFLY: gettext_lazy("Iron butterfly"),
    Shape.REVERSE_IRON_CONDOR: gettext_lazy("Reverse iron condor"),
    Shape.REVERSE_IRON_BUTTERFLY: gettext_lazy("Reverse iron butterfly"),
    Shape.BUTTERFLY: gettext_lazy("Butterfly"),
    Shape.BROKEN_WING: gettext_lazy("Broken-wing butterfly"),
    Shape.CONDOR: gettext_lazy("Condor"),
    Shape.BOX: gettext_lazy("Box spread"),
    Shape.RATIO: gettext_lazy("Ratio spread"),
    Shape.BACKSPREAD: gettext_lazy("Backspread"),
    Shape.COVERED_CALL: gettext_lazy("Covered call"),
    Shape.COVERED_PUT: gettext_lazy("Covered put"),
    Shape.PROTECTIVE_PUT: gettext_lazy("Protective put"),
    Shape.PROTECTIVE_CALL: gettext_lazy("Protective call"),
    Shape.COLLAR: gettext_lazy("Collar"),
    Shape.WHEEL: gettext_lazy("Wheel"),
    Shape.LONG_CALL: gettext_lazy("Long call"),
    Shape.SHORT_CALL: gettext_lazy("Short call"),
    Shape.LONG_PUT: gettext_lazy("Long put"),
    Shape.SHORT_PUT: gettext_lazy("Short put"),
    Shape.OTHER: gettext_lazy("Custom combination"),
}
WHY: Final = {
    Why.HAND: gettext_lazy("you put them together"),
    Why.ORDER: gettext_lazy("they share an order"),
    Why.TIME: gettext_lazy("their options were opened in the same moment"),
    Why.ROLL: gettext_lazy("one option was closed as the next was opened"),
    Why.CHAIN: gettext_lazy("an option was assigned or exercised into the other trade"),
}


def title_of(row: CampaignRow) -> str:
    """Its name, else what it is: "ACME Bull put spread"."""
    return row.own.name if row.own and row.own.name else f"{row.underlying} {SHAPES[Shape(row.shape)]}"


def terms_of(row: CampaignRow) -> str:
    """Strikes, expiry and what became of it: "145/150 · 19 Jun 2026 · rolled twice"."""
    strikes = "/".join(readable.price(Decimal(strike), least=0) for strike in row.strikes)
    parts = [strikes, readable.day(row.expiry) if row.expiry else ""]
    if row.rolls:
        parts.append(_("rolled once") if row.rolls == 1 else _("rolled %(count)s times") % {"count": row.rolls})
    if row.delivered:
        parts.append(_("assigned or exercised"))
    return " · ".join(part for part in parts if part)


def because(row: CampaignRow) -> str:
    """Why its legs are together, as one sentence."""
    reasons = ", ".join(str(WHY[Why(code)]) for code in row.why)
    return _("Together because %(reasons)s.") % {"reasons": reasons}
