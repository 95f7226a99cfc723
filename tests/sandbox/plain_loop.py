"""The plainest driver of a connector there can be: a loop, urllib and sleep. Talks to the sandbox only."""

import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from fillbook.brokers.interface import Connector, Done, Page, Reply, Request, Send, Wait
from fillbook.ledger.statement import DateRange


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


@dataclass
class Loop:
    """What a fetch brought. waited: seconds it would have waited without the scale."""

    base_url: str
    secrets: Mapping[str, str]
    time_scale: float = 0.002
    pages: list[Page] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    memory: Mapping[str, Any] = field(default_factory=dict)
    waited: int = 0

    def run(self, connector: Connector, window: DateRange | None = None, new_link: bool = False) -> list[Page]:
        state, reply = connector.start(window, new_link, self.memory), None
        for _ in range(500):
            state, action = connector.advance(state, reply)
            reply = None
            match action:
                case Done():
                    time.sleep(self.time_scale)  # a token is used at most once a second, also by whoever comes next
                    self.memory = state["memory"]
                    return self.pages
                case Wait(seconds, step):
                    self.steps.append(step)
                    self.waited += seconds
                    time.sleep(seconds * self.time_scale)
                case Page():
                    self.pages.append(action)
                case Send(request, step):
                    self.steps.append(step)
                    reply = self.send(request)
        raise AssertionError("the fetch never ends")

    def send(self, request: Request) -> Reply:
        query = [*request.query, *((name, self.secrets[key]) for name, key in request.secrets)]
        url = f"{self.base_url}{request.path}?{urllib.parse.urlencode(query)}"
        opener = urllib.request.build_opener(_StayHere, urllib.request.ProxyHandler({}))
        try:
            with opener.open(urllib.request.Request(url, headers=dict(request.headers)), timeout=30) as response:
                return Reply(response.status, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(0, failure="redirect") if error.code == 302 else Reply(error.code, error.read())
        except (OSError, HTTPException):
            return Reply(0, failure="connect")
