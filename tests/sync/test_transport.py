import asyncio
import datetime as dt
import gzip
import ipaddress
import json
import logging
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from fillbook.brokers.interface import OurFault, Reply, Request
from fillbook.sync import transport
from fillbook.sync.transport import Limits, is_public, sandbox_target, send
from tests.sync.fault_server import Answer, closed_port, fault_server

HOST = "reports.broker.example"
CANARY = "713705191384205928811001"
QUICK = Limits(connect=1, read=0.3, total=2, bytes=1000)


def ask(base: str | None, limits: Limits = QUICK, host: str = HOST, path: str = "/report") -> Reply:
    request = Request(host, path, query=(("v", "3"),), secrets=(("t", "token"),), headers=(("user-agent", "Python/3.12"),))
    return asyncio.run(send(request, {"token": CANARY}, (HOST,), base, limits))


def test_a_reply_comes_back_with_the_secret_added_last() -> None:
    with fault_server(Answer(b"<ok/>", headers=(("Retry-After", "7"), ("Set-Cookie", "a=b")))) as server:
        reply = ask(server.base)
    assert reply == Reply(200, b"<ok/>", headers={"retry-after": "7"})
    assert server.lines == [f"/report?v=3&t={CANARY} host=127.0.0.1 agent=Python/3.12"]


def test_secrets_go_into_body_headers_and_cookies_and_one_cookie_comes_back() -> None:
    request = Request(
        HOST,
        "/session",
        method="POST",
        headers=(("origin", "https://apps.broker.example"),),
        body={"user": "", "username": "someone"},
        body_secrets=(("password", "word"),),
        cookie_secrets=(("pass", "pass"), ("device", "device")),
        header_secrets=(("x-key", "key"),),
        takes_cookies=("pass",),
    )
    secrets = {"word": "w-1", "pass": "p-1", "device": "d-1", "key": "k-1"}
    cookies = (("Set-Cookie", "pass=p=2; Path=/; Domain=.broker.example"), ("Set-Cookie", "other=1"), ("Set-Cookie", "pass2=x"))
    with fault_server(Answer(b"{}", headers=cookies)) as server:
        reply = asyncio.run(send(request, secrets, (HOST,), server.base, QUICK))
    assert reply == Reply(200, b"{}", cookies={"pass": "p=2"})
    assert [(one.method, one.path, one.cookie) for one in server.asked] == [("POST", "/session", "pass=p-1; device=d-1")]
    assert json.loads(server.asked[0].body) == {"user": "", "username": "someone", "password": "w-1"}


def test_a_secret_cannot_begin_a_header_of_its_own() -> None:
    request = Request(HOST, "/rows", header_secrets=(("x-key", "key"),))
    with fault_server(Answer(b"{}")) as server, pytest.raises(OurFault) as caught:
        asyncio.run(send(request, {"key": "a\r\nHost: evil.example"}, (HOST,), server.base, QUICK))
    assert caught.value.code == "request_not_allowed"
    assert "evil" not in str(caught.value)
    assert server.asked == []


def test_a_redirect_is_not_followed() -> None:
    with fault_server(Answer(b"trap")) as trap, fault_server(Answer(status=302, headers=(("Location", f"{trap.base}/steal"),))) as server:
        assert ask(server.base) == Reply(0, failure="redirect")
        assert trap.lines == []


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Answer(b"x" * 1001), "too_large"),
        (Answer(endless=True), "too_large"),
        (Answer(gzip.compress(b"x" * 5_000_000), headers=(("Content-Encoding", "gzip"),)), "too_large"),
        (Answer(b"x" * 10, pause=1.0), "timeout"),
        (Answer(b"x" * 10, declared=500, pause=0.0), "connect"),
        (Answer(b"x" * 10, headers=(("Content-Encoding", "br"),)), "connect"),
        (Answer(b"not gzip", headers=(("Content-Encoding", "gzip"),)), "connect"),
    ],
)
def test_a_reply_that_cannot_be_used_is_a_failure(answer: Answer, failure: str) -> None:
    with fault_server(answer) as server:
        assert ask(server.base) == Reply(0, failure=failure)
        assert len(server.lines) == 1


def test_a_gzip_reply_is_unpacked_up_to_the_cap() -> None:
    with fault_server(Answer(gzip.compress(b"x" * 1000), headers=(("Content-Encoding", "gzip"),))) as server:
        assert ask(server.base).body == b"x" * 1000


def test_the_whole_exchange_has_an_end_even_when_bytes_keep_trickling() -> None:
    with fault_server(Answer(b"x" * 10, pause=0.5)) as server:
        assert ask(server.base, Limits(connect=1, read=5, total=0.2, bytes=1000)) == Reply(0, failure="timeout")


def test_nobody_listening_is_a_connect_failure() -> None:
    assert ask(f"http://127.0.0.1:{closed_port()}") == Reply(0, failure="connect")


@pytest.mark.parametrize(
    "base",
    [
        "http://192.168.1.7:8080",
        "http://sandbox.example:80",
        "https://127.0.0.1:443",
        "http://127.0.0.1",
        "http://127.0.0.1@evil.example:80",
        "http://evil@127.0.0.1:80",
        "http://127.0.0.1.evil.example:80",
        "http://0x7f.1:80",
        "",
    ],
)
def test_a_sandbox_is_on_this_machine_or_nowhere(base: str) -> None:
    with pytest.raises(OurFault) as caught:
        sandbox_target(base)
    assert caught.value.code == "sandbox_not_local"


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}.evil.example", f"{HOST}@evil.example", f"{HOST}:8443", HOST.upper(), ""])
def test_a_host_outside_the_list_gets_nothing(host: str) -> None:
    with fault_server(Answer(b"trap")) as trap, pytest.raises(OurFault) as caught:
        ask(trap.base, host=host)
    assert caught.value.code == "host_not_allowed"
    assert CANARY not in str(caught.value)
    assert trap.lines == []


@pytest.mark.parametrize("path", ["@evil.example/", ":1/", "evil.example", "", "/report\r\nHost: evil"])
def test_a_path_cannot_move_the_request(path: str) -> None:
    with fault_server(Answer(b"ok")) as server, pytest.raises(OurFault) as caught:
        ask(server.base, path=path)
    assert caught.value.code == "request_not_allowed"
    assert CANARY not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert server.lines == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:0a00:0001::",
    ],
)
def test_an_address_inside_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_public(address)

    async def resolve(_host: str) -> list[str]:
        return ["8.8.8.8", address]

    monkeypatch.setattr(transport, "_resolve", resolve)
    with pytest.raises(OurFault) as caught:
        ask(None)
    assert caught.value.code == "address_not_public"


@pytest.mark.parametrize("address", ["8.8.8.8", "205.234.240.10", "2606:4700::1111"])
def test_an_address_outside_is_fine(address: str) -> None:
    assert is_public(address)


def test_a_name_that_does_not_resolve_is_a_connect_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(_host: str) -> list[str]:
        raise OSError("no such name")

    monkeypatch.setattr(transport, "_resolve", resolve)
    assert ask(None) == Reply(0, failure="connect")


def test_no_log_line_holds_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    root = logging.getLogger()
    seen: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: seen.append(record.getMessage())  # type: ignore[method-assign]
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        with caplog.at_level(logging.DEBUG), fault_server(Answer(b"ok"), Answer(status=500), Answer(b"x", declared=9)) as server:
            for _ in range(3):
                ask(server.base)
            ask(f"http://127.0.0.1:{closed_port()}")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert CANARY not in "\n".join([*seen, caplog.text])
    assert "/report" not in "\n".join([*seen, caplog.text])


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(pem + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    trusting.append(ssl.create_default_context(cadata=pem.decode()))
    return context


trusting: list[ssl.SSLContext] = []


@pytest.mark.parametrize(("name", "expected"), [(HOST, Reply(200, b"ok")), ("other.example", Reply(0, failure="connect"))])
def test_the_broker_proves_its_name_though_an_address_is_connected_to(
    name: str, expected: Reply, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(f"{self.path} {self.headers['host']}")
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = certificate(tmp_path, name).wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    async def resolve(host: str) -> list[str]:
        assert host == HOST
        return ["127.0.0.1"]

    monkeypatch.setattr(transport, "_resolve", resolve)
    monkeypatch.setattr(transport, "is_public", lambda address: ipaddress.ip_address(address).is_loopback)
    monkeypatch.setattr(transport, "HTTPS_PORT", server.server_address[1])
    monkeypatch.setattr(transport, "_tls", lambda: trusting[-1])
    try:
        assert ask(None) == expected
    finally:
        server.shutdown()
        server.server_close()
    assert seen == ([f"/report?v=3&t={CANARY} {HOST}"] if expected.status else [])
