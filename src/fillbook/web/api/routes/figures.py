"""Figures of performance."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from fillbook.storage import queries
from fillbook.storage.answers.figures import (
    bridge_line,
    calendar_answer,
    curve_answer,
    dashboard_answer,
    day_answer,
    intraday_answer,
    resting_answer,
)
from fillbook.storage.answers.words import day_words_answer
from fillbook.web.api.asking import Chosen, Day, OfAccounts, OfDay, meant
from fillbook.web.api.declaring import read
from fillbook.web.api.etags import by_state
from fillbook.web.api.problems import refuse
from fillbook.web.api.schemas.figures import Bridge, Calendar, Curve, Dashboard, DayAnswer, Intraday
from fillbook.web.api.tokens import asker
from fillbook.web.api.wording import means_nothing

router = Router(tags=["figures"])


class Detail(Schema):
    """How fine."""

    whole: bool = Field(default=True, description="A point for each day; else about 400 at most, by week or by month where there are more.")


@read(router, "/summary", Dashboard, name="summary", twin="summary")
def summary(request: HttpRequest, asked: Query[Chosen]) -> dict[str, Any]:
    """Profit, average gain, win rate and what lies behind them, beside the period before."""
    by_state(request)
    accounts, chosen = meant(asker(request), asked)
    return {"groups": dashboard_answer(accounts, chosen)} | resting_answer(accounts, chosen)


@read(router, "/curve", Curve, name="curve", twin="curve")
def curve(request: HttpRequest, asked: Query[Chosen], detail: Query[Detail]) -> dict[str, Any]:
    """The running sum of closed round trips, with its drawdown."""
    by_state(request)
    accounts, chosen = meant(asker(request), asked)
    return {"groups": curve_answer(accounts, chosen, whole=detail.whole)}


@read(router, "/calendar", Calendar, name="calendar", twin="calendar")
def calendar(request: HttpRequest, asked: Query[Chosen]) -> dict[str, Any]:
    """What each day, week and month came to."""
    by_state(request)
    accounts, chosen = meant(asker(request), asked)
    return {"groups": calendar_answer(accounts, chosen)}


@read(router, "/days/{day}", DayAnswer, name="day", twin="day {day}")
def day(request: HttpRequest, day: Day, asked: Query[OfDay]) -> dict[str, Any]:
    """One trading day fill by fill, what closed on it, and what you noted of it and of its trades."""
    when = day_in(day)
    user = asker(request)
    accounts, chosen = meant(user, asked)
    return day_answer(accounts, when, chosen) | day_words_answer(user, when, accounts)


@read(router, "/intraday", Intraday, name="intraday", twin="intraday")
def intraday(request: HttpRequest, asked: Query[Chosen]) -> dict[str, Any]:
    """Results by hour, weekday, part of the session, holding time, number of the day and what came before."""
    by_state(request)
    accounts, chosen = meant(asker(request), asked)
    return intraday_answer(accounts, chosen)


@read(router, "/bridge", Bridge, name="bridge", twin="report")
def bridge(request: HttpRequest, asked: Query[OfAccounts]) -> dict[str, Any]:
    """From the profit shown to the broker's realized figure, of accounts whose broker states one."""
    accounts, _ = meant(asker(request), asked)
    return {"groups": [{"kind": kind, "lines": [bridge_line(step) for step in lines]} for kind, lines in queries.bridge(accounts).items()]}


def day_in(text: str) -> date:
    """The day.

    Raises:
        Problem: the calendar has none such.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refuse("day", means_nothing("day")) from None
