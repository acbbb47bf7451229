"""二（一）3: a hospital's own sensitive codes: changed by an approved matter, used from the next entry on [2.1.3]"""

import pytest

from jingui.core.errors import Invalid
from jingui.core.matters.asking import StartMatter
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from jingui.gate.sensitive_codes import changed
from tests.gate.test_charts import admit
from tests.gate.test_consents import diagnose, treat
from tests.gate.test_matters import say
from tests.hospital import Hospital


def labels(hospital: Hospital, patient: str, code: str) -> tuple[str, ...]:
    made = diagnose(hospital, patient, code).made[0]
    return door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(made.id))).labels


def wish(hospital: Hospital, change: str, codes: str, label: str = "genetic") -> int:
    answers = (("label", label), ("change", change), ("codes", codes), ("reason", "本院约定"))
    data = StartMatter(kind="sensitive_codes_change", answers=answers, submit=True)
    return int(hospital.write("doctor", Verb.START_MATTER, data).value.matter)


def test_an_approved_matter_labels_the_next_entry(hospital: Hospital) -> None:
    hospital.person("codes_affairs", Role.MEDICAL_AFFAIRS, "xxk")
    patient = admit(hospital, "林编码", "75000001")[0]
    treat(hospital, patient)
    assert labels(hospital, patient, "Q90.9") == ()
    number = wish(hospital, "add", "Q90-Q99 q56")
    say(hospital, "codes_affairs", number)
    assert labels(hospital, patient, "Q90.9") == ()  # one of two said yes
    say(hospital, "head", number)
    assert labels(hospital, patient, "Q91.0") == ("genetic",)
    assert labels(hospital, patient, "Q56.4") == ("genetic",)
    assert labels(hospital, patient, "Q21.0") == ()
    number = wish(hospital, "remove", "Q90-Q99")
    say(hospital, "codes_affairs", number)
    say(hospital, "head", number)
    assert labels(hospital, patient, "Q92.0") == ()
    assert hospital.sql("SELECT value FROM setting WHERE name = 'sensitive_codes'") == [
        ("genetic+Q56 genetic-Q90-Q99",)
    ]


@pytest.mark.parametrize("codes", ["Q9", "HIV", "Q90;DROP TABLE", "Q90+"])
def test_what_is_no_code_is_not_carried_out(hospital: Hospital, codes: str) -> None:
    before = hospital.sql("SELECT value FROM setting WHERE name = 'sensitive_codes'")
    number = wish(hospital, "add", codes)
    say(hospital, "codes_affairs", number)
    with pytest.raises(Invalid):
        say(hospital, "head", number)
    assert hospital.sql("SELECT value FROM setting WHERE name = 'sensitive_codes'") == before


def test_the_latest_wish_counts() -> None:
    assert changed("none", "hiv", "+", ["Z20.6"]) == "hiv+Z20.6"
    assert changed("hiv+Z20.6", "hiv", "-", ["Z20.6"]) == "hiv-Z20.6"
    assert changed("hiv-Z20.6 std+A66", "hiv", "+", ["Z20.6"]) == "std+A66 hiv+Z20.6"
    assert changed("none", "hiv", "+", []) == "none"


def test_a_secret_entry_without_consent_is_said_to_owe_one(hospital: Hospital) -> None:
    patient = admit(hospital, "林义务", "75000002")[0]
    treat(hospital, patient)
    made = diagnose(hospital, patient, "B24")
    (head,) = hospital.sql("SELECT convert_from(head, 'UTF8') FROM entry WHERE id = %s", made.entries[0])[0]
    assert "sensitive-without-consent" in head
    ordinary = diagnose(hospital, patient, "J06.9")
    (head,) = hospital.sql("SELECT convert_from(head, 'UTF8') FROM entry WHERE id = %s", ordinary.entries[0])[0]
    assert "sensitive-without-consent" not in head
    assert diagnose(hospital, patient, "B24", purpose=Purpose.EMERGENCY).made
