"""一（三）全程管控: an entry's bytes are canonical and its commitments are those of the format [1.3.3] [4.1.2]"""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.entry import Line
from jingui.crypto import entry
from jingui.crypto.canon import canon
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Suite

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
hashes = st.binary(min_size=32, max_size=32)
counts = st.integers(0, 2**63 - 1)
lines = st.lists(st.builds(Line, text, text, text, counts), max_size=5)
suites = st.sampled_from([INTERNATIONAL, NATIONAL])


@given(
    suite=suites,
    words=st.fixed_dictionaries(
        dict.fromkeys(("id", "at", "verb", "decision", "reason", "purpose", "entrance", "writer"), text)
    ),
    lists=st.fixed_dictionaries({"clauses": st.lists(text).map(tuple), "rules": st.lists(text).map(tuple)}),
    numbers=st.fixed_dictionaries(dict.fromkeys(("epoch", "policy", "n", "count"), counts)),
    roots=st.fixed_dictionaries({"prev": hashes, "private": hashes, "targets": hashes}),
)
def test_a_head_is_canonical(
    suite: Suite, words: dict[str, str], lists: dict[str, Any], numbers: dict[str, int], roots: dict[str, bytes]
) -> None:
    made = entry.head(suite=suite, **words, **lists, **numbers, **roots)
    plain = {"v": 1, "suite": suite.name, **words, **lists, **numbers, **{k: v.hex() for k, v in roots.items()}}
    assert made == canon(plain)
    assert entry.leaf(suite, made) == suite.digest(b"\0" + made)
    assert entry.read(made) == json.loads(made)


@given(suite=suites, salt=st.binary(min_size=16, max_size=16), words=st.lists(text, min_size=6, max_size=6))
def test_a_private_part_is_canonical_and_salted(suite: Suite, salt: bytes, words: list[str]) -> None:
    plain = dict(zip(("person", "account", "post", "session", "address", "detail"), words, strict=True))
    part = entry.private_part(suite=suite, salt=salt, **plain)
    assert part == canon({**plain, "salt": suite.digest(salt + b"private")[:16].hex()})
    assert entry.private_commitment(suite, part) == suite.digest(b"jingui:private:1\0" + part)


@given(suite=suites, salt=st.binary(min_size=16, max_size=16), targets=lines)
def test_targets_are_canonical_salted_leaves(suite: Suite, salt: bytes, targets: list[Line]) -> None:
    root, made = entry.targets_root(suite, targets, salt)
    for position, (line, target) in enumerate(zip(made, targets, strict=True)):
        patient, record, kind, version = target
        assert line == canon(
            {
                "patient": patient,
                "record": record,
                "type": kind,
                "version": version,
                "salt": suite.digest(salt + position.to_bytes(4, "big"))[:16].hex(),
            }
        )

    def mth(leaves: list[bytes]) -> bytes:  # RFC 9162 section 2.1.1
        if len(leaves) < 2:
            return leaves[0] if leaves else suite.digest(b"")
        k = 1 << (len(leaves) - 1).bit_length() - 1
        return suite.digest(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))

    assert root == mth([suite.digest(b"\0" + line) for line in made])


def build(suite: Suite, **changes: Any) -> entry.Built:
    """Return an entry like most of them."""
    fields: dict[str, Any] = {
        "suite": suite, "mac": suite.keyed(b"m" * 32), "salt": b"s" * 16, "id": "0" * 36,
        "at": datetime(2026, 11, 22, 20, 24, 50, 123456, UTC), "verb": "read", "decision": "allow", "reason": "",
        "clauses": ("4.1.1",), "rules": ("treating",), "purpose": "treatment", "entrance": "fhir", "epoch": 3,
        "policy": 1, "writer": "1" * 36, "n": 7, "prev": bytes(32), "person": "D001", "account": "12", "post": "3",
        "session": "s", "address": "10.0.0.1", "detail": "", "targets": [Line("a" * 32, "b" * 32, "Observation", 1)],
    }  # fmt: skip
    return entry.build(**{**fields, **changes})


def test_build_puts_the_parts_together(suite: Suite) -> None:
    built = build(suite)
    head = json.loads(built.head)
    assert head["at"] == "2026-11-22T20:24:50.123456Z"
    assert head["private"] == entry.private_commitment(suite, built.private).hex()
    assert head["targets"] == suite.digest(b"\0" + built.targets[0]).hex()
    assert (head["count"], head["prev"], head["v"]) == (1, "0" * 64, 1)
    assert built.leaf == suite.digest(b"\0" + built.head)
    assert built.mac == suite.mac(b"m" * 32, built.head)
    assert canon(head) == built.head


def test_the_salt_hides_and_parts_do_not_share_it(suite: Suite) -> None:
    two = [Line("a" * 32, "", "Patient", 1)] * 2
    one, other = build(suite, targets=two), build(suite, targets=two, salt=b"t" * 16)
    assert one.targets[0] != one.targets[1]
    assert json.loads(one.head)["targets"] != json.loads(other.head)["targets"]
    assert json.loads(one.head)["private"] != json.loads(other.head)["private"]
    with pytest.raises(ValueError, match="16"):
        build(suite, salt=b"")


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 0, UTC), "2026-01-02T03:04:05.000000Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 7, timezone(timedelta(hours=8))), "2026-01-01T19:04:05.000007Z"),
    ],
)
def test_instants_have_six_decimals_in_utc(at: datetime, written: str) -> None:
    assert entry.instant(at) == written


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        entry.instant(datetime(2026, 1, 2, 3, 4, 5))
