"""三（二）2 扫描件, 六（一）1: what comes in, who may look, what a silent virus scanner means [3.2.2] [6.1.1]"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jingui.core.archive_asking import ScanRequest, UploadScan, VolumeRequest
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered, Unavailable
from jingui.core.words import Purpose, Verb
from tests.gate import archived as a
from tests.gate.entering import Admitted, admit, entries
from tests.hospital import Hospital
from tests.pictures import png


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return a.people(hospital)


@pytest.fixture
def one(house: Hospital) -> tuple[Admitted, str]:
    at = admit(house)
    return at, a.volumes(house, at)[0][0]


@contextmanager
def clamd(path: Path, answer: bytes) -> Iterator[list[bytes]]:
    """A scanner that says the same of everything; what it was given."""
    seen: list[bytes] = []
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line, line.makefile("rwb") as stream:
                body, size = stream.read(10), 1
                assert body == b"zINSTREAM\0"
                body = b""
                while size:
                    (size,) = struct.unpack(">I", stream.read(4))
                    body += stream.read(size)
                seen.append(body)
                stream.write(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def upload(house: Hospital, one: tuple[Admitted, str], body: bytes, who: str = "archivist") -> Any:
    data = UploadScan(volume=one[1], name="第一册.png", body=body, pages=1)
    return a.do(house, who, Verb.SCAN_VOLUME, data, one[0].patient)


def look(house: Hospital, who: str, one: tuple[Admitted, str], scan: str, purpose: Purpose = Purpose.TREATMENT) -> Any:
    return a.see(house, who, Verb.READ_SCAN, ScanRequest(scan=scan), one[0].patient, purpose=purpose)


def tiff(*, size: int = 10) -> bytes:
    entries_ = [(256, size), (257, size)]
    body = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(entries_))
    for tag, value in entries_:
        body += struct.pack("<HHIHH", tag, 3, 1, value, 0)
    return body + struct.pack("<I", 0)


def test_read_by_who_may_read_the_records(house: Hospital, one: tuple[Admitted, str]) -> None:
    body = png(31_000)
    scan, verdict = upload(house, one, body)
    assert verdict == "none"
    assert look(house, "doctor", one, scan).body == body
    assert a.entry(house, Verb.READ_SCAN) == ("allow", "", [one[0].patient])
    before = entries(house)
    for who, purpose in (
        ("surgeon", Purpose.TREATMENT), ("archivist", Purpose.MANAGEMENT), ("doctor", Purpose.RESEARCH),
        ("sysadmin", Purpose.OPERATION),
    ):  # fmt: skip
        with pytest.raises(Refused):
            look(house, who, one, scan, purpose)
    assert entries(house) == before + 4
    with pytest.raises(NotFound):
        look(house, "doctor", (admit(house), ""), scan)
    with pytest.raises(Conflict):
        upload(house, one, body)
    view = a.see(house, "archivist", Verb.READ_VOLUME, VolumeRequest(volume=one[1]), one[0].patient)
    assert [(each.id, each.checked, each.gone) for each in view.scans] == [(scan, "none", False)]
    stored = bytes(house.sql("SELECT payload FROM volume_scan WHERE patient_id = %s", one[0].patient)[0][0])
    assert body[:64] not in stored
    house.sql("UPDATE volume_scan SET checked = 'clean' WHERE patient_id = %s", one[0].patient)
    with pytest.raises(Tampered):
        look(house, "doctor", one, scan)


def test_only_what_scanners_deliver(house: Hospital, one: tuple[Admitted, str]) -> None:
    assert upload(house, one, tiff())[1] == "none"
    bomb = tiff(size=60_000)
    loop = tiff()[:-4] + struct.pack("<I", 8)
    for wrong in (b"", b"GIF89a", b"MZ\x90", b"<html>", tiff()[:-6], bomb, loop, b"II*\0", png(100)[:-4],
                  b"%PDF-1.7 /JavaScript %%EOF"):  # fmt: skip
        with pytest.raises(Invalid):
            upload(house, one, wrong)
    with pytest.raises(Refused):
        upload(house, one, png(32_000), who="doctor")


def test_a_clean_file_an_infected_one_and_silence(
    house: Hospital, one: tuple[Admitted, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clamd"
    monkeypatch.setenv("JINGUI_CLAMD", str(path))
    with pytest.raises(Unavailable):  # configured and not there: nothing comes in
        upload(house, one, png(33_000))
    with clamd(path, b"stream: OK\0") as seen:
        body = png(37_000)
        assert upload(house, one, body)[1] == "clean"
        assert seen == [body]
    path.unlink()
    with clamd(path, b"stream: Win.Test.EICAR_HDB-1 FOUND\0"), pytest.raises(Invalid):
        upload(house, one, png(34_000))
    path.unlink()
    for answer in (b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK FOUND? no"):
        with clamd(path, answer), pytest.raises(Unavailable):
            upload(house, one, png(35_000))
        path.unlink()
    monkeypatch.setenv("JINGUI_CLAMD", "127.0.0.1:1")
    with pytest.raises(Unavailable):
        upload(house, one, png(36_000))
    assert house.sql("SELECT count(*) FROM volume_scan WHERE patient_id = %s", one[0].patient) == [(1,)]
