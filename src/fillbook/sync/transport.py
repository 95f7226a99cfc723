"""The only HTTP client: sends a connector's request to the one place it may go to and brings back what came.

A credential travels in the address of some brokers, so an address is a secret here: it is built last, kept in one local variable,
never logged and never part of an exception; nor are headers and body. Nothing a broker answers can change where the next request goes.
"""

import asyncio
import functools
import ipaddress
import json
import logging
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx2

from fillbook.brokers.interface import OurFault, Reply, Request
from fillbook.sync.sentences import message

HTTPS_PORT: Final = 443
_KEPT_HEADERS: Final = ("content-type", "retry-after")
_DECODABLE: Final = frozenset({"", "identity", "gzip", "deflate"})

for _name in ("httpx2", "httpcore2"):  # both write addresses, one at INFO, the other at DEBUG
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)
    logging.getLogger(_name).propagate = False


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, in seconds, and how many bytes (after decompression) one exchange may take."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 900.0
    bytes: int = 64 * 1024 * 1024


SANDBOX: Final = Limits(connect=5.0, read=20.0, total=60.0, bytes=16 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a request really goes. address: what is connected to; host: the name it must prove to have."""

    scheme: str
    address: str
    host: str
    port: int


async def send(
    request: Request,
    secrets: Mapping[str, str],
    hosts: tuple[str, ...],
    sandbox: str | None = None,
    limits: Limits | None = None,
) -> Reply:
    """Make one request.

    Args:
        request: what the connector wants; its secrets are names.
        secrets: name -> value, added last.
        hosts: the closed list of hosts that this credential may travel to.
        sandbox: base address of the sandbox on loopback; it takes the place of the broker's host. None for the broker itself.
        limits: time and size; None for what suits a broker, or the sandbox, which need not be waited for so long.

    Returns:
        The reply; status 0 with a failure "connect", "timeout", "too_large" or "redirect" when there is none to use.

    Raises:
        OurFault: the request names a host, a method, an address or a header that is not allowed. Nothing was sent.
    """
    if request.host not in hosts:
        raise OurFault("host_not_allowed", message("host_not_allowed"))
    if request.method not in {"GET", "POST"} or not request.path.startswith("/"):
        raise OurFault("request_not_allowed", message("method_not_allowed"))
    limits = limits or (SANDBOX if sandbox is not None else Limits())
    try:
        async with asyncio.timeout(limits.total):
            targets = [sandbox_target(sandbox)] if sandbox is not None else await _live_targets(request.host)
            return await _first_that_connects(request, secrets, targets, limits)
    except TimeoutError:
        return Reply(0, failure="timeout")


def sandbox_target(base: str) -> _Target:
    """The sandbox's address, which must be plain HTTP on loopback.

    Raises:
        OurFault: it is anywhere else.
    """
    parts = urlsplit(base)
    if parts.scheme != "http" or parts.hostname not in {"127.0.0.1", "::1", "localhost"} or not parts.port or parts.username is not None:
        raise OurFault("sandbox_not_local", message("sandbox_not_local"))
    return _Target("http", parts.hostname, parts.hostname, parts.port)


async def _live_targets(host: str) -> list[_Target]:
    """The public addresses of a broker's host, resolved once so that what was checked is what is connected to."""
    try:
        addresses = await _resolve(host)
    except OSError:
        return []
    if any(not is_public(address) for address in addresses):
        raise OurFault("address_not_public", message("address_not_public"))
    return [_Target("https", address, host, HTTPS_PORT) for address in addresses]


async def _resolve(host: str) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet: not private, loopback, link-local, multicast or reserved, nor one in disguise."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None and not is_public(str(inner)):
            return False
        if ip in ipaddress.ip_network("64:ff9b::/96") and not is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))):
            return False
    return ip.is_global and not ip.is_multicast


async def _first_that_connects(request: Request, secrets: Mapping[str, str], targets: list[_Target], limits: Limits) -> Reply:
    for target in targets[:4]:
        reply = await _exchange(request, secrets, target, limits)
        if reply is not None:
            return reply
    return Reply(0, failure="connect")


async def _exchange(request: Request, secrets: Mapping[str, str], target: _Target, limits: Limits) -> Reply | None:
    """One connection, one request, one reply; None when no connection came about, so that nothing was sent.

    Whatever the client library says about a failure stays here, because it names the address.
    """
    timeout = httpx2.Timeout(limits.read, connect=limits.connect)
    verify = _tls() if target.scheme == "https" else False
    headers, body = _headers(request, secrets, target), _body(request, secrets)
    try:
        async with (
            httpx2.AsyncClient(timeout=timeout, verify=verify, trust_env=False, follow_redirects=False) as client,
            client.stream(
                request.method, _address(request, secrets, target), headers=headers, content=body, extensions={"sni_hostname": target.host}
            ) as response,
        ):
            return await _read(response, limits, request.takes_cookies)
    except (httpx2.ConnectError, httpx2.ConnectTimeout):
        return None
    except httpx2.TimeoutException:
        return Reply(0, failure="timeout")
    except (httpx2.HTTPError, httpx2.StreamError, OSError):
        return Reply(0, failure="connect")


def _address(request: Request, secrets: Mapping[str, str], target: _Target) -> httpx2.URL:
    query = [*request.query, *((parameter, secrets[name]) for parameter, name in request.secrets)]
    address = f"[{target.address}]" if ":" in target.address else target.address
    try:
        return httpx2.URL(f"{target.scheme}://{address}:{target.port}{request.path}", params=query)
    except (httpx2.InvalidURL, ValueError):
        raise OurFault("request_not_allowed", message("address_broken")) from None


def _headers(request: Request, secrets: Mapping[str, str], target: _Target) -> list[tuple[str, str]]:
    """Those of the request with its secrets, checked: a value that ends a line would begin a header of its own."""
    added = [(header, secrets[name]) for header, name in request.header_secrets]
    cookies = "; ".join(f"{cookie}={secrets[name]}" for cookie, name in request.cookie_secrets)
    given = [*request.headers, *added, *([("cookie", cookies)] if cookies else [])]
    if any(not part.isascii() or not part.isprintable() for pair in given for part in pair):
        raise OurFault("request_not_allowed", message("headers_broken"))
    typed = [("content-type", "application/json;charset=UTF-8")] if request.body is not None else []
    return [("accept-encoding", "gzip"), *typed, *given, ("host", target.host)]


def _body(request: Request, secrets: Mapping[str, str]) -> bytes | None:
    if request.body is None:
        return None
    return json.dumps({**request.body, **{key: secrets[name] for key, name in request.body_secrets}}).encode()


async def _read(response: httpx2.Response, limits: Limits, takes_cookies: tuple[str, ...]) -> Reply:
    if 300 <= response.status_code < 400:
        return Reply(0, failure="redirect")
    if response.headers.get("content-encoding", "").strip().lower() not in _DECODABLE:
        return Reply(0, failure="connect")
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limits.bytes:
            return Reply(0, failure="too_large")
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return Reply(response.status_code, bytes(body), headers=headers, cookies=_cookies(response, takes_cookies))


def _cookies(response: httpx2.Response, names: tuple[str, ...]) -> dict[str, str]:
    """The cookies of these names, whatever domain they claim: they go back to the one host that gave them, by the connector's word."""
    pairs = (line.partition(";")[0].partition("=") for line in response.headers.get_list("set-cookie"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip() in names and value.strip()}


@functools.cache
def _tls() -> ssl.SSLContext:
    """The system's trusted authorities; building it takes a while, so once."""
    return httpx2.create_ssl_context(trust_env=False)
