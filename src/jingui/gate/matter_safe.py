"""三（一）1 加密存储: answers, comments and papers of matters, encrypted and bound to their matter [3.1.1] [4.1.2]

About a patient they lie under that patient's identity key and vanish with it; else under the key of notes.
"""

from collections.abc import Callable, Mapping, Sequence

import orjson

from jingui.core.errors import Tampered
from jingui.core.matters.asking import Answers, Brought
from jingui.crypto.envelope import aad
from jingui.crypto.keyring import DataKey
from jingui.gate.runtime import Runtime

KEY_SQL = "SELECT wrapped FROM patient_key WHERE patient_id = $1::bigint AND retention_class = 'identity'"
MATTER = "matter"


class Safe:
    """Seals and opens what belongs to one matter. `part` is answers, event or paper; `n` numbers it."""

    def __init__(self, runtime: Runtime, matter: int, patient: int, key: DataKey | None) -> None:
        """Use the patient's identity key, or none for a matter about no patient."""
        if bool(patient) != (key is not None):
            raise Tampered(where=f"matter:{matter}")
        self._runtime, self._matter, self._patient, self._key = runtime, matter, patient, key

    def seal(self, part: str, n: int, payload: bytes) -> bytes:
        """Encrypt one part."""
        if self._key is None:
            return self._runtime.vault.seal_note(self._name(part, n), payload)
        return self._key.cipher.seal(payload, aad(self._patient, self._matter, n, MATTER, part))

    def open(self, part: str, n: int, payload: bytes | memoryview | None) -> bytes:
        """Decrypt one part, b"" for none; Tampered names the matter."""
        if payload is None:
            return b""
        try:
            if self._key is None:
                return self._runtime.vault.open_note(self._name(part, n), bytes(payload))
            return self._key.cipher.open(bytes(payload), aad(self._patient, self._matter, n, MATTER, part))
        except Tampered as error:
            raise Tampered(where=f"matter:{self._matter}.{part}.{n}") from error

    def _name(self, part: str, n: int) -> str:
        return f"m{self._matter}.{part[:2]}{n}"

    def seal_answers(self, answers: Mapping[str, str]) -> bytes:
        """Encrypt the answers."""
        return self.seal("answers", 0, orjson.dumps(dict(answers), option=orjson.OPT_SORT_KEYS))

    def open_answers(self, payload: bytes | memoryview) -> dict[str, str]:
        """The answers again."""
        return dict(orjson.loads(self.open("answers", 0, payload)))

    def seal_paper(self, number: int, paper: Brought) -> bytes:
        """Encrypt a paper with its name."""
        name = paper.name.encode()
        return self.seal("paper", number, len(name).to_bytes(2, "big") + name + paper.content)

    def open_paper(self, number: int, payload: bytes | memoryview) -> tuple[str, bytes]:
        """A paper's name and bytes."""
        plain = self.open("paper", number, payload)
        size = int.from_bytes(plain[:2], "big")
        return plain[2 : 2 + size].decode(), plain[2 + size :]


def safe_of(runtime: Runtime, rows: Callable[..., Sequence[Sequence[object]]], matter: int, patient: int) -> Safe:
    """The safe of a matter; `rows` runs one statement. Gone when the patient's key was destroyed."""
    if not patient:
        return Safe(runtime, matter, 0, None)
    found = rows(KEY_SQL, patient)
    wrapped = found[0][0] if found else None
    return Safe(runtime, matter, patient, runtime.vault.key(patient, "identity", wrapped))  # type: ignore[arg-type]  # the column holds bytes


def basis(runtime: Runtime, kind: str, answers: Mapping[str, str] | Answers, papers: Sequence[bytes]) -> bytes:
    """What a decision is about: kind, answers and papers, as one digest."""
    plain = [kind, sorted(dict(answers).items()), sorted(bytes(one).hex() for one in papers)]
    return runtime.suite.digest(b"jingui:matter:1\0" + orjson.dumps(plain))
