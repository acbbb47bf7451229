"""四（二）4 去标识化: the bench counts what it says it counts [4.2.4]"""

import json
from pathlib import Path

import pytest

from jingui.bench import deid
from jingui.bench.deid_names import planted_names
from jingui.bench.deid_planted import id_card, planted
from jingui.formats.identifiers import id_card_ok


def _set(place: Path, rows: list[tuple[str, list[tuple[str, str]]]]) -> Path:
    path = place / "own.txt"
    with path.open("w", encoding="utf-8") as out:
        for text, labels in rows:
            entities = [
                {"entity_type": kind, "entity": words, "entity_index": {"begin": text.index(words), "end": 0}}
                for kind, words in labels
            ]
            out.write(json.dumps({"text": text, "entity_list": entities}, ensure_ascii=False) + "\n")
    return path


def test_recall_precision_and_destroyed_terms_are_counted(tmp_path: Path) -> None:
    path = _set(tmp_path, [
        ("联系人：王秀英（妻子）。", [("PERSON", "王秀英")]),
        ("他说叽里咕噜是个名字。", [("PERSON", "叽里咕噜")]),
        ("给予奥沙利铂治疗。", [("药物", "奥沙利铂")]),
        ("身份证11010519491231002X。", [("药物", "11010519491231002X")]),
    ])  # fmt: skip
    row = deid.measured(path).row()
    assert row["names"] == 2
    assert row["names_recall"] == 0.5
    assert row["names_precision"] == 1.0
    assert row["terms_destroyed"] == 0.5


def test_planted_numbers_are_valid_and_repeatable() -> None:
    assert list(planted(200)) == list(planted(200))
    assert list(planted(200)) != list(planted(200, seed=2))
    assert list(planted_names(50)) == list(planted_names(50))
    import random

    assert all(id_card_ok(id_card(random.Random(seed))) for seed in range(50))
    assert all(one.text[one.start : one.end].strip() for one in planted(500))


def test_what_is_planted_is_found() -> None:
    numbers = deid.again(planted(1100, seed=11))
    assert numbers["found"] >= 0.999, numbers
    names = deid.again(planted_names(480, seed=11))
    assert names["found"] >= 0.95, names


def test_a_finder_that_finds_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deid, "findings", lambda text, known: [])
    assert deid.again(planted(110))["found"] == 0.0


def test_it_prints_and_refuses_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _set(tmp_path, [("联系人：王秀英。", [("PERSON", "王秀英")])])
    assert deid.main(["--quick", "--json", "--text", str(tmp_path)]) == 0
    out = json.loads(capsys.readouterr().out)
    assert [row["set"] for row in out["sets"]] == ["own"]
    assert out["structured"]["planted"] == 500
    assert deid.main(["--quick", "--text", str(tmp_path / "none")]) == 1
