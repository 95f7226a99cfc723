"""Take a Flex document apart, element by element, in memory that does not grow with it.

Everything in a Flex statement is an attribute: no text, no namespaces. `read_elements` yields each element as it is met and keeps
none. A document is read to its well-formed end or refused: what hostile or broken input looks like is decided here, once.
"""

import xml.parsers.expat
from collections.abc import Iterable, Iterator
from typing import Final, NoReturn

from fillbook.brokers.ibkr import refusals
from fillbook.brokers.ibkr.sniff import refuse_other_formats

CHUNK: Final = 256 * 1024
"""Bytes fed to expat at once: small feeds make it read a long token again and again."""

MAX_DEPTH: Final = 32
MAX_VALUE: Final = 64 * 1024
MAX_ATTRIBUTES: Final = 512
MAX_ELEMENTS: Final = 20_000_000
MAX_ELEMENT_BYTES: Final = 1024 * 1024
ENCODINGS: Final = frozenset({"utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "windows-1252"})


Element = tuple[str, list[str], int, int]
"""One start tag: its name; its attributes as name, value, name, value, …; the byte offset of its `<`; its depth, 1 for the root."""


def read_elements(chunks: Iterable[bytes]) -> Iterator[Element]:
    """Yield every element of the document in order.

    Raises:
        StatementUnreadable: the bytes are not one whole, harmless XML document whose root is a Flex statement's.
    """
    reader = _Reader()
    for chunk in _rebuffered(chunks):
        yield from reader.feed(chunk)
    yield from reader.close()


def _rebuffered(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Chunks of at least `CHUNK` bytes (the last may be smaller)."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= CHUNK:
            whole = b"".join(held)
            yield from (whole[start : start + CHUNK] for start in range(0, size - size % CHUNK, CHUNK))
            held = [whole[size - size % CHUNK :]]
            size = len(held[0])
    yield b"".join(held)


class _Reader:
    """Feeds expat and collects the elements of one chunk."""

    def __init__(self) -> None:
        self._parser = xml.parsers.expat.ParserCreate()
        self._parser.ordered_attributes = True
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity
        self._parser.XmlDeclHandler = self._declaration
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._met: list[Element] = []
        self._depth = 0
        self._elements = 0
        self._fed = 0
        self._tag, self._attributes, self._place = "", list[str](), 0
        self._reply: dict[str, str] | None = None

    def feed(self, chunk: bytes) -> list[Element]:
        """Elements that began in this chunk."""
        if not self._fed:
            refuse_other_formats(chunk)
        self._fed += len(chunk)
        self._parse(chunk, final=False)
        if self._fed - self._parser.CurrentByteIndex > MAX_ELEMENT_BYTES + CHUNK:
            raise refusals.element_too_long(self._parser.CurrentByteIndex)
        return self._taken()

    def close(self) -> list[Element]:
        """What is left; the document must be complete."""
        self._parse(b"", final=True)
        if self._reply is not None:
            raise refusals.service_reply(self._reply)
        return self._taken()

    def _taken(self) -> list[Element]:
        met, self._met = self._met, []
        self._elements += len(met)
        if self._elements > MAX_ELEMENTS:
            raise refusals.too_many_elements(MAX_ELEMENTS)
        return met

    def _parse(self, chunk: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(chunk, final)
        except xml.parsers.expat.ExpatError as error:
            raise refusals.not_well_formed(error, self._parser.ErrorByteIndex, at_end=final) from None

    def _start(self, tag: str, attributes: list[str]) -> None:
        place = self._parser.CurrentByteIndex
        if place - self._place > MAX_VALUE:
            self._refuse_long_value()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise refusals.too_deep(MAX_DEPTH, place)
        if len(attributes) > 2 * MAX_ATTRIBUTES:
            raise refusals.too_many_attributes(tag, MAX_ATTRIBUTES, place)
        if self._depth == 1:
            self._root(tag)
        self._tag, self._attributes, self._place = tag, attributes, place
        self._met.append((tag, attributes, place, self._depth))

    def _end(self, _tag: str) -> None:
        self._depth -= 1
        if self._parser.CurrentByteIndex - self._place > MAX_VALUE:
            self._refuse_long_value()

    def _refuse_long_value(self) -> None:
        """The last element took so many bytes that one of its values may be a giant: look."""
        if any(len(text) > MAX_VALUE for text in self._attributes):
            raise refusals.value_too_long(self._tag, MAX_VALUE, self._place)

    def _root(self, tag: str) -> None:
        if tag == "FlexStatementResponse":
            self._reply = {}
            self._parser.CharacterDataHandler = self._text
        elif tag != "FlexQueryResponse":
            raise refusals.other_root(tag)

    def _text(self, text: str) -> None:
        if self._reply is not None:
            self._reply[self._tag] = (self._reply.get(self._tag, "") + text)[:500]

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ENCODINGS:
            raise refusals.unknown_encoding(encoding)

    def _doctype(self, name: str, _system: str | None, _public: str | None, _internal: bool) -> NoReturn:
        raise refusals.doctype(name, self._parser.CurrentByteIndex)

    def _entity(self, *_declaration: object) -> NoReturn:
        raise refusals.doctype("", self._parser.CurrentByteIndex)
