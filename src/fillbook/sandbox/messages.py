"""What travels between the HTTP server and a pretend broker."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. headers: names in lower case. pairs: the query as it came, where a name may come again; `query` keeps its last."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply. delay: seconds before it is sent. cut: bytes after which something else happens, although all were promised.

    tail: what that is. "" the connection breaks; "silence" nothing more comes; "drip" a byte now and then; "flood" bytes without end,
    whose number was not promised. The last three go on until the client leaves.
    """

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/xml;charset=UTF-8"),)
    delay: float = 0.0
    cut: int | None = None
    tail: str = ""
