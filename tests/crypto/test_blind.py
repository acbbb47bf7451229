"""四（一）内部查阅: one person written in several ways is found, and nobody else [4.1.3]"""

# ruff: noqa: RUF001 -- full-width digits and letters are what is tested

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.crypto.blind import FIELDS, BlindIndex, name_parts, normalise
from jingui.crypto.suite import Suite


@pytest.mark.parametrize(
    ("field", "written", "form"),
    [
        ("name", "  张  三 ", "张三"),
        ("name", "张\u3000三", "张三"),
        ("name", "买买提·艾力", "买买提·艾力"),
        ("name", "买买提•艾力", "买买提·艾力"),
        ("name", "买买提．艾力", "买买提·艾力"),
        ("name", "买买提. 艾力", "买买提·艾力"),
        ("name", "买买提・艾力", "买买提·艾力"),
        ("name", "买买提‧艾力", "买买提·艾力"),
        ("name", "ＳＭＩＴＨ  John", "smith john"),
        ("name", "张\u200b三", "张三"),
        ("name", "𠮷野 家", "𠮷野家"),
        ("id_card", "11010519491231002x", "11010519491231002X"),
        ("id_card", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("id_card", "110105 19491231 002X", "11010519491231002X"),
        ("phone", "138-0013-8000", "13800138000"),
        ("phone", "+86 138 0013 8000", "13800138000"),
        ("phone", "0086-13800138000", "13800138000"),
        ("phone", "8613800138000", "13800138000"),
        ("phone", "+86 0086 13800138000", "13800138000"),
        ("phone", "（010）6552－9988", "01065529988"),
        ("phone", "+852 2345 6789", "+85223456789"),
        ("passport", "e 1234-5678", "E12345678"),
        ("mrn", "zy-000123", "ZY000123"),
        ("email", " Zhang.San@Example.CN ", "zhang.san@example.cn"),
        ("birth_date", "1980-02-03", "1980-02-03"),
        ("birth_date", "19800203", "1980-02-03"),
        ("birth_date", "1980年2月3日", "1980-02-03"),
        ("birth_date", "1980/2/3", "1980-02-03"),
    ],
)
def test_known_ways_to_write(field: str, written: str, form: str) -> None:
    assert normalise(field, written) == form


@given(field=st.sampled_from(FIELDS), value=st.text(max_size=40))
def test_normalising_twice_changes_nothing(field: str, value: str) -> None:
    once = normalise(field, value)
    assert normalise(field, once) == once


@given(
    field=st.sampled_from(FIELDS),
    value=st.text("+086138 -·•．.。 张三a\u3000Ａßſ\u0345İ\u200b/年月日（）", max_size=20),
)
def test_nor_does_it_where_signs_meet(field: str, value: str) -> None:
    once = normalise(field, value)
    assert normalise(field, once) == once


@given(value=st.text(max_size=40))
def test_each_part_is_found_by_its_own_name(value: str) -> None:
    parts = name_parts(value)
    assert len(set(parts)) == len(parts)
    for part in parts:
        assert normalise("name", part) == part


def test_names_with_dots_are_found_by_their_parts() -> None:
    assert name_parts("买买提．艾力") == ("买买提·艾力", "买买提", "艾力")
    assert name_parts("张三") == ("张三",)
    assert name_parts(" · ") == ()


def test_an_index_is_16_bytes_and_a_key_per_field(suite: Suite) -> None:
    index = BlindIndex(suite, lambda name: suite.digest(name.encode()))
    assert index.blind("name", "张 三") == index.blind("name", "张三")
    assert len(index.blind("name", "张三")) == 16
    assert index.blind("mrn", "1") != index.blind("inpatient_no", "1")
    assert index.names("买买提·艾力")[1] == index.blind("name", "买买提")
    other = BlindIndex(suite, lambda name: suite.digest(b"x" + name.encode()))
    assert other.blind("name", "张三") != index.blind("name", "张三")
    with pytest.raises(KeyError):
        index.blind("diagnosis", "x")
