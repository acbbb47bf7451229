"""五（一）2 HL7 v2: a message over MLLP and TLS; what MSA says of this very message is the receipt [5.1.2] [5.1.3]"""

import asyncio
import contextlib
from hashlib import sha256
from typing import Final

from jingui.carry.carried import Arrived, Proofs, seen
from jingui.carry.places import place
from jingui.carry.undelivered import Undelivered, problem_of
from jingui.core.sending import Answer, Consignment

START: Final = b"\x0b"
END: Final = b"\x1c\r"
MOST: Final = 64 * 1024
TAKEN: Final = frozenset({"AA", "CA"})


async def deliver(consignment: Consignment, proofs: Proofs) -> Arrived:
    """Connect, send one block, wait for the acknowledgement whose MSA-2 is this message's MSH-10."""
    at = await place(consignment)
    number = field(consignment.body, b"MSH", 9)
    try:
        reader, writer = await asyncio.open_connection(
            at.number, at.port, ssl=proofs.tls(consignment), server_hostname=at.host, limit=MOST,
            ssl_handshake_timeout=10,
        )  # fmt: skip
    except OSError as error:
        raise Undelivered(problem_of(error), said=type(error).__name__) from error
    peer = seen(writer.get_extra_info("ssl_object"))
    try:
        writer.write(START + consignment.body + END)
        await writer.drain()
        block = await reader.readuntil(END)
    except (OSError, asyncio.IncompleteReadError) as error:
        raise Undelivered(problem_of(error), said=type(error).__name__) from error
    except asyncio.LimitOverrunError as error:
        raise Undelivered("answer", said="too long") from error
    finally:
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), 2)
    block = block.partition(START)[2].removesuffix(END)
    code, about = field(block, b"MSA", 1), field(block, b"MSA", 2)
    if not number or about != number:
        raise Undelivered("receipt", said="another message's acknowledgement")
    if code not in TAKEN:
        raise Undelivered("answer", said=code[:2])
    return Arrived(answer=Answer(code=code, digest=sha256(block).digest(), peer=peer))


def field(message: bytes, segment: bytes, number: int) -> str:
    """A field of the first segment of that name, by its place after the separator; "" for none."""
    for one in message.replace(b"\n", b"\r").split(b"\r"):
        if one[:3] == segment and len(one) > 3:
            fields = one.split(one[3:4])
            return fields[number].decode("latin-1").strip() if number < len(fields) else ""
    return ""
