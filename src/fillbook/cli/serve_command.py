"""`fillbook serve`: everything in one process: pages, jobs and the sandbox broker, on this machine alone unless told otherwise.

Order: the port first, so that a second start stops before it touches anything; then folders, keys, tables and files; then jobs; the
address last, when a browser can use it. Ctrl-c ends it; work in progress goes on at the next start.
"""

import argparse
import contextlib
import errno
import gc
import logging
import signal
import socket
import sys
from pathlib import Path
from typing import Final

from fillbook.cli.database import add_data_argument, open_database
from fillbook.cli.stop import Stop

PORT: Final = 8470
THREADS: Final = 8
SWITCH: Final = 0.001
"""Seconds after which a job's thread lets a page go on (Python's own: 0.005): a page waits so long after each of its dozens of queries."""
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The words that `serve` takes."""
    parser.add_argument("--port", type=_port, default=PORT, metavar="N", help=f"where to listen (default {PORT}; 0 for any free one)")
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (default 127.0.0.1: this machine alone)"
    )
    add_data_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until ctrl-c or a signal to end."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.closing(_listen(options.host, options.port)) as listener:
        _prepare(options.data)
        from fillbook.cli.jobs import doing_jobs
        from fillbook.storage import serving

        with doing_jobs(), serving.noted(options.host, listener.getsockname()[1]):
            _announce(options.host, listener.getsockname()[1])
            _serve(listener)
    print("\nFillbook has stopped.", file=sys.stderr)
    return 0


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) < 65536:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; nothing else can take the port from now on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as problem:
        listener.close()
        raise Stop(_refusal(host, port, problem)) from None
    return listener


def _refusal(host: str, port: int, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        other = PORT if port != PORT else PORT + 1
        return f"Port {port} is taken, perhaps by a Fillbook that is running already; for another one add --port {other}."
    if problem.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} may not be used by you; choose one above 1023 with --port."
    return f"Fillbook cannot listen on {host}, port {port}: {problem.strerror or problem}."


def _prepare(data: Path | None) -> None:
    from fillbook.storage import start

    open_database(data)
    start.collect()
    read_again()


def read_again() -> None:
    """Accounts whose trades were read by an older version's rules are read by ours before anybody looks at them."""
    from fillbook.storage.derive import outdated_accounts, rebuild_account

    for account in outdated_accounts():
        print(f"Reading the trades of account {account.number} again, by the rules of this version ...", file=sys.stderr, flush=True)
        rebuild_account(account)


def _announce(host: str, port: int) -> None:
    from fillbook.storage.models import Instance
    from fillbook.storage.people import issue_setup_code

    name = "localhost" if host in LOOPBACK or host in ("0.0.0.0", "::") else host  # noqa: S104 - compared with, not listened on
    code = issue_setup_code()
    if code:
        print(f"Set-up code for the first user: {code}")
    print(f"Fillbook is ready: http://{name}:{port}", flush=True)
    print(f"The sandbox's page for granting access: {Instance.load().sandbox_url}/portal/", file=sys.stderr)
    print("Stop it with ctrl-c.", file=sys.stderr, flush=True)


def settle() -> None:
    """Make this process ready to answer quickly: pages are imported, and no page waits for what another one leaves behind.

    What lives as long as the server is not looked through each time that something of a page is cleared away, which takes 100 ms, and that
    is done after ten times as many objects as usual: a page makes thousands, nearly all of which go by themselves.
    """
    from django.urls import resolve

    sys.setswitchinterval(SWITCH)
    resolve("/")
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _serve(listener: socket.socket) -> None:
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    server = create_server(
        get_wsgi_application(),
        sockets=[listener],
        threads=THREADS,
        ident="",
        max_request_body_size=settings.UPLOAD_LIMIT + 1024 * 1024,
        clear_untrusted_proxy_headers=settings.SECURE_PROXY_SSL_HEADER is None,
    )
    logging.getLogger("waitress").setLevel(logging.ERROR)  # a full queue is no news
    settle()
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    server.close()
