"""R4 for 三（一）3 [3.1.3]: killed between any two steps, nothing is destroyed, or it can be finished; never half."""

from typing import Any

import pytest

from jingui.crypto import keyfile
from jingui.crypto.shred import ShredFile
from jingui.gate import destroying, door, erasing, rotating
from jingui.gate.acts import destruction
from tests.gate import destroying as d
from tests.gate.sealed import verified
from tests.hospital import Hospital


class Killed(BaseException):
    """The process is gone: whatever was not committed never was."""


def die(*_args: Any, **_more: Any) -> Any:
    """Stands in for a step: the process dies when it comes to it."""
    raise Killed


# Where the first transaction may be cut: before anything, between two lines, at the register's row, at the entry.
BEFORE = (
    (destroying, "locked_people"), (destruction, "known_now"), (destruction, "judged"), (destroying, "destroy"),
    (destroying, "forget"), (destruction, "keep"),
)  # fmt: skip
# And the second: before the proof, before the keys, between their steps, at the certificate, at its row.
AFTER = (
    (erasing, "line_proof"), (erasing, "erased"), (erasing, "begin"), (rotating, "save"), (erasing, "through"),
    (keyfile, "write_beside"), (keyfile, "put_in_place"), (ShredFile, "_put"), (ShredFile, "change"),
    (erasing.pdf_certificate, "render"), (erasing.pdf_sign, "sign"), (erasing, "keep"),
)  # fmt: skip


def state(hospital: Hospital, one: d.Old) -> tuple[int, bool]:
    keys = hospital.sql("SELECT count(*) FROM patient_key WHERE patient_id = %s", one.patient)[0][0]
    return keys, hospital.sql("SELECT destroyed FROM patient WHERE patient_id = %s", one.patient)[0][0]


def readable(hospital: Hospital, one: d.Old) -> bool:
    """Whether a bystander's face and record still open."""
    return d.terms(hospital, one.patient).name == one.name


@pytest.mark.parametrize(("where", "step"), BEFORE, ids=[step for _, step in BEFORE])
def test_killed_before_the_commit_nothing_is_destroyed(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch, where: Any, step: str
) -> None:
    one = d.old(hospital, "张三")
    matter = d.approved(hospital, *d.whole(one))
    waiting = d.proposed(hospital, matter)
    with monkeypatch.context() as patch:
        patch.setattr(where, step, die)
        with pytest.raises(Killed):
            d.confirmed(hospital, waiting)
    assert state(hospital, one) == (2, False)
    assert readable(hospital, one)
    assert d.states(hospital, matter) == ["approved", "approved"]
    d.confirmed(hospital, waiting)  # and then it goes as if nothing had been
    assert state(hospital, one) == (0, True)


@pytest.mark.parametrize(("where", "step"), AFTER, ids=[step for _, step in AFTER])
def test_killed_after_the_commit_it_is_finished_later(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch, where: Any, step: str
) -> None:
    one, other = d.old(hospital, "李四"), d.old(hospital, "王五")
    matter = d.approved(hospital, *d.whole(one))
    d.confirmed(hospital, d.proposed(hospital, matter))
    assert state(hospital, one) == (0, True)
    with monkeypatch.context() as patch:
        patch.setattr(where, step, die)
        with pytest.raises(Killed):
            d.erased(hospital, matter)
    assert d.states(hospital, matter) == ["erasing", "erasing"]
    assert readable(hospital, other)
    assert matter in door.due.destructions()
    assert d.erased(hospital, matter).lines == 2
    assert d.states(hospital, matter) == ["destroyed", "destroyed"]
    assert readable(hospital, other)
    assert not hospital.runtime.keyring.segments.keys.coming


def test_everything_verifies_afterwards(hospital: Hospital) -> None:
    assert not verified(hospital)
