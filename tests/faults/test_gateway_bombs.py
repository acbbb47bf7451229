"""R16 over the wire: bombs, foreign and hostile files sent to the gateway's own process by a proven partner [5.1.2]

Each is refused within two seconds and in little memory, nobody else waits for it, the process lives on. `make
prove-bombs` prints the table.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from jingui.core.gateway_wire import JOSE, MESSAGES, PART
from jingui.core.transmit import Media
from jingui.crypto import jose
from tests.formats.test_inbound_hostile import CASES, MEGABYTES, ODD, SECONDS, every
from tests.gateway.arriving import document, known, parcel
from tests.gateway.listening import client
from tests.gateway.parties import Party, party
from tests.hospital import Hospital

from tests.faults.test_gateway_link import Gateway, hospital, long  # isort: skip

pytestmark = [pytest.mark.faults, pytest.mark.slow]
__all__ = ["hospital", "long"]  # fixtures of the link's house
SETTLED = 1.5  # seconds until the process lets in who was pinned a moment ago


class Wire:
    """One partner's connection to the process."""

    def __init__(self, hospital: Hospital, by: Party) -> None:
        self.hospital, self.by = hospital, by
        self.house = hospital.runtime.gateway_keys()
        self.origin = f"https://localhost:{hospital.port}"  # type: ignore[attr-defined]
        self.line = client(by.keys, self.house)

    def sealed(self, content: bytes, media: Media) -> tuple[UUID, bytes]:
        one = parcel(self.hospital, self.by, content, media)
        return one.message, jose.pack(one, self.by.keys.sign, self.house.encrypt.certificate)

    def send(self, content: bytes, media: Media) -> tuple[str, float]:
        """What became of it, and the seconds until that was said after the last byte had gone."""
        message, body = self.sealed(content, media)
        path = f"{self.origin}{MESSAGES}{message}"
        if len(body) > PART:
            pieces = [body[at : at + PART] for at in range(0, len(body), PART)]
            for n, piece in enumerate(pieces):
                put = self.line.put(f"{path}/parts/{n}", content=piece, headers={"jingui-parts": str(len(pieces))})
                if put.status_code != 200:
                    return f"{put.status_code}", put.elapsed.total_seconds()
            body = b""
        began = time.monotonic()
        answer = self.line.post(path, content=body, headers={"content-type": JOSE})
        return self.said(answer), time.monotonic() - began

    def said(self, answer: httpx.Response) -> str:
        if answer.status_code != 200:
            return str(answer.status_code)
        receipt, _ = jose.read_receipt(answer.content, lambda _: self.house.sign.certificate)
        return f"{receipt.outcome} {receipt.reason}".strip()


class Beside:
    """Somebody else's ordinary messages meanwhile, and how long each took."""

    def __init__(self, wire: Wire) -> None:
        self.wire, self.took, self.said = wire, list[float](), Counter[str]()
        self._over = threading.Event()
        self._hand = threading.Thread(target=self._go, daemon=True)

    def __enter__(self) -> "Beside":
        self._hand.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._hand.join(30)

    def _go(self) -> None:
        while not self._over.wait(0.3):
            said, seconds = self.wire.send(document(), Media.FHIR)
            self.said[said] += 1
            self.took.append(seconds)


def peak(gateway: Gateway) -> float:
    """Megabytes that the process took at most since `reset`."""
    status = Path(f"/proc/{gateway.child.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def worked(gateway: Gateway) -> float:
    """Seconds of processor that the process has taken; unlike the clock's they do not count who else is at work."""
    fields = Path(f"/proc/{gateway.child.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def reset(gateway: Gateway) -> float:
    """Count the peak from here on; what is taken now."""
    Path(f"/proc/{gateway.child.pid}/clear_refs").write_text("5")
    return peak(gateway)


@pytest.fixture(scope="module")
def receiving(hospital: Hospital) -> Iterator[Gateway]:
    known(hospital)
    gateway = Gateway("receive")
    yield gateway
    gateway.end()


@pytest.fixture(scope="module")
def wires(hospital: Hospital, receiving: Gateway) -> tuple[Wire, Wire]:
    """Of one who means harm, and of somebody else."""
    made = tuple(Wire(hospital, party(hospital, name, most=100_000)) for name in ("恶意机构", "旁人医院"))
    for wire in made:
        for _ in range(100):
            try:
                assert wire.send(document(), Media.FHIR)[0] == "taken"
                break
            except httpx.TransportError:
                time.sleep(0.3)
    return made[0], made[1]


def test_bombs_over_the_wire(
    hospital: Hospital, receiving: Gateway, wires: tuple[Wire, Wire], capsys: pytest.CaptureFixture[str]
) -> None:
    harm, other = wires
    for media in (Media.CDA, Media.HL7V2, Media.DICOM):
        harm.send(b"x", media)  # tables are read once
    lines, pid = [], receiving.child.pid
    with Beside(other) as beside:
        for name, (media, make) in CASES.items():
            content = make()
            before, began = reset(receiving), worked(receiving)
            said, seconds = harm.send(content, media)
            more, spent = peak(receiving) - before, worked(receiving) - began
            lines.append(
                f"{name:40} {len(content) / 1e6:7.1f} MB  {said:24} {seconds:5.2f} s ({spent:.2f} used) +{more:.0f} MB"
            )
            assert said != "taken" or name in ODD, name
            assert spent <= SECONDS, lines[-1]
            assert more <= MEGABYTES, lines[-1]
    assert receiving.child.poll() is None
    assert receiving.child.pid == pid
    assert set(beside.said) == {"taken"}
    took = sorted(beside.took)
    with capsys.disabled():
        print("\n" + "\n".join(lines))
        print(f"beside it {len(took)} ordinary messages, all taken: median {took[len(took) // 2]:.2f} s,"
              f" slowest {took[-1]:.2f} s")  # fmt: skip


def test_many_bombs_at_once(
    hospital: Hospital, receiving: Gateway, wires: tuple[Wire, Wire], capsys: pytest.CaptureFixture[str]
) -> None:
    """One partner's largest, over many connections together: memory is that of one of them."""
    harm, other = wires
    text = b"<section><text>" + b"<paragraph>" + b"x" * 4000 + b"</paragraph>" + b"</text></section>"
    content = b'<ClinicalDocument xmlns="urn:hl7-org:v3">' + text * 3000 + b"</ClinicalDocument>"
    several = [Wire(hospital, harm.by) for _ in range(6)]
    for wire in several:
        wire.line.timeout = httpx.Timeout(300)  # they are put together one after another
    small = content.replace(text * 2999, b"")
    assert several[0].send(small, Media.CDA)[0].startswith("quarantined")  # whatever is loaded once is loaded now
    before, found = reset(receiving), Counter[str]()
    several[0].send(content, Media.CDA)
    one = peak(receiving) - before
    Path(f"/proc/{receiving.child.pid}/clear_refs").write_text("5")

    def go(wire: Wire) -> None:
        found[wire.send(content, Media.CDA)[0]] += 1

    with Beside(other) as beside:
        hands = [threading.Thread(target=go, args=(wire,)) for wire in several]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join(120)
    more, slowest = peak(receiving) - before, max(beside.took)
    said = f"{dict(found)}, +{more:.0f} MB (one alone +{one:.0f}), others' slowest {slowest:.2f} s"
    with capsys.disabled():
        print(f"\n6 of {len(content) / 1e6:.0f} MB at once: {said}")
    assert not {one for one in found if one.startswith("taken")}
    assert sum(found.values()) == 6
    assert more <= MEGABYTES
    assert set(beside.said) == {"taken"}


def tried(wire: Wire, media: Media, files: Iterable[Path], receiving: Gateway) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in files:
        said, seconds = wire.send(one.read_bytes(), media)
        found[said] += 1
        assert seconds < 5 * SECONDS, one
        assert said != "500", one
        assert receiving.child.poll() is None, one
    return found


def pictures() -> Iterator[Path]:
    import pydicom.data

    for one in sorted(Path(pydicom.data.__file__).parent.rglob("*")):
        if one.is_file() and one.suffix != ".py":
            yield one


def test_foreign_files(
    hospital: Hospital, receiving: Gateway, wires: tuple[Wire, Wire], capsys: pytest.CaptureFixture[str]
) -> None:
    """C-CDA examples, pictures of a library, strings and JSON meant to break readers: taken, waiting or refused."""
    harm, _ = wires
    began = int(hospital.sql("SELECT count(*) FROM received")[0][0])
    told: list[tuple[str, Counter[str]]] = [("DICOM of the library", tried(harm, Media.DICOM, pictures(), receiving))]
    clinical = tried(harm, Media.CDA, every("cda", "ccda"), receiving)
    told.append(("C-CDA examples", clinical))
    for media in (Media.FHIR, Media.HL7V2, Media.CDA, Media.DICOM):
        told.append((f"hostile files as {media}", tried(harm, media, every("hostile"), receiving)))
    with capsys.disabled():
        for name, found in told:
            print(f"\n{name}: {sum(found.values())}: {dict(sorted(found.items()))}", end="")
        print()
    assert clinical["quarantined patient"] + clinical["taken"] >= 10
    for _name, found in told:
        assert {one.split()[0] for one in found} <= {"taken", "quarantined", "refused", "413"}, found
    rows: Any = hospital.sql("SELECT count(*), count(DISTINCT message), count(DISTINCT receipt) FROM received")[0]
    assert rows[0] - began == sum(sum(n for one, n in found.items() if one != "413") for _, found in told)
    assert rows[0] == rows[1] == rows[2]
    assert os.path.exists(f"/proc/{receiving.child.pid}")
