"""Apex Clearing's portal, as far as its interface is known: a login, the list of activities, and who was granted access.

A page of its own, `/portal/`, takes the place of the real one: there somebody who tries the sandbox grants and revokes access by hand.
Status codes that nobody has seen (404 for an unknown account, 400 for too long a range) are assumed.
"""

import base64
import html
import json
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final
from urllib.parse import parse_qs

from fillbook.brokers.manifests import manifest
from fillbook.sandbox.faults import Fault, worsen
from fillbook.sandbox.messages import Answer, Asked
from fillbook.sandbox.portalrows import MONEY, POSITIONS, TRADES, Row, history
from fillbook.sandbox.scenario import Scenario, last_final_day

_LOGIN: Final = "/legit/api/v2/session"
_ACTIVITIES: Final = "/activities-provider/api/v1/activities/"
_POSITIONS: Final = "/margin-provider/api/v1/positions/"
_PAGE: Final = "/portal/"
_COOKIE: Final = "apex_jwt"
_JSON: Final = (("Content-Type", "application/json;charset=UTF-8"),)
_HTML: Final = (("Content-Type", "text/html;charset=UTF-8"),)
_LONGEST: Final = timedelta(days=2 * 366)
_WRONG_LOGINS: Final = 5
DEMO: Final = manifest("apex").sandbox["account"]
"""The account that somebody who tries the sandbox links; not granted until they grant it."""
OTHERS: Final = ("5FB00002", "5FB00003")

MAINTENANCE: Final = Fault(times=1, status=200, body=b"<!DOCTYPE html><html><body>Scheduled maintenance</body></html>", headers=_HTML)
PORTAL_FAULTS: Final[dict[str, tuple[Fault, ...]]] = {
    "maintenance": (MAINTENANCE,),
    "error-500": (Fault(times=1, status=500, body=b"{}"),),
    "error-503": (Fault(times=1, status=503, body=b"<html>Service Unavailable</html>", headers=_HTML),),
    "too-many": (Fault(times=1, status=429, body=b"{}", headers=(("Retry-After", "2"),)),),
    "cut": (Fault(times=1, cut=40),),
    "truncated": (Fault(times=1, swap=((b"]", b""),)),),
    "not-a-list": (Fault(times=0, body=b'{"message":"ok"}'),),
    "slow": (Fault(times=1, delay=20.0),),
    "redirect": (Fault(times=1, redirect="http://203.0.113.7/"),),
}
"""Name -> what happens to the next requests for activities, one fault after the other; `times` 0 for ever."""


@dataclass
class _Book:
    """What the portal knows. granted: (account, user id). rows: of accounts with rows of their own; all others show the scenario's.
    sessions: token -> user id and end.
    """

    granted: set[tuple[str, str]] = field(default_factory=set)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    sessions: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    wrong: int = 0
    logins: int = 0
    asked: list[tuple[str, str, str]] = field(default_factory=list)


class PortalService:
    """Thread-safe. session_seconds: how long a login lasts, before scaling.

    Its service users are the one of the manifest and all whose name goes on from there with `_…`, each with the same password.
    """

    PATHS: ClassVar[tuple[str, ...]] = ("/legit/", "/activities-provider/", "/margin-provider/", _PAGE)

    def __init__(
        self, scenario: Scenario, clock: Callable[[], datetime], time_scale: float = 1.0, session_seconds: float = 36_000.0
    ) -> None:
        self._scenario, self._clock, self._scale, self._seconds = scenario, clock, time_scale, session_seconds
        self._login = manifest("apex").sandbox_settings
        self._book = _Book()
        self._lock = threading.Lock()

    # --- what a test or a person may do to it

    def grant(self, account: str, user: str = "") -> None:
        """As the owner of the account, let a service user in: the one of the manifest unless another is named."""
        with self._lock:
            self._book.granted.add((account, user or self._login["username"]))

    def revoke(self, account: str, user: str = "") -> None:
        """As the owner of the account, let it in no more."""
        with self._lock:
            self._book.granted.discard((account, user or self._login["username"]))

    def hold(self, account: str, rows: Iterable[Row]) -> None:
        """Give an account rows of its own; a later call is a late correction."""
        with self._lock:
            self._book.rows[account] = list(rows)

    def play(self, *faults: Fault) -> None:
        """Let the next requests for activities go wrong."""
        with self._lock:
            self._book.faults = list(faults)

    def end_sessions(self) -> None:
        """Every login is over."""
        with self._lock:
            self._book.sessions.clear()

    @property
    def logins(self) -> int:
        """How often somebody logged in or tried to."""
        return self._book.logins

    @property
    def asked(self) -> list[tuple[str, str, str]]:
        """(account, first day, last day) of every request for activities that had a session."""
        return list(self._book.asked)

    # --- what it answers

    def answer(self, asked: Asked) -> Answer:
        """One request."""
        with self._lock:
            if asked.path == _LOGIN and asked.method == "POST":
                return self._log_in(asked)
            if asked.path.startswith(_PAGE):
                return self._page(asked)
            if asked.method != "GET" or not asked.path.startswith((_ACTIVITIES, _POSITIONS)):
                return Answer(404, b"{}", _JSON)
            user = self._user(asked)
            if not user:
                return Answer(401, b"{}", _JSON)
            if asked.path.startswith(_POSITIONS):
                return self._positions(asked.path.removeprefix(_POSITIONS), user)
            return self._activities(asked, asked.path.removeprefix(_ACTIVITIES), user)

    def _log_in(self, asked: Asked) -> Answer:
        self._book.logins += 1
        if self._book.wrong >= _WRONG_LOGINS:
            return Answer(423, b"{}", _JSON)
        try:
            given = json.loads(asked.body)
            user = str(given["username"])
            right = given == {"user": "", "username": user, "password": self._login["password"]} and self._knows(user)
        except (ValueError, KeyError, TypeError):
            user, right = "", False
        if not right:
            self._book.wrong += 1
            return Answer(401, b"{}", _JSON)
        self._book.wrong = 0
        ends = self._clock() + timedelta(seconds=self._seconds * self._scale)
        token = _token(user, ends)
        self._book.sessions[token] = user, ends
        return Answer(200, b"{}", (*_JSON, ("Set-Cookie", f"{_COOKIE}={token}; Path=/; HttpOnly")))

    def _knows(self, user: str) -> bool:
        shared = self._login["username"]
        return user == shared or user.startswith(f"{shared}_")

    def _user(self, asked: Asked) -> str:
        """Whose session a request is made in, "" for nobody's."""
        cookies = dict(part.strip().partition("=")[::2] for part in asked.headers.get("cookie", "").split(";"))
        user, ends = self._book.sessions.get(cookies.get(_COOKIE, ""), ("", self._clock()))
        return user if self._clock() < ends else ""

    def _activities(self, asked: Asked, account: str, user: str) -> Answer:
        first, last = asked.query.get("startDate", ""), asked.query.get("endDate", "")
        self._book.asked.append((account, first, last))
        answer = self._ordinary(asked, (account, user), first, last)
        if not self._book.faults:
            return answer
        fault = self._book.faults[0]
        if fault.times:
            self._book.faults.pop(0)
        return worsen(answer, fault, self._scale)

    def _ordinary(self, asked: Asked, grant: tuple[str, str], first: str, last: str) -> Answer:
        account = grant[0]
        if account not in {DEMO, *OTHERS, *self._book.rows}:
            return Answer(404, b"{}", _JSON)
        if grant not in self._book.granted:
            return Answer(403, b"{}", _JSON)
        try:
            days = date.fromisoformat(first), date.fromisoformat(last)
        except ValueError:
            return Answer(400, b"{}", _JSON)
        if days[1] - days[0] > _LONGEST or days[1] < days[0]:
            return Answer(400, b"{}", _JSON)
        kinds = {value for name, value in asked.pairs if name == "activityType"} or {TRADES, MONEY, POSITIONS}
        rows = [row for row in self._rows(account, *days) if row["activityType"] in kinds]
        return Answer(200, _json(rows).encode(), _JSON)

    def _rows(self, account: str, first: date, last: date) -> list[Row]:
        if account in self._book.rows:
            return [row for row in self._book.rows[account] if str(first) <= row["tradeDate"] <= str(last)]
        return history(self._scenario, account, first, min(last, last_final_day(self._clock().date())))

    def _positions(self, account: str, user: str) -> Answer:
        """The endpoint is there, and Fillbook does not use it: nobody has proven that a granted login may."""
        if (account, user) not in self._book.granted:
            return Answer(403, b"{}", _JSON)
        return Answer(200, b'[{"positions":[]}]', _JSON)

    def _page(self, asked: Asked) -> Answer:
        said = {name: values[0].strip() for name, values in parse_qs(asked.body.decode("utf-8", "replace")).items()}
        account, user = said.get("account", ""), said.get("user", "")
        if asked.method == "POST" and account in self._accounts():
            if asked.path == f"{_PAGE}grant" and not self._knows(user):
                return Answer(200, self._grants(f"The portal knows no user id {user}.").encode(), _HTML)
            if asked.path == f"{_PAGE}grant":
                self._book.granted.add((account, user))
            elif asked.path == f"{_PAGE}revoke":
                self._book.granted.discard((account, user))
            return Answer(303, b"", (("Location", _PAGE),))
        if asked.path != _PAGE:
            return Answer(404, b"<!DOCTYPE html><title>Not found</title>", _HTML)
        return Answer(200, self._grants().encode(), _HTML)

    def _accounts(self) -> list[str]:
        return sorted({DEMO, *OTHERS, *self._book.rows})

    def _grants(self, problem: str = "") -> str:
        """The page where access is granted and taken back."""
        parts = []
        for account in self._accounts():
            name = html.escape(account)
            users = [html.escape(user) for number, user in sorted(self._book.granted) if number == account]
            lines = "".join(
                f'<form method="post" action="{_PAGE}revoke"><span>granted to <b>{user}</b></span><input type="hidden" name="user" '
                f'value="{user}"><button name="account" value="{name}">Revoke access</button></form>'
                for user in users
            )
            parts.append(
                f'<li><h2>10-{name}</h2>{lines or "<p><small>not granted</small></p>"}<form method="post" action="{_PAGE}grant">'
                f'<label>User Id <input name="user" value="{html.escape(self._login["username"])}" autocomplete="off" required></label>'
                f'<button name="account" value="{name}">Grant access</button></form></li>'
            )
        told = f'<p role="alert"><b>{html.escape(problem)}</b></p>' if problem else ""
        return _TEMPLATE.replace("LINES", "".join(parts)).replace("TOLD", told)


_TEMPLATE: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pretend portal: Grant Account Access</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; }
ul { list-style: none; padding: 0; margin: 1.5rem 0 0; }
li { padding: .75rem 0; border-top: 1px solid #8885; }
h2 { font-size: 1rem; margin: 0; }
li p { margin: .25rem 0; }
form { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: .5rem 1rem; margin: .5rem 0; }
input { font: inherit; min-height: 2.75rem; padding: .25rem .6rem; border: 1px solid #8888; border-radius: .5rem; max-width: 12rem; }
small { opacity: .75; }
button { font: inherit; min-height: 2.75rem; padding: .4rem 1rem; border: 1px solid #8888; border-radius: .5rem; cursor: pointer; }
</style></head>
<body><h1>Grant Account Access</h1>
<p>This is the sandbox's pretend portal on your own computer. It stands for the clearing firm's page; nothing here reaches anybody.</p>
<p>Grant the user id that Fillbook names access to an account, then link that account there.</p>
TOLD<ul>LINES</ul></body></html>
"""


def _token(user: str, ends: datetime) -> str:
    """Looks like the real one: a JSON Web Token, here without a signature."""
    parts = ({"alg": "none", "typ": "JWT"}, {"jti": secrets.token_hex(8), "sub": user, "exp": int(ends.timestamp())})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def _json(value: Any) -> str:
    """JSON with decimals as plain numbers."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_json(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return json.dumps(value)
