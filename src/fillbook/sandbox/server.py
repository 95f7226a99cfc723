"""The pretend brokers' one process-wide HTTP server, on loopback and nowhere else.

    with SandboxServer() as base_url: ...

Each broker is a service with a path of its own; a service turns what was asked into an answer and does no I/O. Addresses hold
credentials here as they do at the real brokers, so nothing is logged.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from fillbook.sandbox.flex import FlexService
from fillbook.sandbox.messages import Answer, Asked
from fillbook.sandbox.portal import PortalService
from fillbook.sandbox.scenario import DEFAULT_SEED, Scenario

_LOOPBACK: Final = ("127.0.0.1", "::1")
_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_BODY_LIMIT: Final = 1 << 20
_NEW_YORK: Final = ZoneInfo("America/New_York")
_PATIENCE: Final = 120
"""Seconds that a silent connection is kept for a client that does not leave."""
_DRIP: Final = 0.05
_FLOOD: Final = b" " * (1 << 16)


class NotLoopback(ValueError):
    """The sandbox was to listen where others could reach it."""


class Service(Protocol):
    """One pretend broker."""

    def answer(self, asked: Asked) -> Answer:
        """What the broker says to a request."""


def now_in_new_york() -> datetime:
    """The real time, as the pretend brokers see it."""
    return datetime.now(_NEW_YORK)


@dataclass
class SandboxServer:
    """Start and stop. seed: which history. time_scale: 0.01 makes every pretend wait and limit a hundred times shorter.

    clock: what time it is in New York; a later day extends the history. host: 127.0.0.1 or ::1. port: 0 picks a free one.
    """

    seed: int = DEFAULT_SEED
    time_scale: float = 1.0
    clock: Callable[[], datetime] = now_in_new_york
    host: str = "127.0.0.1"
    port: int = 0
    flex: FlexService = field(init=False)
    portal: PortalService = field(init=False)

    def __post_init__(self) -> None:
        if self.host not in _LOOPBACK:
            raise NotLoopback("The sandbox listens on 127.0.0.1 or ::1 only.")
        scenario = Scenario(self.seed)
        self.flex = FlexService(scenario, self.clock, self.time_scale)
        self.portal = PortalService(scenario, self.clock, self.time_scale)
        self._http: _Server | None = None

    def start(self) -> str:
        """Listen; returns the base address, `http://127.0.0.1:PORT`."""
        if self._http is None:
            services: dict[str, Service] = {FlexService.PATH: self.flex, **dict.fromkeys(PortalService.PATHS, self.portal)}
            self._http = _Server(self.host, self.port, services)
            threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True).start()
        return self.base_url

    def stop(self) -> None:
        """Stop listening; answers under way are cut."""
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    @property
    def base_url(self) -> str:
        """Where it listens."""
        assert self._http is not None, "start it first"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self._http.server_address[1]}"

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128  # when many links begin in the same moment

    def __init__(self, host: str, port: int, services: Mapping[str, Service]) -> None:
        self.services = services
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no news, and a traceback could show an address with a credential in it."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        self._serve(self.rfile.read(min(int(length), _BODY_LIMIT)) if length.isdigit() else b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the inherited name
        """Nothing: the address holds a token."""

    def _serve(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        service = next((one for path, one in self.server.services.items() if parts.path.startswith(path)), None)
        if service is None or not self._from_here():
            answer = Answer(404, b"<!DOCTYPE html><html><head><title>404 Not Found</title></head></html>", (("Content-Type", "text/html"),))
        else:
            pairs = parse_qsl(parts.query)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, dict(pairs), headers, body, tuple(pairs))
            answer = service.answer(asked)
        self.close_connection = True
        with contextlib.suppress(OSError):
            self._send(answer)

    def _from_here(self) -> bool:
        """Whether the browser or program meant this machine, so that no page of a stranger can ask in its name."""
        host = self.headers.get("Host", "").lower()
        return urlsplit(f"//{host}").hostname in _NAMES

    def _send(self, answer: Answer) -> None:
        time.sleep(answer.delay)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.tail != "flood":
            self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body if answer.cut is None else answer.body[: answer.cut])
        if answer.tail == "silence":
            self.connection.settimeout(_PATIENCE)
            self.connection.recv(1)
        while answer.tail in {"drip", "flood"}:
            time.sleep(_DRIP if answer.tail == "drip" else 0)
            self.wfile.write(b" " if answer.tail == "drip" else _FLOOD)
