"""四（二）1 核验: anybody checks a copy; who holds no code learns nothing [4.2.1]"""

import hashlib
import logging
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from jingui.core.release import Copied, Part, RevokeCopy
from jingui.core.words import Verb
from jingui.formats import pdf_sign
from jingui.gate import door
from jingui.web.viewmodels.paths import to
from tests.gate import copying
from tests.gate.test_charts import number
from tests.gate.test_portal import born
from tests.hospital import Hospital

VERIFIER = Path(__file__).resolve().parents[2] / "verifier" / "src"
HERE, SIDE = to("verify"), to("verify_side")
PATIENT = "夏侯无咎"
UNKNOWN = "没有这份复制件"


class Issued(NamedTuple):
    """A stamped copy as its holder has it."""

    copy: Copied
    secret: str
    file: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.file).hexdigest()


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    copying.staff(hospital)
    return hospital


@pytest.fixture(scope="module")
def patient(house: Hospital) -> int:
    return number(house, born(house, PATIENT, "61000771", "1949-12-31", copying.CARD)[0])


def issue(house: Hospital, patient: int) -> Issued:
    copy = copying.stamped(house, patient, applicant=PATIENT)
    secret = copying.secret(house, copy)
    file = copying.read(house, "archivist", copy, Part.FILE).body
    copying.proved(house, secret, "")
    return Issued(copy, secret, file)


@pytest.fixture(scope="module")
def one(house: Hospital, patient: int) -> Issued:
    return issue(house, patient)


@pytest.fixture(scope="module")
def two(house: Hospital, patient: int) -> Issued:
    return issue(house, patient)


@pytest.fixture(autouse=True)
def _nobody_asked_yet(house: Hospital) -> None:
    """Each test is another minute for the public."""
    house.sql("DELETE FROM axes_accessattempt WHERE user_agent = 'check'")


class Public:
    """A browser of nobody's: no cookie is ever sent, and CSRF is checked as in earnest."""

    def __init__(self, address: str = "192.0.2.9") -> None:
        from django.test import Client

        self.client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost", REMOTE_ADDR=address)

    def get(self, path: str = HERE) -> Any:
        return self.client.get(path)

    def ask(self, secret: str, digest: str = "", path: str = HERE) -> Any:
        return self.client.post(path, {"secret": secret, "digest": digest})


def text(answer: Any) -> str:
    return str(answer.content.decode())


def entries(house: Hospital) -> int:
    return int(house.sql("SELECT count(*) FROM entry WHERE verb = 'check_copy'")[0][0])


def test_no_cookie_no_cache_no_referrer(house: Hospital) -> None:
    public = Public()
    for answer in (public.get(), public.ask("ab" * 16), public.get(f"{HERE}?language=en")):
        assert answer.status_code == 200
        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "csrfmiddlewaretoken" not in text(answer)
        assert 'method="get"' not in text(answer).lower()
    assert not public.client.cookies


def test_unaltered(house: Hospital, one: Issued) -> None:
    before = entries(house)
    page = text(Public().ask(one.secret, one.digest))
    assert entries(house) == before + 1
    assert "未被改动" in page
    for told in (one.copy.number, "夏*", house.runtime.institution, "data-found"):
        assert told in page
    assert PATIENT not in page
    assert "无咎" not in page
    assert copying.CARD not in page


@pytest.mark.parametrize("typed", ["upper", "address", "spaced"])
def test_as_people_type_it(house: Hospital, one: Issued, typed: str) -> None:
    shapes = {
        "upper": one.secret.upper(), "address": f"https://hospital.example.org/verify#{one.secret}",
        "spaced": " ".join(re.findall("....", one.secret)),  # as it is printed beside the QR
    }  # fmt: skip
    assert "未被改动" in text(Public().ask(shapes[typed], one.digest.upper()))


def test_altered_and_another_copy(house: Hospital, one: Issued, two: Issued) -> None:
    for digest in (hashlib.sha256(one.file + b"\n").hexdigest(), two.digest):
        page = text(Public().ask(one.secret, digest))
        assert "不是医院用印的文件" in page
        assert "data-mismatch" in page
        assert "未被改动" not in page
        assert SIDE not in page


def test_code_alone(house: Hospital, one: Issued) -> None:
    page = text(Public().ask(one.secret))
    assert "尚未比对文件" in page
    assert "未被改动" not in page


def test_unknown_and_malformed_are_the_same(house: Hospital, one: Issued) -> None:
    """No word, length or status tells a code that nobody has from one that cannot be."""
    chance, seen = random.Random(5), set()
    wild = [
        "x",
        "0" * 32,
        one.secret[:-1],
        one.secret + "0",
        "'; DROP TABLE copy_made; --",
        "\uff05\uff10\uff10",
        "<img src=x>",
        "-" * 390,
    ]
    for code in [*wild, *(chance.randbytes(16).hex() for _ in range(12))]:
        answer = Public(f"198.51.100.{len(seen) % 7}").ask(code, one.digest)
        assert answer.status_code == 200
        page = text(answer)
        assert "<img src=x>" not in page
        seen.add(page[page.index('id="answer"') : page.index("核验码与 SHA-256")])
        assert UNKNOWN in page
        assert one.copy.number not in page
    assert len(seen) == 1


def test_the_address_is_never_read(house: Hospital, one: Issued) -> None:
    answer = Public().get(f"{HERE}?secret={one.secret}&digest={one.digest}")
    assert one.copy.number not in text(answer)
    assert one.secret not in text(answer)
    for method in ("put", "delete", "patch", "options"):
        assert getattr(Public().client, method)(HERE).status_code == 405
    assert Public().get(SIDE).status_code == 405


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 400), ({"secret": ""}, 400), ({"secret": "a" * 401}, 400), ({"secret": "ab", "digest": "xyz"}, 400),
     ({"secret": "ab", "digest": "g" * 64}, 400), ({"secret": "ab", "digest": "\uff11" * 64}, 400),
     ({"secret": "a" * 3_000_000}, 413), ({"secret": "a\0b"}, 200), ({"secret": "\u202e" * 20}, 200)],
)  # fmt: skip
def test_bad_input(house: Hospital, fields: dict[str, str], status: int) -> None:
    assert Public().client.post(HERE, fields).status_code == status


def test_too_often(house: Hospital, one: Issued) -> None:
    public, other = Public("203.0.113.5"), Public("203.0.113.6")
    codes = [public.ask("ab" * 16).status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]
    page = text(public.ask(one.secret, one.digest))
    assert "核验过于频繁" in page
    assert one.copy.number not in page
    assert public.ask(one.secret, path=SIDE).status_code == 429
    assert other.ask(one.secret, one.digest).status_code == 200


def test_nothing_is_kept_or_logged(house: Hospital, one: Issued, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Public().ask(one.secret, one.digest)
        Public().ask(one.secret, one.digest, SIDE)
        Public().ask(one.secret + "0", "nonsense")
    assert one.secret not in caplog.text
    tables = [row[0] for row in house.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    assert len(tables) > 50
    for table in tables:
        for form in (one.secret, one.secret.encode().hex()):
            assert house.sql(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', f"%{form}%")[0][0] == 0, table


def test_side_file_only_with_the_code(house: Hospital, one: Issued, two: Issued) -> None:
    answer = Public().ask(one.secret, "", SIDE)
    assert answer["Content-Disposition"].startswith("attachment")
    beside = orjson.loads(answer.content)
    assert beside["digest"] == one.digest == beside["proof"]["target"]["record"]
    assert PATIENT.encode() not in answer.content
    for secret, digest in (("ab" * 16, ""), ("", ""), (one.secret, two.digest), (one.secret, "xyz")):
        refused = Public().ask(secret, digest, SIDE)
        assert refused.status_code == 404, (secret, digest)
        assert "certificates" not in text(refused)


def test_root_certificate(house: Hospital) -> None:
    answer = Public().get(to("verify_root"))
    assert b"BEGIN CERTIFICATE" in answer.content
    assert b"PRIVATE" not in answer.content
    assert door.published.root_fingerprint() in text(Public().get())


def test_a_house_without_a_stamp(house: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.runtime, "stamp", None)
    assert "下载根证书" not in text(Public().get())
    assert Public().get(to("verify_root")).status_code == 404


def test_in_english(house: Hospital, one: Issued) -> None:
    page = text(Public().ask(one.secret, one.digest, f"{HERE}?language=en"))
    assert '<html lang="en">' in page
    assert f'action="{HERE}?language=en"' in page


def test_statements(house: Hospital, one: Issued) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from jingui.gate import plane

    pool, said = plane.current().pipe.pool, []
    asked = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await asked(sql, *args)

    Public().ask(one.secret, one.digest)
    pool.fetch = counted
    try:
        with CaptureQueriesContext(connection) as direct:
            Public().ask(one.secret, one.digest)
    finally:
        del pool.fetch
    assert len(said) + len(direct) <= 12, said


@pytest.fixture
def folder(tmp_path: Path, house: Hospital) -> Path:
    (tmp_path / "root.pem").write_bytes(door.published.stamp_root())
    (tmp_path / "key.txt").write_text(door.published.ledger_key())
    return tmp_path


def verifier(folder: Path, file: bytes, beside: bytes) -> int:
    """What the stand-alone verifier, which shares no code with Jingui, says."""
    (folder / "copy.pdf").write_bytes(file)
    (folder / "side.json").write_bytes(beside)
    command = [sys.executable, "-m", "jingui_verify", "copy", "copy.pdf", "--side", "side.json", "--root", "root.pem"]
    environment = {**os.environ, "PYTHONPATH": str(VERIFIER)}
    return subprocess.run(
        [*command, "--key", "key.txt"], env=environment, cwd=folder, capture_output=True, check=False, timeout=60
    ).returncode


def same_as_page(folder: Path, issued: Issued, file: bytes, beside: bytes) -> bool:
    """Page and verifier say the same of this file; whether it is the good one."""
    page = text(Public(f"198.51.100.{len(file) % 200}").ask(issued.secret, hashlib.sha256(file).hexdigest()))
    told, code = "未被改动" in page, verifier(folder, file, beside)
    assert told == (code == 0), (told, code)
    return told


def test_page_and_verifier_agree(house: Hospital, one: Issued, two: Issued, folder: Path) -> None:
    """The right file, one flipped byte, something appended, another copy's file and another copy's side file."""
    beside = Public().ask(one.secret, "", SIDE).content
    assert same_as_page(folder, one, one.file, beside)
    flipped = bytearray(one.file)
    flipped[len(flipped) // 3] ^= 1
    for file in (bytes(flipped), one.file + b"%more\n", two.file, one.file[:-5]):
        assert not same_as_page(folder, one, file, beside)
    assert not same_as_page(folder, two, one.file, Public().ask(two.secret, "", SIDE).content)
    assert same_as_page(folder, two, two.file, Public().ask(two.secret, "", SIDE).content)


def test_random_flips_are_found_by_all_three(house: Hospital, one: Issued, folder: Path) -> None:
    """200 random bytes: neither the library's check nor the verifier nor the page takes one for the copy."""
    sys.path.insert(0, str(VERIFIER))
    try:
        from jingui_verify.chain import read_roots
        from jingui_verify.copies import check_copy
        from jingui_verify.note import parse_key
    finally:
        sys.path.remove(str(VERIFIER))
    key, roots = parse_key(door.published.ledger_key()), read_roots(door.published.stamp_root())
    own = [door.published.stamp_chain()[-1]]
    assert check_copy(one.file, key=key, roots=roots).ok
    assert pdf_sign.check(one.file, own).good
    chance = random.Random(200)
    for turn in range(200):
        bent = bytearray(one.file)
        bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
        assert not check_copy(bytes(bent), key=key, roots=roots).ok
        if turn % 20 == 0:
            assert not pdf_sign.check(bytes(bent), own).good
            page = text(Public("198.51.100.77").ask(one.secret, hashlib.sha256(bent).hexdigest()))
            assert "不是医院用印的文件" in page


@pytest.fixture
def ended(house: Hospital, patient: int) -> Issued:
    return issue(house, patient)


def test_revoked(house: Hospital, ended: Issued) -> None:
    house.write("affairs_c", Verb.REVOKE_COPY, RevokeCopy(reason="误收材料"), **copying.at(ended.copy))
    page = text(Public().ask(ended.secret, ended.digest))
    assert "已作废" in page
    assert "误收材料" not in page
    assert page.index("已作废") < page.index("未被改动")  # the file is whole, and yet not to be relied upon
    assert "已作废" in text(Public().ask(ended.secret))


def test_superseded(house: Hospital, patient: int, ended: Issued) -> None:
    matter = int(house.sql("SELECT matter FROM copy_made WHERE copy_id = %s", door.locate(ended.copy.id).record)[0][0])
    again = copying.prepare(house, "archivist", patient, matter, replaces=ended.copy.id)
    copying.confirm(house, "archivist", again)
    copying.charge(house, again)
    copying.stamp(house, "archivist2", again)
    page = text(Public().ask(ended.secret, ended.digest))
    assert "已换发" in page
    assert again.number not in page


@pytest.mark.parametrize(
    "change",
    ["state = 'handed', ended = NULL", "digest = sha256('other'::bytea)", "stamped = stamped - interval '1 year'",
     "stamped_entry = prepared_entry", "manifest = sha256('x'::bytea)"],
)  # fmt: skip
def test_a_database_administrator_makes_no_copy_good(house: Hospital, ended: Issued, change: str) -> None:
    """Whoever un-revokes or rewrites a copy's row past the door is found out: the check vouches for nothing."""
    house.write("affairs_c", Verb.REVOKE_COPY, RevokeCopy(reason="误收材料"), **copying.at(ended.copy))
    record = door.locate(ended.copy.id).record
    house.sql(f"UPDATE copy_made SET {change} WHERE copy_id = %s", record)
    for path in (HERE, SIDE):
        answer = Public().ask(ended.secret, ended.digest, path)
        assert answer.status_code == 500
        page = text(answer)
        assert "与写入时不一致" in page
        assert "未被改动" not in page
        assert ended.copy.number not in page


def test_copies_are_not_exchanged(house: Hospital, one: Issued, ended: Issued) -> None:
    """The code of one copy pasted by the database administrator onto another leads to neither."""
    records = [door.locate(each.copy.id).record for each in (one, ended)]
    mine, theirs = (house.sql("SELECT token FROM copy_made WHERE copy_id = %s", each)[0][0] for each in records)
    house.sql("UPDATE copy_made SET token = %s WHERE copy_id = %s", b"x" * 16, records[0])
    house.sql("UPDATE copy_made SET token = %s WHERE copy_id = %s", mine, records[1])
    try:
        page = text(Public().ask(one.secret, ended.digest))
        assert "与写入时不一致" in page
        assert "未被改动" not in page
    finally:
        house.sql("UPDATE copy_made SET token = %s WHERE copy_id = %s", theirs, records[1])
        house.sql("UPDATE copy_made SET token = %s WHERE copy_id = %s", mine, records[0])
    assert "未被改动" in text(Public().ask(one.secret, one.digest))
