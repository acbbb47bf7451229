"""五（一）1, 二（一）2: HL7 v2 over MLLP: proven senders, answers after the commit, nothing twice [5.1.1] [2.1.2]"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from jingui.api import mllp
from jingui.api.mllp_frames import Limits, framed
from jingui.core.sources import RegisterSource, SourceKind
from jingui.core.words import Category, Verb
from tests.hospital import Hospital

EVERYTHING = tuple(one for one in Category if one not in (Category.DIRECTORY, Category.NONE))
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "hl7v2"


def register(hospital: Hospital, code: str, application: str, facility: str = "H", **more: Any) -> int:
    data = RegisterSource(
        code=code, name=f"来源 {code}", kind=SourceKind.HL7, account="his", application=application, facility=facility,
        **{"categories": EVERYTHING, **more},
    )  # fmt: skip
    return int(hospital.write("sysadmin", Verb.REGISTER_SOURCE, data).value)


class Line:
    """A listener on the hospital's own loop, and clients of it."""

    def __init__(self, limits: Limits) -> None:
        from jingui.gate import plane

        self.loop, self.listener = plane.current().loop, mllp.Listener(limits=limits)
        server = self.run(self.listener.start("127.0.0.1", 0, None))
        self.server, self.port = server, server.sockets[0].getsockname()[1]

    def run(self, work: Any, limit: float = 60.0) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(limit)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.server.close)

    async def _talk(self, chunks: Sequence[bytes], wanted: int, end: bool) -> list[str]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 26)
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0.001)
        if end:
            writer.write_eof()
        out = []
        try:
            while len(out) < wanted:
                block = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 30)
                out.append(block.strip(b"\x0b\x1c\r").decode("utf-8"))
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()
        return out

    def talk(self, *chunks: bytes, wanted: int = 1, end: bool = False) -> list[str]:
        return self.run(self._talk(chunks, wanted, end))

    def talk_bytes(self, chunk: bytes) -> bytes:
        async def one() -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(chunk)
            answer = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 30)
            writer.close()
            return answer

        return bytes(self.run(one()))

    def send(self, text: str) -> str:
        return self.talk(framed(text.replace("\n", "\r").encode()))[0]


@pytest.fixture(scope="module")
def line(hospital: Hospital) -> Iterator[Line]:
    register(hospital, "his", "HIS")
    register(hospital, "lis", "LIS", categories=(Category.TESTS,))
    made = Line(Limits(idle=5, rest=1, write=2))
    yield made
    made.close()


def msa(answer: str) -> tuple[str, str]:
    found = re.search(r"\rMSA(.)(\w\w)\1(.*?)(?:\1|\r)", answer + "\r")
    assert found, answer
    return found[2], found[3]


def adt(control: str, mrn: str, event: str = "A01", sender: str = "HIS", **more: str) -> str:
    at, visit = more.get("at", "20240101080000"), more.get("visit", f"ZY{mrn}")
    tail = more.get("tail", "")
    return (
        f"MSH|^~\\&|{sender}|H|JINGUI|H|{at}||ADT^{event}|{control}|P|2.5{tail}\n"
        f"EVN||{at}\nPID|1||{mrn}^^^^MR||{more.get('name', '张^三')}||19800101|M\n"
        f"PV1|1|I|XNK^1^2||||Tdoctor^医|||xnk|||||||||{visit}\nZXX|1|本院自定义"
    )


def entries(hospital: Hospital) -> int:
    return int(hospital.sql("SELECT count(*) FROM entry")[0][0])


def test_the_answer_comes_after_the_commit_and_names_the_message(hospital: Hospital, line: Line) -> None:
    answer = line.send(adt("c1", "M1"))
    assert msa(answer) == ("AA", "c1")
    assert answer.startswith("MSH|^~\\&|JINGUI|H|HIS|H|")
    assert "ACK^A01^ACK" in answer
    assert hospital.sql("SELECT count(*) FROM source_message WHERE control = 'c1'") == [(1,)]


def test_a_thousand_duplicates_make_one_record_each(hospital: Hospital, line: Line) -> None:
    texts = [adt(f"k{n}", f"K{n}") for n in range(10)]
    blocks = [framed(text.replace("\n", "\r").encode()) for text in texts] * 100
    before = entries(hospital)
    answers = line.talk(b"".join(blocks), wanted=1000)
    assert [msa(one) for one in answers] == [("AA", f"k{n % 10}") for n in range(1000)]
    taken = hospital.sql("SELECT count(*), count(DISTINCT control) FROM source_message WHERE control LIKE 'k_'")
    assert taken == [(10, 10)]
    kinds = hospital.sql(
        "SELECT kind, count(*) FROM record r JOIN record_version v USING (patient_id, record_id) "
        "WHERE v.entry IN (SELECT entry FROM source_message WHERE control LIKE 'k_') GROUP BY 1"
    )
    assert dict(kinds).get("Patient") == 10
    assert entries(hospital) >= before + 1000  # each attempt stands in the ledger


def test_several_connections_sending_the_same_make_one(hospital: Hospital, line: Line) -> None:
    block = framed(adt("race", "RACE1").replace("\n", "\r").encode())

    async def all_at_once() -> list[list[str]]:
        return await asyncio.gather(*(line._talk([block], 1, False) for _ in range(20)))

    assert {msa(one[0]) for one in line.run(all_at_once())} == {("AA", "race")}
    assert hospital.sql("SELECT count(*) FROM source_message WHERE control = 'race'") == [(1,)]
    assert hospital.sql("SELECT count(*) FROM patient_identity WHERE field = 'mrn' AND token IN (SELECT token FROM "
                        "patient_identity i JOIN record_version v USING (patient_id) JOIN source_message m "
                        "ON m.entry = v.entry WHERE m.control = 'race' AND i.field = 'mrn')") == [(1,)]  # fmt: skip


def test_messages_about_one_patient_keep_their_order(hospital: Hospital, line: Line) -> None:
    texts = [adt("q0", "ORD", "A01")]
    texts += [adt(f"q{n}", "ORD", "A08", at=f"202401010800{n:02}", name=f"张^三{n}") for n in range(1, 30)]
    answers = line.talk(b"".join(framed(one.replace("\n", "\r").encode()) for one in texts), wanted=30)
    assert [msa(one)[0] for one in answers] == ["AA"] * 30
    versions = hospital.sql(
        "SELECT max(v.version) FROM record_version v WHERE v.record_id = 0 AND v.patient_id = (SELECT v.patient_id "
        "FROM source_message m JOIN record_version v ON v.entry = m.entry WHERE m.control = 'q0' LIMIT 1)"
    )
    assert versions == [(30,)]


def test_a_forged_sender_is_refused_and_entered(hospital: Hospital, line: Line) -> None:
    before = entries(hospital)
    answer = line.send(adt("f1", "F1", sender="EVIL"))
    assert msa(answer) == ("AR", "f1")
    assert "\rERR|" in answer
    assert entries(hospital) == before + 1
    verb, decision = hospital.sql("SELECT verb, decision FROM entry ORDER BY id DESC LIMIT 1")[0]
    assert (verb, decision) == ("sign_in", "fail")


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [(("|P|2.5", "|T|2.5"), "AR", "MSH^1^11"), (("|P|2.5", "|P|9.9"), "AR", "MSH^1^12"),
     (("ADT^A01", "ADT^A24"), "AR", "MSH^1^9"), (("ADT^A01", "XYZ^Z01"), "AR", "MSH^1^9"),
     (("19800101", "19801332"), "AE", "PID^1^7"), (("\nPV1|1|I", "\nPV1|1|Q"), "AE", "PV1^1^2"),
     (("\nPID|", "\nPID||||||\nPID|"), "AE", "PID^2^1"), (("张^三", "张^\\X00\\"), "AE", "")],
)  # fmt: skip
def test_wrong_messages_say_where_and_leave_one_entry(
    hospital: Hospital, line: Line, change: tuple[str, str], code: str, place: str
) -> None:
    before, records = entries(hospital), hospital.sql("SELECT count(*) FROM record")
    answer = line.send(adt("w1", "W1").replace(*change, 1))
    assert msa(answer)[0] == code, answer
    assert f"\rERR||{place}|" in answer, answer
    assert entries(hospital) == before + 1
    assert hospital.sql("SELECT count(*) FROM record") == records


def test_the_words_are_the_readers_own(hospital: Hospital, line: Line) -> None:
    assert "不是有效的日期或时间" in line.send(adt("l1", "L1").replace("19800101", "x"))
    plain = adt("l2", "L2", tail="||||||ASCII", name="A^B").replace("本院自定义", "x").replace("医", "d")
    assert line.send(plain.replace("|P|2.5", "|T|2.5")).isascii()


def test_a_merge_waits_for_a_second_person(hospital: Hospital, line: Line) -> None:
    from jingui.core.proposals import Verdict
    from jingui.core.words import Verb

    line.send(adt("m0", "MRG1"))
    before = entries(hospital)
    unknown = line.send(adt("m1", "MRG1", "A40") + "\nMRG|MRG2^^^^MR")
    assert msa(unknown) == ("AE", "m1")
    assert "MRG" in unknown
    assert entries(hospital) == before + 1
    line.send(adt("m2", "MRG2"))
    before, wish = entries(hospital), "\nMRG|MRG2^^^^MR"
    assert msa(line.send(adt("m3", "MRG1", "A40") + wish)) == ("AA", "m3")
    assert entries(hospital) == before + 1
    assert msa(line.send(adt("m3", "MRG1", "A40") + wish)) == ("AA", "m3")  # once is enough
    assert msa(line.send(adt("m4", "MRG1", "A40") + wish)) == ("AA", "m4")
    ((number, digest),) = hospital.sql(
        "SELECT id, digest FROM proposal WHERE verb = 'merge_patient' AND state = 'waiting'"
    )
    assert hospital.sql("SELECT count(*) FROM patient WHERE linked_to IS NOT NULL") == [(0,)]
    said = Verdict(proposal=number, digest=bytes(digest).hex(), verdict="approve")
    hospital.write("registrar", Verb.APPROVE, said)
    assert hospital.sql("SELECT count(*) FROM patient WHERE linked_to IS NOT NULL") == [(1,)]
    assert msa(line.send(adt("m5", "MRG1", "A40") + wish)) == ("AA", "m5")  # done already
    assert hospital.sql("SELECT count(*) FROM proposal WHERE verb = 'merge_patient'") == [(1,)]


def test_enhanced_mode_answers_as_it_is_asked(line: Line) -> None:
    both = line.talk(framed(adt("e1", "E1", tail="|||AL|AL").replace("\n", "\r").encode()), wanted=2)
    assert [msa(one)[0] for one in both] == ["CA", "AA"]
    accept = line.talk(framed(adt("e2", "E2", tail="|||AL|NE").replace("\n", "\r").encode()), wanted=1)
    assert msa(accept[0])[0] == "CA"
    error = adt("e3", "E3", tail="|||NE|ER").replace("19800101", "x")
    assert msa(line.talk(framed(error.replace("\n", "\r").encode()))[0])[0] == "AE"
    none = line.talk(framed(adt("e4", "E4", tail="|||NE|ER").replace("\n", "\r").encode()), end=True)
    assert none == []


def test_blocks_in_pieces_together_and_broken(hospital: Hospital, line: Line) -> None:
    block = framed(adt("p1", "P1").replace("\n", "\r").encode())
    assert msa(line.talk(*(block[i : i + 7] for i in range(0, len(block), 7)))[0]) == ("AA", "p1")
    two = line.talk(block + framed(adt("p2", "P2").replace("\n", "\r").encode()), wanted=2)
    assert [msa(one) for one in two] == [("AA", "p1"), ("AA", "p2")]
    assert msa(line.talk(block[:-30], end=True)[0])[0] == "AE"  # cut off
    assert msa(line.talk(block[:-30])[0])[0] == "AE"  # never ended: after `rest` seconds
    assert msa(line.talk(block[:-30] + block)[0])[0] == "AE"  # the end is missing, another begins
    assert line.talk(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 100, end=True) == []
    assert msa(line.send(adt("p3", "P3")))[0] == "AA"


def test_bombs_are_refused_quickly(line: Line) -> None:
    import time

    head = adt("b1", "B1").replace("\n", "\r").encode()
    for bomb, code in (
        (head + b"\rOBX|1|NM|1||1" * 100_000, "AR"), (head + b"x" * (17 << 20), "AR"), (head + b"|" * 1_000_000, "AA"),
        (head.replace(b"M|", b"M|" + b"~1" * 100_000), "AE"), (b"MSH", "AR"), (b"MSH||||||||||", "AR"), (b"", "AR"),
    ):  # fmt: skip
        began = time.monotonic()
        answer = line.talk(framed(bomb))
        assert [msa(one)[0] for one in answer] == [code], (bomb[:40], answer)
        assert time.monotonic() - began < 2


def test_gb18030_and_rare_names_come_through_as_given(hospital: Hospital, line: Line) -> None:
    from jingui.gate import door

    wide = "".join(chr(ord(c) + 0xFEE0) for c in "Ab")
    names = ["誠𠮷", "阿卜杜热合曼·阿不都热依木·买买提吐尔逊·吾买尔江·麦麦提敏·阿卜杜拉", "עבד‏אללה", "क्‍ष", wide]
    for n, name in enumerate(names):
        text = adt(f"g{n}", f"G{n}", name=name, tail="||||||GB 18030-2000").replace("\n", "\r")
        answer = line.talk_bytes(framed(text.encode("gb18030")))
        assert b"MSA|AA|" in answer
    faces = hospital.runtime
    rows = hospital.sql(
        "SELECT p.patient_id, p.face, k.wrapped FROM source_message m JOIN record_version v ON v.entry = m.entry "
        "AND v.record_id = 0 JOIN patient p USING (patient_id) JOIN patient_key k ON k.patient_id = p.patient_id AND "
        "k.retention_class = 'identity' WHERE m.control LIKE 'g_' ORDER BY m.control"
    )
    found = [
        faces.vault.open_face(faces.vault.key(p, "identity", wrapped), p, face)["name"] for p, face, wrapped in rows
    ]
    assert found == names
    assert door.now()


def cut(text: str) -> list[str]:
    """The messages of a file of samples, comments and blank lines left out."""
    out: list[list[str]] = []
    for row in re.split(r"\r\n|\r|\n", text):
        if row.startswith("MSH") and not row.startswith("MSH MSH"):
            out.append([row])
        elif out and re.match(r"[A-Z][A-Z0-9]{2}\W", row):
            out[-1].append(row)
    return ["\r".join(rows) for rows in out]


def as_production(data: bytes, control: str) -> bytes:
    """A sample whose header says that it is no exercise, and has the control id that some lack."""
    head, _, rest = data.partition(b"\r")
    fields = head.split(head[3:4])
    fields[10] = b"P"
    fields[9] = fields[9] or control.encode()
    return head[3:4].join(fields) + b"\r" + rest


def answered(hospital: Hospital, line: Line, data: bytes) -> tuple[str, str]:
    """What a message is answered, and why; something stands in the ledger about it in any case."""
    before = entries(hospital)
    answer = line.talk(framed(data), wanted=1, end=True)
    assert entries(hospital) > before
    told = msa(answer[0])[0] if answer else "no answer asked for"
    assert told in ("AA", "AE", "AR", "CA", "CE", "CR", "no answer asked for"), answer
    why = re.search(r"\rERR.([^\r]*)", answer[0]) if answer else None
    return told, why[1][:80] if why else ""


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")
def test_every_sample_is_taken_or_refused_cleanly(
    hospital: Hospital, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    from jingui.formats.hl7v2_ack import heads

    known: set[tuple[str, str]] = set()
    table = []
    for path in sorted(SAMPLES.iterdir()):
        for n, text in enumerate(cut(path.read_text("utf-8", "replace"))):
            data = text.encode()
            application, facility = heads(data)[0].senders
            if (application, facility) not in known:
                known.add((application, facility))
                register(hospital, f"sample-{len(known)}", application, facility)
            told = [answered(hospital, line, one) for one in (data, as_production(data, f"{path.stem}{n}"))]
            table.append(f"{path.name:<28}{n + 1:>3}  {told[0][0]}  as production: {'  '.join(told[1])}")
    with capsys.disabled():
        print("\n" + "\n".join(table))
    assert sum("production: AA" in row or "production: CA" in row for row in table) >= 11
