"""Identity numbers: right check digits (judged by an independent library), and of nobody real."""

from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.cn import uscc as outside_uscc

from jingui.demo.generator import Hospital, PatientStory
from jingui.demo.generator.numbers import PROVINCES, id_card, mrn, outpatient_no, passport, phone, uscc


@given(
    birth=st.dates(date(1920, 1, 1), date(2026, 11, 22)),
    sex=st.sampled_from(("male", "female")),
    serial=st.integers(0, 5000),
    province=st.sampled_from(PROVINCES),
)
def test_id_cards_are_well_formed(birth: date, sex: str, serial: int, province: str) -> None:
    number = id_card(birth, sex, serial, province)
    assert ric.is_valid(number)
    assert ric.get_birth_date(number) == birth
    assert int(number[16]) % 2 == (1 if sex == "male" else 0)


def test_id_cards_name_no_county() -> None:
    assert all(province.endswith("0000") for province in PROVINCES)


@given(organisation=st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9))
def test_credit_codes_are_well_formed(organisation: str) -> None:
    assert outside_uscc.is_valid(uscc("530000", organisation))


def test_the_hospital_has_a_valid_credit_code(hospital: Hospital) -> None:
    assert outside_uscc.is_valid(hospital.uscc)


def test_numbers_have_the_shape_that_people_expect() -> None:
    assert len(mrn(1)) == 8
    assert mrn(1) != mrn(2)
    assert outpatient_no(3).startswith("M")
    assert phone(12) == "15400000012"
    assert passport(Random(1)).startswith("ZZ")


def test_every_number_is_given_once(told: list[PatientStory]) -> None:
    for field in ("mrn", "outpatient_no", "id_card", "id"):
        values = [getattr(story.identity, field) for story in told if getattr(story.identity, field)]
        assert len(values) == len(set(values)), field


def test_patients_cards_are_valid(told: list[PatientStory]) -> None:
    cards = [story.identity for story in told if story.identity.id_card]
    assert len(cards) > 250
    for who in cards:
        assert ric.is_valid(who.id_card)
        assert ric.get_birth_date(who.id_card) == who.birth
