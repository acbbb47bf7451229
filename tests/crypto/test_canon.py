"""一（三）全程管控: canonical JSON is one text per value [1.3.3]"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.words import Verb
from jingui.crypto.canon import canon

text = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0xFFFF))
integers = st.integers(-(2**63), 2**63 - 1)
values = st.recursive(
    st.none() | st.booleans() | integers | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@given(value=values)
def test_it_is_the_standard_librarys_sorted_compact_text(value: object) -> None:
    expected = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    assert canon(value) == expected.encode()
    assert json.loads(canon(value)) == value


def test_rfc_8785_strings_and_order() -> None:
    assert canon({"ö": 1, "é": '€$\x0f\nA\'B"\\\\"/', "1": True, "\r": None}) == (
        '{"\\r":null,"1":true,"é":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/","ö":1}'.encode()
    )


def test_closed_words_are_their_values() -> None:
    assert canon([Verb.READ]) == b'["read"]'


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), 2**63, -(2**63) - 1, "\ud800", {"\ud800": 1}, {1: 2}, {"\U00010000": 1}, b"x", {1}, object()],
    ids=lambda value: value if isinstance(value, str) and value.isascii() else type(value).__name__,
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    for wrapped in (value, [value], {"key": [value]}):
        with pytest.raises(ValueError, match=r"."):
            canon(wrapped)


def test_depth_is_bounded() -> None:
    value: object = 1
    for _ in range(64):
        value = [value]
    canon(value)
    with pytest.raises(ValueError, match="deep"):
        canon([value])
