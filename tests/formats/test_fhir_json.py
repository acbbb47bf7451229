"""二（二）录入: JSON in and out [2.2.1]"""

import resource
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Invalid, TooLarge
from jingui.formats.fhir_json import dump, parse
from tests.formats.shared import folder, lexical


def refused(body: bytes, **limits: int) -> Invalid:
    with pytest.raises(Invalid) as caught:
        parse(body, **limits)
    assert caught.value.places
    return caught.value


def test_hostile_suite() -> None:
    """Every n_* is refused, every y_* object without a double key is taken, nothing crashes."""
    taken = 0
    for path in sorted((folder("hostile") / "json").iterdir()):
        body = path.read_bytes()
        if path.name.startswith("n_"):
            refused(body)
        elif path.name.startswith("y_"):
            if body.lstrip()[:1] != b"{" or "duplicated_key" in path.name or b"\\u0000" in body:
                refused(body)
            else:
                assert str(lexical(dump(parse(body)))).lower() == str(lexical(body)).lower()
                taken += 1
        else:
            try:
                parse(body)
            except Invalid:
                continue
    assert taken >= 8


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"a":1,"a":2}', "1:12"),
        (b'{"a":{"b":1,\n"b":2}}', "2:"),
        (b'{"a":NaN}', "1:"),
        (b'{"a":-Infinity}', "1:"),
        (b"\xef\xbb\xbf{}", "1:1"),
        ('{"a":1}'.encode("utf-16"), "1:1"),
        ('{"姓名":1}'.encode("gb18030"), "1:"),
        (b'{"a":"\\ud800"}', "1:"),
        (b'{"a":"x\\u0000y"}', ""),
        (b"[]", "1:1"),
        (b"", "1:"),
        (b"{} {}", "1:"),
    ],
)
def test_refusals_name_the_place(body: bytes, place: str) -> None:
    assert refused(body).places[0][0].startswith(place)


def test_escaped_backslash_before_u0000_is_text() -> None:
    assert parse(b'{"a":"\\\\u0000"}') == {"a": "\\u0000"}


def test_refusal_quotes_no_content() -> None:
    error = refused('{"张三":1,"张三":2}'.encode())
    assert "张三" not in repr(error.places) + error.message + repr(error.__cause__)


def test_limits() -> None:
    with pytest.raises(TooLarge):
        parse(b'{"a":"%s"}' % (b"x" * 100), max_bytes=50)
    nested = b'{"a":' * 64 + b"1" + b"}" * 64
    assert parse(nested)
    refused(b'{"a":' + nested + b"}")
    refused(nested, max_depth=63)


@pytest.mark.parametrize("bomb", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 100_000 + b"]" * 100_000])
def test_deep_bombs_cost_nothing(bomb: bytes) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    refused(bomb)
    assert time.perf_counter() - began < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KB


@pytest.mark.parametrize(
    "text",
    ["1.00", "0.10", "-0.0", "100.000", "0.30000000000000000004", "12345678901234567.25", "0.0000001", "-0.00000010"],
)
def test_decimals_keep_their_digits(text: str) -> None:
    assert dump(parse(b'{"a":%s}' % text.encode())) == b'{"a":%s}' % text.encode()


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999"), 2**64, {1}, b"x"])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        dump({"a": value})


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=3)
    | st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_1张", min_size=1), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text("abc", min_size=1), json_values, max_size=4))
def test_round_trip(value: dict[str, object]) -> None:
    body = dump(value)
    assert parse(body) == value
    assert dump(parse(body)) == body


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    taken: object = None
    try:
        taken = parse(body)
    except Invalid as error:
        taken = error.places
    assert isinstance(taken, dict) or taken


def test_real_files_return_unchanged() -> None:
    count = 0
    for path in sorted(folder("fhir").rglob("*.json")):
        body = path.read_bytes()
        if path.name != "r4.schema.json":
            assert lexical(dump(parse(body))) == lexical(body), path.name
            count += 1
    assert count >= 150
