"""三（二）2 标签条码: Code 128 as a drawing (ISO/IEC 15417), code set B, which every hand scanner reads [3.2.2]"""

from typing import Final

#: Widths of bars and gaps of the values 0 to 105, then the stop pattern with its last bar.
WIDTHS: Final = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
).split()
START, STOP, QUIET = 104, 106, 10


def values(text: str) -> tuple[int, ...]:
    """Start, the characters, the check value, stop. ValueError for what code set B has not."""
    if not text or any(not " " <= letter <= "~" for letter in text):
        raise ValueError("not in code set B")
    plain = [ord(letter) - 32 for letter in text]
    check = (START + sum(n * value for n, value in enumerate(plain, 1))) % 103
    return (START, *plain, check, STOP)


def svg(text: str, height: int = 40) -> str:
    """The bars as one path, with the quiet zones that scanners need."""
    x, bars = QUIET, []
    for value in values(text):
        for n, width in enumerate(map(int, WIDTHS[value])):
            if n % 2 == 0:
                bars.append(f"M{x} 0h{width}v{height}h-{width}z")
            x += width
    wide = x + QUIET
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {height}" preserveAspectRatio="none">'
    return f'{head}<path d="{"".join(bars)}"/></svg>'
