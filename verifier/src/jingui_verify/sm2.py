"""SM2 signatures (GB/T 32918.2 on the curve of GB/T 32918.5): verification only, in plain integers."""

from __future__ import annotations

from jingui_verify.digest import sm3

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
SIGNER = b"1234567812345678"

Jacobian = tuple[int, int, int]  # (X, Y, Z) stands for (X/Z², Y/Z³); Z = 0 is infinity


def on_curve(x: int, y: int) -> bool:
    """Whether (x, y) is a point with both coordinates below p."""
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x * x + A * x + B)) % P == 0


def _double(point: Jacobian) -> Jacobian:
    x, y, z = point
    if z == 0 or y == 0:
        return (1, 1, 0)
    zz = z * z % P
    yy = y * y % P
    s = 4 * x * yy % P
    m = 3 * (x - zz) * (x + zz) % P  # a = -3
    nx = (m * m - 2 * s) % P
    return (nx, (m * (s - nx) - 8 * yy * yy) % P, 2 * y * z % P)


def _add(first: Jacobian, second: Jacobian) -> Jacobian:
    if first[2] == 0:
        return second
    if second[2] == 0:
        return first
    x1, y1, z1 = first
    x2, y2, z2 = second
    z1z1, z2z2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * z2z2 % P, x2 * z1z1 % P
    s1, s2 = y1 * z2 * z2z2 % P, y2 * z1 * z1z1 % P
    h, r = (u2 - u1) % P, (s2 - s1) % P
    if h == 0:
        return _double(first) if r == 0 else (1, 1, 0)
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return (x3, (r * (v - x3) - s1 * hhh) % P, h * z1 * z2 % P)


def _sum(s: int, t: int, public: tuple[int, int]) -> Jacobian:
    """s·G + t·P by one run of doublings (nothing here is secret)."""
    g, q = (*G, 1), (*public, 1)
    both, point = _add(g, q), (1, 1, 0)
    for bit in range(max(s.bit_length(), t.bit_length()) - 1, -1, -1):
        point = _double(point)
        take = (s >> bit & 1, t >> bit & 1)
        if take != (0, 0):
            point = _add(point, {(1, 0): g, (0, 1): q, (1, 1): both}[take])
    return point


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` (r‖s, 64 bytes) by `public` (x‖y, 64 bytes) is over `message`; strict in every range."""
    if len(public) != 64 or len(signature) != 64:
        return False
    x, y = int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    t = (r + s) % N
    if not (0 < r < N and 0 < s < N) or t == 0 or not on_curve(x, y):
        return False
    curve = b"".join(number.to_bytes(32, "big") for number in (A, B, *G))
    z = sm3((len(SIGNER) * 8).to_bytes(2, "big") + SIGNER + curve + public)
    e = int.from_bytes(sm3(z + message), "big")
    jx, _, jz = _sum(s, t, (x, y))
    if jz == 0:
        return False
    return (e + jx * pow(jz * jz, -1, P) % P) % N == r
