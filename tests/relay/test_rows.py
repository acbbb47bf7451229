"""五（一）1 中继: files of the old system, each whole or set apart; rows and words as messages [5.1.1] [2.1.2]"""

import time
from datetime import UTC, datetime
from pathlib import Path

from jingui.relay.files import Folder
from jingui.relay.message import answer, head_of, heard, moment, of_row
from jingui.relay.places import read
from jingui.relay.serve import running
from jingui.relay.spool import Room, Spool, sealing
from tests.relay.house import CSV, House, certificates, config, founded, message, until


def test_rows_of_a_file(tmp_path: Path, papers: Path, house: House) -> None:
    root = config(founded(tmp_path), papers, house.port, CSV)
    folder = tmp_path / "lab"
    with running(read(root)):
        until(folder.is_dir)
        text = "\ufeffid,at,mrn,name,value\r\n" + "".join(
            f'{n},2026-11-23 08:00:{n:02d},0083,"顾|明^远\n{n}",{n}.5\r\n' for n in range(10)
        )
        (folder / "a.tmp").write_text(text, "utf-8")
        time.sleep(1.2)
        assert not house.taken
        (folder / "a.tmp").rename(folder / "a.csv")
        (folder / "b.csv").write_text("id,at\n1,2026-01-01", "utf-8")
        (folder / "c.csv").symlink_to("/etc/passwd")
        (folder / "d.csv").write_bytes("id,at,mrn,name,value\n1,2026-01-01,1,顾,1".encode("gb18030"))
        until(lambda: len(house.taken) == 10)
        until(lambda: len(list((folder / "bad").glob("*.csv"))) == 3)
        # the same rows again are the same messages
        (folder / "again.csv").write_text(text, "utf-8")
        until(lambda: sum(house.times.values()) == 20)
    assert len(house.taken) == 10
    assert not house.changed
    assert sorted(one.name for one in (folder / "done").iterdir()) == ["a.csv", "again.csv"]
    assert "mrn" in (folder / "bad" / "b.csv.txt").read_text("utf-8")


def test_a_file_is_never_half(tmp_path: Path) -> None:
    founded(tmp_path)
    places = read(config(tmp_path, certificates(tmp_path / "p"), 1, CSV))
    kept = Spool(tmp_path / "spool", "lab", sealing(tmp_path), Room(1 << 20))
    folder = Folder(places.feeds[0], type("L", (), {"put": lambda _s, body: kept.put(body, datetime.now(UTC))})())
    (tmp_path / "lab" / "x.csv").write_text("id,at,mrn,name,value\n1,2026-01-01,1,a,1\n,2026-01-01,1,a,1\n", "utf-8")
    assert folder.look() == 0
    assert len(kept) == 0


def test_words_of_a_message() -> None:
    head = head_of(message("M1"))
    assert (head.application, head.facility, head.control) == ("HIS", "H", "M1")
    said = heard(answer(head, "AA", datetime.now(UTC)), "M1")
    assert said is not None
    assert (said.code, said.later) == ("AA", False)
    assert heard(answer(head, "AA", datetime.now(UTC)), "M2") is None
    assert heard(b"nonsense", "M1") is None
    for text, wanted in (("2026-11-23", "20261123000000"), ("2026-11-23T08:01:02+08", "20261123080102"),
                         ("202611230801", "20261123080100"), ("x", ""), ("", "")):  # fmt: skip
        assert moment(text) == wanted


def test_a_row_cannot_break_out_of_its_field(tmp_path: Path) -> None:
    table = read(config(tmp_path, certificates(tmp_path / "p"), 1, CSV)).feeds[0].table
    assert table is not None
    row = {"id": "1", "at": "2026-01-01", "mrn": "1\rZZZ|", "name": "a^b~c&d\\e|\x1c\x0b", "value": "1"}
    made = of_row(table, row, "lab")
    lines = made.decode().split("\r")
    assert [line[:3] for line in lines] == ["MSH", "OBX", "PID", ""]
    assert made == of_row(table, dict(reversed(row.items())), "lab")
    from jingui.formats import hl7v2

    pid = hl7v2.read(made).one("PID")
    assert pid is not None
    assert pid.text(5) == "a^b~c&d\\e|"
