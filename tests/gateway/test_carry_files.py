"""五（一）2: DICOM over TLS and files over SFTP, driven against servers of the libraries: proven peers only [5.1.2]"""

import asyncio
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncssh
import pytest
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid
from pynetdicom import AE, evt

from jingui.carry import dicom, sftp
from jingui.carry.carried import Arrived, Proofs
from jingui.carry.undelivered import Undelivered
from jingui.config import gateway_tls
from jingui.core.sending import Consignment
from jingui.crypto.certificates import fingerprint
from tests.gateway.parties import keys_of

OURS, THEIRS, OTHER = keys_of("甲", "A"), keys_of("乙", "B"), keys_of("丙", "C")


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def proofs() -> Proofs:
    return Proofs(
        tls=lambda one: gateway_tls.client(OURS.tls, one.pins, one.roots), ssh=lambda: gateway_tls.key_pem(OURS.tls)
    )


def consignment(kind: str, port: int, body: bytes, **more: Any) -> Consignment:
    said: dict[str, Any] = {
        "message": uuid4(), "channel": 1, "code": "c", "kind": kind, "address": f"localhost:{port}", "options": {},
        "network": "line", "media": kind, "label": "", "body": body, "sealed": kind == "sftp", "seconds": 4,
        "pins": (fingerprint(THEIRS.tls.certificate),), "roots": (THEIRS.tls.certificate,), "attempt": 1, **more,
    }  # fmt: skip
    return Consignment(**said)


def carry(driver: Any, one: Consignment) -> Arrived:
    async def timed() -> Any:
        async with asyncio.timeout(one.seconds):
            return await driver(one, proofs())

    found = asyncio.run(timed())
    assert isinstance(found, Arrived)
    return found


def instance() -> bytes:
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    made.PatientID, made.PatientName = "1", "Gu^Mingyuan"
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    out = BytesIO()
    dcmwrite(out, made, enforce_file_format=True)
    return out.getvalue()


@contextmanager
def archive(keys: Any = THEIRS, status: int = 0) -> Iterator[tuple[int, list[str]]]:
    """A C-STORE provider over TLS."""
    port, taken = free(), []

    def store(event: Any) -> int:
        taken.append(str(event.dataset.SOPInstanceUID))
        return status

    entity = AE(ae_title="ARCHIVE")
    entity.add_supported_context(SecondaryCaptureImageStorage, ExplicitVRLittleEndian)
    server = entity.start_server(
        ("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, store)],
        ssl_context=gateway_tls.server(keys.tls, (OURS.tls.certificate,)),
    )  # fmt: skip
    try:
        yield port, taken
    finally:
        server.shutdown()


def test_an_instance_is_stored() -> None:
    with archive() as (port, taken):
        found = carry(dicom.deliver, consignment("dicom", port, instance(), options={"called": "ARCHIVE"}))
        assert found.answer is not None
        assert found.answer.code == "0000"
        assert found.answer.peer == fingerprint(THEIRS.tls.certificate)
        assert len(taken) == 1


@pytest.mark.parametrize(
    ("keys", "status", "body", "problem"),
    [(THEIRS, 0xA700, b"", "answer"), (OTHER, 0, b"", "unreachable"), (THEIRS, 0, b"no instance", "answer")],
)
def test_what_is_not_stored_did_not_arrive(keys: Any, status: int, body: bytes, problem: str) -> None:
    with archive(keys, status) as (port, taken):
        with pytest.raises(Undelivered) as error:
            carry(dicom.deliver, consignment("dicom", port, body or instance(), options={"called": "ARCHIVE"}))
        assert error.value.problem == problem
        assert len(taken) == (status != 0)


def test_nobody_there() -> None:
    with pytest.raises(Undelivered) as error:
        carry(dicom.deliver, consignment("dicom", free(), instance()))
    assert error.value.problem == "unreachable"


class Folder(asyncssh.SFTPServer):
    """A partner's folder."""

    root = b""

    def __init__(self, channel: Any) -> None:
        super().__init__(channel, chroot=self.root)


@asynccontextmanager
async def drop(root: Path, key: Any) -> AsyncIterator[int]:
    """A partner's SFTP host that knows our key alone."""
    known = asyncssh.import_authorized_keys(
        asyncssh.import_private_key(gateway_tls.key_pem(OURS.tls)).export_public_key().decode()
    )
    for name in ("in", "out"):
        (root / name).mkdir(exist_ok=True)
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[key], authorized_client_keys=known,
        sftp_factory=type("Root", (Folder,), {"root": str(root).encode()}),
    )  # fmt: skip
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def run_drop(root: Path, key: Any, pinned: str, receipt: bytes, *, late: float = 0.2) -> tuple[Any, list[str]]:
    """Deliver to a host that lays its receipt down after a moment."""

    async def both() -> Any:
        async with drop(root, key) as port:
            one = consignment("sftp", port, b"parcel" * 1000, options={
                "host_key": pinned, "user": "jingui", "folder": "/in", "receipts": "/out"})  # fmt: skip

            async def answer() -> None:
                path = root / "in" / f"{one.message}.jose"
                while not path.exists():  # noqa: ASYNC110 -- a folder says nothing by itself
                    await asyncio.sleep(0.02)
                assert path.read_bytes() == one.body  # whole at once, never half
                await asyncio.sleep(late)
                if receipt:
                    (root / "out" / f"{one.message}.receipt").write_bytes(receipt)

            laid = asyncio.create_task(answer())
            try:
                async with asyncio.timeout(one.seconds):
                    return await sftp.deliver(one, proofs())
            finally:
                laid.cancel()

    try:
        found: Any = asyncio.run(both())
    except (Undelivered, TimeoutError) as error:
        found = error
    return found, sorted(one.name for one in (root / "in").iterdir())


def test_a_file_is_dropped_whole_and_its_receipt_fetched(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    for pinned in (key.get_fingerprint(), key.export_public_key().decode().strip()):
        found, names = run_drop(tmp_path, key, pinned, b"receipt")
        assert isinstance(found, Arrived), found
        assert found.receipt == b"receipt"
        assert all(name.endswith(".jose") and not name.startswith(".") for name in names)


def test_another_host_key_gets_nothing(tmp_path: Path) -> None:
    key, other = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    found, names = run_drop(tmp_path, key, other.get_fingerprint(), b"receipt")
    assert isinstance(found, Undelivered)
    assert found.problem == "tls"
    assert names == []


def test_a_receipt_that_never_comes_or_never_ends(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    found, names = run_drop(tmp_path, key, key.get_fingerprint(), b"")
    assert isinstance(found, TimeoutError)
    assert len(names) == 1
    found, _ = run_drop(tmp_path, key, key.get_fingerprint(), b"a" * 50_000)
    assert isinstance(found, Undelivered)
    assert found.problem == "answer"


def test_the_key_never_lies_on_a_disk() -> None:
    made = gateway_tls.server(OURS.tls, (THEIRS.tls.certificate,))
    assert made.verify_mode is ssl.CERT_REQUIRED
    secret = hashlib.sha256(gateway_tls.key_pem(OURS.tls)).hexdigest()
    assert not [path for path in Path("/tmp").glob("jingui-*.pem")
                if hashlib.sha256(path.read_bytes()).hexdigest() == secret]  # fmt: skip
