"""Reports."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from fillbook.journal.shapes import CampaignKey
from fillbook.performance.distributions import Spread
from fillbook.performance.keys import Key
from fillbook.performance.told import Told
from fillbook.storage.answers.campaigns import totals_answer
from fillbook.storage.answers.reports import breakdown_answer, compared_answer, crossing_answer, distribution_answer, statistics_answer
from fillbook.web.api.asking import Chosen, meant, meant_beside
from fillbook.web.api.declaring import read
from fillbook.web.api.etags import by_state
from fillbook.web.api.schemas.reports import (
    BreakdownAnswer,
    CampaignTotals,
    ComparedAnswer,
    CrossingAnswer,
    DistributionAnswer,
    StatisticsAnswer,
)
from fillbook.web.api.tokens import asker

router = Router(tags=["reports"])
_OWN = "Tell each round trip in the currency it was made in, nothing converted: one group for each such currency."
_GROSS = "Count results before fees and taxes; gains in percent stay after fees."


class Counting(Schema):
    """What counts."""

    gross: bool = Field(default=False, description=_GROSS)
    own: bool = Field(default=False, description=_OWN)

    @property
    def told(self) -> Told:
        return Told(self.gross, self.own)


class By(Counting):
    """By what."""

    by: Key = Field(description="What makes a part.")


class Crossed(Counting):
    """By which two."""

    down: Key = Field(description="What makes a row.")
    across: Key = Field(description="What makes a column.")


class Beside(Counting):
    """Beside what."""

    beside: str = Field(
        "",
        max_length=2000,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="A second filter as an address has it, such as `side=short&from=2026-01-01`; without it, all round trips.",
    )


class Of(Counting):
    """What is spread."""

    of: Spread = Field(Spread.PROFIT, description="Money, percent of opening cost, R, or seconds held.")


class ByCampaign(Schema):
    """By what campaigns are told apart."""

    by: CampaignKey = Field(CampaignKey.SHAPE, description="What makes a part.")


@read(router, "/reports/breakdown", BreakdownAnswer, name="report-breakdown", twin="report --by symbol")
def breakdown(request: HttpRequest, asked: Query[Chosen], detail: Query[By]) -> dict[str, Any]:
    """Results broken down by symbol, tag, month, hour, size …; each part with the filter that takes its round trips."""
    by_state(request)
    accounts, chosen = meant(asker(request), asked)
    return {"groups": breakdown_answer(accounts, chosen, detail.by, told=detail.told)}


@read(router, "/reports/crossing", CrossingAnswer, name="report-crossing", twin="report --by symbol --cross side")
def crossing(request: HttpRequest, asked: Query[Chosen], detail: Query[Crossed]) -> dict[str, Any]:
    """Results by two keys crossed."""
    by_state(request)
    accounts, chosen = meant(asker(request), asked)
    return {"groups": crossing_answer(accounts, chosen, detail.down, detail.across, told=detail.told)}


@read(router, "/reports/statistics", StatisticsAnswer, name="report-statistics", twin="report --figures")
def figures(request: HttpRequest, asked: Query[Chosen], detail: Query[Counting]) -> dict[str, Any]:
    """Every further figure with its sample size and interval, the drawdowns, and the longest runs."""
    by_state(request)
    accounts, chosen = meant(asker(request), asked)
    return {"groups": statistics_answer(accounts, chosen, told=detail.told)}


@read(
    router,
    "/reports/comparison",
    ComparedAnswer,
    name="report-comparison",
    twin="report --side long --compare side=short",
)
def comparison(request: HttpRequest, asked: Query[Chosen], detail: Query[Beside]) -> dict[str, Any]:
    """Every figure of two choices of round trips side by side."""
    by_state(request)
    user = asker(request)
    (accounts, chosen), (others, beside) = meant(user, asked), meant_beside(user, detail.beside)
    return {"groups": compared_answer(accounts, chosen, others, beside, told=detail.told)}


@read(router, "/reports/campaigns", CampaignTotals, name="report-campaigns", twin="campaigns --totals")
def campaigns(request: HttpRequest, asked: Query[Chosen], detail: Query[ByCampaign]) -> dict[str, Any]:
    """What campaigns that are closed came to, each once, by shape, underlying or month; and how their legs ended one by one."""
    by_state(request)
    return {"groups": totals_answer(*meant(asker(request), asked), detail.by)}


@read(router, "/reports/distribution", DistributionAnswer, name="report-distribution", twin="report --spread profit")
def distribution(request: HttpRequest, asked: Query[Chosen], detail: Query[Of]) -> dict[str, Any]:
    """How results are spread, with their mean and median."""
    by_state(request)
    accounts, chosen = meant(asker(request), asked)
    return {"groups": distribution_answer(accounts, chosen, detail.of, told=detail.told)}
