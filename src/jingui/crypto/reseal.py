"""三（一）存储: handing the key files over to another key provider [3.1.1]"""

import os
from collections.abc import Callable
from pathlib import Path

from jingui.core.errors import KeyTrouble
from jingui.crypto import keyfile, sealed, shred
from jingui.crypto.keyring import ROOT_FILE
from jingui.crypto.providers import KeyProvider


def rotate_provider(
    directory: Path,
    old: KeyProvider,
    new: KeyProvider,
    copies: tuple[Path, ...] = (),
    random: Callable[[int], bytes] = os.urandom,
) -> None:
    """Seal both key files and every registered copy for `new`; nothing else changes, generations stay.

    KeyTrouble (naming the file) when one opens with neither. A crash leaves each file whole under one of the two: the
    same call again finishes. Keep the old provider until `Keyring.open` succeeded with the new one.
    """
    path = directory / shred.FILE
    with keyfile.locked(path):
        prepared = []
        for kind, places in ((sealed.SHRED, (path, *copies)), (sealed.ROOT, (directory / ROOT_FILE,))):
            opened = _open(kind, places[0], old, new)
            data = sealed.seal(kind, opened.suite, opened.generation, opened.body, new, random)
            if sealed.unseal(kind, data, new) != opened:
                raise KeyTrouble(path=str(places[0]), problem="read back")
            prepared += [(keyfile.write_beside(place, data), place) for place in places]
        for beside, place in prepared:
            keyfile.put_in_place(beside, place)


def _open(kind: int, path: Path, old: KeyProvider, new: KeyProvider) -> sealed.Sealed:
    data = keyfile.read_secret(path)
    try:
        return sealed.unseal(kind, data, old)
    except KeyTrouble:  # already the new one's, after a crash; else this call says what is wrong
        return sealed.unseal(kind, data, new)
