"""The catalogues: `messages.py update` collects the Chinese texts, `missing` lists untranslated ones, `compile` builds.

Chinese is the source language, so only English has a catalogue. Babel does the work; neither msgfmt nor xgettext is
needed. Python and templates go to the domain `django`, scripts to `djangojs`.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "jingui"
LOCALE = SOURCES / "locale" / "en" / "LC_MESSAGES"
DOMAINS = ("django", "djangojs")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
#: Without dates, so that an update that finds nothing new changes nothing.
HEADER = """# English for Jingui's Chinese texts. `make messages` keeps it in step with the sources.
msgid ""
msgstr ""
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_QUOTED = r"u?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
_CALL = re.compile(rf"\b(?:_|gettext|ngettext|pgettext|npgettext)\(\s*{_QUOTED}(?:\s*,\s*(?:{_QUOTED}|count))*\s*\)")
Message = tuple[int, str, Any, list[str]]


def extract_template(file: IO[bytes], keywords: Any, comments: Any, options: Any) -> Iterator[Message]:
    """Yield the texts of a Django template; Django itself rewrites its tags as gettext calls, we read those."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    source = templatize(file.read().decode())
    for found in _CALL.finditer(source):
        call = ast.parse(found.group(), mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        texts = tuple(each.value if isinstance(each, ast.Constant) else None for each in call.args)
        yield source.count("\n", 0, found.start()) + 1, call.func.id, texts if len(texts) > 1 else texts[0], []


def sources(domain: str) -> Iterator[tuple[Path, Any]]:
    """Yield each file that may hold texts of `domain`, with its extractor."""
    for path in sorted(SOURCES.rglob("*")):
        if domain == "djangojs":
            if path.suffix in {".js", ".mjs"}:
                yield path, "javascript"
        elif path.suffix == ".py" and "migrations" not in path.parts:
            yield path, "python"
        elif path.suffix in {".html", ".txt", ".svg"} and "templates" in path.parts:
            yield path, extract_template


def collect(domain: str) -> Catalog:
    """Return every text of `domain` in the sources, with the files it stands in."""
    found = Catalog(domain=domain, charset="utf-8")
    for path, method in sources(domain):
        place = path.relative_to(ROOT).as_posix()
        with path.open("rb") as file:
            for _, text, notes, context in extract(method, file, KEYWORDS, ("L10N:",), {"encoding": "utf-8"}):
                found.add(text, None, [(place, 0)], auto_comments=notes, context=context)
    return found


def stored(domain: str) -> Catalog:
    """Return the English catalogue as it stands in the tree."""
    path = LOCALE / f"{domain}.po"
    if not path.exists():
        return Catalog(locale="en", domain=domain, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="en", domain=domain)


def missing(domain: str) -> list[str]:
    """Return the texts in the sources that have no English translation, in order."""
    held = stored(domain)
    gaps = []
    for message in collect(domain):
        have = held.get(message.id, message.context) if message.id else None
        texts = [have.string] if have and isinstance(have.string, str) else list(have.string) if have else []
        if message.id and (have is None or have.fuzzy or not texts or not all(texts)):
            gaps.append(message.id if isinstance(message.id, str) else message.id[0])
    return gaps


def update(domain: str) -> None:
    """Bring the catalogue to the sources' texts: translations stay, what nobody says any more goes."""
    held = stored(domain)
    found = collect(domain)
    if not len(found) and not len(held):
        return
    held.update(found, no_fuzzy_matching=True, update_creation_date=False)
    LOCALE.mkdir(parents=True, exist_ok=True)
    with (LOCALE / f"{domain}.po").open("wb") as file:
        file.write(HEADER.encode())
        write_po(file, held, width=120, sort_output=True, ignore_obsolete=True, include_lineno=False, omit_header=True)


def build(domain: str) -> None:
    """Build the .mo file when the catalogue is newer."""
    source, target = LOCALE / f"{domain}.po", LOCALE / f"{domain}.mo"
    if source.exists() and not (target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns):
        with target.open("wb") as file:
            write_mo(file, stored(domain))


def main() -> int:
    """Do what the first argument says for both domains; `missing` fails when something is."""
    command = sys.argv[1] if len(sys.argv) > 1 else "missing"
    gaps = 0
    for domain in DOMAINS:
        if command == "update":
            update(domain)
        elif command == "compile":
            build(domain)
        else:
            for text in missing(domain):
                gaps += 1
                print(text)
    return 1 if gaps else 0


if __name__ == "__main__":
    sys.exit(main())
