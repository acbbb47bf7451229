"""三（一）1 加密存储: every payload is sealed to its patient, record, version and category [3.1.1]"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import orjson

from jingui.core.errors import Gone, Tampered
from jingui.crypto.envelope import aad
from jingui.crypto.keyring import DataKey, Keyring

FACE = "face"
NOTE = "note"


def seal_of(category: str, level: str, retention_class: str, kind: str, labels: Sequence[str] = ()) -> str:
    """What decides about a version, bound into its ciphertext: a lowered level, another class or label opens nothing.

    Labels (sorted, as the row holds them) leave a digest, so that all of them fit.
    """
    seal = f"{category}:{level}:{retention_class}:{kind}"
    return f"{seal}:{sha256('+'.join(labels).encode()).hexdigest()[:16]}" if labels else seal


def seal_parts(seal: str, where: str) -> tuple[str, str, str]:
    """Category, level and retention class of a stored seal; Tampered, naming `where`, when it has not its form."""
    parts = seal.split(":")
    if len(parts) not in (4, 5) or not all(parts):
        raise Tampered(where=where)
    return parts[0], parts[1], parts[2]


class Vault:
    """Opens and seals payloads; keys come wrapped from the caller's row, unwrapped ones stay in the keyring's cache."""

    def __init__(self, keyring: Keyring) -> None:
        """Use the keys of `keyring`."""
        self.keyring = keyring
        self._notes = keyring.suite.cipher(keyring.key("notes"))

    def key(self, patient: int, retention_class: str, wrapped: bytes | memoryview | None) -> DataKey:
        """The data key of a patient and class; Gone when its row was destroyed (never looked up in a cache alone)."""
        if wrapped is None:
            raise Gone()
        try:
            return self.keyring.unwrap(patient, retention_class, bytes(wrapped))
        except Tampered as error:
            raise Tampered(where=f"patient_key:{patient}.{retention_class}") from error

    def seal(self, key: DataKey, patient: int, record: int, version: int, seal: str, payload: bytes) -> bytes:
        """Encrypt one version of a record."""
        return key.cipher.seal(payload, aad(patient, record, version, digest_word(seal), "payload"))

    def open(self, key: DataKey, patient: int, record: int, version: int, seal: str, payload: bytes) -> bytes:
        """Decrypt one version; Tampered names the row if anything about it is not as written."""
        try:
            return key.cipher.open(payload, aad(patient, record, version, digest_word(seal), "payload"))
        except Tampered as error:
            raise Tampered(where=f"record_version:{patient}.{record}.{version}") from error

    def seal_face(self, key: DataKey, patient: int, face: Mapping[str, Any]) -> bytes:
        """Encrypt a patient's face: name, sex, birth date, numbers."""
        return key.cipher.seal(orjson.dumps(face), aad(patient, 0, 0, FACE, FACE))

    def open_face(self, key: DataKey, patient: int, payload: bytes | memoryview) -> dict[str, Any]:
        """Decrypt a patient's face; Tampered names the patient."""
        try:
            face = orjson.loads(key.cipher.open(bytes(payload), aad(patient, 0, 0, FACE, FACE)))
        except Tampered as error:
            raise Tampered(where=f"patient.face:{patient}") from error
        return dict(face)

    def seal_note(self, entry: str, text: bytes) -> bytes:
        """Encrypt free text that belongs to a ledger entry (search terms, reasons)."""
        return self._notes.seal(text, aad(0, 0, 0, NOTE, entry_column(entry)))

    def open_note(self, entry: str, payload: bytes) -> bytes:
        """Decrypt an entry's free text."""
        return self._notes.open(payload, aad(0, 0, 0, NOTE, entry_column(entry)))


def entry_column(entry: str) -> str:
    """The entry's id without hyphens: 32 characters, as the associated data has room for."""
    return entry.replace("-", "")


def digest_word(seal: str) -> str:
    """The seal as a word of at most 32 characters (the first 128 bits of its SHA-256)."""
    return _words.get(seal) or _remember(seal)


_words: dict[str, str] = {}


def _remember(seal: str) -> str:
    word = sha256(seal.encode()).hexdigest()[:32]
    if len(_words) < 4096:  # a few hundred combinations exist; a bound all the same
        _words[seal] = word
    return word
