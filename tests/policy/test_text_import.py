"""Reading a hospital's own policy file [1.1] [8.2]"""

import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Invalid, TooLarge
from jingui.policy import clauses
from jingui.policy.policy_text import PolicyText
from jingui.policy.text_import import parse_policy

GIVEN = Path(__file__).resolve().parents[3] / "shared" / "reference" / "policy.txt"

SMALL = """某某医院制度

目 录
一、总则 ........ 1
(一) 目的	1
(二) 范围	1
二、查阅 2

一、总则

(一) 目的
为了管好信息，
制定本制度。
- 2 -
（二）范围
1. 全体人员。
2. 全部信
息，包括 CT
CT 影像 30
30 年。
某某医院制度
第 3 页 共 5 页
二、查阅
（一）内部查阅
先说一句。
1、经批准。
（二）外部查阅
凭证件办理。
扫码下载完整版！
"""


def written(policy: PolicyText) -> str:
    """The policy as one would write it down."""
    parts = []
    for chapter in policy.chapters:
        parts.append(f"{clauses.heading(chapter.id)}、{chapter.title}")
        for section in chapter.sections:
            parts.append(clauses.heading(section.id).removeprefix(clauses.heading(chapter.id)) + section.title)
            numbered = [f"{c.id.split('.')[2]}. {c.text}" if c.id.count(".") == 2 else c.text for c in section.clauses]
            parts += [section.lead, *numbered]
    return "\n".join(parts)


def bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def small(text: str = SMALL, name: str = "p.txt") -> PolicyText:
    return parse_policy(text.encode(), name)


@pytest.mark.skipif(not GIVEN.exists(), reason="the reference policy is not beside this project")
def test_the_given_policy_comes_out_whole() -> None:
    policy = parse_policy(GIVEN)
    texts = policy.by_id()
    assert (len(policy.chapters), len(policy.sections()), len(policy.clauses())) == (8, 18, 49)
    assert list(texts) == [clause.id for clause in clauses.all()]
    assert policy.title == "患者医疗信息管理制度"
    dropped = [text for _, text in policy.dropped]
    assert dropped[0] == "目录"
    assert dropped[-1].startswith("点击下载")
    assert len(dropped) == 28
    assert "应特别注意保护患者隐私" in texts["2.1.3"]
    assert "应立即采取补救措施" in texts["6.2.2"]
    assert texts["8.3"].endswith("以本制度为准。")
    assert all(text.endswith("。") for text in texts.values())
    assert all("\n" not in text for text in texts.values())
    # Put together again, the clauses are the file's body to the letter: nothing was lost, nothing was made up.
    body = GIVEN.read_text().split("7\n", 1)[1].removesuffix("\n").removesuffix(dropped[-1])
    assert bare(written(policy)) == bare(body)


@pytest.mark.skipif(not GIVEN.exists(), reason="the reference policy is not beside this project")
def test_the_shipped_wording_is_our_own() -> None:
    """No run of 25 characters of the given policy stands in the shipped one."""
    given_text = "".join(parse_policy(GIVEN).by_id().values())
    runs = {given_text[place : place + 25] for place in range(len(given_text) - 24)}
    for clause in clauses.all():
        shipped = clause.text_zh
        assert not any(shipped[place : place + 25] in runs for place in range(len(shipped) - 24)), clause.id


def test_contents_broken_lines_page_numbers_headers_and_advert() -> None:
    policy = small()
    assert policy.title == "某某医院制度"
    assert policy.by_id() == {
        "1.1": "为了管好信息，制定本制度。",
        "1.2.1": "全体人员。",
        "1.2.2": "全部信息，包括 CT CT 影像 30 30 年。",
        "2.1": "先说一句。",
        "2.1.1": "经批准。",
        "2.2": "凭证件办理。",
    }
    assert [section.lead for section in policy.sections()] == ["", "", "先说一句。", ""]
    dropped = [text for _, text in policy.dropped]
    assert dropped[-4:] == ["- 2 -", "某某医院制度", "第 3 页 共 5 页", "扫码下载完整版！"]
    assert policy.clauses()[1].heading == "一（二）1"
    assert policy.clauses()[1].line == 16


def test_contents_without_page_numbers() -> None:
    contents = "制度\n目录\n一、总则\n（一）目的\n二、查阅\n（一）内部\n"
    policy = small(contents + "一、总则\n（一）目的\n甲。\n二、查阅\n（一）内部\n乙。\n")
    assert policy.by_id() == {"1.1": "甲。", "2.1": "乙。"}


def test_chapters_in_the_other_style() -> None:
    text = "制度\n第一章 总则\n第一节 目的\n1\uff0e甲。\n2\uff0e乙。\n"  # full-width stops
    assert small(text).by_id() == {"1.1.1": "甲。", "1.1.2": "乙。"}


def test_markdown() -> None:
    contents = "# 制度\n\n- [一、总则](#a)\n  - [（一）目的](#b)\n\n"
    text = contents + "## 一、总则\n\n### （一）目的\n\n1. **甲**方。\n2. 乙方。\n"
    policy = small(text, "p.md")
    assert (policy.title, policy.by_id()) == ("制度", {"1.1.1": "甲方。", "1.1.2": "乙方。"})


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_charsets(charset: str) -> None:
    assert parse_policy(SMALL.encode(charset), "p.txt").text_hash() == small().text_hash()


def test_the_hash_is_of_the_words_alone() -> None:
    assert small(SMALL.replace("\n", "\n\n"), "q.txt").text_hash() == small().text_hash()
    assert small(SMALL.replace("经批准", "经同意")).text_hash() != small().text_hash()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "p.txt"),
        (b" \n\t\n", "p.txt"),
        ("\ufeff\n".encode(), "p.txt"),
        (b"PK\x03\x04rest", "p.txt"),
        (b"%PDF-1.7", "p.pdf"),
        (SMALL.encode(), "p.docx"),
        (SMALL.encode(), "policy"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff\xff", "p.txt"),
        (b"\xff\xff\xff\xff", "p.txt"),
        (SMALL.encode("big5", errors="replace")[:400] + b"\xff", "p.txt"),
        ("只有一句话，没有章节。".encode(), "p.txt"),
        ("一、总则\n直接写正文。\n".encode(), "p.txt"),
        ("一、总则\n（一）目的\n二、查阅\n（一）内部\n乙。\n".encode(), "p.txt"),
        ("一、总则\n二、查阅\n（一）内部\n乙。\n".encode(), "p.txt"),
        (b"\x00" * 100, "p.txt"),
    ],
)
def test_bad_files_are_refused_with_their_places(data: bytes, name: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_policy(data, name)
    assert caught.value.places
    assert caught.value.places[0][0].startswith(name)


def test_a_gap_in_the_numbers_is_shown_with_its_line() -> None:
    with pytest.raises(Invalid) as caught:
        small("制度\n一、总则\n（一）目的\n1. 甲。\n3. 丙。\n（三）范围\n丁。\n三、附则\n")
    assert [place for place, _ in caught.value.places] == ["p.txt:5", "p.txt:6", "p.txt:8"]


def test_a_number_inside_a_broken_sentence_is_text() -> None:
    text = "制度\n一、总则\n（一）目的\n1. 保存不少于\n30、60 年。\n"
    assert small(text).by_id() == {"1.1.1": "保存不少于30、60 年。"}


@pytest.mark.parametrize(
    "text",
    [
        "一、总则\n（一）目的\n" + "甲" * 20_001,
        "一、总则\n" + "\n" * 50_001,
        "一、总则\n（一）目的\n" + ("甲" * 100 + "\n") * 10_001,
    ],
)
def test_absurd_sizes_are_refused(text: str) -> None:
    with pytest.raises(TooLarge):
        small(text)


@pytest.mark.parametrize("sign", ["[", "# ", "(一)", "1.", "\t", ". ", "一、", "- "])
def test_hostile_lines_take_no_time(sign: str) -> None:
    line = sign * (19_000 // len(sign))
    started = time.perf_counter()
    with pytest.raises(Invalid):
        small("\n".join([line] * 50), "p.md")
    assert time.perf_counter() - started < 5


def test_a_file_beyond_ten_megabytes_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "p.txt"
    with path.open("wb") as file:
        file.truncate(10_000_001)
    with pytest.raises(TooLarge):
        parse_policy(path)
    with pytest.raises(TooLarge):
        parse_policy(b"a" * 10_000_001, "p.txt")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        parse_policy(tmp_path / "no.txt")
    assert caught.value.places[0][0] == "no.txt"


@given(st.binary(max_size=300), st.sampled_from(["p.txt", "p.md", "p.docx"]))
def test_no_bytes_break_the_reader(data: bytes, name: str) -> None:
    try:
        assert parse_policy(data, name).clauses()
    except Invalid as refused:
        assert refused.places  # noqa: PT017 -- either a policy or a refusal with places


@given(st.lists(st.sampled_from(SMALL.splitlines()), max_size=40))
def test_no_order_of_lines_breaks_the_reader(lines: list[str]) -> None:
    try:
        policy = small("\n".join(lines))
    except Invalid as refused:
        assert refused.places  # noqa: PT017 -- either a policy or a refusal with places
    else:
        assert all(clause.text for clause in policy.clauses())
