"""A PDF with plain cross-reference tables: its objects by number, and its streams. Object streams are not needed."""

from __future__ import annotations

import re
import zlib
from typing import Any

from jingui_verify.bad import Bad
from jingui_verify.pdf_objects import Name, Reference, Scanner, Text

LARGEST = 64 * 1024 * 1024  # of one unpacked stream, and of all attachments together
MOST_TABLES = 16
MOST_NODES = 200  # of the tree of attachments
MOST_OBJECTS = 1_000_000
_TABLE = re.compile(rb"xref[ \t]*\r?\n")
_RANGE = re.compile(rb"([0-9]{1,7}) ([0-9]{1,7})[ \t]*\r?\n")
_ENTRY = re.compile(rb"([0-9]{10}) ([0-9]{5}) ([fn])(?: \r| \n|\r\n)")
_TRAILER = re.compile(rb"trailer\s*")
_START = re.compile(rb"startxref\s+([0-9]{1,12})\s+%%EOF")
_OBJECT = re.compile(rb"([0-9]{1,7})\s+([0-9]{1,5})\s+obj")
_STREAM = re.compile(rb"stream\r?\n")
_AFTER = re.compile(rb"\s*endstream")


class Pdf:
    """A file whose newest objects can be asked for. Bad('pdf') for whatever is not as it must be."""

    def __init__(self, raw: bytes) -> None:
        """Read the tables, newest first."""
        if not raw.startswith(b"%PDF-"):
            raise Bad("pdf", what="%PDF")
        self.raw = raw
        self._scan = Scanner(raw)
        self._at: dict[int, tuple[int, int] | None] = {}
        starts = list(_START.finditer(raw))
        if not starts:
            raise Bad("pdf", what="startxref")
        self.trailer = self._tables(int(starts[-1][1]))
        if "Encrypt" in self.trailer:
            raise Bad("pdf", what="/Encrypt")
        catalog = self.get(self.trailer.get("Root"))
        if not isinstance(catalog, dict) or catalog.get("Type") != "Catalog":
            raise Bad("pdf", what="/Root")
        self.catalog: dict[str, Any] = catalog

    def _tables(self, at: int) -> dict[str, Any]:
        newest: dict[str, Any] | None = None
        seen: set[int] = set()
        while at not in seen:
            seen.add(at)
            if len(seen) > MOST_TABLES:
                break
            trailer = self._table(at)
            newest = trailer if newest is None else newest
            before = trailer.get("Prev")
            if before is None:
                return newest
            if not isinstance(before, int) or "XRefStm" in trailer:
                break
            at = before
        raise Bad("pdf", what="xref")

    def _table(self, at: int) -> dict[str, Any]:
        hit = _TABLE.match(self.raw, at)
        if hit is None:
            raise Bad("pdf", what="xref")
        at = hit.end()
        while (hit := _RANGE.match(self.raw, at)) is not None:
            first, count, at = int(hit[1]), int(hit[2]), hit.end()
            for number in range(first, first + count):
                entry = _ENTRY.match(self.raw, at)
                if entry is None or len(self._at) > MOST_OBJECTS:
                    raise Bad("pdf", what="xref")
                at = entry.end()
                self._at.setdefault(number, (int(entry[1]), int(entry[2])) if entry[3] == b"n" else None)
        hit = _TRAILER.match(self.raw, at)
        trailer = self._scan.value(hit.end())[0] if hit else None
        if not isinstance(trailer, dict):
            raise Bad("pdf", what="trailer")
        return trailer

    def _open(self, reference: Reference) -> tuple[Any, int]:
        place = self._at.get(reference.number)
        hit = _OBJECT.match(self.raw, place[0]) if place else None
        if hit is None or place is None or (int(hit[1]), int(hit[2])) != reference or place[1] != reference.generation:
            raise Bad("pdf", what=f"object {reference.number}")
        return self._scan.value(hit.end())

    def get(self, value: Any) -> Any:
        """`value`, or the object that it refers to."""
        for _ in range(8):
            if not isinstance(value, Reference):
                return value
            value = self._open(value)[0]
        raise Bad("pdf", what="reference")

    def stream(self, value: Any) -> tuple[dict[str, Any], bytes]:
        """Dictionary and unpacked content of a stream."""
        if not isinstance(value, Reference):
            raise Bad("pdf", what="stream")
        head, at = self._open(value)
        hit = _STREAM.match(self.raw, self._scan.past_gap(at)) if isinstance(head, dict) else None
        length = self.get(head.get("Length")) if hit else None
        if hit is None or not isinstance(length, int) or not 0 <= length <= len(self.raw) - hit.end():
            raise Bad("pdf", what="stream")
        body = self.raw[hit.end() : hit.end() + length]
        if _AFTER.match(self.raw, hit.end() + length) is None:
            raise Bad("pdf", what="endstream")
        return head, _unpacked(self.get(head.get("Filter")), head, body)

    def mapping(self, value: Any, what: str) -> dict[str, Any]:
        """A dictionary, or Bad naming `what` it should have been."""
        found = self.get(value)
        if not isinstance(found, dict):
            raise Bad("pdf", what=what)
        return found

    def listing(self, value: Any, what: str) -> list[Any]:
        """A list, or Bad naming `what` it should have been."""
        found = self.get(value)
        if not isinstance(found, list):
            raise Bad("pdf", what=what)
        return found

    def files(self) -> dict[str, bytes]:
        """The embedded files by name (those of the catalog's /Names tree)."""
        names = self.catalog.get("Names")
        tree = self.mapping(names, "/Names").get("EmbeddedFiles") if names is not None else None
        found: dict[str, bytes] = {}
        waiting = [] if tree is None else [tree]
        for turn, node in enumerate(waiting):
            if turn >= MOST_NODES:
                raise Bad("pdf", what="/EmbeddedFiles")
            one = self.mapping(node, "/EmbeddedFiles")
            waiting += self.listing(one.get("Kids", []), "/Kids")[:MOST_NODES]
            self._leaf(self.listing(one.get("Names", []), "/Names"), found)
        return found

    def _leaf(self, pairs: list[Any], found: dict[str, bytes]) -> None:
        for at in range(1, len(pairs), 2):
            spec = self.mapping(pairs[at], "/Filespec")
            name = _string(self.get(spec.get("UF", spec.get("F"))))
            if name in found or len(found) >= 64:
                raise Bad("pdf", what="/EmbeddedFiles")
            found[name] = self.stream(self.mapping(spec.get("EF"), "/EF").get("F"))[1]
            if sum(map(len, found.values())) > LARGEST:
                raise Bad("pdf", what="/EmbeddedFiles")


def _string(value: Any) -> str:
    if not isinstance(value, Text):
        raise Bad("pdf", what="/UF")
    try:
        return value.decode("utf-16") if value[:2] in (b"\xfe\xff", b"\xff\xfe") else value.decode("latin-1")
    except UnicodeDecodeError as error:
        raise Bad("pdf", what="/UF") from error


def _unpacked(kind: Any, head: dict[str, Any], body: bytes) -> bytes:
    if isinstance(kind, list) and len(kind) == 1:
        kind = kind[0]
    if kind is None or kind == []:
        return body
    if kind != Name("FlateDecode") or head.get("DecodeParms") is not None:
        raise Bad("pdf", what="/Filter")
    packed = zlib.decompressobj()
    try:
        plain = packed.decompress(body, LARGEST)
    except zlib.error as error:
        raise Bad("pdf", what="FlateDecode") from error
    if not packed.eof or packed.unconsumed_tail:
        raise Bad("pdf", what="FlateDecode")
    return plain
