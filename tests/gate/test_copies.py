"""四（二）1 复制: from an application to a sealed file that anybody can check [4.2.1]"""

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from jingui.core.errors import Conflict
from jingui.core.release import Part
from jingui.crypto import note
from jingui.crypto.proof import check_entry
from jingui.formats import manifest, pdf_sign
from tests.gate import copying
from tests.gate.copying import check, decide, hand, listed, prepare, read, stamp
from tests.gate.test_charts import number
from tests.gate.test_portal import born, opened, patient_actor
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    copying.staff(hospital)
    return hospital


@pytest.fixture(scope="module")
def adult(house: Hospital) -> int:
    return number(house, born(house, "李清照", "61000001", "1949-12-31", secret=True)[0])


def entry(house: Hospital, number: str) -> tuple[Any, ...]:
    return house.sql("SELECT verb, decision, convert_from(targets, 'UTF8') FROM entry WHERE id = %s", number)[0]


def test_from_the_portal_to_a_sealed_file(house: Hospital) -> None:
    """[4.2.1] [1.3.2] Asked for and confirmed in the portal, reviewed, stamped, downloaded, checked by anybody."""
    ids = born(house, "苏轼", "61000002", "1949-12-31", copying.CARD, secret=True)
    patient = number(house, ids[0])
    mine = patient_actor(house, opened(house, ids[0]))
    matter = copying.apply_for(house, mine, "own_copy", patient, route="portal", present="remote", applicant="苏轼")
    assert decide(house, "archivist", matter).state == "executed"
    copy = prepare(house, "archivist", patient, matter)
    names = entry(house, copy.entry)
    assert names[:2] == ("prepare_copy", "allow")
    assert copy.basis in names[2]
    assert all(one in names[2] for one in ids[2:])
    assert [one.id for one in listed(house, mine, patient).rows] == [copy.id]
    seen = read(house, mine, copy)
    assert {one.id for one in seen.records} == set(ids[2:])
    assert seen.moves == ("confirm_copy",)
    with pytest.raises(Conflict):
        read(house, mine, copy, Part.FILE)
    copying.confirm(house, mine, copy, document="")
    stamp(house, "archivist2", copy)
    assert read(house, mine, copy).moves == ("hand_copy", "read_copy")
    hand(house, mine, copy)
    file = read(house, mine, copy, Part.FILE)
    assert hashlib.sha256(file.body).hexdigest() == file.digest
    root = house.runtime.stamp().chain[-1]
    good = pdf_sign.check(file.body, [root])
    assert good.intact
    assert good.covers_all
    assert good.trusted
    said, proof = manifest.from_pdf(file.body)
    assert said.digest() == copy.basis
    assert {one.id for one in said.records} == set(ids[2:])
    keys = [note.parse_key(check(house, copying.secret(house, copy)).key)]
    inside = orjson.loads(proof)
    check_entry(inside, keys)
    assert (inside["target"]["type"], inside["target"]["record"]) == ("copy_manifest", copy.basis)
    found = copying.proved(house, copying.secret(house, copy), file.digest)
    assert (found.found, found.matches, found.state) == (True, True, "handed")
    assert found.patient == found.applicant == "苏*"
    assert found.proof is not None
    check_entry(found.proof, keys)
    assert found.proof["target"]["record"] == file.digest
    bent = hashlib.sha256(file.body[:-1] + b"!").hexdigest()
    assert check(house, copying.secret(house, copy), bent).matches is False


def test_a_rare_character_of_a_name_is_drawn_with_the_hospitals_font(
    house: Hospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[4.2.1] Without a font the code stands there; with the hospital's own folder the letter itself, on every page."""
    font = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    if not font.exists():
        pytest.skip("DejaVu Sans is not installed")
    shutil.copy(font, tmp_path)
    patient = number(house, born(house, "王ḁ", "61000077", "1949-12-31", copying.CARD)[0])
    matter = copying.apply_for(house, "archivist", "own_copy", patient, "patient_id")
    decide(house, "archivist2", matter)
    copy = prepare(house, "archivist", patient, matter)

    def words() -> str:
        body = read(house, "archivist", copy, Part.PREVIEW).body
        return subprocess.run(["pdftotext", "-", "-"], input=body, capture_output=True, check=True).stdout.decode()

    assert "U+1E01" in words()
    monkeypatch.setattr(house.runtime, "fonts", (tmp_path,))
    pages = words().split("\f")[:-1]
    assert all("ḁ" in page and "U+1E01" not in page for page in pages)
    copying.confirm(house, "archivist", copy)
    copying.charge(house, copy)
    stamp(house, "archivist2", copy)
    file = read(house, "archivist", copy, Part.FILE).body
    said = subprocess.run(["pdftotext", "-", "-"], input=file, capture_output=True, check=True).stdout.decode()
    assert "ḁ" in said
    assert "U+1E01" not in said
