"""三（一）存储: the key ring: permanent named keys, segment keys, data keys [3.1.1] [3.1.3]"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from struct import Struct
from typing import Final, Self

from jingui.core.errors import KeyTrouble, Tampered
from jingui.crypto import keyfile, sealed, shred
from jingui.crypto.blind import BlindIndex
from jingui.crypto.cipher import Cipher
from jingui.crypto.datakey import DataKey
from jingui.crypto.ids import PublicIds
from jingui.crypto.providers import KeyProvider
from jingui.crypto.suite import Signer, Suite

ROOT_FILE: Final = "root.sealed"
_BOUND: Final = Struct(">4sQH32s").pack
_CACHED: Final = 16_384


class Keyring:
    """Every key of one house. It is opened once per process; lost or wrong keys refuse and nothing new is made."""

    __slots__ = (
        "_cache", "_ciphers", "_keys", "_limit", "_lock", "_root", "_segment_mac",
        "blind", "ids", "ledger_mac", "row_mac", "shred", "suite",
    )  # fmt: skip

    def __init__(self, suite: Suite, root: bytes, shred_file: shred.ShredFile, keys: shred.SegmentKeys) -> None:
        """Use `create` or `open`."""
        self.suite = suite
        self.shred = shred_file
        self._root = root
        self._lock = threading.Lock()
        self._limit = _CACHED
        self.ids = PublicIds(self.key("id"), suite)
        self.blind = BlindIndex(suite, self.key)
        self.row_mac: Callable[[bytes], bytes] = suite.keyed(self.key("row-mac"))
        self.ledger_mac: Callable[[bytes], bytes] = suite.keyed(self.key("ledger-mac"))
        self._segment_mac = suite.keyed(self.key("segment"))
        self._take(keys)

    @classmethod
    def create(
        cls,
        directory: Path,
        provider: KeyProvider,
        suite: Suite,
        random: Callable[[int], bytes] = os.urandom,
        copies: tuple[Path, ...] = (),
    ) -> Self:
        """Make a new house's keys in `directory` (0700); KeyTrouble when a key file or copy stands there already."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / shred.FILE
        for place in (directory / ROOT_FILE, path, *copies):
            if os.path.lexists(place):
                raise KeyTrouble(path=str(place), problem="exists")
        root = random(32)
        file = shred.ShredFile(path, copies, suite, _binding(suite, root), provider, random)
        keys = file.fresh()
        data = file.seal(keys)
        for place in (path, *copies):
            keyfile.create(place, data)
        # the root last: a creation cut short has no root file, so it can only be refused, never half used
        keyfile.create(directory / ROOT_FILE, sealed.seal(sealed.ROOT, suite, 0, root, provider, random))
        return cls(suite, root, file, keys)

    @classmethod
    def open(
        cls,
        directory: Path,
        provider: KeyProvider,
        *,
        expected_check: str | None,
        expected_generation: int = 0,
        copies: tuple[Path, ...] = (),
        random: Callable[[int], bytes] = os.urandom,
    ) -> Self:
        """Open existing keys; KeyTrouble when any is missing, wrong, half-written, readable by others or too old.

        `expected_check` is the value that the database remembers (None only before there is a database), and
        `expected_generation` the newest shred generation that it knows of.
        """
        opened = sealed.unseal(sealed.ROOT, keyfile.read_secret(directory / ROOT_FILE), provider)
        suite, root = opened.suite, opened.body
        if len(root) != 32:
            raise KeyTrouble(path=str(directory / ROOT_FILE), problem="length")
        if expected_check is not None and _check_value(suite, root) != expected_check:
            raise KeyTrouble(path=str(directory / ROOT_FILE), problem="key of another database")
        file = shred.ShredFile(directory / shred.FILE, copies, suite, _binding(suite, root), provider, random)
        keys = file.load()
        if keys.generation < expected_generation:
            raise KeyTrouble(path=str(file.path), problem="older generation", generation=keys.generation)
        return cls(suite, root, file, keys)

    def check_value(self) -> str:
        """Return the key-check value that the database keeps: it recognises the root secret and reveals nothing."""
        return _check_value(self.suite, self._root)

    def key(self, name: str) -> bytes:
        """Return the permanent 32-byte key called `name`: id, row-mac, ledger-mac, session, blind:<field> …"""
        return self.suite.derive(self._root, b"jingui:" + name.encode())

    def ledger_signer(self) -> Signer:
        """Return the ledger's signing key."""
        return self.suite.signer(self.key("ledger-signing"))

    @property
    def generation(self) -> int:
        """Return the generation of the segment keys in memory."""
        return self._keys.generation

    @property
    def segment_keys(self) -> shred.SegmentKeys:
        """Return the generation in memory, for the rotation."""
        return self._keys

    def segment(self, patient: int, retention_class: str) -> int:
        """Return the number (0 to 1,023) of the segment whose key wraps this data key."""
        drawn = self._segment_mac(patient.to_bytes(8, "big") + retention_class.encode())
        return int.from_bytes(drawn[:4], "big") % shred.SEGMENTS

    def new_data_key(self, patient: int, retention_class: str, random: Callable[[int], bytes] = os.urandom) -> DataKey:
        """Return a new data key; the caller stores `wrap` of it in the same transaction as the first payload."""
        return DataKey(self.suite, patient, retention_class, random(32))

    def wrap(self, key: DataKey) -> bytes:
        """Return the data key wrapped for the database, bound to patient, class and segment."""
        number = self.segment(key.patient, key.retention_class)
        return self._newest(number).seal(key.secret, bound(key.patient, key.retention_class, number))

    def unwrap(self, patient: int, retention_class: str, wrapped: bytes) -> DataKey:
        """Return the data key of `wrapped`, from the cache if the same bytes were opened before.

        Tampered when it was not wrapped for this patient and class, or its segment key was destroyed.
        """
        place = (patient, retention_class)
        cache = self._cache
        found = cache.get(place)
        if found is not None and found[0] == wrapped:
            return found[1]
        secret = self._unwrap(patient, retention_class, wrapped)
        key = DataKey(self.suite, patient, retention_class, secret)
        with self._lock:
            cache[place] = (wrapped, key)
            if len(cache) > self._limit:
                cache.popitem(last=False)
        return key

    def evict(self, patient: int, retention_class: str) -> None:
        """Forget a data key: after its destruction, or when the database was rolled back."""
        with self._lock:
            self._cache.pop((patient, retention_class), None)

    def refresh(self) -> bool:
        """Take over a newer generation from disk and forget every data key; say whether there was one."""
        if self.shred.generation() <= self._keys.generation:
            return False
        self._take(self.shred.load())
        return True

    def _take(self, keys: shred.SegmentKeys) -> None:
        self._keys = keys
        self._ciphers: dict[tuple[int, bool], Cipher] = {}
        self._cache: OrderedDict[tuple[int, str], tuple[bytes, DataKey]] = OrderedDict()

    def take(self, keys: shred.SegmentKeys) -> None:
        """Go over to a generation that was just written (for the rotation)."""
        self._take(keys)

    def _unwrap(self, patient: int, retention_class: str, wrapped: bytes) -> bytes:
        number = self.segment(patient, retention_class)
        aad = bound(patient, retention_class, number)
        try:
            return self._open(number, wrapped, aad)
        except Tampered:
            # another process may have rotated: only a newer generation on disk is a reason to try again
            if not self.refresh():
                raise
            return self._open(number, wrapped, aad)

    def _open(self, number: int, wrapped: bytes, aad: bytes) -> bytes:
        if number in self._keys.coming:
            try:
                return self._cipher(number, True).open(wrapped, aad, "wrapped key")
            except Tampered:  # not re-wrapped yet: the current key must open it
                pass
        return self._cipher(number, False).open(wrapped, aad, "wrapped key")

    def _newest(self, number: int) -> Cipher:
        return self._cipher(number, number in self._keys.coming)

    def _cipher(self, number: int, coming: bool) -> Cipher:
        cipher = self._ciphers.get((number, coming))
        if cipher is None:
            secret = self._keys.coming[number] if coming else self._keys.current[number]
            cipher = self._ciphers[number, coming] = self.suite.cipher(secret)
        return cipher


def bound(patient: int, retention_class: str, segment: int) -> bytes:
    """Return the associated data of a wrapped data key; ValueError for a class of more than 32 bytes."""
    raw = retention_class.encode("ascii")
    if not raw or len(raw) > 32:
        raise ValueError("a retention class is 1 to 32 ASCII characters")
    return _BOUND(b"dek1", patient, segment, raw)


def _binding(suite: Suite, root: bytes) -> bytes:
    return suite.derive(root, b"jingui:shred-binding")


def _check_value(suite: Suite, root: bytes) -> str:
    return f"{suite.name}:{suite.derive(root, b'jingui:key-check')[:16].hex()}"
