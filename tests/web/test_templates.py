"""四（一）内部查阅与使用 [4.1.3] [1.3.1]: every page renders in both languages, safely and for everybody"""

import gzip
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "src" / "jingui" / "web"
STATIC = WEB / "static" / "jingui"
CHINESE = re.compile(r"[\u4e00-\u9fff\u3001\u3002\uff01-\uff1f]")
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
#: Shown when no frame can be drawn, so they speak both languages at once.
BARE = {"400.html", "403.html", "404.html", "500.html"}


class Page(HTMLParser):
    """What a browser would see: tags with attributes, nesting, texts outside of scripts."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self.feed(source)
        self.faults += [f"<{name}> is never closed" for name, _ in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if len(facts) < len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice: {attrs}")
        self.tags.append((tag, facts))
        if tag not in VOID:
            lang = facts.get("lang") or (self.open[-1][1] if self.open else "")
            self.open.append((tag, lang))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))  # <path/> and its like

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1][0] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((data.strip(), self.open[-1][1] if self.open else ""))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [facts for tag, facts in self.tags if tag in names]


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every sample, rendered by the preview in a process of its own: its settings must not become ours."""
    folder = tmp_path_factory.mktemp("pages")
    made = subprocess.run([sys.executable, "tools/preview.py", str(folder)], cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}


@pytest.fixture(scope="session")
def parsed(pages: dict[str, str]) -> dict[str, Page]:
    return {name: Page(source) for name, source in pages.items()}


def test_every_template_is_among_the_samples(pages: dict[str, str]) -> None:
    preview = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tools").glob("preview*.py"))
    whole = {
        path.relative_to(WEB / "templates").as_posix()
        for path in (WEB / "templates").rglob("*.html")
        if "{% extends" in path.read_text(encoding="utf-8")
    }
    assert whole
    assert {name for name in whole if f'"{name}"' not in preview} == set()
    assert {name.removesuffix("-zh") for name in pages if name.endswith("-zh")} == {
        name.removesuffix("-en") for name in pages if name.endswith("-en")
    }


def test_nothing_a_template_names_is_missing(pages: dict[str, str]) -> None:
    assert [name for name, source in pages.items() if "INVALID(" in source] == []


def test_markup_is_well_formed_and_ids_are_unique(parsed: dict[str, Page]) -> None:
    for name, page in parsed.items():
        assert page.faults == [], name
        doubles = [key for key, count in Counter(f["id"] for _, f in page.tags if f.get("id")).items() if count > 1]
        assert doubles == [], name


def test_strict_csp_has_nothing_to_refuse(parsed: dict[str, Page]) -> None:
    for name, page in parsed.items():
        assert page.all("style", "iframe", "object", "embed") == [], name
        for tag, facts in page.tags:
            assert not [key for key in facts if key == "style" or key.startswith("on")], (name, tag, facts)
            for key in ("src", "href", "action", "data-proof", "data-source"):
                address = facts.get(key) or ""
                assert not re.match(r"(?i)\s*(https?:|//|javascript:|data:)", address), (name, tag, address)
        for facts in page.all("script"):
            assert facts.get("src"), name
            assert facts.get("type") == "module", name


def test_what_people_typed_never_becomes_markup(pages: dict[str, str], parsed: dict[str, Page]) -> None:
    assert "&lt;img src=x onerror=alert(1)&gt;" in pages["error-400-zh"]
    assert parsed["error-400-zh"].all("img") == []
    assert "&quot;&lt;/x&gt;&quot;" in pages["enrol-passkey-zh"]


def test_what_pages_refer_to_exists(parsed: dict[str, Page]) -> None:
    for name, page in parsed.items():
        ids = {facts["id"] for _, facts in page.tags if facts.get("id")}
        for tag, facts in page.tags:
            for key in ("src", "href", "data-proof"):
                address = facts.get(key) or ""
                if address.startswith("static/"):
                    assert (WEB / address).is_file(), (name, address)
                if tag == "a" and len(address) > 1 and address.startswith("#"):
                    assert address[1:] in ids, (name, address)
            for key in ("for", "aria-describedby", "aria-labelledby"):
                assert set((facts.get(key) or "").split()) <= ids, (name, tag, facts)


def test_every_control_has_a_label_and_every_post_its_token(parsed: dict[str, Page]) -> None:
    for name, page in parsed.items():
        labelled = {facts.get("for") for facts in page.all("label")}
        for facts in page.all("input", "select", "textarea"):
            if facts.get("type") != "hidden":
                assert facts.get("id") in labelled or facts.get("aria-label"), (name, facts)
        forms = page.all("form")
        tokens = [facts for facts in page.all("input") if facts.get("name") == "csrfmiddlewaretoken"]
        assert all((facts.get("method") or "").lower() == "post" for facts in forms), name
        # the public check sets no cookie, so it can have no token; nothing of a visitor's could be misused by it
        assert len(tokens) == (0 if name.startswith("verify") else len(forms)), name


def test_headings_are_in_order(parsed: dict[str, Page]) -> None:
    for name, page in parsed.items():
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels.count(1) == 1, (name, levels)
        assert levels[0] == 1, (name, levels)
        assert all(after <= before + 1 for before, after in pairwise(levels)), (name, levels)


def test_pages_say_their_language_and_have_one_main_and_a_skip_link(parsed: dict[str, Page]) -> None:
    for name, page in parsed.items():
        assert page.all("html") == [{"lang": "en" if name.endswith("-en") else "zh-CN"}], name
        assert [facts["id"] for facts in page.all("main")] == ["main"], name
        assert page.all("a")[0].get("href") == "#main", name


def test_english_pages_are_english(parsed: dict[str, Page]) -> None:
    for name, page in parsed.items():
        if not name.endswith("-en"):
            continue
        left = [text for text, lang in page.texts if lang != "zh-CN" and CHINESE.search(text.replace("金匮", ""))]
        for tag, facts in page.tags:
            left += [value for value in facts.values() if value and tag != "meta" and CHINESE.search(value)]
        assert left == [], name


def test_templates_hold_no_untranslated_chinese() -> None:
    spoken = re.compile(
        r"{%\s*blocktranslate.*?endblocktranslate\s*%}|{%.*?%}|{#.*?#}|<button[^>]*lang=\"zh-CN\"[^>]*>中文</button>",
        re.DOTALL,
    )
    for path in (WEB / "templates").rglob("*.html"):
        if path.name not in BARE:
            bare = spoken.sub("", path.read_text(encoding="utf-8"))
            assert CHINESE.findall(bare) == [], path.name
    for path in STATIC.glob("*.js"):
        assert CHINESE.findall(path.read_text(encoding="utf-8")) == [], path.name


def test_the_governed_pages_carry_strip_and_watermark(pages: dict[str, str]) -> None:
    for name in ("chart-zh", "record-zh", "desk-zh", "entry-zh", "person-zh"):
        assert 'class="strip"' in pages[name]
        assert 'class="watermark"' in pages[name]
    assert 'class="strip"' not in pages["sign-in-zh"]


def test_a_password_or_code_is_never_echoed(parsed: dict[str, Page]) -> None:
    for name, page in parsed.items():
        for facts in page.all("input"):
            if facts.get("type") == "password":
                assert facts.get("value") == "", name


def test_style_and_script_stay_small() -> None:
    style = gzip.compress((STATIC / "jingui.css").read_bytes())
    script = b"".join(path.read_bytes() for path in sorted(STATIC.rglob("*.js")))
    assert len(style) < 20_000
    assert len(gzip.compress(script)) < 50_000


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_colours_reach_wcag_aa() -> None:
    style = (STATIC / "jingui.css").read_text(encoding="utf-8")
    found = dict(re.findall(r"--([\w-]+):(#[0-9a-f]+);", style.split("}")[0]))
    tokens = {name: value if len(value) == 7 else "#" + value[1:].replace("f", "ff") for name, value in found.items()}
    grounds = ("paper", "card", "hover")
    pairs = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent", "bad") for ground in grounds]
    pairs += [(tone, f"{tone}-2") for tone in ("ok", "warn", "bad", "info", "gold", "accent")]
    pairs += [("ink-2", "line-2"), ("card", "accent")]
    poor = {pair: round(contrast(tokens[pair[0]], tokens[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}
    assert contrast(tokens["field"], tokens["card"]) >= 3  # the edge of a control
