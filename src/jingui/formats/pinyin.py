"""二（二）2 编码: names as people type them: initials and full pinyin [2.2.2]

The keys of shipped tables are made once, by `tools/pinyin_keys.py`; those of a hospital's own tables when it imports
them. So no server process loads the dictionary (it costs 20 MB and a third of a second).
"""

import re
import unicodedata

_KEEP = re.compile(r"[^0-9a-z\u3400-\u9fff\U00020000-\U0003ffff]")
_RUNS = re.compile(r"[0-9a-z]+|[^0-9a-z]+")


def plain(text: str) -> str:
    """The text as it is compared: width and case made one, everything but letters, digits and Han taken out."""
    return _KEEP.sub("", unicodedata.normalize("NFKC", text).lower())


def keys(name: str) -> tuple[str, str]:
    """The initials and the full pinyin of a name: 高血压 gives ("gxy", "gaoxueya"); other letters stay."""
    from pypinyin import Style, lazy_pinyin  # the dictionary is loaded only by whoever makes keys

    initials, full = "", ""
    for run in _RUNS.findall(plain(name)):
        syllables = list(run) if run.isascii() else lazy_pinyin(run, style=Style.NORMAL, errors="ignore", v_to_u=False)
        initials += "".join(one[:1] for one in syllables)
        full += "".join(syllables)
    return initials, full
