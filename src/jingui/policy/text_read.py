"""一 总则: a policy file's bytes as plain lines, whatever hospital computer wrote it [1.1]"""

import re
import unicodedata

from jingui.core.errors import Invalid, TooLarge
from jingui.core.word import N_

MAX_BYTES = 10_000_000
MAX_CHARACTERS = 1_000_000
MAX_LINES = 50_000
MAX_LINE = 20_000
SUFFIXES = (".txt", ".md", ".docx")
STRANGE = ("Cc", "Cn", "Co", "Cs")  # control, unassigned, private use, surrogates
ZIP = b"PK\x03\x04"
_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|>\s+|[-*+]\s+)+")
_LINK = re.compile(r"!?\[([^\[\]]{0,200})\]\([^()]{0,500}\)")  # bounded: linear on hostile lines


def read_lines(data: bytes, name: str) -> list[str]:
    """The lines of a .txt, .md or .docx file; Invalid or TooLarge says what is wrong with it."""
    suffix = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if suffix not in SUFFIXES:
        raise Invalid(N_("不支持这种文件，请提供 .txt、.md 或 .docx 文件。"), places=((name, ".txt .md .docx"),))
    if len(data) > MAX_BYTES:
        raise TooLarge(places=((name, f"{len(data)} > {MAX_BYTES} bytes"),))
    if not data.strip():
        raise Invalid(N_("文件是空的。"), places=((name, "0 bytes"),))
    if suffix == ".docx":
        # Imported on use: lxml is heavy and most starts never read a Word file.
        from jingui.policy.docx_lines import docx_lines

        return _bounded(docx_lines(data, name), name)
    if data.startswith(ZIP):
        raise Invalid(N_("文件内容与扩展名不符。"), places=((name, "zip"),))
    lines = _bounded(_text(data, name).splitlines(), name)
    return [_plain(line) for line in lines] if suffix == ".md" else lines


def _text(data: bytes, name: str) -> str:
    charsets = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for charset in charsets:
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        # GB18030 accepts nearly any bytes: what no policy contains betrays a wrong charset.
        strange = next((c for c in text if unicodedata.category(c) in STRANGE and c not in "\t\r\n\f"), "")
        if not strange:
            return text
        raise Invalid(N_("文件含有不可读的字符。"), places=((name, f"{charset} U+{ord(strange):04X}"),))
    raise Invalid(N_("文件编码无法识别，请另存为 UTF-8 或 GB18030。"), places=((name, "UTF-8, GB18030"),))


def _plain(line: str) -> str:
    return _LINK.sub(r"\1", _MARKUP.sub("", line)).replace("**", "").replace("__", "")


def _bounded(lines: list[str], name: str) -> list[str]:
    if len(lines) > MAX_LINES or sum(map(len, lines)) > MAX_CHARACTERS:
        raise TooLarge(places=((name, f"{MAX_LINES} / {MAX_CHARACTERS}"),))
    long = next((place for place, line in enumerate(lines, 1) if len(line) > MAX_LINE), 0)
    if long:
        raise TooLarge(places=((f"{name}:{long}", f"> {MAX_LINE}"),))
    if not any(line.strip() for line in lines):
        raise Invalid(N_("文件是空的。"), places=((name, "0"),))
    return lines
