"""三（一）存储: the key ring: permanent named keys, segment keys, data keys [3.1.1] [3.1.3]"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from jingui.core.errors import KeyTrouble, Tampered
from jingui.crypto import keyfile, sealed, shred
from jingui.crypto.blind import BlindIndex
from jingui.crypto.datakey import DataKey
from jingui.crypto.ids import PublicIds
from jingui.crypto.providers import KeyProvider
from jingui.crypto.segments import Segments
from jingui.crypto.suite import Signer, Suite

__all__ = ("ROOT_FILE", "DataKey", "Keyring")

ROOT_FILE: Final = "root.sealed"
_CACHED: Final = 4_096  # 3.3 KB each with AES-GCM; a miss costs 6 µs


class Keyring:
    """Every key of one house. It is opened once per process; lost or wrong keys refuse and nothing new is made."""

    __slots__ = (
        "_cache", "_limit", "_lock", "_mark", "_root", "_segment_mac", "_taking",
        "blind", "ids", "ledger_mac", "row_mac", "segments", "shred", "suite",
    )  # fmt: skip

    def __init__(
        self, suite: Suite, root: bytes, shred_file: shred.ShredFile, keys: shred.SegmentKeys, mark: shred.Mark
    ) -> None:
        """Use `create` or `open`."""
        self.suite = suite
        self.shred = shred_file
        self._root = root
        self._lock = threading.Lock()
        self._taking = threading.Lock()
        self._limit = _CACHED
        self.ids = PublicIds(self.key("id"), suite)
        self.blind = BlindIndex(suite, self.key)
        self.row_mac: Callable[[bytes], bytes] = suite.keyed(self.key("row-mac"))
        self.ledger_mac: Callable[[bytes], bytes] = suite.keyed(self.key("ledger-mac"))
        self._segment_mac = suite.keyed(self.key("segment"))
        self._take(keys, mark)

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
        return cls(suite, root, file, keys, file.mark())

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
        mark = file.mark()  # before the keys: a replacement in between is then noticed by `wrap`
        keys = file.load()
        if keys.generation < expected_generation:
            raise KeyTrouble(path=str(file.path), problem="older generation", generation=keys.generation)
        return cls(suite, root, file, keys, mark)

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
        return self.segments.keys.generation

    def segment(self, patient: int, retention_class: str) -> int:
        """Return the number (0 to 1,023) of the segment whose key wraps this data key."""
        drawn = self._segment_mac(patient.to_bytes(8, "big") + retention_class.encode())
        return int.from_bytes(drawn[:4], "big") % shred.SEGMENTS

    def new_data_key(self, patient: int, retention_class: str, random: Callable[[int], bytes] = os.urandom) -> DataKey:
        """Return a new data key; the caller stores `wrap` of it in the same transaction as the first payload."""
        return DataKey(self.suite, patient, retention_class, random(32))

    def wrap(self, key: DataKey) -> bytes:
        """Return the data key wrapped for the database, bound to patient, class and segment.

        Call it inside the transaction that stores the result, under the lock of `rotation`: a newer generation on disk
        is noticed here, so that no key is ever wrapped under one that was erased.
        """
        if self.shred.mark() != self._mark:
            self.refresh()
        number = self.segment(key.patient, key.retention_class)
        return self.segments.wrap(number, key.patient, key.retention_class, key.secret)

    def unwrap(self, patient: int, retention_class: str, wrapped: bytes) -> DataKey:
        """Return the data key of `wrapped`, from the cache if the same bytes were opened before.

        Tampered when it was not wrapped for this patient and class, or its segment key was erased.
        """
        place = (patient, retention_class)
        found = self._cache.get(place)
        if found is not None and found[0] == wrapped:
            try:  # noqa: SIM105 -- contextlib.suppress trebles the cost of a hit
                self._cache.move_to_end(place)
            except KeyError:  # another thread evicted it meanwhile: this caller still came before
                pass
            return found[1]
        number = self.segment(patient, retention_class)
        segments = self.segments
        try:
            secret = segments.unwrap(number, patient, retention_class, wrapped)
        except Tampered:
            # another process may have rotated: only a newer generation is a reason to try again, whether this thread
            # takes it over from disk or another one just did
            self.refresh()
            if segments is self.segments:
                raise
            segments = self.segments
            secret = segments.unwrap(number, patient, retention_class, wrapped)
        key = DataKey(self.suite, patient, retention_class, secret)
        with self._lock:
            if segments is self.segments:  # else it was rotated meanwhile: what is gone must not come back
                self._cache[place] = (wrapped, key)
                if len(self._cache) > self._limit:
                    self._cache.popitem(last=False)
        return key

    def evict(self, patient: int, retention_class: str) -> None:
        """Forget a data key, after its destruction."""
        with self._lock:
            self._cache.pop((patient, retention_class), None)

    def refresh(self) -> bool:
        """Take over a newer generation from disk and forget every data key; say whether there was one."""
        with self._taking:  # one thread asks the provider, the others find it done
            mark = self.shred.mark()
            if self.shred.generation() <= self.generation:
                self._mark = mark
                return False
            self._take(self.shred.load(), mark)
            return True

    def change(
        self, alter: Callable[[shred.SegmentKeys], shred.SegmentKeys]
    ) -> tuple[shred.SegmentKeys, tuple[shred.Acknowledgement, ...]]:
        """Write the next generation, made by `alter` from the one on disk, and go over to it (for `rotation`)."""
        with self._taking:
            keys, copies, mark = self.shred.change(alter)
            self._take(keys, mark)
            return keys, copies

    def _take(self, keys: shred.SegmentKeys, mark: shred.Mark) -> None:
        with self._lock:
            self._mark = mark
            self.segments = Segments(self.suite, keys)
            self._cache: OrderedDict[tuple[int, str], tuple[bytes, DataKey]] = OrderedDict()


def _binding(suite: Suite, root: bytes) -> bytes:
    return suite.derive(root, b"jingui:shred-binding")


def _check_value(suite: Suite, root: bytes) -> str:
    return f"{suite.name}:{suite.derive(root, b'jingui:key-check')[:16].hex()}"
