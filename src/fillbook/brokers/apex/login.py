"""The operator's login at the portal: a user made for Fillbook, whose one session serves all links."""

from collections.abc import Mapping
from typing import Final

from fillbook.brokers.apex.replies import AGENT, ORIGIN, problem_of
from fillbook.brokers.apex.sentences import ERRORS
from fillbook.brokers.interface import CONFIG, BrokerConfig, OurFault, RateLimited, Reply, Request

COOKIE: Final = "apex_jwt"
HOSTS: Final = ("public-api.apexclearing.com", "api.apexclearing.com")
"""Both answer the same paths; the operator chooses one."""


def host_of(config: BrokerConfig) -> str:
    """Where requests go."""
    return config.values.get("host") or HOSTS[0]


class PortalSession:
    """A session is one cookie. It comes from a login, or the operator pastes the one of a browser that has logged in."""

    pasted: Mapping[str, str] = {"cookie": "session_cookie"}

    def login(self, config: BrokerConfig) -> Request:
        """Name and password as JSON, beside a field `user` that the portal's own page leaves empty."""
        username = config.values.get("username", "")
        if not username or "password" not in config.secrets:
            raise OurFault.of(ERRORS, "login_unset")
        return Request(
            host=host_of(config),
            path="/legit/api/v2/session",
            method="POST",
            headers=(AGENT, *ORIGIN),
            body={"user": "", "username": username},
            body_secrets=(("password", f"{CONFIG}password"),),
            takes_cookies=(COOKIE,),
        )

    def opened(self, reply: Reply) -> Mapping[str, str]:
        """The cookie that came."""
        if reply.status == 200 and COOKIE in reply.cookies:
            return {"cookie": reply.cookies[COOKIE]}
        if reply.status == 429:
            raise RateLimited.of(ERRORS, "login_limited", 900)
        if 200 <= reply.status < 300:
            raise OurFault.of(ERRORS, "login_unknown")
        if 400 <= reply.status < 500:
            raise OurFault.of(ERRORS, "login_refused")
        raise problem_of(reply)

    def ended(self, reply: Reply) -> bool:
        """401 is about our session; 403 is about the customer's grant."""
        return reply.status == 401
