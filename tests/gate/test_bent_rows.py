"""六（一）2: the database administrator among the facts: what binds cannot vanish, what decides cannot be bent

[6.1.2] [4.1.1]
"""

import pytest

from jingui.core.errors import Tampered
from jingui.core.words import Purpose, Role, Verb
from jingui.formats.fhir_query import SearchQuery
from jingui.gate import door
from tests.gate.test_charts import admit
from tests.gate.test_facts import chart, consent, numbers, one, pair, post_grant, read, restrict, search
from tests.hospital import Hospital

__all__ = ["one"]  # a fixture


@pytest.mark.parametrize("kind", ["restriction", "patient_consent", "hold"])
def test_what_binds_cannot_vanish(hospital: Hospital, one: tuple[str, ...], kind: str) -> None:
    from jingui.store.models import Hold

    number = pair(hospital, one[0])[0]
    if kind == "restriction":
        restrict(hospital, one[0], "person", person_id=hospital.people["surgeon"])
    elif kind == "patient_consent":
        consent(hospital, one[0], "withdrawn")
    else:
        hospital.keep(
            Hold(patient_id=number, hold_id=next(numbers), kind="dispute_seal", starts=hospital.now(), ends=None)
        )
    assert read(hospital, "doctor", one[2]).body
    hospital.sql(f"DELETE FROM {kind} WHERE patient_id = %s", number)
    with pytest.raises(Tampered) as error:
        read(hospital, "doctor", one[2])
    assert error.value.data["where"] == f"patient.marks:{number}"


def test_an_inserted_or_changed_restriction_is_named(hospital: Hospital, one: tuple[str, ...]) -> None:
    row = restrict(hospital, one[0], "person", person_id=hospital.people["surgeon"])
    hospital.sql(
        "UPDATE restriction SET person_id = %s WHERE patient_id = %s", hospital.people["doctor"], row.patient_id
    )
    with pytest.raises(Tampered) as error:
        read(hospital, "nurse", one[2])
    assert error.value.data["where"] == f"restriction:{row.patient_id}.{row.restriction_id}"


def test_a_restriction_put_back_to_an_older_state(hospital: Hospital, one: tuple[str, ...]) -> None:
    """Lifted, placed again: the older sealed row, which said lifted, does not come back unseen."""
    row = restrict(hospital, one[0], "person", person_id=hospital.people["surgeon"])
    row.lifted = True
    hospital.keep(row, new=False)
    mac, version = bytes(row.mac), row.version
    row.lifted = False
    hospital.keep(row, new=False)
    hospital.sql(
        "UPDATE restriction SET lifted = true, mac = %s, version = %s WHERE restriction_id = %s", mac, version,
        row.restriction_id,
    )  # fmt: skip
    with pytest.raises(Tampered):
        read(hospital, "nurse", one[2])


def test_a_standing_grant_widened_past_the_door(hospital: Hospital, one: tuple[str, ...]) -> None:
    hospital.person("coder2", Role.CODER, "xxk")
    row = post_grant(hospital, "coder2", Purpose.PAYMENT, categories=["basic"])
    hospital.sql("UPDATE post_grant SET categories = '{}' WHERE id = %s", row.id)
    hospital.sql("UPDATE epoch SET n = n + 1")
    with pytest.raises(Tampered) as error:
        read(hospital, "coder2", one[2], Purpose.PAYMENT)
    hospital.sql("UPDATE post_grant SET categories = '{basic}' WHERE id = %s", row.id)  # lists of all would show it
    assert error.value.data["where"].startswith(f"post_grant:{row.id}")


def test_a_visit_moved_onto_the_worklist(hospital: Hospital) -> None:
    hospital.person("coder3", Role.CODER, "xxk")
    post_grant(hospital, "coder3", Purpose.PAYMENT, departments=[hospital.departments["xnk"]])
    elsewhere = admit(hospital, "移动", f"6100{next(numbers):04}", "gwk")
    number = pair(hospital, elsewhere[0])[0]
    hospital.sql("UPDATE encounter SET department_id = %s WHERE patient_id = %s", hospital.departments["xnk"], number)
    with pytest.raises(Tampered) as error:
        read(hospital, "coder3", elsewhere[2], Purpose.PAYMENT)
    assert error.value.data["where"].startswith(f"encounter:{number}.")


@pytest.mark.parametrize(
    "change",
    [
        "state = 'entered'", "level = 'sensitive'", "author_id = author_id + 1", "medium = 'paper'", "form = 'x'",
        "mac = NULL", "labels = '{hiv}'",
    ],
)  # fmt: skip
def test_a_record_that_was_bent_is_named_on_every_way(hospital: Hospital, one: tuple[str, ...], change: str) -> None:
    where = pair(hospital, one[2])
    hospital.record(*where, state="filed")
    assert read(hospital, "doctor", one[2]).body
    hospital.sql(f"UPDATE record SET {change} WHERE patient_id = %s AND record_id = %s", *where)
    history = hospital.operation("doctor", Verb.HISTORY, target=door.locate(one[2]))
    everything = hospital.operation(
        "doctor", Verb.EVERYTHING, SearchQuery(type="Patient", patient=one[0], count=9), target=door.locate(one[0])
    )
    life = hospital.operation("doctor", Verb.READ_LIFE, target=door.locate(one[2]))
    for call in (
        lambda: read(hospital, "doctor", one[2]), lambda: search(hospital, "doctor", one[0]),
        lambda: chart(hospital, "doctor", one[0]), lambda: door.read(history), lambda: door.read(everything),
        lambda: door.read(life),
    ):  # fmt: skip
        with pytest.raises(Tampered) as error:
            call()
        assert error.value.data["where"] == f"record:{where[0]}.{where[1]}"


def test_macs_swapped_between_records(hospital: Hospital, one: tuple[str, ...]) -> None:
    a, b = pair(hospital, one[1]), pair(hospital, one[2])
    rows = {where: hospital.sql("SELECT mac FROM record WHERE patient_id = %s AND record_id = %s", *where)[0][0]
            for where in (a, b)}  # fmt: skip
    for where, mac in ((a, rows[b]), (b, rows[a])):
        hospital.sql("UPDATE record SET mac = %s WHERE patient_id = %s AND record_id = %s", mac, *where)
    for public in one[1:]:
        with pytest.raises(Tampered):
            read(hospital, "doctor", public)
