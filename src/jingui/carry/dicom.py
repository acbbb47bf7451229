"""五（一）2 DICOM: an instance by C-STORE over TLS; status 0000 is the receipt [5.1.2] [5.1.3]"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from typing import Final

from pydicom import dcmread
from pydicom.errors import InvalidDicomError
from pynetdicom import AE

from jingui.carry.carried import Arrived, Proofs, seen
from jingui.carry.places import Place, place
from jingui.carry.undelivered import Undelivered
from jingui.core.sending import Answer, Consignment

LARGEST_PDU: Final = 128 * 1024
OURS: Final = "JINGUI"
ANY: Final = "ANY-SCP"
HANDS: Final = ThreadPoolExecutor(64, "dicom")  # of its own: a slow archive holds no look-up of names


async def deliver(consignment: Consignment, proofs: Proofs) -> Arrived:
    """Store one instance; the library blocks, therefore on a thread of its own with limits of its own."""
    at = await place(consignment)
    status, peer = await asyncio.get_running_loop().run_in_executor(HANDS, stored, consignment, at, proofs)
    if status != 0:
        raise Undelivered("answer", said=f"{status:04X}")
    return Arrived(answer=Answer(code="0000", digest=sha256(b"0000").digest(), peer=peer))


def stored(consignment: Consignment, at: Place, proofs: Proofs) -> tuple[int, str]:
    """The status of a C-STORE, and the certificate that the archive showed."""
    try:
        instance = dcmread(BytesIO(consignment.body))
        kind, syntax = instance.SOPClassUID, instance.file_meta.TransferSyntaxUID
    except (InvalidDicomError, AttributeError, EOFError, ValueError) as error:
        raise Undelivered("answer", said="no instance") from error
    entity = AE(ae_title=consignment.options.get("calling", OURS)[:16])
    entity.add_requested_context(kind, syntax)
    limit = max(1, consignment.seconds)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = limit
    entity.connection_timeout = min(10, limit)
    entity.maximum_pdu_size = LARGEST_PDU
    made = entity.associate(
        at.number, at.port, ae_title=consignment.options.get("called", ANY)[:16],
        tls_args=(proofs.tls(consignment), at.host),
    )  # fmt: skip
    if not made.is_established:
        raise Undelivered("answer" if made.is_rejected else "unreachable", said="association")
    held = made.dul.socket
    peer = seen(held.socket if held is not None else None)
    try:
        answer = made.send_c_store(instance)
    finally:
        made.release()
    if "Status" not in answer:
        raise Undelivered("broken", said="no answer")
    return int(answer.Status), peer
