"""`python -m jingui.config.witness`: a witness for other houses' ledgers, on a host of its own [1.3.3] [7.1.2]

It needs no database and no keys of the hospital; it prints its key line, which the hospital names beside its address.
"""

import argparse
import os
import sys
from pathlib import Path

from jingui.core.errors import KeyTrouble, Tampered
from jingui.crypto import note
from jingui.crypto.suite import Signer, suite_by_name
from jingui.store.witness import Witness, server

SEED = "witness.key"


def seed(folder: Path) -> bytes:
    """The witness's secret, made once; KeyTrouble where notes are kept but the key is gone, or it is not a key."""
    path = folder / SEED
    if not path.exists():
        if any(folder.glob("*.note")):
            raise KeyTrouble(path=str(path), problem="missing")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(os.urandom(32))
            file.flush()
            os.fsync(file.fileno())
    found = path.read_bytes()
    if len(found) != 32 or path.stat().st_mode & 0o077:
        raise KeyTrouble(path=str(path), problem="length or permissions")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Witness until interrupted; 2 for a key line that is none."""
    parser = argparse.ArgumentParser(prog="witness", description="金匮存证台账见证方 · witness of evidence ledgers")
    parser.add_argument("--folder", type=Path, required=True, help="keeps the key and the newest note of each ledger")
    parser.add_argument("--name", required=True, help="name of the witness's key, e.g. witness.example")
    parser.add_argument("--ledger", action="append", required=True, help="key line of a ledger (may be repeated)")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8410)
    parser.add_argument("--suite", default="intl", choices=("intl", "gm"))
    given = parser.parse_args(arguments)
    given.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    suite = suite_by_name(given.suite)
    signer: Signer = suite.signer(seed(given.folder))
    try:
        ledgers = [note.parse_key(line) for line in given.ledger]
    except Tampered:
        parser.error("--ledger: not a key line")
    key = note.key_of(given.name, suite, signer)
    http = server(Witness(given.folder, key, signer, ledgers), given.host, given.port)
    sys.stdout.write(f"http://{given.host}:{http.server_address[1]}/ {key.line()}\n")
    sys.stdout.flush()
    try:
        http.serve_forever()
    except KeyboardInterrupt:
        http.server_close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
