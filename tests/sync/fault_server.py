"""A broker that misbehaves by script: each request is answered by the next entry or by a function, and every request line is kept.

`respond` is a function of the path, `judge` one of the whole request.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Answer:
    """What one request gets. declared: a Content-Length that need not be true. pause: seconds before the second half of the body."""

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    declared: int | None = None
    pause: float = 0.0
    endless: bool = False


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    cookie: str
    body: bytes


@dataclass
class FaultServer:
    port: int = 0
    answers: list[Answer] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def fault_server(
    *answers: Answer, respond: Callable[[str], Answer] | None = None, judge: Callable[[Asked], Answer] | None = None
) -> Iterator[FaultServer]:
    script = FaultServer(answers=list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"] or 0))
            script.asked.append(Asked(self.command, self.path, self.headers["cookie"] or "", body))
            script.lines.append(f"{self.path} host={self.headers['host']} agent={self.headers['user-agent']}")
            if respond is not None:
                answer = respond(self.path)
            elif judge is not None:
                answer = judge(script.asked[-1])
            else:
                answer = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if not answer.endless:
                self.send_header("content-length", str(len(answer.body) if answer.declared is None else answer.declared))
            self.end_headers()
            with contextlib.suppress(OSError):
                half = len(answer.body) // 2
                self.wfile.write(answer.body[:half])
                self.wfile.flush()
                time.sleep(answer.pause)
                self.wfile.write(answer.body[half:])
                while answer.endless:
                    self.wfile.write(b"x" * 65536)

        do_POST = do_GET  # noqa: N815 - the name of the base class

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def closed_port() -> int:
    """A port on loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
