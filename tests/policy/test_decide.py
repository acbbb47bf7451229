"""The decider: memory, determinism, and refusal whenever anything is odd [1.3.1]"""

import threading
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace

import cedarpy
import pytest

from jingui.core.errors import Misconfigured
from jingui.core.vector import Vector
from jingui.core.words import Category, Entrance, Purpose, Relation, Role, Standing, Strength, Verb
from jingui.policy.decide import SHIPPED, Decider
from jingui.policy.rulebook import read_rulebook

READ = Vector(
    Verb.READ,
    Role.PHYSICIAN,
    Standing.ACTIVE,
    Strength.TWO_FACTOR,
    Entrance.PAGE,
    Purpose.TREATMENT,
    Relation.TREATING,
    Category.TESTS,
)
RULE = '@id("x") @clause("1.1") @zh("甲") @en("a")'


def test_equal_vectors_get_the_very_same_answer(decider: Decider) -> None:
    assert decider.decide(READ) is decider.decide(Vector(*READ))
    assert decider.evaluate(READ) == decider.decide(READ)


def test_memory_is_bounded() -> None:
    small = Decider(7, read_rulebook(SHIPPED), limit=3)
    vectors = [READ._replace(category=category) for category in Category]
    first = [small.decide(vector) for vector in vectors]
    assert len(small._memo) == 3
    assert [small.decide(vector) for vector in vectors] == first
    assert small.version == 7


def test_memory_is_bounded_under_threads() -> None:
    small = Decider(1, read_rulebook(SHIPPED), limit=2)
    vectors = [READ._replace(category=category) for category in Category]
    troubles: list[Exception] = []

    def work() -> None:
        try:
            for _ in range(20):
                assert all(small.decide(vector).allow is not None for vector in vectors)
        except Exception as trouble:  # noqa: BLE001 -- carried to the main thread, which fails the test
            troubles.append(trouble)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert len(small._memo) <= 2


@pytest.mark.parametrize(
    ("decision", "reasons", "errors"),
    [
        (cedarpy.Decision.Allow, ["policy0"], ["attribute missing"]),
        (cedarpy.Decision.NoDecision, [], []),
        (cedarpy.Decision.Allow, ["policy9999"], []),
        (cedarpy.Decision.Deny, [], ["type error"]),
    ],
)
def test_anything_odd_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, decision: cedarpy.Decision, reasons: list[str], errors: list[str]
) -> None:
    fresh = Decider(1, read_rulebook(SHIPPED))
    answer = SimpleNamespace(decision=decision, diagnostics=SimpleNamespace(reasons=reasons, errors=errors))
    monkeypatch.setattr(cedarpy, "is_authorized", lambda *_: answer)
    decided = fresh.decide(READ)
    assert (decided.allow, decided.reason) == (False, "policy_error")


def test_an_allow_without_a_rule_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Decider(1, read_rulebook(SHIPPED))
    diagnostics = SimpleNamespace(reasons=[], errors=[])
    answer = SimpleNamespace(decision=cedarpy.Decision.Allow, diagnostics=diagnostics)
    monkeypatch.setattr(cedarpy, "is_authorized", lambda *_: answer)
    assert fresh.decide(READ).reason == "no_rule"


def test_the_weightiest_reason_is_told_first(decider: Decider) -> None:
    decided = decider.decide(READ._replace(own=True, standing=Standing.FROZEN, strength=Strength.PASSWORD))
    assert decided.reason == "frozen"
    assert set(decided.rules) == {"frozen-account", "weak-strength", "own-record"}


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("permit (principal, action, resource);", "annotation missing"),
        (f"{RULE} @colour('red') permit (principal, action, resource);", "invalid token"),
        (f'{RULE} @colour("red") permit (principal, action, resource);', "annotation not known"),
        (f'{RULE} @reason("own") permit (principal, action, resource);', "annotation not known"),
        (f"{RULE} forbid (principal, action, resource);", "not a rule's reason"),
        (f'{RULE} @reason("no_rule") forbid (principal, action, resource);', "not a rule's reason"),
        (f'{RULE} @reason("own") @matter("coffee") forbid (principal, action, resource);', "unknown matter"),
        (f'{RULE} @obligation("dance") permit (principal, action, resource);', "unknown obligation"),
        ('@id("x") @clause("9.9") @zh("甲") @en("a") permit (principal, action, resource);', "unknown clause"),
        ('@id("X_y") @clause("1.1") @zh("甲") @en("a") permit (principal, action, resource);', "kebab"),
        (RULE.replace('"x"', '"read-policy"') + " permit (principal, action, resource);", "used twice"),
        (f'{RULE} permit (principal == Role::"physicain", action, resource);', "Role::physicain"),
        (f'{RULE} permit (principal in RoleGroup::"doctors", action, resource);', "RoleGroup::doctors"),
        (f'{RULE} permit (principal, action == Action::"reed", resource);', "reed"),
        (f'{RULE} permit (principal, action, resource == Category::"blood");', "blood"),
        (f'{RULE} permit (principal, action, resource) when {{ context.purpose == Purpose::"fun" }};', "fun"),
        (f"{RULE} permit (principal, action, resource) when {{ context.mood }};", "mood"),
        (f"{RULE} permit (principal == ?principal, action, resource);", "templates"),
        ("permit (", "unexpected"),
    ],
)
def test_a_faulty_rule_stops_the_start(tmp_path: Path, text: str, trouble: str) -> None:
    rules = copytree(SHIPPED, tmp_path / "rules")
    (rules / "odd.cedar").write_text(text)
    with pytest.raises(Misconfigured) as caught:
        Decider.load(1, rules)
    assert caught.value.data["file"] in ("odd.cedar", "rules")
    assert trouble in str(caught.value.data["trouble"])


def test_who_may_be_the_second_person(decider: Decider) -> None:
    assert decider.may_confirm(Role.HEAD, Verb.ROTATE_KEYS)
    assert not decider.may_confirm(Role.REGISTRAR, Verb.ROTATE_KEYS)
    assert not decider.may_confirm(Role.HEAD, Verb.READ)
    for verb in decider.two_person():
        for role in Role:
            vector = Vector(Verb.APPROVE, role, Standing.ACTIVE, Strength.TWO_FACTOR, Entrance.PAGE, Purpose.OPERATION)
            assert decider.decide(vector).allow or not decider.may_confirm(role, verb), (role, verb)
    # Each needs two people, so at least two posts or one post that two people hold can do it.
    assert all(len(roles) >= 2 for roles in decider.rulebook.lexicon.second.values())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('recover = ["security_admin"', 'retire = ["security_admin"'),
        ('recover = ["security_admin"', 'recover = ["anybody"'),
        ('clinical = ["physician"', 'clinical = ["magician"'),
        ('account = ["sign_in"', 'account = ["walk_in"'),
        ('word = "no_rule"', 'word = "norule"'),
        ("[matters]", "[matter]"),
        ("account = [", "read = ["),
        ("[roles]", "[roles"),
    ],
)
def test_faulty_words_stop_the_start(tmp_path: Path, old: str, new: str) -> None:
    rules = copytree(SHIPPED, tmp_path / "rules")
    words = rules / "words.toml"
    text = words.read_text()
    assert old in text
    words.write_text(text.replace(old, new, 1))
    with pytest.raises(Misconfigured) as caught:
        Decider.load(1, rules)
    assert caught.value.data["file"]


def test_no_rules_at_all_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        Decider.load(1, tmp_path)
    (tmp_path / "words.toml").write_text((SHIPPED / "words.toml").read_text())
    with pytest.raises(Misconfigured, match="配置"):
        Decider.load(1, tmp_path)
