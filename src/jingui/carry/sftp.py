"""五（一）2 文件投递: a parcel as a file at a partner's host, whole at once; its receipt is a file beside it [5.1.3]"""

import asyncio
import contextlib
from typing import Any, Final

import asyncssh

from jingui.carry.carried import Arrived, Proofs
from jingui.carry.places import Place, place
from jingui.carry.undelivered import Undelivered, problem_of
from jingui.core.sending import Consignment

EVERY: Final = 2.0  # seconds between two looks for the receipt
MOST_RECEIPT: Final = 16_384
NOBODY: Final = asyncssh.import_known_hosts("")  # no file of this host's account is asked


class Host(asyncssh.SSHClient):
    """Knows the partner's host by its pinned key alone."""

    def __init__(self, pinned: str) -> None:
        """Believe this key or fingerprint."""
        self._pinned = pinned

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Whether it is the pinned one."""
        if self._pinned.startswith("SHA256:"):
            return key.get_fingerprint() == self._pinned
        return key.export_public_key().decode().split()[:2] == self._pinned.split()[:2]


async def deliver(consignment: Consignment, proofs: Proofs) -> Arrived:
    """Upload under another name, rename, then look for the receipt until the attempt's time is over."""
    at = await place(consignment)
    pinned = consignment.options.get("host_key", "")
    if not pinned:
        raise Undelivered("tls", said="no host key")
    try:
        return await dropped(consignment, at, proofs, pinned)
    except asyncssh.HostKeyNotVerifiable as error:
        raise Undelivered("tls", said="host key") from error
    except (asyncssh.Error, OSError) as error:
        raise Undelivered(problem_of(error), said=type(error).__name__) from error


async def dropped(consignment: Consignment, at: Place, proofs: Proofs, pinned: str) -> Arrived:
    """The receipt of a file that was dropped."""
    key = asyncssh.import_private_key(proofs.ssh())
    folder = consignment.options.get("folder", ".").rstrip("/") or "/"
    receipts = consignment.options.get("receipts", folder).rstrip("/") or "/"
    name = f"{consignment.message}.jose"
    async with asyncssh.connect(
        at.number, at.port, username=consignment.options.get("user", ""), client_keys=[key], known_hosts=NOBODY,
        client_factory=lambda: Host(pinned), agent_path=None, config=[], password_auth=False, kbdint_auth=False,
        connect_timeout=min(10, consignment.seconds), login_timeout=min(20, consignment.seconds),
        server_host_key_algs="default", x509_trusted_certs=None,
    ) as connection, connection.start_sftp_client() as files:  # fmt: skip
        receipt = f"{receipts}/{consignment.message}.receipt"
        found = await read(files, receipt)
        if not found and not await files.exists(f"{folder}/{name}"):
            beside = f"{folder}/.{name}.part"
            async with files.open(beside, "wb") as file:
                await file.write(consignment.body)
            with contextlib.suppress(asyncssh.SFTPNoSuchFile):
                await files.posix_rename(beside, f"{folder}/{name}")
        while not found:
            await asyncio.sleep(EVERY)
            found = await read(files, receipt)
        return Arrived(receipt=found)


async def read(files: Any, path: str) -> bytes:
    """A receipt's bytes; b"" while there is none."""
    try:
        if (await files.stat(path)).size > MOST_RECEIPT:
            raise Undelivered("answer", said="too long")
        async with files.open(path, "rb") as file:
            return bytes(await file.read(MOST_RECEIPT))
    except asyncssh.SFTPNoSuchFile:
        return b""
