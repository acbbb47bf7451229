"""二（一）3: a made-up signature on a pad and a made-up paper on a scanner, as PNG pictures [2.1.3]"""

import zlib
from dataclasses import dataclass
from itertools import pairwise
from random import Random

Point = tuple[int, int]
WIDE, HIGH = 480, 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A picture and the pen's path."""

    png: bytes
    strokes: list[list[Point]]


def signature(seed: str) -> Drawn:
    """A few strokes, another hand for each seed."""
    rng = Random(f"signature:{seed}")
    strokes = [stroke(rng, 60 + part * 120) for part in range(3)]
    return Drawn(png=picture(WIDE, HIGH, strokes), strokes=strokes)


def paper(seed: str) -> Drawn:
    """A sheet with lines of writing and a signature at its foot."""
    rng = Random(f"paper:{seed}")
    lines = [[(40, y), (rng.randint(300, 440), y)] for y in range(40, 400, 24)]
    foot = [[(x, y + 420) for x, y in stroke(rng, 280)]]
    return Drawn(png=picture(WIDE, 620, [*lines, *foot]), strokes=[])


def stroke(rng: Random, left: int) -> list[Point]:
    """One run of the pen."""
    x, y, points = left, rng.randint(50, 110), []
    for _ in range(14):
        x, y = min(max(x + rng.randint(-8, 16), 8), WIDE - 8), min(max(y + rng.randint(-26, 26), 12), HIGH - 12)
        points.append((x, y))
    return points


def picture(wide: int, high: int, strokes: list[list[Point]]) -> bytes:
    """The strokes in dark ink on white, eight bits of grey."""
    rows = [bytearray(b"\xff" * wide) for _ in range(high)]
    for points in strokes:
        for start, end in pairwise(points):
            line(rows, start, end)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = wide.to_bytes(4) + high.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    body = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def line(rows: list[bytearray], start: Point, end: Point) -> None:
    """A straight line three points thick."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    for step in range(steps + 1):
        x = start[0] + (end[0] - start[0]) * step // steps
        y = start[1] + (end[1] - start[1]) * step // steps
        for row in rows[max(y - 1, 0) : y + 2]:
            row[max(x - 1, 0) : x + 2] = b"\x20" * len(row[max(x - 1, 0) : x + 2])
