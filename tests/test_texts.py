"""Everything that people read: complete in Chinese and English, in the hospital's own words."""

import ast
import re
from pathlib import Path

import pytest

from jingui.core import errors, words
from jingui.core.word import Word
from tests.house import ROOT, SOURCES, python_files, tracked
from tools import messages

#: What the glossary forbids on a page, and what it says instead.
FORBIDDEN = {
    "(?<!台)账本": "存证台账",
    "入账": "留痕",
    "破窗": "紧急调阅",
    "面单": "病案首页",
    "双人复核": "双人验证",
    "封存启动": "锁定启动",
    "到期的职责": "到期的例行工作",
    "公印": "公章",
}
HAN = re.compile(r"[\u3400-\u9fff]")


def texts(path: Path) -> str:
    """What of a file people may read: string constants of Python, everything else whole."""
    if path.suffix != ".py":
        return path.read_text()
    nodes = ast.walk(ast.parse(path.read_text()))
    return "\n".join(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def readable() -> list[Path]:
    kinds = {".py", ".html", ".txt", ".js", ".toml", ".cedar", ".po", ".svg", ".md"}
    return [path for path in tracked() if path.suffix in kinds and path.is_relative_to(SOURCES)]


def test_no_text_uses_a_word_that_the_glossary_forbids() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word} (say {instead})"
        for path in readable()
        for word, instead in FORBIDDEN.items()
        if re.search(word, texts(path))
    ]
    assert found == []


@pytest.mark.parametrize("domain", messages.DOMAINS)
def test_every_text_has_its_english(domain: str) -> None:
    assert messages.missing(domain) == []


def test_the_english_is_english() -> None:
    # A proper name may stay Chinese when it is explained: 金匮, 病案号 in brackets.
    bad = [
        f"{message.id}: {message.string}"
        for message in messages.stored("django")
        if message.id and HAN.search(re.sub(r"[(（][^)）]*[)）]|金匮|《[^》]*》", "", str(message.string)))
    ]
    assert bad == []


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", text))


def test_translations_keep_the_placeholders() -> None:
    bad = []
    for message in messages.stored("django"):
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and any(string and placeholders(string) != placeholders(ids[-1]) for string in strings):
            bad.append(message.id)
    assert bad == []


def test_every_closed_word_has_a_chinese_label() -> None:
    vocabularies = [each for each in vars(words).values() if isinstance(each, type) and issubclass(each, Word)]
    silent = [
        f"{each.__name__}.{word.name}"
        for each in vocabularies
        if each is not Word
        for word in each
        if word.label == word.value
    ]
    assert len(vocabularies) > 10
    assert silent == []


def every_error(kind: type[errors.JinguiError] = errors.JinguiError) -> list[type[errors.JinguiError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in every_error(child))]


def test_every_error_has_its_own_code_and_says_what_to_do() -> None:
    kinds = [each for each in every_error() if each.__module__ == "jingui.core.errors"]
    assert len({each.code for each in kinds}) == len(kinds)
    for each in kinds:
        assert HAN.search(each.message), each
        assert HAN.search(each.next_step), each


def test_errors_are_one_tree() -> None:
    """An exception outside the tree is a signal: it is caught in the room that raises it, and reaches no caller."""
    outside: set[tuple[str, str]] = set()
    caught: set[tuple[str, str]] = set()
    builtin = {"Exception", "ValueError", "RuntimeError", "KeyError", "LookupError", "OSError", "TypeError"}
    for path in python_files():
        room = path.relative_to(SOURCES).parts[0]
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and builtin & {ast.unparse(base) for base in node.bases}:
                outside.add((room, node.name))
            elif isinstance(node, ast.ExceptHandler) and node.type:
                caught |= {(room, name.split(".")[-1]) for name in re.findall(r"[\w.]+", ast.unparse(node.type))}
    assert outside - caught - {("core", "JinguiError")} == set()


def test_templates_are_read_too(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "{% load i18n %}{# no #}<p title=\"{% translate '标题' %}\">{{ _('行内') }}\n"
        "{% blocktranslate count n=rows|length trimmed %}\n 一份 {{ n }}\n{% plural %}\n 多份 {{ n }}\n"
        "{% endblocktranslate %}"
        "{% translate '病案' context '归档' %}\"'</p>"
    )
    with page.open("rb") as file:
        found = [(name, text) for _, name, text, _ in messages.extract_template(file, messages.KEYWORDS, (), {})]
    assert ("gettext", "标题") in found
    assert ("_", "行内") in found
    assert ("pgettext", ("归档", "病案")) in found
    assert any(name == "ngettext" and text[:2] == ("一份 %(n)s", "多份 %(n)s") for name, text in found)
