"""五（一）传输: MLLP blocks on a stream: whole or nothing, bounded in size and time [5.1.1] [5.1.2]"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

START, END, CR = b"\x0b", b"\x1c", b"\r"
MAX_BYTES = 16 * 1024 * 1024
CHUNK = 256 * 1024
NOISE = 1_024  # bytes between blocks that are not read as noise of a line but as another protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds to wait: for the next message, for the rest of one that began, for the peer to take an answer."""

    idle: float = 600.0
    rest: float = 30.0
    write: float = 30.0


class Broken(Exception):
    """The stream is not MLLP any more; `begun` is the block that never ended, for the answer."""

    def __init__(self, why: str, begun: bytes = b"") -> None:
        """Say why: too_large, unfinished, noise."""
        super().__init__(why)
        self.why, self.begun = why, begun


def framed(message: bytes) -> bytes:
    """A message as a block."""
    return START + message + END + CR


async def blocks(reader: asyncio.StreamReader, limits: Limits) -> AsyncIterator[bytes]:
    """Each whole block; ends with the stream or after `idle` seconds without a message.

    Broken when a block is too large, stays unfinished for `rest` seconds or is cut off, or noise stands between blocks.
    """
    held = bytearray()
    inside = False
    scanned = 0
    while True:
        if not inside:
            at = held.find(START)
            noise = bytes(held[: at if at >= 0 else len(held)]).strip(b"\r\n \x1c")
            if len(noise) > NOISE or (at >= 0 and noise):
                raise Broken("noise")
            if at >= 0:
                del held[: at + 1]
                inside, scanned = True, 0
                began = asyncio.get_running_loop().time()
        if inside:
            end = held.find(END, scanned)
            again = held.find(START, scanned, end if end >= 0 else len(held))
            if again >= 0:
                raise Broken("unfinished", bytes(held[:again]))
            if end >= 0:
                if end > MAX_BYTES:
                    raise Broken("too_large", bytes(held[:CHUNK]))
                yield bytes(held[:end])
                del held[: end + 1]
                inside = False
                continue
            scanned = len(held)
            if len(held) > MAX_BYTES:
                raise Broken("too_large", bytes(held[:CHUNK]))
        left = began + limits.rest - asyncio.get_running_loop().time() if inside else limits.idle
        try:
            more = await asyncio.wait_for(reader.read(CHUNK), max(left, 0.001))
        except TimeoutError:
            if inside:
                raise Broken("unfinished", bytes(held[:CHUNK])) from None
            return
        if not more:
            if inside:
                raise Broken("unfinished", bytes(held[:CHUNK]))
            return
        held += more
