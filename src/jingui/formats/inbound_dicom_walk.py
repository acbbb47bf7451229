"""六（一）3: how many elements a DICOM file has, before a library makes objects of them [6.1.3]

One pass over tags and lengths, values skipped. What cannot be followed to its end is let through only where it is
small: then it costs little, whatever it is.
"""

from typing import Final

from jingui.core.errors import Invalid
from jingui.core.receiving import Hostile
from jingui.core.word import N_

MOST: Final = 200_000  # elements, those inside sequences with them
SMALL: Final = 1 << 20  # bytes that are read whatever they are
LONG: Final = frozenset((b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UN", b"UT", b"UC", b"UR", b"SV", b"UV"))
IMPLICIT: Final = "1.2.840.10008.1.2"
BIG: Final = "1.2.840.10008.1.2.2"
UNDEFINED: Final = 0xFFFFFFFF
PIXELS: Final = b"\xe0\x7f\x10\x00"


def bounded(content: bytes, at: int, syntax: str) -> None:
    """Hostile for more than MOST elements from `at` on; Invalid for a large file that cannot be followed."""
    end, implicit, count = len(content), syntax == IMPLICIT, 0
    if syntax == BIG:
        unfollowed(end - at)
        return
    while at + 8 <= end:
        count += 1
        if count > MOST:
            raise Hostile(places=(("DICOM", N_("元素过多")),))
        tag = content[at : at + 4]
        if tag[:2] == b"\xfe\xff":  # an item or its end: what stands in it is walked over like the rest
            at += 8
            continue
        vr = content[at + 4 : at + 6]
        if implicit:
            length, start = int.from_bytes(content[at + 4 : at + 8], "little"), at + 8
        elif vr in LONG:
            length, start = int.from_bytes(content[at + 8 : at + 12], "little"), at + 12
        elif vr.isalpha() and vr.isupper():
            length, start = int.from_bytes(content[at + 6 : at + 8], "little"), at + 8
        else:
            unfollowed(end - at)
            return
        if length == UNDEFINED:
            if tag == PIXELS:
                return
            if vr == b"UN" and not implicit:  # written without representations inside
                unfollowed(end - at)
                return
            at = start
        elif vr == b"SQ" and not implicit:
            at = start
        else:
            if implicit and length > SMALL and tag != PIXELS:
                unfollowed(length)  # may be a sequence
            at = start + length


def unfollowed(left: int) -> None:
    """Invalid when more than a little is left that nobody counted."""
    if left > SMALL:
        raise Invalid(places=(("DICOM", N_("文件头无法核对")),))
